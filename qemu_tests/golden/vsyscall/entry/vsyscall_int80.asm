; entry/vsyscall_int80.asm: __kernel_vsyscall for CPUs without SYSENTER.
;
; It is what programs call for a system call. As long as entry/vsyscall_sysenter.asm and alike from
; outside: a program cannot tell which of the two it calls.

    bits 32
    section .text

    global vsyscall_int80
    global vsyscall_int80_end

; __kernel_vsyscall: called from ring 3, registers as for `int 0x80`; all but EAX kept, flags too.
vsyscall_int80:
    push ecx
    push edx
    push ebp
    db   0x8d, 0x74, 0x26, 0x00             ; LEA ESI, [ESI + 0]: nothing, in 4 bytes
    int  0x80
    pop  ebp
    pop  edx
    pop  ecx
    ret
vsyscall_int80_end:

    section .note.GNU-stack noalloc noexec nowrite progbits
