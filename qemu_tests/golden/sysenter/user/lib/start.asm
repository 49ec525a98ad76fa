; user/lib/start.asm: where every program begins.

    section .text

    global _start
    extern gate_init
    extern main
    extern exit_with

; _start: all general registers are 0, and there is nothing on the stack.
_start:
    xor  ebp, ebp                           ; a backtrace ends here
    and  esp, -16
    call gate_init
    call main
    sub  esp, 12                            ; the i386 ABI wants calls with ESP a multiple of 16
    push eax
    call exit_with
