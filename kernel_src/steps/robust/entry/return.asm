; entry/return.asm: the ways back that restore every register from struct pt_regs and end in IRET.

%include "include/constants.inc"

    section .text

    global return_with_work
    global return_from_trap
    global process_first_return
    extern switch_finished

; return_with_work: the end of a system call when process.work is not 0.
;
;   ESP  struct pt_regs, with struct process behind it
;   EAX  result of the call
return_with_work:
    mov  [esp + PT_EAX], eax
    test dword [esp + PT_SIZE + PROCESS_WORK], WORK_SINGLE_STEP
    jz   .no_step
    or   dword [esp + PT_EFLAGS], EFLAGS_TF ; the #DB comes after the first instruction in ring 3
.no_step:
    mov  dword [esp + PT_SIZE + PROCESS_WORK], 0

; return_from_trap: the end of every exception and interrupt, in ring 0 or ring 3.
;
;   ESP  struct pt_regs (without esp and ss if ring 0 was interrupted)
return_from_trap:
    ; IRET with NT set would switch tasks (SDM 2A). It is clear since the way in; this makes sure.
    push dword EFLAGS_ALWAYS_1
    popfd
    pop  ebx
    pop  ecx
    pop  edx
    pop  esi
    pop  edi
    pop  ebp
    pop  eax
    pop  ds
    pop  es
    add  esp, 12                            ; fs, gs: nobody changed them; orig_eax
    iretd

; process_first_return: where a new process comes out of context_switch() for the first time.
;
;   EAX  the process that ran before on this CPU
;   ESP  struct pt_regs, made by process_create()
process_first_return:
    push eax
    call switch_finished
    add  esp, 4
    jmp  return_from_trap
