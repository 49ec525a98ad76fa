; boot/bootsect.asm: the boot sector, the first 512 bytes of the disk.
;
; It reads the loader, makes sure that both arrived undamaged, and jumps to it. loader.asm is
; assembled with it, and calls disk_read, checksum and refuse here.
;
; What the BIOS did: it read this sector to 0x07c00, saw the signature 0xaa55 at its end and jumped
;   here in 16-bit real mode, where an address is segment * 16 + offset. DL holds the BIOS number of
;   the drive, 0x80 for the first hard disk. Interrupts are on, and the BIOS answers calls by INT
;   ("int 13h" is the disk).
; What it did not do: set any other register. Segments, stack pointer and flags may hold anything.
;
; At the jump to the loader: DS = SS = CS = 0, a stack, DF clear, interrupts on.
;
; BIOS calls are named as in Ralf Brown's Interrupt List; int 13h AH=42h is also in "BIOS Enhanced
; Disk Drive Services" (EDD).
;
; Given by make: KERNEL_BYTES, and KERNEL_CKSUM, which is what `cksum` prints for the kernel's file.

%include "include/constants.inc"
%include "boot/formats.inc"
%include "boot/layout.inc"

    bits 16
    org  BOOT_ADDR

%define LOADER_PREFIX   "boot loader: " ; the verdict looks for it in the serial output
%define CKSUM_POLY      0x04c11db7      ; x^26 + x^23 + ... + x + 1; x^32 always falls out
%define COM1_9600_8N1   0x00e3          ; int 14h AH=00h: bits a second, as fast as it knows
%define COM1_LSR_PORT   0x3fd           ; line status (National Semiconductor PC16550D data sheet)
%define UART_LSR_TEMT   0x40            ; the last bit has left
%define PART_ACTIVE     0x80            ; "boot from this one"; some BIOSes boot no disk without it
%define PART_TYPE       0xda            ; "data without a file system"

%macro refuse_if 2                      ; a condition as in Jcc, and the reason to give
    j%-1 %%go_on
    call refuse                             ; does not return: the address it pushes is the text's
    db   LOADER_PREFIX, %2, 10, 0
%%go_on:
%endmacro

start:
    cli                                     ; no interrupt may push onto half a stack
    xor  ax, ax
    mov  ds, ax
    mov  ss, ax
    mov  sp, BOOT_ADDR
    sti
    cld                                     ; string instructions count upwards
    mov  [DRIVE_ADDR], dl

    mov  ax, LOADER_ADDR / 16
    mov  es, ax
    mov  ebx, 1
    mov  cx, BOOT_SECTORS - 1
    call disk_read

    call checksum_table_make
    xor  ax, ax
    mov  es, ax
    mov  si, BOOT_ADDR
    mov  ecx, BOOT_BYTES - CKSUM_BYTES
    call checksum
    cmp  edx, [BOOT_ADDR + BOOT_BYTES - CKSUM_BYTES]
    refuse_if ne, "loader damaged"
    jmp  0:loader_start                     ; far, to set CS: some BIOSes start us with 0x07c0

; ---- read CX sectors, from number EBX on, to ES:0 ------------------------------------------------
; Returns only if that went well. Changes AX, DX, SI.
disk_read:
    push dword 0                            ; a "disk address packet", from its end: the sector
    push ebx                                ; number, in 8 bytes,
    push es                                 ; to where in memory, segment
    push word 0                             ; and offset,
    push cx                                 ; how many sectors,
    push word 16                            ; size of the packet
    mov  ah, 0x42                           ; int 13h AH=42h: extended read, DS:SI = packet
    mov  dl, [DRIVE_ADDR]
    mov  si, sp
    clc                                     ; some BIOSes set it for an error and else leave it
    int  0x13
    refuse_if c, "the BIOS cannot read the disk (int 13h AH=42h)"
    add  sp, 16
    ret

; ---- the checksum of the POSIX program cksum -----------------------------------------------------
; In: ES:SI = address, ECX = how many bytes. Out: EDX = checksum. Keeps EDI only.
;
; All bytes, and then the bytes of their number (low byte first, no leading zeros), are one long
; binary number. It is divided by a polynomial, with XOR in place of subtraction; the checksum is
; the complement of the remainder, a CRC. It notices every single wrong bit, and every run of wrong
; bits up to 32 long. A table has what each value of the eight bits that fall out does to the rest.
checksum:
    mov  [CKSUM_LENGTH_ADDR], ecx
    bsr  ebp, ecx                           ; the number of the highest bit that is set
    shr  ebp, 3
    inc  ebp                                ; how many bytes of the length are to follow
    xor  edx, edx                           ; the remainder so far
.byte:
    mov  al, [es:si]                        ; no LODSB, no subroutine: emulators take long for them
    inc  si
    rol  edx, 8                             ; the bits that fall out are DL now
    xor  al, dl
    movzx bx, al
    shl  bx, 2
    mov  dl, 0
    xor  edx, [CKSUM_TABLE_ADDR + bx]
    test si, si                             ; 0: an offset has only 16 bits, this segment is done
    jnz  .same_segment
    mov  ax, es
    add  ax, 0x1000                         ; 64 KiB further
    mov  es, ax
.same_segment:
    dec  ecx
    jnz  .byte
    xchg ecx, ebp                           ; now the length, and then 0: that was all
    xor  si, si
    mov  es, si
    mov  si, CKSUM_LENGTH_ADDR
    test ecx, ecx
    jnz  .byte
    not  edx
    ret

checksum_table_make:
    mov  di, CKSUM_TABLE_ADDR + 255 * 4
    mov  ebx, 255 << 24                     ; from the last value down to the first
.value:
    mov  eax, ebx
    mov  cl, 8
.bit:
    add  eax, eax                           ; shifts left by one; the carry is the bit that fell out
    jnc  .next
    xor  eax, CKSUM_POLY
.next:
    dec  cl
    jnz  .bit
    mov  [di], eax
    sub  di, 4
    sub  ebx, 1 << 24
    jnc  .value
    ret

; ---- give up: say why on COM1, tell the emulator, stop -------------------------------------------
; On the stack: address of the reason, which ends with a zero byte.
refuse:
    pop  si
    mov  ax, COM1_9600_8N1
    xor  dx, dx                             ; COM1
    int  0x14
.character:
    lodsb
    mov  ah, 0x01                           ; int 14h AH=01h: send AL
    int  0x14
    cmp  byte [si], 0
    jne  .character
    mov  dx, COM1_LSR_PORT
.drain:
    in   al, dx
    test al, UART_LSR_TEMT                  ; nothing of it is lost now
    jz   .drain
    mov  al, OUTCOME_LOADER
    out  OUTCOME_PORT, al                   ; ends QEMU; other machines ignore it
    cli
.stop:
    hlt                                     ; wakes up only for what CLI cannot stop (NMI)
    jmp  .stop

; ---- the partition table, with which this is a "master boot record" ------------------------------
    times 446 - ($ - $$) db 0
    ; Partition 1: everything behind this sector. Its ends are given twice, first as the BIOSes of
    ; the 1980s wanted them: head, sector (from 1), cylinder.
    db   PART_ACTIVE
    db   0, 2, 0
    db   PART_TYPE
    db   HEADS - 1, TRACK_SECTORS, CYLINDERS - 1
    dd   1                                  ; and as sector numbers: first,
    dd   DISK_SECTORS - 1                   ; how many
    times 510 - ($ - $$) db 0               ; partitions 2 to 4: none
    dw   0xaa55                             ; "this sector can be booted"

%include "boot/loader.asm"

    times BOOT_BYTES - CKSUM_BYTES - ($ - $$) db 0
