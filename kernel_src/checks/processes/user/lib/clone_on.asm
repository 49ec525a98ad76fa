; user/lib/clone_on.asm: a child on a stack of its own, in memory that it may share.

%include "include/constants.inc"

    section .text.clone_on progbits alloc exec nowrite align=16

    global clone_on

; long clone_on(uint32_t flags, void *stack_end, void (*what)(void))
;
; On the new stack there is nothing to return to: what() must not.
clone_on:
    push ebx
    mov  ebx, [esp + 8]
    mov  ecx, [esp + 12]
    mov  edx, [esp + 16]
    mov  eax, NR_clone
    int  0x80
    test eax, eax
    jz   .child
    pop  ebx
    ret
.child:
    call edx
    ud2
