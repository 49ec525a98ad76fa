; entry/vsyscall_sysenter.asm: __kernel_vsyscall for CPUs that have SYSENTER.
;
; It is what programs call for a system call, and a part of the vDSO. On a CPU without SYSENTER the
; kernel puts entry/vsyscall_int80.asm in its place, which pushes and pops the same at the same
; distances. The bytes are those that Linux has today, so that debuggers know them.

%include "include/unwind.inc"

    section .text

    global vsyscall_sysenter:function (vsyscall_sysenter_end - vsyscall_sysenter)
    global vsyscall_sysenter_return
    global vsyscall_sysenter_end

; __kernel_vsyscall: called from ring 3, registers as for `int 0x80`; all but EAX kept, flags too.
;
; SYSENTER saves nothing: what the kernel cannot restore is put on the program's stack here.
vsyscall_sysenter:
    push ecx                                ; SYSEXIT takes ESP from ECX
.ecx:
    push edx                                ; and EIP from EDX
.edx:
    push ebp                                ; the 6th argument: the kernel reads it at [EBP]
.ebp:
    mov  ebp, esp                           ; SYSENTER loses ESP; the kernel takes it from EBP
    sysenter
    ; Here, two bytes before the usual place, the program goes on when a signal interrupted the call
    ; and it is to be made again: the registers are as they were, EBP too.
    int  0x80
vsyscall_sysenter_return:                   ; SYSENTER_RETURN: known to the kernel, not to SYSENTER
    pop  ebp
.no_ebp:
    pop  edx
.no_edx:
    pop  ecx
.no_ecx:
    ret
vsyscall_sysenter_end:

    CIE  unwind, "zR"
    FDE  unwind, vsyscall_sysenter, vsyscall_sysenter_end
    ADVANCE vsyscall_sysenter.ecx - vsyscall_sysenter
    PUSHED DWARF_ECX, 2
    ADVANCE vsyscall_sysenter.edx - vsyscall_sysenter.ecx
    PUSHED DWARF_EDX, 3
    ADVANCE vsyscall_sysenter.ebp - vsyscall_sysenter.edx
    PUSHED DWARF_EBP, 4
    ADVANCE vsyscall_sysenter_return.no_ebp - vsyscall_sysenter.ebp
    POPPED DWARF_EBP, 3
    ADVANCE vsyscall_sysenter_return.no_edx - vsyscall_sysenter_return.no_ebp
    POPPED DWARF_EDX, 2
    ADVANCE vsyscall_sysenter_return.no_ecx - vsyscall_sysenter_return.no_edx
    POPPED DWARF_ECX, 1
    END_FDE
