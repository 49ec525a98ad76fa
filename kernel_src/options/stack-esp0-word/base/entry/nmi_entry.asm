; entry/nmi_entry.asm: the non-maskable interrupt: a memory or bus error, or somebody's button.

%include "include/constants.inc"
%include "include/esp0.inc"

    section .text

    global nmi_entry
    extern nmi_count
    extern sysenter_entry
    extern sysenter_entry.stack_found

; nmi_entry: between any two instructions, in ring 3 or 0, whatever EFLAGS.IF says (SDM 3A 6.7).
;
; The CPU did:      push EFLAGS, CS, EIP, before them ESP and SS if it came from ring 3; keep
;                   further NMIs out until the next IRET.
; The CPU did not:  ask whether this is a good moment. The kernel may hold a lock, or be on a stack
;                   of a few words.
;
; So it is counted, and that is all. SS is the kernel's, while DS may be the program's.
;
; On the first instruction of sysenter_entry the CPU has pushed EFLAGS onto the TSS's link. There it
; must not stay: IRET with NT set, which ring 3 can execute, returns to the task that link names. So
; the frame moves to the process's own stack, as in at_sysenter.asm, and link is 0 again.
nmi_entry:
    inc  dword [ss:nmi_count]
    cmp  dword [esp], sysenter_entry
    jne  .out
    cmp  word [esp + 4], SEL_KERNEL_CODE    ; a program may jump there too, but not in ring 0
    jne  .out
    push eax
    mov  eax, esp                           ; -> EAX, EIP, CS, EFLAGS
    LOAD_ESP0 esp, 16                       ; those four words lie below MSR_IA32_SYSENTER_ESP
    push dword [ss:eax + 12]                ; EFLAGS; by way of SS, as DS is the program's
    push dword [ss:eax + 8]                 ; CS
    push dword sysenter_entry.stack_found   ; EIP: what the first instruction does is done
    mov  dword [ss:eax + 12], 0             ; link
    mov  eax, [ss:eax]
.out:
    iretd
