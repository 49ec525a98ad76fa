; mm/uaccess.asm: copying to and from memory that may not be there.

%include "include/constants.inc"

    bits 32
    section .text

    global copy_or_fault

; int copy_or_fault(void *to, const void *from, size_t size)
;
; Returns 0, or -EFAULT if a page fault stopped it. The exception handler finds the address of the
; copying instruction in the table below and goes on at the other address in the same row, instead
; of a panic.
copy_or_fault:
    push esi
    push edi
    mov  edi, [esp + 12]
    mov  esi, [esp + 16]
    mov  ecx, [esp + 20]
.copy:
    rep  movsb
    xor  eax, eax
.out:
    pop  edi
    pop  esi
    ret
.fault:
    mov  eax, -EFAULT
    jmp  .out

    section .fixups progbits alloc noexec nowrite align=4

    dd copy_or_fault.copy, copy_or_fault.fault

    section .note.GNU-stack noalloc noexec nowrite progbits
