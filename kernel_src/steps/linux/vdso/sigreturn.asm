; vdso/sigreturn.asm: where a signal handler returns to, if its program named no place of its own.
;
; The kernel called the handler: it put a frame with all registers on the program's stack, and one
; of these addresses below as the return address. Debuggers know a signal's frame by these bytes,
; which are Linux's.

%include "include/constants.inc"
%include "include/unwind.inc"

    section .text

    global sigreturn:function (sigreturn_end - sigreturn)
    global rt_sigreturn:function (rt_sigreturn_end - rt_sigreturn)

; __kernel_sigreturn: the handler of an old sigaction() is through. ESP points behind the return
; address: to the number of the signal, and above it struct sigcontext.
    nop                                     ; unwinders look at the byte before a return address
sigreturn:
    pop  eax
.popped:
    mov  eax, NR_sigreturn
    int  0x80
sigreturn_end:

    align 4, nop

; __kernel_rt_sigreturn: that of rt_sigaction(). ESP points to the handler's three arguments.
    nop
rt_sigreturn:
    mov  eax, NR_rt_sigreturn
    int  0x80
rt_sigreturn_end:

; INTERRUPTED n: the program that the signal interrupted; its struct sigcontext lies at ESP + n.
%macro INTERRUPTED 1
    db   DW_CFA_def_cfa_expression, 4
    ESP_PLUS %1 + SIGCONTEXT_ESP
    db   DW_OP_deref                        ; its ESP
    SAVED DWARF_EAX, %1 + SIGCONTEXT_EAX
    SAVED DWARF_ECX, %1 + SIGCONTEXT_ECX
    SAVED DWARF_EDX, %1 + SIGCONTEXT_EDX
    SAVED DWARF_EBX, %1 + SIGCONTEXT_EBX
    SAVED DWARF_EBP, %1 + SIGCONTEXT_EBP
    SAVED DWARF_ESI, %1 + SIGCONTEXT_ESI
    SAVED DWARF_EDI, %1 + SIGCONTEXT_EDI
    SAVED DWARF_EIP, %1 + SIGCONTEXT_EIP
%endmacro

    CIE  unwind, "zRS"
    FDE  unwind, sigreturn - 1, sigreturn_end
    INTERRUPTED SIGNAL_CONTEXT
    ADVANCE sigreturn.popped - (sigreturn - 1)
    INTERRUPTED SIGNAL_CONTEXT - 4
    END_FDE
    FDE  unwind, rt_sigreturn - 1, rt_sigreturn_end
    INTERRUPTED RT_SIGNAL_CONTEXT
    END_FDE
