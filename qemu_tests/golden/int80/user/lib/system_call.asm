; user/lib/system_call.asm: the way into the kernel, for C.

    bits 32
    section .text

    global system_call
    global int80_call

; long system_call(long number, long a, long b, long c, long d, long e, long f)
;
; In this step there is one way in. The kernel keeps every register but EAX.
system_call:
int80_call:
    push ebx
    push esi
    push edi
    push ebp
    mov  eax, [esp + 20]
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

    section .note.GNU-stack noalloc noexec nowrite progbits
