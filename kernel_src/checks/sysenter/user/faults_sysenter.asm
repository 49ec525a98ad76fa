; user/faults_sysenter.asm: what a program may not do with SYSENTER's own instructions.

%include "user/fault.inc"

    bits 32

FAULT rdmsr
    mov  ecx, MSR_IA32_SYSENTER_ESP
    rdmsr
    SURVIVED

FAULT wrmsr
    mov  ecx, MSR_IA32_SYSENTER_EIP
    mov  eax, .here
    xor  edx, edx
.here:
    wrmsr
    SURVIVED

FAULT sysexit
    mov  ecx, esp
    mov  edx, .here
    db   0x0f, 0x35                         ; SYSEXIT at CPL 3 is #GP(0) (SDM 2B, SYSEXIT)
.here:
    SURVIVED
