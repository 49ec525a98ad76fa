; user/lib/system_call.asm: the way into the kernel, for C.

    section .text

    global system_call

; long system_call(long number, long a, long b, long c, long d, long e, long f)
;
; The kernel keeps every register but EAX; a C function may change ECX and EDX too.
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
    int  0x80
    pop  ebp
    pop  edi
    pop  esi
    pop  ebx
    ret
