; kernel/programs.asm: the programs, as ELF files inside the kernel's read-only data.

    section .rodata

    global programs

; struct program[], ended by one without a name: see kernel/suite.h.
    align 4
programs:
    dd .name_1, .file_1, .end_1 - .file_1
    dd .name_2, .file_2, .end_2 - .file_2
    dd .name_3, .file_3, .end_3 - .file_3
    dd .name_4, .file_4, .end_4 - .file_4
    dd 0, 0, 0

.name_1:
    db "hello", 0
    align 4
.file_1:
    incbin "user/bin/hello"
.end_1:

.name_2:
    db "ports", 0
    align 4
.file_2:
    incbin "user/bin/ports"
.end_2:

.name_3:
    db "trespass", 0
    align 4
.file_3:
    incbin "user/bin/trespass"
.end_3:

.name_4:
    db "cost", 0
    align 4
.file_4:
    incbin "user/bin/cost"
.end_4:

    section .note.GNU-stack noalloc noexec nowrite progbits
