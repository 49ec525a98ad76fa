; boot/loader.asm: from the BIOS and 16 bits to the kernel and 32 bits.
;
; What the boot sector did: it read this file to 0x08000 and checked it, read the kernel's file to
;   0x10000, and jumped to loader_start in real mode with DS = ES = SS = CS = 0, a stack, DF clear,
;   interrupts on.
; What it did not do: look at the kernel's file, or at what memory this machine has.
;
; What the kernel gets is what every Multiboot 1 loader gives (Multiboot specification 0.6.96, 3.2
; Machine state), so that the same file starts here, from GRUB and from `qemu -kernel`:
;   EAX = 0x2badb002, EBX = address of the Multiboot information, protected mode, paging off, A20
;   on, interrupts off, CS, DS, ES, FS, GS and SS flat from 0 to 4 GiB. Everything else (stack, GDT,
;   IDT) the kernel must set.

%include "include/constants.inc"
%include "boot/formats.inc"
%include "boot/layout.inc"

%define BOOT_INFO_FLAGS (MULTIBOOT_INFO_MEMORY | MULTIBOOT_INFO_MEM_MAP | \
                         MULTIBOOT_INFO_BOOT_LOADER_NAME)

    bits 16
    org  LOADER_ADDR

; The description of the image. Tools on the host find here where the kernel is and what it must be.
image_header:
    db   "tinygate"
    dd   KERNEL_LBA
    dd   KERNEL_BYTES
    dd   KERNEL_CKSUM                       ; what `cksum` prints for the kernel's file
    dd   BOOT_CKSUM                         ; ... and for bootsect.bin
    times IMAGE_HEADER_BYTES - ($ - image_header) db 0

loader_start:
    call memory_map_read
    call a20_enable

    ; From 16-bit real mode to 32-bit protected mode (SDM 3A 9.9.1 Switching to Protected Mode): a
    ; segment register now holds the index of a descriptor in the GDT instead of an address. There
    ; is no way back to the BIOS; its interrupt table is useless from here on, hence CLI.
    cli
    lgdt [gdt_pointer]
    mov  eax, cr0
    or   eax, CR0_PE
    mov  cr0, eax
    jmp  dword GDT_CODE:protected_mode

%include "boot/memory_map.asm"
%include "boot/a20.asm"

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

; ---- 32-bit code from here on --------------------------------------------------------------------
; Nothing but CS and EIP is set. EBP keeps the end of the memory above 1 MiB from ram_end_find on.
protected_mode:
    mov  ax, GDT_DATA
    mov  ds, ax
    mov  es, ax
    mov  ss, ax
    mov  fs, ax
    mov  gs, ax
    mov  esp, STACK_TOP

    call a20_check                          ; each of these returns only if all is well
    call ram_end_find
    call kernel_check_sum
    call kernel_check_elf
    call kernel_load

    ; The Multiboot information (3.3 Boot information format). memory_map_read has filled in
    ; mem_lower and mmap_length already.
    mov  ebx, BOOT_INFO_ADDR
    mov  dword [ebx + MBI_FLAGS], BOOT_INFO_FLAGS
    sub  ebp, ONE_MIB
    shr  ebp, 10                            ; bytes to KiB
    mov  [ebx + MBI_MEM_UPPER], ebp
    mov  dword [ebx + MBI_MMAP_ADDR], MMAP_ADDR
    mov  dword [ebx + MBI_LOADER_NAME], loader_name

    mov  eax, MULTIBOOT_BOOTLOADER_MAGIC
    jmp  [KERNEL_ADDR + E_ENTRY]

loader_name:    db "tinygate boot sector", 0

%include "boot/kernel_file.asm"
%include "boot/refuse.asm"

    times LOADER_BYTES - ($ - $$) db 0
