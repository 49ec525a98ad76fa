; boot.asm: reads the rule kernel behind this sector to where it is linked, and jumps to it.
;
; On a CD the BIOS has read all of it to 0x7c00 already, where it only has to be moved. The kernel
; is
; an ELF file with one segment that begins with the file, so that a copy of the file is the kernel.

%include "rule_sizes.inc"                       ; KERNEL_ADDR, KERNEL_ENTRY, KERNEL_SECTORS

SECTOR_SIZE     equ 512
CHUNK           equ 32                          ; sectors a call: 16 KiB never cross a 64 KiB border
ELF_MAGIC       equ 0x464c457f
CR0_PE          equ 1

bits 16
org 0x7c00

start:
    jmp  0:.here
.here:
    xor  ax, ax
    mov  ds, ax
    mov  es, ax
    mov  ss, ax
    mov  sp, start
    cld
    cmp  dword [start + SECTOR_SIZE], ELF_MAGIC
    je   go                                     ; it is here: `go` moves it
    mov  si, packet
.next:
    mov  ah, 0x42                               ; DL is still the drive
    push si
    int  0x13
    pop  si
    jc   $
    add  word [packet.segment], CHUNK * SECTOR_SIZE / 16
    add  word [packet.lba], CHUNK
    cmp  word [packet.lba], KERNEL_SECTORS
    jbe  .next
    mov  byte [is_there], 1
go:
    cli
    lgdt [gdt_at]
    mov  eax, cr0
    or   al, CR0_PE
    mov  cr0, eax
    jmp  8:in_32_bits

bits 32
in_32_bits:
    mov  ax, 16
    mov  ds, eax
    mov  es, eax
    mov  ss, eax
    mov  esp, start
    cmp  byte [is_there], 0
    jne  .there
    mov  esi, start + SECTOR_SIZE + KERNEL_SECTORS * SECTOR_SIZE - 4
    mov  edi, KERNEL_ADDR + KERNEL_SECTORS * SECTOR_SIZE - 4
    mov  ecx, KERNEL_SECTORS * SECTOR_SIZE / 4
    std                                         ; the two may overlap
    rep  movsd
    cld
.there:
    xor  eax, eax
    mov  ecx, KERNEL_ENTRY
    jmp  ecx

is_there: db 0
align 4
packet:
    dw   16, CHUNK
    dw   0
.segment:
    dw   KERNEL_ADDR / 16
.lba:
    dq   1
gdt:
    dq   0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdt_at:
    dw   $ - gdt - 1
    dd   gdt

times 446 - ($ - $$) db 0
    db   0x80, 0, 2, 0, 0x83, 0, 0, 0           ; a partition, for BIOSes that want one
    dd   1, KERNEL_SECTORS
times 510 - ($ - $$) db 0
    dw   0xaa55
