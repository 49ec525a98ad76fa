; proc/context_switch.asm: from one process's kernel stack to another's.

%include "include/constants.inc"

    bits 32
    section .text

    global context_switch

; struct process *context_switch(struct process *previous, struct process *next)
;
; Saves on the stack of `previous` what C code expects to find again, and takes the same from that
; of `next`. Comes back when somebody switches to `previous`; returns the process that was left
; then. A new process comes out at process_first_return, because process_create() put that address
; on its stack.
context_switch:
    mov  eax, [esp + 4]
    mov  edx, [esp + 8]
    push ebp
    push ebx
    push esi
    push edi
    push fs                                 ; no kernel code changes these two: the program's own
    push gs
    mov  [eax + PROCESS_CONTEXT_ESP], esp
    mov  esp, [edx + PROCESS_CONTEXT_ESP]
    push dword EFLAGS_ALWAYS_1              ; `int 0x80` leaves AC and ID as that program has them
    popfd
    pop  gs
    pop  fs
    pop  edi
    pop  esi
    pop  ebx
    pop  ebp
    ret

    section .note.GNU-stack noalloc noexec nowrite progbits
