; boot_sector.asm: the empty kernel once more, as the boot sector of a disk.
;
; The yardstick for starting from a disk image: the BIOS finds the disk, reads its first sector to
; 0x7c00 and jumps there in 16-bit real mode, which is all that a disk costs more than `-kernel`.
; empty.asm says what it is compared with.
;
;   nasm -f bin boot_sector.asm -o sector.img && truncate -s 1M sector.img

COM1                    equ 0x3f8           ; transmit register of the first serial port
OUTCOME_PORT            equ 0xf4            ; isa-debug-exit: QEMU ends with status code * 2 + 1
OUTCOME_FINISHED        equ 0x10            ; status 33
SECTOR_SIZE             equ 512
BOOT_SIGNATURE          equ 0xaa55          ; the BIOS boots no sector that does not end in it

    bits 16
    org 0x7c00

start:
    mov dx, COM1
    mov al, 'E'
    out dx, al
    mov al, OUTCOME_FINISHED
    out OUTCOME_PORT, al
.stop:
    hlt
    jmp .stop

    times SECTOR_SIZE - 2 - ($ - $$) db 0
    dw BOOT_SIGNATURE
