; proc/context_switch.asm: from one process's kernel stack to another's, and the first time on one.
;
; The invariant: every process but the running one is inside of context_switch(), and its
; context_esp points to what that has pushed: GS, FS, EDI, ESI, EBX, EBP and a return address. A new
; process has never called it, so context_begin() makes its stack look as if it had.

%include "include/constants.inc"

    section .text

    global context_switch
    global context_begin
    extern return_from_trap

; void context_switch(struct process *previous, struct process *next)
;
; Saves on the stack of `previous` what C code expects to find again, and takes the same from that
; of `next`. Comes back when somebody switches to `previous`.
context_switch:
    mov  eax, [esp + 4]
    mov  edx, [esp + 8]
    push ebp
    push ebx
    push esi
    push edi
    push fs                                 ; no kernel code changes these two: the program's own
    push gs
    mov  [eax + PROCESS_CONTEXT_ESP], esp
    mov  esp, [edx + PROCESS_CONTEXT_ESP]
    push dword EFLAGS_ALWAYS_1              ; `int 0x80` leaves AC and ID as that program has them
    popfd
    pop  gs
    pop  fs
    pop  edi
    pop  esi
    pop  ebx
    pop  ebp
    ret

; void context_begin(struct process *process, uint32_t eip, uint32_t esp)
;
; Pushes on its stack what would be there if the program had been interrupted before its first
; instruction: what the CPU pushes then, the rest of struct pt_regs, and a call of context_switch()
; that returns to return_from_trap. All general registers are 0: a program must not see what was in
; memory before.
context_begin:
    mov  ecx, [esp + 4]
    mov  eax, [esp + 8]
    mov  edx, [esp + 12]
    xchg ecx, esp                           ; ECX keeps ours; no interrupt comes in the kernel
    push dword SEL_USER_DATA                ; ss
    push edx                                ; esp
    push dword EFLAGS_ALWAYS_1 | EFLAGS_IF
    push dword SEL_USER_CODE                ; cs
    push eax                                ; eip
    xor  eax, eax
    times 3 push eax                        ; orig_eax, gs, fs
    times 2 push dword SEL_USER_DATA        ; es, ds
    times 7 push eax                        ; eax, ebp, edi, esi, edx, ecx, ebx
    push dword return_from_trap
    times 6 push eax                        ; ebp, ebx, esi, edi, fs, gs
    mov  eax, [ecx + 4]
    mov  [eax + PROCESS_CONTEXT_ESP], esp
    mov  esp, ecx
    ret
