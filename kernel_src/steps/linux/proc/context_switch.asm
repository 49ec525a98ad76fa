; proc/context_switch.asm: from one process's kernel stack to another's.

%include "include/constants.inc"

    section .text

    global context_switch

; void context_switch(struct process *previous, struct process *next)
;
; Saves on the stack of `previous` what C code expects to find again, and takes the same from that
; of `next`. Comes back when somebody switches to `previous`. A new process comes out at
; process_first_return: see process_prepare().
context_switch:
    mov  eax, [esp + 4]
    mov  edx, [esp + 8]
    push ebp
    push ebx
    push esi
    push edi
    push fs                                 ; no kernel code uses these two: the program's own
    push gs
    mov  [eax + PROCESS_CONTEXT_ESP], esp
    mov  esp, [edx + PROCESS_CONTEXT_ESP]
    push dword EFLAGS_ALWAYS_1              ; `int 0x80` leaves AC and ID as that program has them
    popfd
.pop_gs:
    pop  gs                                 ; a TLS entry may be gone: see cpu/segments.asm
.pop_fs:
    pop  fs
    pop  edi
    pop  esi
    pop  ebx
    pop  ebp
    ret

.bad_gs:
    mov  dword [esp], 0
    jmp  .pop_gs
.bad_fs:
    mov  dword [esp], 0
    jmp  .pop_fs

    section .fixups progbits alloc noexec nowrite align=4

    dd context_switch.pop_gs, context_switch.bad_gs
    dd context_switch.pop_fs, context_switch.bad_fs
