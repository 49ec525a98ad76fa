; empty.asm: the empty kernel, tinygate's yardstick for starting.
;
; It sends one byte and ends. Whatever time passes from starting the emulator to this byte is the
; emulator's and the BIOS's; only what a kernel takes beyond that is the kernel's own.
;
;   nasm -f bin empty.asm -o empty.bin && qemu-system-i386 -kernel empty.bin -serial stdio \
;       -display none -device isa-debug-exit,iobase=0xf4,iosize=4
;
; No linker is needed: with bit 16 of the flags set ("a.out kludge"), a Multiboot header says itself
; where the file goes in memory and where to start, so that the file need not be an ELF.

MULTIBOOT_MAGIC         equ 0x1badb002      ; Multiboot 0.6.96, section 3.1.1
MULTIBOOT_ADDRESSES     equ 1 << 16         ; flag: the five address fields below are valid
COM1                    equ 0x3f8           ; transmit register of the first serial port
OUTCOME_PORT            equ 0xf4            ; isa-debug-exit: QEMU ends with status code * 2 + 1
OUTCOME_FINISHED        equ 0x10            ; status 33

    bits 32
    org 0x100000                            ; 1 MiB: the first memory above the BIOS

header:
    dd MULTIBOOT_MAGIC
    dd MULTIBOOT_ADDRESSES
    dd -(MULTIBOOT_MAGIC + MULTIBOOT_ADDRESSES) ; checksum: the three sum to 0
    dd header                               ; header_addr: where this header goes
    dd header                               ; load_addr: where the file's first byte goes
    dd file_end                             ; load_end_addr: end of what is in the file
    dd file_end                             ; bss_end_addr: nothing to clear behind it
    dd start                                ; entry_addr

start:
    mov dx, COM1                            ; QEMU's port sends without having been set up
    mov al, 'E'
    out dx, al
    mov al, OUTCOME_FINISHED
    out OUTCOME_PORT, al
.stop:
    hlt                                     ; only reached where there is no such device
    jmp .stop

    align 4
file_end:
