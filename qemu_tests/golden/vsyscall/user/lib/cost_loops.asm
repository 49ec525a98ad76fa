; user/lib/cost_loops.asm: the loops that cost.c times: assembly, to be as short as can be.

%include "include/constants.inc"

    bits 32
    section .text

    global cost_empty
    global cost_int80

; The loop by itself: what is to be taken off the others.
    align 16
cost_empty:
    mov  ecx, COST_CALLS
.next:
    mov  eax, NR_getpid
    dec  ecx
    jnz  .next
    ret

    align 16
cost_int80:
    mov  ecx, COST_CALLS
.next:
    mov  eax, NR_getpid
    int  0x80
    dec  ecx
    jnz  .next
    ret

    section .note.GNU-stack noalloc noexec nowrite progbits
