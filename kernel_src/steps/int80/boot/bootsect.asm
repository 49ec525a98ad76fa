; boot/bootsect.asm: the disk: the boot sector, which is its first 512 bytes, and the kernel.
;
; The BIOS reads the first sector to 0x7c00 and jumps there in 16-bit real mode, where an address is
; segment * 16 + offset. DL is its number of the drive; no other register is set. The BIOS reads the
; kernel into the low memory that it can reach. From there it is copied to where it is linked, and
; started as a Multiboot loader would do it.
;
; BIOS calls are named as in Ralf Brown's Interrupt List. Given by make: KERNEL_BYTES.

%include "include/constants.inc"

%define READ_SECTORS    64              ; at once: BIOSes take up to 127, without a 64 KiB border
%define SECTORS         ((KERNEL_BYTES + 0x7fff) / 0x8000 * READ_SECTORS) ; whole reads
%define LOW_ADDR        0x10000         ; from here to 0x90000 nobody has anything
%define DISK_BYTES      (2 * 16 * 63 * 512) ; cylinders, heads, sectors: BIOSes want whole ones
%if SECTORS * 512 > 0x80000
%error a kernel of KERNEL_BYTES bytes is too large: low memory has room for 512 KiB
%endif

    bits 16
    org  0x7c00

    xor  ax, ax
    mov  ds, ax
    mov  ss, ax
    mov  sp, 0x7c00

.read:
    mov  si, packet
    mov  ah, 0x42                           ; int 13h AH=42h: extended read, DS:SI = packet
    int  0x13
    jc   .failed
    add  word [packet.segment], READ_SECTORS * 512 / 16
    add  word [packet.sector], READ_SECTORS
    cmp  word [packet.sector], SECTORS
    jbe  .read

    mov  ah, 0x88                           ; int 15h AH=88h: KiB of memory from 1 MiB on
    int  0x15
    mov  [memory_kib], ax
    in   al, 0x92                           ; address line 20 on; bit 0 would be a reset
    or   al, 2
    and  al, 0xfe
    out  0x92, al

    cli
    lgdt [gdtr]
    mov  eax, cr0
    or   al, CR0_PE
    mov  cr0, eax
    jmp  8:protected                        ; loads CS: from here on 32 bit

.failed:
    mov  si, message
    xor  dx, dx
.next:
    lodsb
    mov  ah, 1                              ; int 14h AH=01h: send AL to the port DX
    int  0x14
    cmp  byte [si], 0
    jne  .next
    jmp  $

    bits 32
protected:
    mov  ax, 16
    mov  ds, ax
    mov  es, ax
    mov  ss, ax
    mov  esi, LOW_ADDR
    mov  edi, KERNEL_LOAD_ADDR
    mov  ecx, SECTORS * 512 / 4
    rep  movsd
    mov  ecx, (KERNEL_LOAD_ADDR - SECTORS * 512) / 4
    xor  eax, eax
    rep  stosd                              ; all that lies behind it, up to 2 MiB: .bss is zeros
    mov  eax, MULTIBOOT_BOOTLOADER_MAGIC
    mov  ebx, multiboot_info
    jmp  KERNEL_LOAD_ADDR + 16              ; boot_start, behind the Multiboot header

gdt:             dq   0, 0x00cf9b000000ffff, 0x00cf93000000ffff ; flat: see cpu/gdt.c
gdtr:            dw   gdtr - gdt - 1, gdt, 0
multiboot_info:  dd   MULTIBOOT_INFO_MEMORY, 640
memory_kib:      dd   0
packet:          dw   16, READ_SECTORS, 0   ; its size; how many sectors; to where: offset,
.segment:        dw   LOW_ADDR / 16         ; segment
.sector:         dq   1                     ; from which sector on
message:         db   "boot loader: the BIOS cannot read the disk (int 13h AH=42h)", 10, 0

    times 508 - ($ - $$) db 0
    dw   SECTORS
    dw   0xaa55                             ; the signature of a boot sector

    incbin "obj/boot/kernel.bin"
    times DISK_BYTES - ($ - $$) db 0
