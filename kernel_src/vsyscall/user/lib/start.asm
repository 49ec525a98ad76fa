; user/lib/start.asm: where every program begins.

    bits 32
    section .text

    global _start
    extern program_start

; _start: all general registers are 0; ESP is a multiple of 16 and points to
;
;   argc, argv[0] ... argv[argc - 1], NULL, envp[0] ..., NULL, pairs of the auxiliary vector
;
; (System V ABI i386 supplement, 3-28).
_start:
    mov  eax, esp
    xor  ebp, ebp                           ; a backtrace ends here
    sub  esp, 12                            ; the i386 ABI wants calls with ESP a multiple of 16
    push eax
    call program_start                      ; (start stack)

    section .note.GNU-stack noalloc noexec nowrite progbits
