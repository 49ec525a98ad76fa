; entry/traps.asm: where the CPU goes for exceptions.
;
; It pushes EFLAGS, CS and EIP, before them ESP and SS if it came from ring 3, and for some
; exceptions an error code after them. The entry points here make one shape of it, struct pt_regs,
; and call C.

%include "include/constants.inc"

    global trap_common
    extern trap_dispatch
    extern return_from_trap

; Bit n is set if the CPU pushes an error code for vector n (SDM 3A 6.15; 29 and 30 are AMD's).
%define WITH_ERROR_CODE (1 << 8 | 0x1f << 10 | 1 << 17 | 1 << 21 | 3 << 29)

    section .rodata

    global exception_entries
    align 4
exception_entries:

; An entry point for each exception, trap_<vector>, and its address in exception_entries[].
%assign vector 0
%rep 32
    section .rodata
    dd   trap_%[vector]
    section .text
    global trap_%[vector]
trap_%[vector]:
%if (WITH_ERROR_CODE >> vector & 1) == 0
    push dword 0                            ; in its place, so that every frame has the same shape
%endif
    push dword vector
    jmp  trap_common
    %assign vector vector + 1
%endrep

; trap_common: the rest of struct pt_regs; the CPU and the entry point have pushed it from orig_eax,
; which holds the error code, on. The vector lies where gs belongs.
trap_common:
    push fs
    push es
    push ds
    push eax
    push ebp
    push edi
    push esi
    push edx
    push ecx
    push ebx                                ; ESP is now a struct pt_regs *
    cld                                     ; C code relies on DF = 0
    mov  eax, SEL_USER_DATA                 ; see int80_entry.asm
    mov  ds, eax
    mov  es, eax
    mov  eax, esp
    mov  edx, [esp + PT_GS]
    mov  [esp + PT_GS], gs
    push edx
    push eax
    call trap_dispatch                      ; (struct pt_regs *, vector)
    add  esp, 8
    jmp  return_from_trap
