; boot/memory_map.asm: which memory is there?
;
; In 16 bits: ask the BIOS, and write its answer down as Multiboot wants it. In 32 bits: find out
; how far the memory reaches that begins at 1 MiB.

    bits 16

%define E820_SIGNATURE  0x534d4150      ; "SMAP"
%define E820_BYTES      20              ; base, length (8 bytes each), type (4)

; In: nothing. Out: the map at MMAP_ADDR, mmap_length and mem_lower in the Multiboot information.
; May change all general registers.
;
; A map entry of Multiboot is an entry of int 15h AX=E820h with its size in front (Multiboot 3.3,
; mmap_addr). Entries may come unsorted, with gaps, and say of each range whether it may be used.
memory_map_read:
    mov  di, MMAP_ADDR
    xor  ebx, ebx                           ; 0: the first entry
.next:
    mov  dword [di + MMAP_SIZE], E820_BYTES
    mov  eax, 0xe820
    mov  edx, E820_SIGNATURE
    mov  ecx, E820_BYTES
    add  di, MMAP_BASE
    int  0x15                               ; the entry to ES:DI, the number of the next to EBX
    lea  di, [di - MMAP_BASE]               ; LEA, as SUB would change the carry flag
    jc   .end                               ; not known to this BIOS, or beyond the last entry
    cmp  eax, E820_SIGNATURE
    jne  .end
    add  di, MMAP_ENTRY_SIZE
    test ebx, ebx                           ; 0: that was the last one
    jz   .end
    cmp  di, MMAP_END - MMAP_ENTRY_SIZE
    jbe  .next
.end:
    int  0x12                               ; AX = KiB of memory below the BIOS's own, at most 640
    movzx eax, ax
    mov  [BOOT_INFO_ADDR + MBI_MEM_LOWER], eax
    cmp  di, MMAP_ADDR
    jne  .done

    ; No map: a BIOS from before 1999 or so. Make one of the sizes that it knows.
    xor  ebx, ebx
    shl  eax, 10                            ; KiB to bytes
    call .add
    xor  cx, cx
    xor  dx, dx
    ; int 15h AX=E801h: KiB from 1 to 16 MiB and 64 KiB blocks above, in AX, BX, in CX, DX or both.
    mov  ax, 0xe801
    int  0x15
    jc   .older
    test cx, cx
    jz   .sizes_known
    mov  ax, cx
    mov  bx, dx
    jmp  .sizes_known
.older:
    xor  bx, bx
    mov  ah, 0x88                           ; int 15h AH=88h: KiB from 1 MiB on, up to 63 MiB
    int  0x15
    jnc  .sizes_known
    xor  ax, ax
.sizes_known:
    push bx
    movzx eax, ax
    shl  eax, 10
    mov  ebx, ONE_MIB
    call .add
    pop  ax
    shl  eax, 16                            ; blocks of 64 KiB to bytes
    mov  ebx, 16 * ONE_MIB
    call .add
.done:
    sub  di, MMAP_ADDR
    movzx edi, di
    mov  [BOOT_INFO_ADDR + MBI_MMAP_LENGTH], edi
    ret

.add:                                       ; usable memory at DI: EBX = base, EAX = bytes
    test eax, eax
    jz   .none
    mov  dword [di + MMAP_SIZE], E820_BYTES
    mov  [di + MMAP_BASE], ebx
    mov  dword [di + MMAP_BASE + 4], 0
    mov  [di + MMAP_LENGTH], eax
    mov  dword [di + MMAP_LENGTH + 4], 0
    mov  dword [di + MMAP_TYPE], MMAP_AVAILABLE
    add  di, MMAP_ENTRY_SIZE
.none:
    ret

    bits 32

; Out: EBP = first address that is not usable memory, counted up from 1 MiB. Changes EAX, EBX, ECX,
; EDX. Does not return if there is no memory at 1 MiB.
ram_end_find:
    mov  ebp, ONE_MIB
.again:
    mov  ebx, MMAP_ADDR
    mov  ecx, MMAP_ADDR
    add  ecx, [BOOT_INFO_ADDR + MBI_MMAP_LENGTH]
.entry:
    cmp  ebx, ecx
    jae  .done                              ; no entry leads any further
    cmp  dword [ebx + MMAP_TYPE], MMAP_AVAILABLE
    jne  .next
    mov  eax, [ebx + MMAP_BASE]
    cmp  dword [ebx + MMAP_BASE + 4], 0
    jne  .next                              ; above 4 GiB, out of reach
    cmp  eax, ebp
    ja   .next                              ; begins behind a gap
    mov  edx, [ebx + MMAP_LENGTH + 4]
    add  eax, [ebx + MMAP_LENGTH]
    adc  edx, 0                             ; EDX:EAX = end of the entry
    jz   .below_4g
    mov  eax, 0xfffff000                    ; beyond 4 GiB: without the last page no sum wraps
.below_4g:
    cmp  eax, ebp
    jbe  .next
    mov  ebp, eax
    jmp  .again                             ; no order: an earlier entry may go on from here
.next:
    add  ebx, [ebx + MMAP_SIZE]
    add  ebx, 4                             ; the size does not count itself
    jmp  .entry
.done:
    mov  esi, .no_memory
    cmp  ebp, ONE_MIB
    je   refuse
    ret

.no_memory:     db "the BIOS reports no memory at 1 MiB", 0
