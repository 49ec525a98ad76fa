; entry/vsyscall_sysenter.asm: __kernel_vsyscall for CPUs that have SYSENTER.
;
; It is what programs call for a system call. These bytes are copied to the beginning of the
; vsyscall page, which every process has and can only read and execute. They are those that Linux
; has today, so that debuggers and unwinders know them.

    bits 32
    section .text

    global vsyscall_sysenter
    global vsyscall_sysenter_return
    global vsyscall_sysenter_end

; __kernel_vsyscall: called from ring 3, registers as for `int 0x80`; all but EAX kept, flags too.
;
; SYSENTER saves nothing: what the kernel cannot restore is put on the program's stack here.
vsyscall_sysenter:
    push ecx                                ; SYSEXIT takes ESP from ECX
    push edx                                ; and EIP from EDX
    push ebp                                ; the 6th argument: the kernel reads it at [EBP]
    mov  ebp, esp                           ; SYSENTER loses ESP; the kernel takes it from EBP
    sysenter
    ; Linux comes back here, two bytes before the usual place, when a call that a signal interrupted
    ; is to be made again. This kernel has no signals.
    int  0x80
vsyscall_sysenter_return:                   ; SYSENTER_RETURN: known to the kernel, not to SYSENTER
    pop  ebp
    pop  edx
    pop  ecx
    ret
vsyscall_sysenter_end:

    section .note.GNU-stack noalloc noexec nowrite progbits
