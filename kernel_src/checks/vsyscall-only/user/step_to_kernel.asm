; user/step_to_kernel.asm: jumps to ECX, and a single step ends there: see checks/at_sysenter.c.

%include "user/fault.inc"

    bits 32

FAULT step_to_kernel
    pushfd
    or   dword [esp], EFLAGS_TF
    popfd
    jmp  ecx                                ; the trap comes after this, before there is a fetch
