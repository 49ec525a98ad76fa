; boot/a20.asm: address line 20.
;
; A PC with the first IBM PC's 1 MiB in mind starts (or once started) with bit 20 of every address
; held at 0, so that 0x100500 means 0x000500. The kernel is to go to 1 MiB, so the line must be
; switched on.

    bits 16

%define FAST_A20_PORT   0x92            ; "system control port A"
%define FAST_A20_ON     0x02
%define FAST_A20_RESET  0x01            ; the bit beside it resets the machine
%define KBD_STATUS_PORT 0x64            ; keyboard controller: a pin of it held the IBM AT's line
%define KBD_DATA_PORT   0x60
%define KBD_BUSY        0x02
%define KBD_WRITE_PINS  0xd1
%define KBD_PINS_A20    0xdf            ; A20 on, and the reset line (bit 0) left alone

; In: DS = 0. Out: nothing; a20_check judges later. Tries one way after the other and stops at the
; first that works, as each has hung some machine that did not know it. Changes AX, CX and ES.
a20_enable:
    call .is_on
    je   .done
    mov  ax, 0x2401                         ; int 15h AX=2401h: the BIOS knows best
    int  0x15
    call .is_on
    je   .done

    in   al, FAST_A20_PORT
    or   al, FAST_A20_ON
    and  al, ~FAST_A20_RESET & 0xff
    out  FAST_A20_PORT, al
    call .is_on
    je   .done

    call .keyboard_wait
    mov  al, KBD_WRITE_PINS
    out  KBD_STATUS_PORT, al
    call .keyboard_wait
    mov  al, KBD_PINS_A20
    out  KBD_DATA_PORT, al
    call .keyboard_wait
.done:
    ret

.keyboard_wait:                             ; until it takes the next byte, but not for ever
    xor  cx, cx
.poll:
    in   al, KBD_STATUS_PORT
    test al, KBD_BUSY
    loopnz .poll
    ret

.is_on:                                     ; ZF = 1 if the line is on
    mov  ax, 0xffff                         ; * 16 + 0x510 = 0x100500; 0x500 if the line is off
    mov  es, ax
    mov  dword [A20_PROBE_ADDR], 0
    mov  dword [es:A20_PROBE_ADDR + 0x10], 1
    cmp  dword [A20_PROBE_ADDR], 0
    push 0
    pop  es                                 ; as it was, and POP does not touch ZF
    ret

    bits 32

; Does not return if the line is off.
a20_check:
    mov  dword [A20_PROBE_ADDR], 0
    mov  dword [A20_PROBE_ADDR + ONE_MIB], 1
    mov  esi, .is_off
    cmp  dword [A20_PROBE_ADDR], 0
    jne  refuse
    ret

.is_off:        db "address line A20 cannot be switched on", 0
