; mm/uaccess.asm: copying to and from memory that may not be there.

%include "include/constants.inc"
%include "include/smap.inc"

    section .text

    global copy_or_fault

; int copy_or_fault(void *to, const void *from, size_t size)
;
; Returns 0, or -EFAULT if a page fault stopped it. The exception handler finds the address of the
; copying instruction in the table below and goes on at the other address in the same row, instead
; of a panic. Words first: an emulator takes as long for a byte as for a word.
copy_or_fault:
    push esi
    push edi
    mov  edi, [esp + 12]
    mov  esi, [esp + 16]
    SMAP .stac, stac, mov ecx, [esp + 20]
    mov  edx, ecx
    shr  ecx, 2
    and  edx, 3
    mov  eax, -EFAULT                       ; unless it gets to the end
.copy_words:
    rep  movsd
    mov  ecx, edx
.copy_bytes:
    rep  movsb
    xor  eax, eax
    SMAP .out, clac, pop edi
    pop  esi
    ret

    section .fixups progbits alloc noexec nowrite align=4

    dd copy_or_fault.copy_words, copy_or_fault.out
    dd copy_or_fault.copy_bytes, copy_or_fault.out
