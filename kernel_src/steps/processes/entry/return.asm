; entry/return.asm: the ways back that restore every register from struct pt_regs and end in IRET.

%include "include/constants.inc"

    section .text

    global return_with_work
    global return_from_trap
    global process_first_return
    extern process_begin
    extern work_before_return

; return_with_work: the end of a system call when process.work is not 0.
;
;   ESP  struct pt_regs, with struct process behind it
;   EAX  result of the call
return_with_work:
    mov  [esp + PT_EAX], eax

; return_from_trap: the end of every exception and interrupt, in ring 0 or ring 3.
;
;   ESP  struct pt_regs (without esp and ss if ring 0 was interrupted)
return_from_trap:
    test byte [esp + PT_CS], 3
    jz   .restore                           ; back into the kernel: no process is about to go on
    cmp  dword [esp + PT_SIZE + PROCESS_WORK], 0
    je   .restore
    mov  eax, esp
    push eax
    call work_before_return                 ; (struct pt_regs *)
    add  esp, 4
.restore:
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
    add  esp, 12                            ; fs, gs: already right; orig_eax
    iretd

; process_first_return: where a new process comes out of context_switch() for the first time.
;
;   ESP  struct pt_regs, made by its parent
process_first_return:
    call process_begin
    jmp  return_from_trap
