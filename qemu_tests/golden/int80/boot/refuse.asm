; boot/refuse.asm: giving up, in 32 bits.
;
; The loader says why on COM1, tells the emulator, and stops. Not a byte of the kernel has run then.
; (The boot sector has its own, in 16 bits.)

    bits 32

; In: ESI = the reason, ends with a zero byte. Never returns; jump or call, it makes no difference.
refuse:
    ; The UART (PC16550D data sheet): 115200 bits a second, 8 bits, no parity, 1 stop bit.
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

    mov  ebx, esi
    mov  esi, .prefix
    call .say
    mov  esi, ebx
    call .say
    mov  esi, .newline
    call .say
.drain:
    in   al, dx                             ; DX is still the line status register
    test al, UART_LSR_TEMT                  ; the last bit has left: nothing is lost now
    jz   .drain
    mov  al, OUTCOME_LOADER
    out  OUTCOME_PORT, al                   ; ends QEMU; other machines ignore it
.stop:
    hlt                                     ; interrupts are off; NMI would wake it
    jmp  .stop

.say:                                       ; ESI = text, 0 at its end. Leaves DX = line status
    lodsb
    test al, al
    jz   .said
    mov  ah, al
    mov  dx, COM1_PORT + UART_LSR
.wait:
    in   al, dx
    test al, UART_LSR_THRE                  ; may the next byte come?
    jz   .wait
    mov  dx, COM1_PORT + UART_DATA
    mov  al, ah
    out  dx, al
    mov  dx, COM1_PORT + UART_LSR
    jmp  .say
.said:
    ret

.prefix:        db LOADER_PREFIX, 0
.newline:       db 10, 0
