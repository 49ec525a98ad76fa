; entry/at_sysenter.asm: an exception on the very first instruction of sysenter_entry.
;
; Two can come there, although SYSENTER clears IF. A debug exception: SYSENTER leaves EFLAGS.TF set,
; or a breakpoint register names that address. And an NMI, which asks nobody. The CPU then pushes
; EFLAGS, CS and EIP at MSR_IA32_SYSENTER_ESP: into the words at the end of the TSS, which are few,
; and where no struct process lies at the top. So move: make the same three words on the process's
; own stack, as if the exception had come one instruction later, and go on there.

%include "include/constants.inc"

    section .text

    extern sysenter_entry
    extern sysenter_entry.stack_found
    extern trap_common

; AT_SYSENTER vector: trap_<vector>_at_sysenter, before trap_<vector> of entry/traps.asm.
%macro AT_SYSENTER 1
    global trap_%1_at_sysenter
    extern trap_%1
trap_%1_at_sysenter:
    cmp  dword [esp], sysenter_entry
    jne  trap_%1
    cmp  word [esp + 4], SEL_KERNEL_CODE    ; a program may jump there too, but not in ring 0
    jne  trap_%1
    push eax
    mov  eax, esp                           ; -> EAX, EIP, CS, EFLAGS, and there the TSS ends
    mov  esp, [esp + 16 + TSS_ESP0 - TSS_SIZE]
    push dword [ss:eax + 12]                ; EFLAGS; by way of SS, as DS is the program's
    push dword [ss:eax + 8]                 ; CS
    push dword sysenter_entry.stack_found   ; EIP: what the first instruction does is done
    mov  eax, [ss:eax]
    push dword 0                            ; no error code
    push dword %1
    jmp  trap_common
%endmacro

    AT_SYSENTER 1                           ; #DB
    AT_SYSENTER 2                           ; NMI: the end, but the report needs a stack, too
