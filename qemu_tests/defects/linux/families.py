"""Children, frames and TLS entries, as families.c, frames.c, raised.c and tls.c look at them."""

from __future__ import annotations

from qemu_tests.defects.linux.defect import FOR_EVER, HANG, changed, defect

FAMILIES = (
    defect(
        "vfork waits for the end",
        "families-musl",
        changed("proc/exec.c", "    vfork_done(process);\n", ""),
        r'-out: write\(ends\[1\], "\\5", 1\) = 1',
        seconds=FOR_EVER,
    ),
    defect(
        "a program without a name",
        "families-glibc",
        changed("proc/exec.c", "    set_name(process, name);\n", "    (void)set_name;\n"),
        r"\+out:   name , nice 3, stack 2",
    ),
    defect(
        "SA_NOCLDWAIT ignored",
        "families-musl",
        changed("proc/exit.c", " || (action->flags & SA_NOCLDWAIT)", ""),
        r"\+out: waitpid\(child, &status, 0\) == child = 1",
    ),
    defect(
        "SA_NOCLDSTOP ignored",
        "families-glibc",
        changed(
            "proc/group.c",
            "(action_of(parent, SIGCHLD)->flags & SA_NOCLDSTOP) == 0",
            "(action_of(parent, SIGCHLD)->flags & SA_NOCLDWAIT) == 0",
        ),
        r"\+out:   told of a stop 1",
    ),
    defect(
        "killed is told as ended",
        "families-musl",
        changed(
            "proc/exit.c", "signal ? CLD_KILLED : CLD_EXITED", "signal ? CLD_EXITED : CLD_EXITED"
        ),
        r"\+out:   sent 9: code 1, status 9, its own 1",
    ),
    defect(
        "a continue is told of a stopped child",
        "families-glibc",
        changed("proc/group.c", "    group->tell_continue = 0;\n    signals", "    signals"),
        r"\+out:   continued 0xffff",
    ),
    defect(
        "a stop is told of a continued child",
        "families-musl",
        changed(
            "proc/group.c",
            "    group->tell_stop = 0;\n    group->tell_continue = (uint32_t)tell",
            "    group->tell_continue = (uint32_t)tell",
        ),
        r"\+out:   stopped 0x7f",
    ),
    defect(
        "a stop leaves a continue that waits",
        "families-glibc",
        changed("proc/signal.c", "        forget(group, signal_bit(SIGCONT));\n", ""),
        r"\+out:   1 1",
    ),
    defect(
        "the youngest child is told of first",
        "many-musl",
        changed(
            "proc/family.c",
            "    list_append(&parent->children, &child->of_parent);\n",
            "    node_insert(&parent->children.first, &child->of_parent);\n",
        ),
        r"\+out: order == 0: no",
    ),
    defect(
        "the first thread loses its children",
        "families-musl",
        changed(
            "proc/group.c",
            "    while (child_first(old)) {\n        process_adopt(process, child_first(old));\n"
            "    }\n",
            "",
        ),
        r"\+out: wait\(&status\) > 0 = 0",
    ),
    defect(
        "a parent in vfork cannot be killed",
        "families-glibc",
        changed("proc/fork.c", " && !is_dying(parent)", ""),
        HANG,
    ),
    defect(
        "another program is a child of another kind",
        "families-musl",
        changed("proc/group.c", "    process->group->exit_signal = SIGCHLD;\n", ""),
        r"\+out: waitpid\(child, &status, 0\) == child = 0",
    ),
    defect(
        "a fault is not the first",
        "frames-glibc",
        changed(
            "proc/signal.c",
            "sigset first = set & faults ? set & faults : set;",
            "sigset first = set | (faults & 0);",
        ),
        r"\+out:   signal 11",
    ),
    defect(
        "the address of an older fault lost",
        "frames-musl",
        changed(
            "kernel/exceptions.c",
            "vector == VECTOR_PF ? address : process->trap_address",
            "address",
        ),
        r"\+out:   signal 11, code 128, trap 13, error 0x1000, at 0, flags 0, cr2 0",
    ),
    defect(
        "GS not restored by sigreturn",
        "frames-glibc",
        changed("proc/segments.c", "    segment_load_gs(regs->gs);\n", ""),
        r"\+out:   gs 0x33",
    ),
    defect(
        "a child goes on without steps",
        "frames-musl",
        changed(
            "proc/fork.c",
            "    if (parent->work & WORK_SINGLE_STEP) {",
            "    if (parent->work == WORK_SINGLE_STEP + 1) {",
        ),
        r"\+out:   1 0",
    ),
    defect(
        "a handler goes step by step",
        "frames-glibc",
        changed(
            "proc/signal_frame.c",
            "~(EFLAGS_DF | EFLAGS_RF | EFLAGS_TF)",
            "~(EFLAGS_DF | EFLAGS_RF)",
        ),
        r"-out:   signal 5, code 2, trap 1, error 0, at itself, flags 0x100, cr2 0x8",
    ),
    defect(
        "AC not restored by sigreturn",
        "frames-musl",
        changed(
            "proc/signal_frame.c", "EFLAGS_DF | EFLAGS_RF | EFLAGS_AC)", "EFLAGS_DF | EFLAGS_RF)"
        ),
        r"\+out:   eax -512, flags 0xed7",
    ),
    defect(
        "sigreturn is made again",
        "frames-glibc",
        changed(
            "proc/signal_frame.c",
            "    regs->orig_eax = NO_SYSTEM_CALL;\n    segments",
            "    segments",
        ),
        r"\+out:   eax -4, flags 0x40ed7",
    ),
    defect(
        "no second ESP in a frame",
        "frames-musl",
        changed("proc/signal_frame.c", ".esp_at_signal = regs->esp,", ".esp_at_signal = 0,"),
        r"\+out:   signal 10, old mask 0x1, further 0x80000080, the same esp 0",
    ),
    defect(
        "the other stack stays as the handler left it",
        "frames-glibc",
        changed("proc/signal_frame.c", "        process->altstack_addr = stack[0];\n", ""),
        r"\+out:   stack 0 32704 0",
    ),
    defect(
        "a blocked fault comes again and again",
        "frames-musl",
        changed("proc/signal.c", "        process->blocked &= ~signal_bit(signal);\n", ""),
        HANG,
    ),
    defect(
        "a division by zero is an overflow",
        "raised-musl",
        changed("kernel/exceptions.c", "raised & 0x04 ? FPE_FLTDIV", "raised & 0x04 ? FPE_FLTOVF"),
        r"\+out:   signal 8, code 4, status 0x84 0x84, control 0x27b, magic 0, MXCSR 0x1f80",
    ),
    defect(
        "an entry cannot be given up",
        "tls-diet",
        changed(
            "cpu/tls.c", "return is_empty(desc) ? 0 : ", "return is_empty(desc) && !desc ? 0 : "
        ),
        r"\+out: empty: 0x0 0x0 0x8",
    ),
)
