; kernel/programs.asm: the programs, as ELF files inside the kernel's read-only data.

    global programs

; PROGRAM name: its file, and a row about it in the table.
%macro PROGRAM 1
    section .rodata
%%name:
    db   %1, 0
    align 4
%%file:
%strcat %%path "user/bin/", %1
    incbin %%path
%%end:
    section .rodata.programs progbits alloc noexec nowrite align=4
    dd   %%name, %%file, %%end - %%file
%endmacro

; struct program[], ended by one without a name: see kernel/suite.h.
    section .rodata.programs progbits alloc noexec nowrite align=4
programs:
    PROGRAM "hello"
    PROGRAM "trespass"
    dd   0, 0, 0
