"""Threads: their storage, what they share, who waits for them."""

from __future__ import annotations

from qemu_tests.defects.linux.defect import FOR_EVER, changed, defect

FORK = "proc/fork.c"
EXIT = "proc/exit.c"
EXEC = "proc/exec.c"

TLS = (
    defect(
        "TLS entries not loaded at a switch",
        "threads-musl",
        changed("proc/switch.c", "    tls_switch(cpu, next);\n", ""),
        r"-out: thread 0 gave 2007",
    ),
    defect(
        "the number of a TLS entry not told",
        "tls-diet",
        changed(
            "cpu/tls.c",
            "copy_to_user(&user->entry_number, &desc.entry_number, sizeof(uint32_t)) != 0",
            "copy_to_user(&user->entry_number, &user->entry_number, sizeof(uint32_t)) != 0",
        ),
        r"-out: set\(&area\) == 0 && .*: yes",
        r"\+signal=11",
    ),
    defect(
        "TLS entries lost in a child",
        "tls-klibc",
        changed(
            "cpu/tls.c",
            "    memcpy(child->tls, parent->tls, sizeof child->tls);\n",
            "    (void)child;\n    (void)parent;\n",
        ),
        r"-out: in the child: f\n",
    ),
    defect(
        "TLS entries kept by execve",
        "tls-musl",
        changed(EXEC, "    tls_reset(process);\n", ""),
        r"-out: after exec",
    ),
    defect(
        "GS not switched",
        "threads-musl",
        changed(
            "proc/context_switch.asm",
            "    pop  gs                                 ; a TLS entry may be gone: see"
            " cpu/segments.asm\n",
            "    add  esp, 4\n",
        ),
        r"-out: thread 0 gave 2007",
    ),
    defect(
        "FS not restored by sigreturn",
        "edges-glibc",
        changed("proc/segments.c", "    segment_load_fs(regs->fs);\n", ""),
        r" out: fs becomes 0x7b\n-out:   now 0x7b\n",
    ),
    defect(
        "a thread has the TLS entry of its parent",
        "threads-musl",
        changed("proc/thread.c", "error = tls_set(child, clone->tls, 0);", "(void)clone->tls;"),
        r"-out: thread 0 gave 2007",
        seconds=FOR_EVER,
    ),
)

SHARING = (
    defect(
        "the number of a thread not cleared",
        "threads-glibc",
        changed(EXIT, "    clear_tid(process);\n", "    (void)clear_tid;\n"),
        r"-out: thread 0 gave",
        r"\+signal=9",
        seconds=FOR_EVER,
    ),
    defect(
        "who waits for a thread not woken",
        "threads-glibc",
        changed(EXIT, "        futex_wake(process->clear_tid_addr, 1);\n", ""),
        r"-out: thread 0 gave",
        r"\+signal=9",
        seconds=FOR_EVER,
    ),
    defect(
        "a futex wakes one only",
        "threads-glibc",
        changed(
            "proc/futex.c",
            "(uint32_t)woken < count; w = w->next",
            "(uint32_t)woken < (count != 0); w = w->next",
        ),
        r"-out: round 2: thread 3",
        r"\+signal=9",
        seconds=FOR_EVER,
    ),
    defect(
        "a futex sleeps whatever the word is",
        "errno-diet",
        changed(
            "proc/futex.c", "if (*word->value != expected) {", "if (*word->value == ~expected) {"
        ),
        r"-out: futex, wait, other value: -11",
        r"\+signal=9",
        seconds=FOR_EVER,
    ),
    defect(
        "a thread has a copy of the memory",
        "threads-musl",
        changed(FORK, "    if (flags & CLONE_VM) {", "    if (flags == CLONE_VM) {"),
        r"-out: thread 0 gave 2007",
        seconds=FOR_EVER,
    ),
    defect(
        "a thread has a copy of the open files",
        "threads-musl",
        changed(FORK, "if (flags & CLONE_FILES) {", "if (flags == CLONE_FILES) {"),
        r"\+out: fcntl\(.*\) = -1, errno 9",
    ),
    defect(
        "exit_group ends one thread",
        "threads-musl",
        changed(
            "sys/process.c",
            "    group_exit((status & 0xff) << 8);",
            "    process_exit((status & 0xff) << 8);",
        ),
        r"-exit=0\n\+signal=9",
        seconds=FOR_EVER,
    ),
    defect(
        "the end of a thread is that of all",
        "threads-glibc",
        changed(
            "sys/process.c",
            "    process_exit((status & 0xff) << 8);",
            "    group_exit((status & 0xff) << 8);",
        ),
        r"-out: thread 0 gave",
    ),
    defect(
        "getpid tells the thread",
        "threads-glibc",
        changed(
            "sys/process.c",
            "    return current_process()->tgid;",
            "    return current_process()->pid;",
        ),
        r"\+out: \(intptr_t\)pid == getpid\(\) .*: no",
    ),
    defect(
        "gettid tells the process",
        "threads-glibc",
        changed(
            "sys/process.c",
            "    return current_process()->pid;",
            "    return current_process()->tgid;",
        ),
        r"\+out: \(intptr_t\)pid == getpid\(\) .*: no",
    ),
    defect(
        "a signal for a process is for its first thread",
        "threads-musl",
        changed(
            "proc/signal.c",
            "    pending_add(&process->group->pending, info);\n",
            "    pending_add(&process->group->leader->pending, info);\n",
        ),
        r"-out: taken_by == ",
        r"\+signal=9",
        seconds=FOR_EVER,
    ),
)

THREADS = (*TLS, *SHARING)
