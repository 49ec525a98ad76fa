; entry/return.asm: the ways back that restore every register and end in IRET.

%include "include/constants.inc"

    section .text

    global return_with_work
    global return_from_trap

; return_with_work: the end of a system call when process.work is not 0.
;
;   ESP  struct pt_regs, with struct process behind it
;   EAX  result of the call
return_with_work:
    mov  [esp + PT_EAX], eax
    mov  dword [esp + PT_SIZE + PROCESS_WORK], 0

; return_from_trap: the end of every exception, in ring 0 or ring 3.
;
;   ESP  struct pt_regs (without esp and ss if ring 0 was interrupted)
return_from_trap:
    ; IRET with NT set would switch tasks (SDM 2A). It is clear since the way in; this makes sure.
    push dword EFLAGS_ALWAYS_1
    popfd
    ; C code keeps EBX, ESI, EDI and EBP, and nobody has changed FS and GS.
    mov  eax, [esp + PT_EAX]
    mov  ecx, [esp + PT_ECX]
    mov  edx, [esp + PT_EDX]
    mov  ds, [esp + PT_DS]
    mov  es, [esp + PT_ES]
    add  esp, PT_EIP
    iretd
