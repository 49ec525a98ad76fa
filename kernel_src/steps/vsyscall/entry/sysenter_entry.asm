; entry/sysenter_entry.asm: the fast way into the kernel.

%include "include/constants.inc"

    section .text

    global sysenter_entry
    global sysenter_entry.stack_found
    extern sys_call_table
    extern return_with_work
    extern SYSENTER_RETURN

; sysenter_entry: a program executed SYSENTER (SDM 2B, SYSENTER).
;
; The CPU did:      load CS from MSR_IA32_SYSENTER_CS and SS with that + 8, EIP from
;                   MSR_IA32_SYSENTER_EIP, ESP from MSR_IA32_SYSENTER_ESP; clear IF, RF and VM.
; The CPU did not:  save anything. The program's EIP and ESP are gone unless it kept them itself;
;                   the program did so by convention: EBP is its ESP. Nor did it look at the TSS,
;                   touch a general register, DS, ES, FS or GS, or clear TF, NT, DF or AC: all as
;                   the program had them.
;
;   EAX  number of the system call           EAX  result, or -errno
;   EBX, ECX, EDX, ESI, EDI                  EBX, ESI, EDI kept; ECX and EDX lost to SYSEXIT
;        arguments 1 to 5
;   EBP  the program's ESP. What it saved     EBP  lost: the stub has it, as ECX and EDX
;        lies there, from the top of its
;        stack up: EBP (which may be the
;        6th argument), EDX, ECX
;
; What happens here, numbered as in tinygate's docs/way.svg:
;   4  find the process's kernel stack: esp0, at a fixed distance from the TSS's end
;   5  make struct pt_regs there, as if `int 0x80` had come
;   6  read the 6th argument at the program's EBP, checked
;   7  call by the table
;   8  give back flags, EIP and ESP, and leave by SYSEXIT; by IRET if anything else is to change
    align 64                                ; the beginning of a cache line
sysenter_entry:
    mov  esp, [esp + TSS_ESP0 - TSS_SIZE]   ; 4: see cpu/sysenter.c
.stack_found:
    push dword SEL_USER_DATA                ; 5: ss
    push ebp                                ; esp
    pushfd
    test dword [esp], ~(EFLAGS_ARITHMETIC | EFLAGS_ALWAYS_1)
    jnz  .flags
.flags_done:
    push dword SEL_USER_CODE                ; cs
    push dword SYSENTER_RETURN              ; eip: SYSENTER is in the vsyscall page, which is ours
    push eax                                ; orig_eax
    push gs
    push fs
    push es
    push ds
    push eax

    ; 6: EBP is whatever the program pleased to put there. Below USER_TOP it may be read, and if
    ; nothing is there the page fault handler goes on at .no_argument_6.
    cmp  ebp, USER_TOP - 4
    ja   .no_argument_6
.read_argument_6:
    push dword [ebp]                        ; by way of SS: whatever DS holds does not matter
    push edi
    push esi
    push edx
    push ecx
    push ebx                                ; ESP is now a struct pt_regs *

    cmp  word [esp + PT_DS], SEL_USER_DATA  ; see int80_entry.asm
    jne  .segments
    cmp  word [esp + PT_ES], SEL_USER_DATA
    jne  .segments

.dispatch:
    cmp  eax, SYSCALL_LIMIT                 ; 7
    jae  .no_such_call
    mov  ecx, esp                           ; the first argument of a SYSCALL_ENTRY function
    call [sys_call_table + eax * 4]         ; keeps EBX, ESI, EDI, EBP as all C code does
.return:
    cmp  dword [esp + PT_SIZE + PROCESS_WORK], 0
    jne  return_with_work                   ; by IRET, which can restore everything

    ; 8: The flags. POPFD would do it in one instruction, but takes as long as thirty others. Only
    ; the arithmetic flags can have changed: SAHF sets all of them but OF from AH, and OF is set by
    ; a sum that overflows just if it was set: of bits 15:8 of EFLAGS all but OF are 0 here.
    mov  edx, eax                           ; the result
    mov  ah, [esp + PT_EFLAGS]
    mov  al, [esp + PT_EFLAGS + 1]
    add  al, 0x80 - EFLAGS_OF / 256
    sahf
    mov  eax, edx                           ; no MOV changes flags
    mov  edx, [esp + PT_EIP]                ; SYSEXIT: EIP from EDX
    mov  ecx, [esp + PT_ESP]                ; and ESP from ECX
    sti                                     ; from after the next instruction on (SDM 2B, STI)
    sysexit

.flags:                                     ; TF, DF, NT, AC, ID: none may stay in the kernel
    push dword EFLAGS_ALWAYS_1
    popfd
    or   dword [esp + 12 + PROCESS_WORK], WORK_FLAGS
    jmp  .flags_done

.no_such_call:
    mov  eax, -ENOSYS
    jmp  .return

.segments:
    mov  ecx, SEL_USER_DATA
    mov  ds, ecx
    mov  es, ecx
    or   dword [esp + PT_SIZE + PROCESS_WORK], WORK_SEGMENTS
    jmp  .dispatch

.no_argument_6:                             ; no call is made, whatever its number
    push ebp
    push edi
    push esi
    push edx
    push ecx
    push ebx
    mov  eax, -EFAULT
    jmp  .return

    section .fixups progbits alloc noexec nowrite align=4

    dd sysenter_entry.read_argument_6, sysenter_entry.no_argument_6
