; user/lib/system_call.asm: the ways into the kernel, for C.

    bits 32
    section .text

    global system_call
    global int80_call
    extern fast_gate

; Load the arguments of a C function (number, a, b, c, d, e, f), which lie behind the four saved
; registers and the return address, into the registers where the kernel wants them.
%macro SAVE_AND_LOAD 0
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
%endmacro

%macro RESTORE_AND_RETURN 0
    pop  ebp
    pop  edi
    pop  esi
    pop  ebx
    ret
%endmacro

; long system_call(long number, long a, long b, long c, long d, long e, long f)
;
; By the best way there is: the address in fast_gate was found at the program's start.
system_call:
    SAVE_AND_LOAD
    call [fast_gate]
    RESTORE_AND_RETURN

; The same by the old way.
int80_call:
    SAVE_AND_LOAD
    int  0x80
    RESTORE_AND_RETURN

    section .note.GNU-stack noalloc noexec nowrite progbits
