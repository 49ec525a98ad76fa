; user/lib/stubs.asm: what each program must carry itself to use SYSENTER.
;
; SYSENTER saves neither EIP nor ESP. So the stub leaves on the stack where it wants to come back
; to, and what SYSEXIT will destroy, and passes its ESP in EBP. This and the kernel's sysenter_entry
; must fit together for ever, in every program that was ever compiled; the next step moves it to
; where the kernel can change it.

    section .text

    global sysenter_stub
    global int80_stub

; sysenter_stub: registers as for `int 0x80`; all but EAX are kept.
sysenter_stub:
    push dword .return
    push ecx                                ; SYSEXIT takes ESP from ECX
    push edx                                ; and EIP from EDX
    push ebp                                ; the 6th argument, as the kernel finds it at [EBP]
    mov  ebp, esp
    sysenter
.return:
    pop  ebp
    pop  edx
    pop  ecx
    lea  esp, [esp + 4]                     ; .return; LEA because ADD would change the flags
    ret

int80_stub:
    int  0x80
    ret
