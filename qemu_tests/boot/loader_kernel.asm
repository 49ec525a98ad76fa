; A kernel for the tests of the boot loader: it prints what it was given, whether all of it arrived, and ends.
; -D FILL_BYTES makes it larger, -D BSS_BYTES asks for that much memory that must be zero.

    bits 32

%define COM1            0x3f8
%define LINE_STATUS     (COM1 + 5)
%define MAGIC           0x1badb002

    section .text
    align 4
    dd   MAGIC, 2, -(MAGIC + 2)

global start
start:
    mov  esp, stack_end
    pushfd
    push ebx
    push eax
    mov  dx, COM1 + 3                       ; 8N1, or Bochs delivers rubbish
    mov  al, 3
    out  dx, al

%macro show 2                               ; a text and a number
    mov  esi, %%text
    call put_text
    mov  eax, %2
    call put_hex
    section .rodata
%%text: db %1, 0
    section .text
%endmacro

    show BANNER_PREFIX, 0
    show {10, "eax "}, [esp]
    mov  ebx, [esp + 4]
    show {10, "eflags "}, [esp + 8]
    show {10, "cs "}, cs
    show {10, "flags "}, [ebx]
    show {10, "lower "}, [ebx + 4]
    show {10, "upper "}, [ebx + 8]
    test byte [ebx], 0x40                   ; is there a memory map?
    jz   .map_done
    mov  ebp, [ebx + 48]
    mov  edi, ebp
    add  edi, [ebx + 44]
.entry:
    cmp  ebp, edi
    jae  .map_done
    show {10, "map "}, [ebp + 8]
    show " ", [ebp + 4]
    show " ", [ebp + 16]
    show " ", [ebp + 12]
    show " ", [ebp + 20]
    add  ebp, [ebp]
    add  ebp, 4
    jmp  .entry
.map_done:
    mov  esi, image_start                   ; a sum over all that the loader copied
    xor  eax, eax
.sum:
    rol  eax, 1
    xor  al, [esi]
    inc  esi
    cmp  esi, image_end
    jb   .sum
    mov  ebx, eax
    show {10, "sum "}, ebx
    mov  edi, bss_start
    mov  ecx, BSS_BYTES
    xor  eax, eax
    repe scasb
    sete al
    movzx ebx, al
    show {10, "zeroed "}, ebx
    mov  esi, last_line
    call put_text
    mov  dx, LINE_STATUS
.drain:
    in   al, dx
    test al, 0x40
    jz   .drain
    mov  al, OUTCOME_FINISHED
    out  OUTCOME_PORT, al
    cli
    hlt

put_text:                                   ; ESI, ends with 0
    lodsb
    test al, al
    jz   .done
    call put_byte
    jmp  put_text
.done:
    ret

put_hex:                                    ; EAX
    mov  ecx, 8
.digit:
    rol  eax, 4
    push eax
    and  eax, 15
    mov  al, [.digits + eax]
    call put_byte
    pop  eax
    loop .digit
    ret
.digits: db "0123456789abcdef"

put_byte:                                   ; AL
    mov  ah, al
    mov  dx, LINE_STATUS
.wait:
    in   al, dx
    test al, 0x20
    jz   .wait
    mov  dx, COM1
    mov  al, ah
    out  dx, al
    ret

    section .rodata
last_line: db 10, FINISHED_PREFIX, "0 passed, 0 failed", 10, 0
%assign byte_number 0
%rep FILL_BYTES / 4
    dd   byte_number * 0x9e3779b1 & 0xffffffff
%assign byte_number byte_number + 1
%endrep

    section .bss
    resb 4096
stack_end:
bss_start: resb BSS_BYTES

extern image_start, image_end
    section .note.GNU-stack noalloc noexec nowrite progbits
