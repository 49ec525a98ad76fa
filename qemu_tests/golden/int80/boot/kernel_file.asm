; boot/kernel_file.asm: the kernel's file, which lies whole at KERNEL_ADDR.
;
; Is it undamaged, is it a kernel that can be loaded here, and where does each part of it go?
; (System V ABI, generic part, chapters 4 and 5: ELF.)

    bits 32

%define FILE            KERNEL_ADDR

; How many bytes of KERNEL_BYTES the checksum takes in: those without leading zeros.
%if KERNEL_BYTES > 0xffff
%define KERNEL_LENGTH_BYTES 3
%elif KERNEL_BYTES > 0xff
%define KERNEL_LENGTH_BYTES 2
%else
%define KERNEL_LENGTH_BYTES 1
%endif

; ---- does the checksum fit? ----------------------------------------------------------------------
; In: nothing. Changes EAX, EBX, ECX, EDX, ESI. Does not return if it does not fit.
;
; The same CRC as in bootsect.asm, but by eight bits at a time: what a byte that falls out at the
; top does to the remainder depends on that byte alone: it is worked out once for each of the 256.
kernel_check_sum:
    xor  ebx, ebx                           ; the byte that falls out
.entry:
    mov  eax, ebx
    shl  eax, 24
    mov  ecx, 8
.bit:
    add  eax, eax                           ; the carry is the bit that fell out
    jnc  .no_carry
    xor  eax, CKSUM_POLY
.no_carry:
    dec  ecx
    jnz  .bit
    mov  [CKSUM_TABLE + ebx * 4], eax
    inc  bl
    jnz  .entry

    ; The length goes behind the file, as the checksum takes it in; boot/layout.inc keeps room.
    mov  dword [FILE + KERNEL_BYTES], KERNEL_BYTES
    mov  esi, FILE
    mov  ecx, KERNEL_BYTES + KERNEL_LENGTH_BYTES
    xor  eax, eax                           ; the remainder so far
.byte:
    mov  edx, eax
    shr  edx, 24
    xor  dl, [esi]                          ; the byte that falls out, with the new one joined to it
    shl  eax, 8
    xor  eax, [CKSUM_TABLE + edx * 4]
    inc  esi
    dec  ecx
    jnz  .byte
    not  eax
    mov  esi, .damaged
    cmp  eax, KERNEL_CKSUM
    jne  refuse
    ret

.damaged:       db "kernel damaged: the checksum of its file is wrong", 0

; ---- is it a kernel that can be loaded? ----------------------------------------------------------
; In: EBP = end of memory. Changes EAX, EBX, ECX, EDX, ESI, EDI. Does not return if it is not.
;
; All segments are looked at before the first one is copied. ESI always holds the reason for the
; next refusal.
kernel_check_elf:
    mov  esi, .not_elf
    cmp  dword [FILE], ELF_MAGIC
    jne  refuse
    mov  esi, .not_i386
    cmp  word [FILE + E_IDENT_CLASS], ELF_CLASS_32 | ELF_LITTLE_ENDIAN << 8
    jne  refuse
    cmp  word [FILE + E_MACHINE], ELF_MACHINE_386
    jne  refuse
    mov  esi, .not_exec
    cmp  word [FILE + E_TYPE], ELF_TYPE_EXECUTABLE
    jne  refuse

    mov  esi, .bad_table
    cmp  word [FILE + E_PHENTSIZE], PHDR_SIZE
    jne  refuse
    movzx ecx, word [FILE + E_PHNUM]
    test ecx, ecx
    jz   refuse
    mov  ebx, [FILE + E_PHOFF]
    cmp  ebx, KERNEL_BYTES
    ja   refuse
    imul eax, ecx, PHDR_SIZE
    add  eax, ebx                           ; below 3 MiB: cannot wrap
    cmp  eax, KERNEL_BYTES
    ja   refuse

    add  ebx, FILE                          ; EBX = program header, ECX = how many are left
    xor  edi, edi                           ; 1 once a segment with the entry point has been seen
.segment:
    cmp  dword [ebx + P_TYPE], ELF_SEGMENT_LOAD
    jne  .next
    mov  esi, .outside_file
    mov  eax, [ebx + P_OFFSET]
    add  eax, [ebx + P_FILESZ]
    jc   refuse
    cmp  eax, KERNEL_BYTES
    ja   refuse
    mov  esi, .file_larger
    mov  eax, [ebx + P_MEMSZ]
    cmp  eax, [ebx + P_FILESZ]
    jb   refuse
    mov  esi, .too_low
    mov  edx, [ebx + P_PADDR]
    cmp  edx, ONE_MIB
    jb   refuse
    mov  esi, .no_memory
    add  eax, edx                           ; EDX = where it begins, EAX = where it ends
    jc   refuse
    cmp  eax, ebp
    ja   refuse
    cmp  [FILE + E_ENTRY], edx
    jb   .next
    cmp  [FILE + E_ENTRY], eax
    jae  .next
    mov  edi, 1
.next:
    add  ebx, PHDR_SIZE
    dec  ecx
    jnz  .segment
    mov  esi, .no_entry
    test edi, edi
    jz   refuse
    ret

.not_elf:       db "kernel is not an ELF file", 0
.not_i386:      db "kernel is not for a 32-bit i386", 0
.not_exec:      db "kernel is not an executable ELF file", 0
.bad_table:     db "kernel has no program headers inside its file", 0
.outside_file:  db "kernel segment reaches beyond its file", 0
.file_larger:   db "kernel segment is larger in the file than in memory", 0
.too_low:       db "kernel segment begins below 1 MiB", 0
.no_memory:     db "kernel segment does not fit into this machine's memory", 0
.no_entry:      db "kernel entry point is in no segment", 0

; ---- copy each segment to its physical address, and zero what the file does not hold of it -------
; Only for a file that kernel_check_elf let pass. Changes EAX, EBX, ECX, EDX, ESI, EDI.
kernel_load:
    movzx edx, word [FILE + E_PHNUM]
    mov  ebx, [FILE + E_PHOFF]
    add  ebx, FILE
.segment:
    cmp  dword [ebx + P_TYPE], ELF_SEGMENT_LOAD
    jne  .next
    mov  esi, [ebx + P_OFFSET]
    add  esi, FILE
    mov  edi, [ebx + P_PADDR]
    mov  ecx, [ebx + P_FILESZ]
    mov  eax, ecx
    shr  ecx, 2
    rep movsd                               ; four bytes at a time ...
    mov  ecx, eax
    and  ecx, 3
    rep movsb                               ; ... and the one to three that are left
    mov  ecx, [ebx + P_MEMSZ]               ; EDI is now where the zeros begin
    sub  ecx, eax
    push ecx
    xor  eax, eax
    shr  ecx, 2
    rep stosd
    pop  ecx
    and  ecx, 3
    rep stosb
.next:
    add  ebx, PHDR_SIZE
    dec  edx
    jnz  .segment
    ret
