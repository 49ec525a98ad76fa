; entry/at_sysenter.asm: an exception on the very first instruction of sysenter_entry.
;
; SYSENTER clears IF, so no interrupt comes before that instruction has loaded ESP. But a debug
; exception does: SYSENTER leaves EFLAGS.TF set, or a breakpoint register names that address. (So
; may an NMI: see entry/nmi_entry.asm.) The CPU then pushes its three words at
; MSR_IA32_SYSENTER_ESP: on the emergency stack, which is a few words long and where no struct
; process lies at the top. So move: make the same three words on the process's own stack, as if the
; exception had come one instruction later, and go on there.

%include "include/constants.inc"
%include "include/esp0.inc"

    section .text

    extern sysenter_entry.stack_found
    extern trap_common

    global trap_1_at_sysenter
trap_1_at_sysenter:                        ; #DB debug exception
    push eax
    mov  eax, esp                           ; -> EAX, EIP, CS, EFLAGS
    LOAD_ESP0 esp, 16                       ; those four words lie below MSR_IA32_SYSENTER_ESP
    push dword [ss:eax + 12]                ; EFLAGS; by way of SS, as DS is the program's
    push dword [ss:eax + 8]                 ; CS
    push dword sysenter_entry.stack_found   ; EIP: what the first instruction does is done
    mov  eax, [ss:eax]
    push dword 0                            ; no error code
    push dword 1
    jmp  trap_common
