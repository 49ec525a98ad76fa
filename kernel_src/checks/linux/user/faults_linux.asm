; user/faults_linux.asm: what a program may not do to the data that the vDSO tells the time from.

%include "user/fault.inc"

    bits 32

; ESP is _start's: argc, argv, NULL, envp, NULL, auxv.
FAULT write_clock
    mov  esi, [esp]
    lea  esi, [esp + esi * 4 + 8]           ; envp
.environment:
    add  esi, 4
    cmp  dword [esi - 4], 0
    jne  .environment
.auxv:
    mov  edx, [esi]
    mov  eax, [esi + 4]
    add  esi, 8
    cmp  edx, AT_SYSINFO_EHDR
    jne  .auxv
    mov  byte [eax - PAGE_SIZE], 1
    SURVIVED
