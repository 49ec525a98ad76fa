; user/faults_robust.asm: instructions that tell a program where the kernel's tables are.

%include "user/fault.inc"

    bits 32

    FAULT sgdt
    sgdt [esp - 8]
    SURVIVED

    FAULT sidt
    sidt [esp - 8]
    SURVIVED

    FAULT sldt
    sldt eax
    SURVIVED

    FAULT str
    str  eax
    SURVIVED

    FAULT smsw
    smsw eax
    SURVIVED
