; entry/return.asm: the ways back that restore every register from struct pt_regs and end in IRET.

%include "include/constants.inc"

    section .text

    global return_with_work
    global return_from_trap
    global process_first_return
    extern process_begin
    extern return_failed
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
.pop_ds:
    pop  ds                                 ; a TLS entry may be gone: see cpu/segments.asm
.pop_es:
    pop  es
    add  esp, 12                            ; fs, gs: already right; orig_eax
.iret:
    iretd

.bad_ds:
    mov  dword [esp], 0
    jmp  .pop_ds
.bad_es:
    mov  dword [esp], 0
    jmp  .pop_es

    ; SS named a TLS entry that is gone. All but the segments is still what the program had.
.bad_iret:
    push dword NO_SYSTEM_CALL               ; orig_eax
    push gs
    push fs
    push es
    push ds
    push eax
    push ebp
    push edi
    push esi
    push edx
    push ecx
    push ebx
    mov  eax, SEL_USER_DATA
    mov  ds, eax
    mov  es, eax
    call return_failed
    jmp  return_from_trap

; process_first_return: where a new process comes out of context_switch() for the first time.
;
;   ESP  struct pt_regs, made by its parent
process_first_return:
    call process_begin
    jmp  return_from_trap

    section .fixups progbits alloc noexec nowrite align=4

    dd return_from_trap.pop_ds, return_from_trap.bad_ds
    dd return_from_trap.pop_es, return_from_trap.bad_es
    dd return_from_trap.iret, return_from_trap.bad_iret
