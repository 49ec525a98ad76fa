; user/lib/vfork.asm: a child that borrows its parent's memory.

%include "include/constants.inc"

    section .text.vfork progbits alloc exec nowrite align=16

    global vfork

; long vfork(void)
;
; The child goes on first, on this very stack, and what it calls overwrites what lies below ESP. So
; nothing is left there: the return address waits in a register, which each of the two has for
; itself. By `int 0x80`, as the vsyscall page would put something on the stack again.
vfork:
    pop  ecx
    mov  eax, NR_vfork
    int  0x80
    jmp  ecx
