; user/lib/start.asm: where every program begins.

%include "include/constants.inc"

    section .text

    global _start
    extern main

; _start: all general registers are 0, and there is nothing on the stack.
_start:
    call main
    mov  ebx, eax                           ; its status
    mov  eax, NR_exit
    int  0x80
