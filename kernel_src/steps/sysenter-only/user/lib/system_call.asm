; user/lib/system_call.asm: the way into the kernel, for C, and what a program must carry to use it.

    section .data

    global fast_gate
fast_gate:
    dd   int80_stub                         ; user/lib/start.asm may find a better way

    section .text

    global sysenter_stub
    global system_call

; sysenter_stub: registers as for `int 0x80`; all but EAX are kept.
;
; SYSENTER saves neither EIP nor ESP. So the stub leaves on the stack where it wants to come back
; to, and what SYSEXIT will destroy, and passes its ESP in EBP. This and the kernel's sysenter_entry
; must fit together for ever, in every program that was ever compiled; the next step moves it to
; where the kernel can change it.
sysenter_stub:                              ; 2, as in tinygate's docs/way.svg
    push dword .return
    push ecx                                ; SYSEXIT takes ESP from ECX
    push edx                                ; and EIP from EDX
    push ebp                                ; the 6th argument, as the kernel finds it at [EBP]
    mov  ebp, esp
    sysenter                                ; 3
.return:                                    ; 9
    pop  ebp
    pop  edx
    pop  ecx
    lea  esp, [esp + 4]                     ; .return; LEA because ADD would change the flags
    ret

int80_stub:
    int  0x80
    ret

; long system_call(long number, long a, long b, long c, long d, long e, long f)
;
; By the best way there is. The kernel keeps every register but EAX; a C function may change ECX
; and EDX too.
system_call:
    push ebx
    push esi
    push edi
    push ebp
    mov  eax, [esp + 20]                    ; behind the four and the return address
    mov  ebx, [esp + 24]
    mov  ecx, [esp + 28]
    mov  edx, [esp + 32]
    mov  esi, [esp + 36]
    mov  edi, [esp + 40]
    mov  ebp, [esp + 44]
    call [fast_gate]                        ; see user/lib/start.asm
    pop  ebp
    pop  edi
    pop  esi
    pop  ebx
    ret
