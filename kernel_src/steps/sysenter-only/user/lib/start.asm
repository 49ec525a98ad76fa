; user/lib/start.asm: where every program begins.

%include "include/constants.inc"

    section .text

    global _start
    extern main
    extern sysenter_usable
    extern sysenter_stub
    extern fast_gate

; _start: all general registers are 0, and there is nothing on the stack.
_start:
    call sysenter_usable                    ; each program has to find out what the CPU can do
    test eax, eax
    jz   .old_way
    mov  dword [fast_gate], sysenter_stub
.old_way:
    call main
    mov  ebx, eax                           ; its status
    mov  eax, NR_exit
    int  0x80
