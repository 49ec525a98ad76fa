; boot/disk.asm: the disk, from its first byte to its last.
;
; The parts come as files made before (see disk_image.mk); nasm -f bin puts them one behind the
; other. Given by make: KERNEL_BYTES, and BOOT_CKSUM, which is what `cksum < bootsect.bin` prints.

%include "boot/layout.inc"

%assign KERNEL_MAX      KERNEL_END - KERNEL_ADDR
%if KERNEL_BYTES > KERNEL_MAX
%error kernel file of KERNEL_BYTES bytes is too large: the boot loader has room for KERNEL_MAX bytes
%endif

    org  0

    incbin "obj/boot/bootsect.bin"          ; boot sector and loader,
    dd   BOOT_CKSUM                         ; their checksum
    incbin "obj/boot/kernel.stripped"       ; the kernel
[warning -zeroing]                          ; "zeroing reserved space" is wanted, and faster than DB
    resb DISK_SECTORS * SECTOR_BYTES - ($ - $$)
