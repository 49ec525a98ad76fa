; boot/loader.asm: from the BIOS and 16 bits to the kernel and 32 bits.
;
; What the boot sector did: it read this file behind itself and checked it, and jumped to
;   loader_start in real mode with DS = SS = CS = 0, a stack, DF clear, interrupts on.
;
; All that can go wrong is looked at in 16 bits, with the BIOS at hand to say it. Nothing of the
; kernel has run then, and no byte above 1 MiB has been written but the A20 probe.
;
; What the kernel gets is what every Multiboot 1 loader gives (Multiboot specification 0.6.96, 3.2
; Machine state), so that the same file starts here, from GRUB and from `qemu -kernel`:
;   EAX = 0x2badb002, EBX = address of the Multiboot information, protected mode, paging off, A20
;   on, interrupts off, CS, DS, ES, FS, GS and SS flat from 0 to 4 GiB. Everything else (stack, GDT,
;   IDT) the kernel must set.

%define KERNEL_SECTORS  ((KERNEL_BYTES + SECTOR_BYTES - 1) / SECTOR_BYTES)
%define CHUNK_SECTORS   64              ; 32 KiB; old BIOSes take no more than 127 at once
%define CHUNK_PARAS     (CHUNK_SECTORS * SECTOR_BYTES / 16)
%define FAST_A20_PORT   0x92            ; "system control port A"
%define FAST_A20_ON     0x02
%define FAST_A20_RESET  0x01            ; the bit beside it resets the machine
%define KIB_TO_16_MIB   (15 * 1024)     ; from 1 MiB on
%define MMAP_FIRST      (MMAP_ADDR + MMAP_SIZE_BYTES)

; The description of the image. Tools on the host find here where the kernel is and what it must be.
image_header:
    db   "tinygate"
    dd   KERNEL_LBA
    dd   KERNEL_BYTES
kernel_cksum:
    dd   KERNEL_CKSUM

; ---- the kernel's file: is it here, and whole? ---------------------------------------------------
; In chunks. Each begins at a multiple of 32 KiB, so that none crosses a multiple of 64 KiB: the DMA
; controller of the first PCs could not count further. The last one takes in what is behind the
; kernel: the disk has more, and KERNEL_END is the end of a chunk.
loader_start:
    mov  ax, KERNEL_ADDR / 16
    mov  es, ax
    mov  ebx, KERNEL_LBA
    mov  cx, CHUNK_SECTORS
.chunk:
    call disk_read
    mov  ax, es
    add  ax, CHUNK_PARAS
    mov  es, ax
    add  ebx, CHUNK_SECTORS
    cmp  ebx, KERNEL_LBA + KERNEL_SECTORS
    jb   .chunk

    mov  ax, KERNEL_ADDR / 16
    mov  es, ax
    xor  si, si
    mov  ecx, KERNEL_BYTES
    call checksum
    cmp  edx, [kernel_cksum]
    refuse_if ne, "kernel damaged: the checksum of its file is wrong"

; ---- which memory is there? ----------------------------------------------------------------------
; Int 15h AX=E820h gives one range after the other, unsorted, with gaps, and says of each whether it
; may be used. All go to the kernel as they are, but for those that ACPI 3 marks as none. The one
; that 1 MiB is in, where the kernel will be, makes mem_upper; the upper half of its length can be
; ignored, as below 4 GiB there are devices.
;
; CF is clear before each call, as some BIOSes set it for an error and leave it alone otherwise.
memory_map_read:
    int  0x12                               ; AX = KiB of memory below the BIOS's own, at most 640
    movzx eax, ax
    mov  [BOOT_INFO_ADDR + MBI_MEM_LOWER], eax
    mov  dword [BOOT_INFO_ADDR + MBI_FLAGS], MULTIBOOT_INFO_MEMORY
    xor  ebx, ebx                           ; 0: the first entry
    mov  es, bx
    mov  di, MMAP_FIRST
    mov  [BOOT_INFO_ADDR + MBI_MEM_UPPER], ebx
.entry:
    mov  eax, 0xe820
    mov  edx, E820_SIGNATURE
    mov  ecx, E820_ACPI_BYTES
    mov  dword [di - MMAP_SIZE_BYTES], E820_BYTES
    mov  byte [di + MMAP_ACPI], E820_VALID  ; a BIOS older than ACPI 3 leaves this byte alone
    clc
    int  0x15                               ; the entry to ES:DI, the number of the next to EBX
    jc   .end                               ; not known to this BIOS, or beyond the last entry
    cmp  eax, E820_SIGNATURE
    jne  memory_sizes_read                  ; then nothing that it said counts
    test byte [di + MMAP_ACPI], E820_VALID
    jz   .next
    cmp  dword [di + MMAP_TYPE], E820_USABLE
    jne  .keep
    cmp  dword [di + MMAP_BASE + 4], 0
    jne  .keep                              ; above 4 GiB
    mov  eax, [di + MMAP_BASE]
    cmp  eax, ONE_MIB
    ja   .keep
    add  eax, [di + MMAP_LENGTH]
    sub  eax, ONE_MIB
    jbe  .keep                              ; ends before 1 MiB, or there
    shr  eax, 10                            ; bytes to KiB
    mov  [BOOT_INFO_ADDR + MBI_MEM_UPPER], eax
.keep:
    add  di, MMAP_SIZE_BYTES + E820_BYTES
.next:
    test ebx, ebx                           ; 0: that was the last one
    jz   .end
    cmp  di, MMAP_END
    jb   .entry
.end:
    sub  di, MMAP_FIRST
    jz   memory_sizes_read
    movzx edi, di
    mov  [BOOT_INFO_ADDR + MBI_MMAP_LENGTH], edi
    mov  dword [BOOT_INFO_ADDR + MBI_MMAP_ADDR], MMAP_ADDR
    or   byte [BOOT_INFO_ADDR + MBI_FLAGS], MULTIBOOT_INFO_MEM_MAP
    jmp  memory_known

; Older BIOSes know no ranges. AX=E801h tells how many KiB there are between 1 and 16 MiB, and how
; many times 64 KiB from there on. In between there may be a hole for devices; what is behind one
; is not used. AH=88h, older still, tells how many KiB there are from 1 MiB on.
memory_sizes_read:
    xor  cx, cx                             ; the answer is in AX and BX, or in CX and DX, or both
    xor  dx, dx
    mov  ax, 0xe801
    clc
    int  0x15
    jc   .older
    test ax, ax
    jnz  .two_sizes
    mov  ax, cx
    mov  bx, dx
    jcxz .older
.two_sizes:
    movzx edx, ax
    cmp  edx, KIB_TO_16_MIB
    jb   .sum
    ja   .older                             ; that cannot be
    movzx ecx, bx
    shl  ecx, 6                             ; 64 KiB each
    add  edx, ecx
    jmp  .sum
.older:
    mov  ah, 0x88
    clc
    int  0x15
    movzx edx, ax                           ; changes no flag
    jnc  .sum
    xor  edx, edx
.sum:
    mov  [BOOT_INFO_ADDR + MBI_MEM_UPPER], edx

memory_known:
    cmp  dword [BOOT_INFO_ADDR + MBI_MEM_UPPER], 0
    refuse_if e, "the BIOS reports no memory at 1 MiB (int 15h AX=E820h, AX=E801h, AH=88h)"

; ---- does the kernel fit in there? ---------------------------------------------------------------
; That the file is a sound ELF file was seen when the image was made, and its checksum is right; but
; only this machine knows how much memory it has.
kernel_fits:
    mov  ebp, [BOOT_INFO_ADDR + MBI_MEM_UPPER]
    shl  ebp, 10
    add  ebp, ONE_MIB                       ; end of memory
    mov  ax, KERNEL_ADDR / 16
    mov  es, ax
    mov  bx, [es:E_PHOFF]
    mov  cx, [es:E_PHNUM]
.segment:
    cmp  dword [es:bx + P_TYPE], ELF_SEGMENT_LOAD
    jne  .next
    mov  eax, [es:bx + P_PADDR]
    cmp  eax, ONE_MIB
    refuse_if b, "kernel segment begins below 1 MiB"
    add  eax, [es:bx + P_MEMSZ]
    sbb  edx, edx                           ; all ones if that went beyond 4 GiB
    or   eax, edx
    cmp  eax, ebp
    refuse_if a, "kernel segment does not fit into this machine's memory"
.next:
    add  bx, PHDR_SIZE
    dec  cx
    jnz  .segment

; ---- address line 20 -----------------------------------------------------------------------------
; A PC with the first IBM PC's 1 MiB in mind starts (or once started) with bit 20 of every address
; held at 0, so that 0x100500 means 0x000500. The kernel is to go to 1 MiB, so the line must be
; switched on. Each way has hung some machine that did not know it: none is tried without need.
a20_enable:
    call .test
    jne  .on
    mov  ax, 0x2401                         ; int 15h AX=2401h: the BIOS knows best
    int  0x15
    call .test
    jne  .on
    in   al, FAST_A20_PORT
    or   al, FAST_A20_ON
    and  al, ~FAST_A20_RESET & 0xff
    out  FAST_A20_PORT, al
    call .test
    refuse_if e, "address line A20 cannot be switched on"
    jmp  .on

.test:                                      ; ZF = 0 if the line is on
    mov  ax, 0xffff                         ; * 16 + 0x510 = 0x100500; 0x500 if the line is off
    mov  es, ax
    mov  dword [A20_PROBE_ADDR], 0
    mov  dword [es:A20_PROBE_ADDR + 0x10], 1
    cmp  dword [A20_PROBE_ADDR], 1
    ret
.on:

; ---- from 16-bit real mode to 32-bit protected mode ----------------------------------------------
; SDM 3A 9.9.1 Switching to Protected Mode: a segment register now holds the index of a descriptor
; in the GDT instead of an address. There is no way back to the BIOS; its interrupt table is useless
; from here on, hence CLI.
    cli
    lgdt [gdt_pointer]
    mov  eax, cr0
    or   eax, CR0_PE
    mov  cr0, eax
    jmp  dword GDT_CODE:protected_mode

; Two segments from 0 to 4 GiB, as Multiboot demands (SDM 3A 3.4.5 Segment Descriptors).
    align 8, db 0
gdt:
    dq   0                                  ; index 0 is never used
    dq   0x00cf9a000000ffff                 ; code: limit 0xfffff pages, 32 bits, ring 0, read
    dq   0x00cf92000000ffff                 ; data: the same, but read and write
.end:
GDT_CODE equ    8                           ; a selector is the byte offset of the descriptor ...
GDT_DATA equ    16                          ; ... as its low bits (table, privilege) are 0 here
gdt_pointer:
    dw   gdt.end - gdt - 1                  ; LGDT wants the last valid offset
    dd   gdt

    bits 32

protected_mode:
    mov  ax, GDT_DATA
    mov  ds, ax
    mov  es, ax
    mov  ss, ax
    mov  fs, ax
    mov  gs, ax

; ---- each segment to its physical address, and zeros where the file holds nothing of it ----------
    movzx edx, word [KERNEL_ADDR + E_PHNUM]
    mov  ebx, [KERNEL_ADDR + E_PHOFF]
    add  ebx, KERNEL_ADDR
.segment:
    cmp  dword [ebx + P_TYPE], ELF_SEGMENT_LOAD
    jne  .next
    mov  esi, [ebx + P_OFFSET]
    add  esi, KERNEL_ADDR
    mov  edi, [ebx + P_PADDR]
    mov  ecx, [ebx + P_FILESZ]
    rep movsb
    mov  ecx, [ebx + P_MEMSZ]               ; EDI is now where the zeros begin
    sub  ecx, [ebx + P_FILESZ]
    xor  eax, eax
    rep stosb
.next:
    add  ebx, PHDR_SIZE
    dec  edx
    jnz  .segment

    mov  eax, MULTIBOOT_BOOTLOADER_MAGIC
    mov  ebx, BOOT_INFO_ADDR
    jmp  [KERNEL_ADDR + E_ENTRY]
