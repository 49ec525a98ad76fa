; boot/bootsect.asm: the boot sector, the first 440 bytes that this disk runs.
;
; It reads the loader and the kernel's file from the disk into memory, makes sure that the loader
; arrived undamaged, and jumps to it.
;
; What the BIOS did: it read this sector to 0x07c00, saw the signature 0xaa55 at its end and jumped
;   here in 16-bit real mode, where an address is segment * 16 + offset. DL holds the BIOS number of
;   the drive, 0x80 for the first hard disk. Interrupts are on, and the BIOS answers calls by INT
;   ("int 13h" is the disk).
; What it did not do: set any other register. Segments, stack pointer and flags may hold anything.
;
; At the jump to the loader: DS = ES = SS = CS = 0, SP = STACK_TOP, DF clear, interrupts on.
;
; BIOS calls are named as in Ralf Brown's Interrupt List; int 13h AH=41h and 42h are also in "BIOS
; Enhanced Disk Drive Services" (EDD).

%include "include/constants.inc"
%include "boot/formats.inc"
%include "boot/layout.inc"

    bits 16
    org  BOOT_ADDR

%define DISK_TRIES      3               ; a drive that is just spinning up may fail at first
%define CHUNK_SECTORS   64              ; 32 KiB; old BIOSes take no more than 127 at once
%define CHUNK_PARAS     (CHUNK_SECTORS * SECTOR_BYTES / 16)
%define EDD_ASK         0x55aa          ; int 13h AH=41h: asked with this in BX ...
%define EDD_ANSWER      0xaa55          ; ... answered with this
%define EDD_READ        (1 << 0)        ; bit in CX: AH=42h is there

start:
    cli                                     ; no interrupt may push onto half a stack
    xor  ax, ax
    mov  ds, ax
    mov  es, ax
    mov  ss, ax
    mov  sp, STACK_TOP
    sti
    cld                                     ; string instructions count upwards
    mov  [drive], dl

    ; Can this BIOS read by sector number, or only by cylinder, head and sector?
    mov  ah, 0x41
    mov  bx, EDD_ASK
    int  0x13
    mov  si, no_lba
    jc   refuse
    cmp  bx, EDD_ANSWER
    jne  refuse
    test cl, EDD_READ
    jz   refuse

    ; The loader, in one call: the packet below already says from where, to where and how much.
    mov  bx, LOADER_SECTORS
    call disk_read
    call loader_check

    ; The kernel, in chunks. Each begins at a multiple of 32 KiB, so that none crosses a multiple of
    ; 64 KiB: an offset has only 16 bits, and the DMA controller of the first PCs could not count
    ; further either.
    mov  word [packet.offset], 0
    mov  word [packet.segment], KERNEL_ADDR / 16
    mov  word [packet.lba], KERNEL_LBA
    mov  bp, KERNEL_SECTORS                 ; sectors still to be read
.chunk:
    mov  bx, CHUNK_SECTORS
    cmp  bp, bx
    jae  .size_known
    mov  bx, bp                             ; the last chunk may be shorter
.size_known:
    call disk_read
    add  word [packet.segment], CHUNK_PARAS
    add  [packet.lba], bx
    sub  bp, bx
    jnz  .chunk

    jmp  0:LOADER_ENTRY                     ; far, to set CS: some BIOSes start us with 0x07c0

; ---- read BX sectors as the packet says ----------------------------------------------------------
; In: BX = number of sectors, the rest of the packet. Keeps BX, BP. Returns only if the disk works.
disk_read:
    mov  di, DISK_TRIES
.try:
    mov  [packet.count], bx                 ; each time: the BIOS may have written how far it got
    mov  ah, 0x42                           ; int 13h AH=42h: extended read, DS:SI = packet
    mov  dl, [drive]
    mov  si, packet
    int  0x13
    jnc  .done
    mov  [status], ah
    mov  ah, 0x00                           ; int 13h AH=00h: reset the drive
    mov  dl, [drive]
    int  0x13
    dec  di
    jnz  .try

    mov  al, [status]                       ; two hexadecimal digits into the message
    mov  di, disk_error.digits
    aam  16                                 ; AH = AL / 16, AL = AL % 16
    xchg al, ah                             ; the high digit is stored first
    call hex_digit
    mov  al, ah
    call hex_digit
    mov  si, disk_error
    jmp  refuse
.done:
    ret

hex_digit:                                  ; AL = 0..15, to a character at DI; DI + 1, keeps AH
    cmp  al, 10
    jb   .decimal
    add  al, 'a' - '0' - 10
.decimal:
    add  al, '0'
    stosb
    ret

; ---- is the loader in memory the one that this image was made with? ------------------------------
; boot/layout.inc says what the checksum is. Bit by bit is short; kernel_file.asm has a faster way.
loader_check:
    mov  word [LOADER_ADDR + LOADER_BYTES], LOADER_BYTES
    mov  si, LOADER_ADDR
    mov  cx, LOADER_BYTES + 2
    xor  edx, edx                           ; the remainder so far
.byte:
    lodsb
    shl  eax, 24                            ; the new byte joins at the top
    xor  edx, eax
    mov  al, 8
.bit:
    add  edx, edx                           ; shifts left by one; the carry is the bit that fell out
    jnc  .next
    xor  edx, CKSUM_POLY
.next:
    dec  al
    jnz  .bit
    loop .byte
    not  edx
    mov  si, loader_damaged
    cmp  edx, [BOOT_ADDR + BOOT_CODE_BYTES] ; disk.asm put it there
    jne  refuse
    ret

; ---- give up: say why on COM1, tell the emulator, stop -------------------------------------------
; In: SI = the reason, ends with a zero byte. refuse.asm has the same in 32 bits, with more words.
refuse:
    mov  dx, COM1_PORT + UART_LCR
    mov  al, UART_LCR_DLAB                  ; the first two registers become the divisor
    out  dx, al
    mov  dx, COM1_PORT + UART_DATA
    mov  al, 1                              ; 115200 / 1 bits a second
    out  dx, al
    inc  dx
    mov  al, 0
    out  dx, al
    mov  dx, COM1_PORT + UART_LCR
    mov  al, UART_LCR_8N1
    out  dx, al

    push si
    mov  si, prefix
    call say
    pop  si
    call say
    mov  si, newline
    call say
.drain:
    in   al, dx                             ; DX is still the line status register
    test al, UART_LSR_TEMT                  ; the last bit has left: nothing is lost now
    jz   .drain
    mov  al, OUTCOME_LOADER
    out  OUTCOME_PORT, al                   ; ends QEMU; other machines ignore it
    cli
.stop:
    hlt                                     ; wakes up only for what CLI cannot stop (NMI)
    jmp  .stop

say:                                        ; SI = text, 0 at its end. Leaves DX = line status
    lodsb
    test al, al
    jz   .done
    mov  ah, al
    mov  dx, COM1_PORT + UART_LSR
.wait:
    in   al, dx
    test al, UART_LSR_THRE                  ; may the next byte come?
    jz   .wait
    mov  dl, (COM1_PORT + UART_DATA) & 0xff
    mov  al, ah
    out  dx, al
    mov  dl, (COM1_PORT + UART_LSR) & 0xff
    jmp  say
.done:
    ret

prefix:         db LOADER_PREFIX, 0
no_lba:         db "this BIOS cannot read the disk by sector number", 0
disk_error:     db "disk read error 0x"
.digits:        db "00", 0
loader_damaged: db "loader damaged", 0
newline:        db 10, 0

drive:          db 0
status:         db 0                        ; of the disk call that failed

; The disk address packet of int 13h AH=42h (EDD), first filled in for the loader.
    align 4, db 0
packet:         db 16, 0                    ; its size, and a byte that must be zero
.count:         dw 0                        ; sectors to read
.offset:        dw LOADER_ADDR              ; to where in memory: offset,
.segment:       dw 0                        ; segment
.lba:           dq LOADER_LBA               ; from which sector

    times BOOT_CODE_BYTES - ($ - $$) db 0
