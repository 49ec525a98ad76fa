"""Turns a built kernel into the record of one system call, and that record into what a reader sees.

It may import boot, boot.emulator, image, linux, model, tools, tree and tree.picture.

    debugger.py       what a debugger must be able to do for us: run to, step, registers, memory
    gdb_stub.py       QEMU's gdb stub, spoken to directly
    instruction.py    one instruction: its text, and the memory that it reads and writes
    elf_names.py      names of addresses, lines and variables, by symbols and debug information
    machine_state.py  what the CPU looks at by itself: TSS, GDT, IDT, MSRs
    find_call.py      boots, and stops at the call that is wanted
    recorder.py       steps through it: the raw record
    cpu_rules.py      what SYSENTER, SYSEXIT, INT, IRET and exceptions must do, held against it
    naming.py         the name of each word that was written
    folding.py        functions and loops as one line each
    record.py         the record, and its JSON
    *_view.py         the terminal's table, of one call or of two
    timeline.py       the picture: lanes, ticks and boxes
    replay.py         registers and memory as they are behind each row
    quiz.py           what a reader can be asked, and whether an answer is right
    page/             the page
"""
