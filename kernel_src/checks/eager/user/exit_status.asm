; user/exit_status.asm: exit() with something else than 0: see checks/ends.c.

%include "user/fault.inc"

    bits 32

FAULT exit_status
    mov  ebx, 0x123456fe                    ; more than there is room for
    mov  eax, NR_exit
    int  0x80
    SURVIVED

FAULT exit_pid
    mov  eax, NR_getpid
    int  0x80
    mov  ebx, eax
    mov  eax, NR_exit
    int  0x80
    SURVIVED
