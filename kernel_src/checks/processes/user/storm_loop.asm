; user/storm_loop.asm: every register holds a number, and nobody calls the kernel.

%include "include/constants.inc"

    section .text

    global storm_loop

; uint32_t storm_loop(uint32_t seed, uint32_t turns)
;
; Returns how many turns went well, up to the first after which a register had changed.
storm_loop:
    push ebx
    push esi
    push edi
    push ebp
    mov  eax, [esp + 20]
    mov  [seed], eax
    mov  eax, [esp + 24]
    mov  [turns], eax
    mov  dword [good], 0
    mov  [stack], esp
    mov  eax, [seed]
    lea  ebx, [eax + 1]
    lea  ecx, [eax + 2]
    lea  edx, [eax + 3]
    lea  esi, [eax + 4]
    lea  edi, [eax + 5]
    lea  ebp, [eax + 6]
.next:
    std                                     ; a flag that the kernel clears for itself
    cmp  eax, [seed]
    jne  .out
    sub  ebx, eax
    cmp  ebx, 1
    jne  .out
    sub  ecx, eax
    cmp  ecx, 2
    jne  .out
    sub  edx, eax
    cmp  edx, 3
    jne  .out
    sub  esi, eax
    cmp  esi, 4
    jne  .out
    sub  edi, eax
    cmp  edi, 5
    jne  .out
    sub  ebp, eax
    cmp  ebp, 6
    jne  .out
    cmp  esp, [stack]
    jne  .out
    pushfd
    test dword [esp], EFLAGS_DF
    lea  esp, [esp + 4]
    jz   .out
    add  ebx, eax
    add  ecx, eax
    add  edx, eax
    add  esi, eax
    add  edi, eax
    add  ebp, eax
    inc  dword [good]
    dec  dword [turns]
    jnz  .next
.out:
    cld
    mov  eax, [good]
    mov  esp, [stack]
    pop  ebp
    pop  edi
    pop  esi
    pop  ebx
    ret

    section .bss

seed:  resd 1
turns: resd 1
good:  resd 1
stack: resd 1
