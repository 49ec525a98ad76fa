; user/many_calls_loop.asm: calls of getpid() in a row, with a look at every register after each.

%include "include/constants.inc"

    section .text

    global many_calls_loop

; uint32_t many_calls_loop(void (*enter)(void), uint32_t pid, uint32_t calls)
many_calls_loop:
    push ebx
    push esi
    push edi
    push ebp
    mov  eax, [esp + 20]
    mov  [enter], eax
    mov  eax, [esp + 24]
    mov  [pid], eax
    xor  eax, eax
    mov  [good], eax
    mov  [stack], esp
    mov  ebx, 0xb1b2b3b4
    mov  ecx, 0xc1c2c3c4
    mov  edx, 0xd1d2d3d4
    mov  esi, 0x51525354
    mov  edi, 0x61626364
    mov  ebp, 0xe1e2e3e4
.next:
    mov  eax, NR_getpid
    stc
    call [enter]
    jnc  .out                               ; a flag that an interrupt handler would have changed
    cmp  eax, [pid]
    jne  .out
    cmp  ebx, 0xb1b2b3b4
    jne  .out
    cmp  ecx, 0xc1c2c3c4
    jne  .out
    cmp  edx, 0xd1d2d3d4
    jne  .out
    cmp  esi, 0x51525354
    jne  .out
    cmp  edi, 0x61626364
    jne  .out
    cmp  ebp, 0xe1e2e3e4
    jne  .out
    cmp  esp, [stack]
    jne  .out
    inc  dword [good]
    mov  eax, [good]
    cmp  eax, [esp + 28]
    jb   .next
.out:
    mov  eax, [good]
    mov  esp, [stack]
    pop  ebp
    pop  edi
    pop  esi
    pop  ebx
    ret

    section .bss

enter: resd 1
pid:   resd 1
good:  resd 1
stack: resd 1
