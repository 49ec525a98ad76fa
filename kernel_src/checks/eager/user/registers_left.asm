; user/registers_left.asm: programs that end with something odd in every register.
;
; checks/switch.c looks at what is left of it then, checks/ends.c at what the kernel has of it.

%include "user/fault.inc"

    bits 32

%macro ODD_REGISTERS 0
    mov  eax, SEL_USER_CODE
    mov  fs, eax
    mov  eax, SEL_USER_DATA & ~3            ; RPL 0 is no more than what ring 3 may have
    mov  gs, eax
    push dword EFLAGS_AC | EFLAGS_ID | EFLAGS_DF | EFLAGS_NT | EFLAGS_IF | EFLAGS_ALWAYS_1
    popfd
%endmacro

FAULT registers_left
    ODD_REGISTERS
    mov  esi, 0x11111111
    mov  edi, 0x22222222
    mov  ebp, 0x33333333
    mov  ebx, 0                             ; the exit status
    mov  eax, NR_exit
    int  0x80
    ud2

FAULT all_registers
    ODD_REGISTERS
    mov  eax, 0                             ; XOR would change the flags
    mov  es, eax
    mov  eax, SEL_USER_CODE
    mov  ds, eax
    mov  eax, 0xa1a2a3a4
    mov  ebx, 0xb1b2b3b4
    mov  ecx, 0xc1c2c3c4
    mov  edx, 0xd1d2d3d4
    mov  esi, 0x51525354
    mov  edi, 0x61626364
    mov  ebp, 0xe1e2e3e4
    mov  esp, 0x71727374
    ud2
