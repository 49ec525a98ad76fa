; boot/start.asm: the first instructions of the kernel, up to the first line of C.
;
; A Multiboot loader (QEMU's -kernel, GRUB, or boot/bootsect.asm of our own disk) has put the kernel
; into physical memory from 1 MiB on and jumps to boot_start. The kernel is linked to run at
; KERNEL_BASE + physical address, which only works with paging on. So this file, alone, is linked at
; its physical address: it maps the same 4 MiB twice, at 0 and at KERNEL_BASE, switches paging on,
; and jumps up.

%include "include/constants.inc"

    bits 32

    section .multiboot progbits alloc noexec nowrite align=4

    ; Multiboot specification 3.1.1: in the first 8192 bytes of the file; the words add up to 0.
    dd MULTIBOOT_HEADER_MAGIC
    dd MULTIBOOT_HEADER_FLAGS
    dd -(MULTIBOOT_HEADER_MAGIC + MULTIBOOT_HEADER_FLAGS)

    section .boot progbits alloc exec nowrite align=16

    global boot_start
    extern kernel_main
    extern gdt

; boot_start: entered by the boot loader (Multiboot specification 3.2).
;
; The loader did:      protected mode, flat 4 GiB segments, A20 on, interrupts off, .bss cleared.
; The loader did not:  set up a stack, a GDT or an IDT that we could rely on, or paging.
;
;   EAX  MULTIBOOT_BOOTLOADER_MAGIC
;   EBX  physical address of the Multiboot information
boot_start:
    cld
    mov  esi, eax                           ; both are needed again in C

    ; One page table: entry n maps physical page n. Everything is writable for now; paging_init()
    ; will make the kernel's text read-only.
    mov  edi, boot_page_table - KERNEL_BASE
    mov  eax, PAGE_PRESENT | PAGE_WRITE
    mov  ecx, 1024
.next_entry:
    stosd
    add  eax, PAGE_SIZE
    loop .next_entry

    ; A page directory entry covers 4 MiB. The first is for the instructions below, until the jump.
    mov  eax, boot_page_table - KERNEL_BASE + (PAGE_PRESENT | PAGE_WRITE)
    mov  [boot_page_directory - KERNEL_BASE], eax
    mov  [boot_page_directory - KERNEL_BASE + (KERNEL_BASE >> 22) * 4], eax

    ; WP: read-only is so for ring 0 too. AM: a program may ask for alignment checks. EM: no x87,
    ; MMX or SSE, whose registers this kernel does not save.
    mov  eax, boot_page_directory - KERNEL_BASE
    mov  cr3, eax
    mov  eax, cr0
    or   eax, CR0_PG | CR0_WP | CR0_AM | CR0_EM
    mov  cr0, eax

    lgdt [boot_gdtr]                        ; the loader's GDT may be anywhere and hold anything
    jmp  SEL_KERNEL_CODE:.high              ; loads CS and EIP: from here on above KERNEL_BASE

    section .text

.high:
    mov  eax, SEL_KERNEL_DATA
    mov  ss, eax
    mov  eax, SEL_USER_DATA                 ; flat, good for ring 0 too: see int80_entry.asm
    mov  ds, eax
    mov  es, eax
    xor  eax, eax
    mov  fs, eax                            ; the kernel uses neither
    mov  gs, eax
    lldt ax                                 ; at reset there is an LDT, at address 0
    dec  eax                                ; no device may interrupt, once ring 3 lets them: the
    out  0x21, al                           ; BIOS's timer still ticks, and its vector is a double
    out  0xa1, al                           ; fault's. All lines of both controllers are masked

    mov  esp, boot_stack_end - PROCESS_SIZE ; at its top lies a struct process, the kernel's own
    mov  dword [boot_stack], STACK_CANARY   ; see proc/process.c
    xor  ebp, ebp
    push ebx
    push esi
    call kernel_main                        ; (magic, physical address of the information)
    ud2                                     ; it does not come back

    section .rodata

    align 4
boot_gdtr:
    dw GDT_ENTRIES * 8 - 1
    dd gdt

    section .bss nobits alloc noexec write align=4096

    global boot_page_directory
    global boot_page_table

boot_page_directory:
    resb PAGE_SIZE
boot_page_table:
    resb PAGE_SIZE
boot_stack:
    resb KERNEL_STACK_SIZE
boot_stack_end:
