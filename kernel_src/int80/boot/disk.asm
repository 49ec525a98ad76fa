; boot/disk.asm: the disk, from its first byte to its last.
;
; Nothing is assembled here but the partition table: the parts come as files made before (see the
; Makefile), and nasm -f bin puts them one behind the other.
;
; Given by make: KERNEL_BYTES, and LOADER_CKSUM, which is what `cksum < loader.bin` prints.

%include "include/constants.inc"
%include "boot/formats.inc"
%include "boot/layout.inc"

; A disk of 16 heads and 63 sectors a track, in whole cylinders, at least two: so that emulators
; which want to know the geometry (Bochs: cylinders=2, heads=16, spt=63) can be told one that
; multiplies out to the file's size.
%define HEADS           16
%define TRACK_SECTORS   63
%define CYL_SECTORS     (HEADS * TRACK_SECTORS)
%define CYLS_NEEDED     ((KERNEL_LBA + KERNEL_SECTORS + CYL_SECTORS - 1) / CYL_SECTORS)
%if CYLS_NEEDED < 2
%define CYLINDERS       2
%else
%define CYLINDERS       CYLS_NEEDED
%endif
%define DISK_SECTORS    (CYLINDERS * CYL_SECTORS)

%define PART_ACTIVE     0x80            ; "boot from this one"; some BIOSes boot no disk without it
%define PART_TYPE       0xda            ; "data without a file system"

    org  0

; ---- sector 0: boot sector and "master boot record", with its table of four partitions -----------
boot_sector:
    incbin "obj/boot/bootsect.bin"          ; 440 bytes of code
    dd   LOADER_CKSUM                       ; others keep a number here that tells disks apart
    dw   0

    ; Partition 1: everything behind this sector. Its ends are given twice, first as the BIOSes of
    ; the 1980s wanted them: head, sector (from 1) with bits 9:8 of the cylinder on top, bits 7:0 of
    ; the cylinder.
    db   PART_ACTIVE
    db   0, 1 + LOADER_LBA, 0
    db   PART_TYPE
    db   HEADS - 1, TRACK_SECTORS | ((CYLINDERS - 1) >> 8 << 6), (CYLINDERS - 1) & 0xff
    dd   LOADER_LBA                         ; and as sector numbers: first,
    dd   DISK_SECTORS - LOADER_LBA          ; how many
    times 3 * 16 db 0                       ; partitions 2 to 4: none
    dw   0xaa55                             ; "this sector can be booted"

; ---- sector 1: the loader, which begins with the description of the image ------------------------
loader:
    incbin "obj/boot/loader.bin"

; ---- then the kernel's ELF file, as it is --------------------------------------------------------
kernel:
    incbin "obj/boot/kernel.stripped"

; ---- and zeros up to the end of the last cylinder ------------------------------------------------
padding:
[warning -zeroing]                          ; "zeroing reserved space" is wanted, and faster than DB
    resb DISK_SECTORS * SECTOR_BYTES - (padding - boot_sector)
