; user/lib/registers_call.asm: a call of the kernel, every register set before, stored after.

%include "include/constants.inc"

    section .text.int80_gate progbits alloc exec nowrite align=16

    global int80_gate
int80_gate:
    int  0x80
    ret

    section .text.registers_call progbits alloc exec nowrite align=16

; struct registers, see user/include/checks.h
%define R_EAX 0
%define R_EBX 4
%define R_ECX 8
%define R_EDX 12
%define R_ESI 16
%define R_EDI 20
%define R_EBP 24
%define R_EFLAGS 28
%define R_DS 32
%define R_ES 36
%define R_FS 40
%define R_GS 44
%define R_ESP 48

    global registers_call

; void registers_call(const struct registers *before, struct registers *after, void (*enter)(void))
;
; Between the two POP and PUSH around the call nothing may touch a register or a flag, nor use DS:
; it may be null. Whatever lies in memory is reached by way of SS, which is always good.
registers_call:
    push ebx
    push esi
    push edi
    push ebp
    push fs
    push gs
    mov  eax, [esp + 28]                    ; before
    mov  ecx, [esp + 36]                    ; enter
    mov  [gate], ecx
    mov  [stack], esp

    mov  gs, [eax + R_GS]
    mov  fs, [eax + R_FS]
    mov  es, [eax + R_ES]
    mov  ebx, [eax + R_EBX]
    mov  ecx, [eax + R_ECX]
    mov  edx, [eax + R_EDX]
    mov  esi, [eax + R_ESI]
    mov  edi, [eax + R_EDI]
    mov  ebp, [eax + R_EBP]
    push dword [eax + R_EFLAGS]
    push dword [eax + R_DS]
    mov  eax, [eax + R_EAX]
    pop  ds
    popfd
    call [ss:gate]
    mov  [ss:stack_after], esp
    mov  esp, [ss:stack]                    ; whatever became of it
    pushfd
    push dword EFLAGS_ALWAYS_1 | EFLAGS_IF  ; neither DF nor AC nor NT for the code below
    popfd
    push eax
    mov  eax, ds
    mov  [ss:data_segment], eax
    mov  eax, es
    mov  [ss:extra_segment], eax
    mov  eax, SEL_USER_DATA
    mov  ds, eax
    mov  es, eax

    mov  eax, [esp + 40]                    ; after: behind EAX, EFLAGS, 6 registers, return address
    mov  [eax + R_EBX], ebx
    mov  [eax + R_ECX], ecx
    mov  [eax + R_EDX], edx
    mov  [eax + R_ESI], esi
    mov  [eax + R_EDI], edi
    mov  [eax + R_EBP], ebp
    pop  dword [eax + R_EAX]
    pop  dword [eax + R_EFLAGS]
    movzx ecx, word [data_segment]
    mov  [eax + R_DS], ecx
    movzx ecx, word [extra_segment]
    mov  [eax + R_ES], ecx
    xor  ecx, ecx
    mov  cx, fs
    mov  [eax + R_FS], ecx
    mov  cx, gs
    mov  [eax + R_GS], ecx
    mov  ecx, [stack_after]
    sub  ecx, [stack]
    mov  [eax + R_ESP], ecx

    pop  gs
    pop  fs
    pop  ebp
    pop  edi
    pop  esi
    pop  ebx
    ret

    section .bss

gate:          resd 1
stack:         resd 1
stack_after:   resd 1
data_segment:  resd 1
extra_segment: resd 1
