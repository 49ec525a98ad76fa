; entry/int80_entry.asm: the old way into the kernel, `int 0x80`.

%include "include/constants.inc"

    section .text

    global int80_entry
    extern sys_call_table
    extern return_with_work

; int80_entry: a program executed `int 0x80` (SDM 3A 6.12.1).
;
; The CPU did:      read SS and ESP of ring 0 from the TSS (ss0, esp0), push the program's SS, ESP,
;                   EFLAGS, CS and EIP there, load CS and EIP from the IDT, clear IF (it is an
;                   interrupt gate), TF, NT, RF and VM.
; The CPU did not:  save or change any general register, DS, ES, FS or GS; nor clear DF.
;
;   EAX  number of the system call           EAX  result, or -errno
;   EBX, ECX, EDX, ESI, EDI, EBP             all kept
;        arguments 1 to 6
;
; What happens here, numbered as in tinygate's docs/way.svg:
;   4  nothing: the CPU has taken ESP from esp0
;   5  complete struct pt_regs, which the CPU has begun
;   6  nothing: the 6th argument is in EBP
;   7  call by the table
;   8  give back ECX and EDX, which C changes, and leave by IRET, which takes what the CPU pushed
int80_entry:
    ; The rest of struct pt_regs, from its end up; the CPU has pushed ss, esp, eflags, cs, eip.
    push eax                                ; orig_eax
    push gs
    push fs
    push es
    push ds
    push eax
    push ebp                                ; argument 6
    push edi
    push esi
    push edx
    push ecx
    push ebx                                ; argument 1; ESP is now a struct pt_regs *

    cld                                     ; C code relies on DF = 0; the program may have it set

    ; The kernel uses the program's own flat data segment: its descriptor is as good for ring 0, and
    ; loading a segment register costs more than all the pushes above. Only a program that loaded
    ; something else pays.
    cmp  word [esp + PT_DS], SEL_USER_DATA
    jne  .segments
    cmp  word [esp + PT_ES], SEL_USER_DATA
    jne  .segments

.dispatch:
    cmp  eax, SYSCALL_LIMIT                 ; unsigned: a negative number is too high as well
    jae  .no_such_call
    mov  ecx, esp                           ; the first argument of a SYSCALL_ENTRY function
    call [sys_call_table + eax * 4]         ; keeps EBX, ESI, EDI, EBP as all C code does
.return:
    cmp  dword [esp + PT_SIZE + PROCESS_WORK], 0
    jne  return_with_work
    mov  ecx, [esp + PT_ECX]
    mov  edx, [esp + PT_EDX]
    add  esp, PT_EIP
    iretd

.no_such_call:
    mov  eax, -ENOSYS
    jmp  .return

.segments:
    mov  ecx, SEL_USER_DATA
    mov  ds, ecx
    mov  es, ecx
    or   dword [esp + PT_SIZE + PROCESS_WORK], WORK_SEGMENTS
    jmp  .dispatch
