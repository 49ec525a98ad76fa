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
    walk.py           calls, handlers and the numbered way, while rows are gone through
    start_stack.py    names of what a program finds on its stack at its start
    naming.py         the name of each word that was written
    folding.py        functions and loops as one line each
    record.py         the record, and its JSON
    named_build.py    a kernel's tree built once more, so that all of it has a name
    make_record.py    all of that put together
    against.py        two records, aligned
    explain.py        where a kernel parts from a healthy one: suspects.py says in which part of its
                      suite, trip.py goes there, side.py says what values mean, comparison.py
                      compares the rows
    *_view.py         the terminal's table, of one call or of two
    timeline.py       the picture: lanes, ticks and boxes
    replay.py         registers and memory as they are behind each row
    quiz.py           what a reader can be asked, and whether an answer is right
    page/, book/      the page, and the book of a kernel
    live/             kernels that run in a page
"""
