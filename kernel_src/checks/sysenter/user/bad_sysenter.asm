; user/bad_sysenter.asm: SYSENTER out of a program's own code, with no way back.
;
; SYSENTER tells the kernel neither EIP nor ESP: it has to take EBP's word for where the stack is.
; What lies there may be nothing, or the kernel. Whatever it is, only this program may come to harm:
; it is killed where it tries to use the stack again. checks/bad_sysenter.c runs these and knows
; what must kill each.

%include "user/fault.inc"

    bits 32

; BAD_EBP name, EBP, number: a call with garbage in ESP too. With the number of exit() it must not
; be made, as its 6th argument cannot be read: who ends by that was not killed.
%macro BAD_EBP 3
    FAULT %1
    mov  ebp, %2
    mov  esp, 0xdeadbeef
    mov  eax, %3
    xor  ebx, ebx
    sysenter
    SURVIVED
%endmacro

    BAD_EBP ebp_null, 0, NR_exit
    BAD_EBP ebp_garbage, 0x5a5a5a5a, NR_exit
    BAD_EBP ebp_kernel, KERNEL_BASE + KERNEL_LOAD_ADDR, NR_exit
    BAD_EBP ebp_kstack, KERNEL_STACKS_BASE + PAGE_SIZE + KERNEL_STACK_SIZE - 64, NR_exit
    BAD_EBP ebp_user_top, USER_TOP, NR_exit
    BAD_EBP ebp_last_word, USER_TOP - 4, NR_getpid
    BAD_EBP ebp_return_top, USER_TOP - 15, NR_getpid
    BAD_EBP ebp_top, USER_TOP - 3, NR_exit
    BAD_EBP ebp_bottom, USER_STACK_LOWEST - 2, NR_exit
    BAD_EBP ebp_wraps, 0xffffffff, NR_exit
    BAD_EBP ebp_wraps_later, 0xfffffff4, NR_exit

; The kernel itself has a word here that would do for a return address: the entry point of this
; program. It must not be found, or the program would begin again, with EAX = -EFAULT.
    FAULT ebp_return
    test eax, eax
    jnz  .survived
    mov  ebp, KERNEL_STACKS_BASE + PAGE_SIZE + KERNEL_STACK_SIZE - PROCESS_SIZE - PT_SIZE + \
              PT_EIP - 12
    mov  eax, NR_getpid
    sysenter
.survived:
    SURVIVED

; The call is made, but where it comes back to there is no stack, so this is not survived either.
    FAULT ebp_number
    mov  ebp, 0x5a5a5a5a
    mov  eax, 0x80000000
    sysenter
    SURVIVED

; TF: SYSENTER takes it along. The kernel must neither be stepped through nor lose it: the trap is
; due at the first instruction after the call.
    FAULT step
    mov  ebp, esp
    sub  ebp, 64
    mov  dword [ebp + 12], .back            ; read by the kernel in step sysenter, else by the stub
    mov  eax, NR_getpid
    pushfd
    or   dword [esp], EFLAGS_TF
    popfd
    sysenter
.back:
    SURVIVED

; The same with NT: the #DB in the kernel ends with IRET.
    FAULT step_nested
    mov  ebp, esp
    sub  ebp, 64
    mov  dword [ebp + 12], .back
    mov  eax, NR_getpid
    pushfd
    or   dword [esp], EFLAGS_TF | EFLAGS_NT
    popfd
    sysenter
.back:
    SURVIVED

; The same with an EBP that is no address: a page fault inside the kernel before the debug exception
; is worked off.
    FAULT step_garbage
    mov  ebp, 0x5a5a5a5a
    mov  eax, NR_getpid
    pushfd
    or   dword [esp], EFLAGS_TF
    popfd
    sysenter
    SURVIVED

; The way back that restores every register and flag from what the kernel saved.
    FAULT ebp_flags
    push dword EFLAGS_ALWAYS_1 | EFLAGS_IF | EFLAGS_DF
    popfd
    mov  ebx, 0xb1b2b3b4
    mov  ecx, 0xc1c2c3c4
    mov  edx, 0xd1d2d3d4
    mov  esi, 0x51525354
    mov  edi, 0x61626364
    mov  ebp, 0x5a5a5a5a
    mov  eax, NR_exit
    sysenter
    SURVIVED
