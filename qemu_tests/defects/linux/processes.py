"""Processes: what a child and a new program have, how an end is told."""

from __future__ import annotations

from qemu_tests.defects.linux.defect import FOR_EVER, INIT_GONE_ASTRAY, changed, defect

FORK = "proc/fork.c"
EXIT = "proc/exit.c"
EXEC = "proc/exec.c"
GROUP = "proc/group.c"

PROCESSES = (
    defect(
        "a parent writes the pages that its child has too",
        "mmap-diet",
        changed(
            "mm/pages.c",
            "= *entry &= kept;\n",
            "= *entry & kept;\n",
        ),
        r"\+out: written in a child: status 0xb",
        seconds=FOR_EVER,
    ),
    defect(
        "the copy of a page is another one",
        "forkexec-diet",
        changed(
            "mm/fault.c",
            "    memcpy(phys_to_virt(copy), phys_to_virt(frame), PAGE_SIZE);\n",
            "",
        ),
        rf"-out: fork: exit 42|{INIT_GONE_ASTRAY}",
        seconds=FOR_EVER,
    ),
    defect(
        "execve closes what others share",
        "edges-glibc",
        changed("fs/file.c", "if (process->files->users == 1) {", "if (process->files) {"),
        r"\+out: write\(fd, \"x\", 1\) = -1, errno 9",
    ),
    defect(
        "any number is the signal of a child's end",
        "edges-glibc",
        changed("proc/group.c", "signal < SIGNAL_LIMIT ? signal : 0", "signal"),
        r"-out: waitpid\(pid, &status, __WALL\) == pid: yes",
    ),
    defect(
        "shared pages are copied",
        "mmap-diet",
        changed(
            "sys/mmap.c",
            "    return is_shared ? map_shared_zeros(",
            "    return is_shared && offset_pages ? map_shared_zeros(",
        ),
        r"\+out: page\[0\] == 1: no",
    ),
    defect(
        "break not inherited",
        "brk-diet",
        changed("mm/space.c", "    copy->brk = space->brk;\n", ""),
        r"\+out: in a child: status 0x800",
    ),
    defect(
        "FD_CLOEXEC ignored",
        "fds-diet",
        changed(EXEC, "    files_close_on_exec(process->files);\n", ""),
        r"\+out: fcntl\(3, F_GETFD\) = 1",
    ),
    defect(
        "handlers kept by execve",
        "forkexec-klibc",
        changed(
            "proc/group.c", "action->handler == SIG_IGN ? SIG_IGN : SIG_DFL}", "action->handler}"
        ),
        r"\+out: after exec, signal 10: handler some",
    ),
    defect(
        "what is ignored forgotten by execve",
        "forkexec-diet",
        changed("proc/group.c", "action->handler == SIG_IGN ? SIG_IGN : SIG_DFL}", "SIG_DFL}"),
        r"\+out: after exec, signal 12: handler none",
    ),
    defect(
        "mask not inherited",
        "forkexec-diet",
        changed(GROUP, "    child->blocked = parent->blocked;\n", ""),
        r"\+out: after fork, signal 1: handler none, blocked 0",
    ),
    defect(
        "what has arrived inherited",
        "forkexec-diet",
        changed(
            GROUP,
            "    memcpy(group->action, from->action, sizeof group->action);\n",
            "    memcpy(group->action, from->action, sizeof group->action);\n"
            "    group->pending.set = from->pending.set;\n",
        ),
        r"\+out: after fork, signal 1: .*, pending 1",
    ),
    defect(
        "a child has a group of its own",
        "ids-diet",
        changed(GROUP, "    group->pgid = from->pgid;\n", "    group->pgid = child->pid;\n"),
        r"\+out: getpgrp\(\) != getpid\(\) .*: no",
    ),
    defect(
        "vfork does not wait",
        "spawn-musl",
        changed(FORK, "        vfork_wait(parent, child);\n", "        (void)vfork_wait;\n"),
        r"-out: status 0x400",
        seconds=FOR_EVER,
    ),
    defect(
        "exit status not shifted",
        "forkexec-musl",
        changed(
            "sys/process.c",
            "    group_exit((status & 0xff) << 8);",
            "    group_exit(status & 0xff);",
        ),
        r"-out: fork: exit 42\n\+out: fork: signal 42",
    ),
    defect(
        "killed by a signal is an exit",
        "forkexec-klibc",
        changed("proc/work.c", "    group_exit(signal);\n", "    group_exit(signal << 8);\n"),
        r"-out: killed: signal 15\n\+out: killed: exit 15",
    ),
    defect(
        "a stop is told again and again",
        "forkexec-diet",
        changed("sys/wait.c", "        group->tell_stop = 0;\n", ""),
        r"-out: waitpid\(child, &status, WUNTRACED \| WNOHANG\) = 0",
    ),
    defect(
        "WNOHANG ignored",
        "forkexec-diet",
        changed("sys/wait.c", "        if (options & WNOHANG) {", "        if (options < 0) {"),
        r"-out: waitpid\(child, NULL, WNOHANG\) = 0",
        r"\+signal=9",
        seconds=FOR_EVER,
    ),
    defect(
        "a zombie although SIGCHLD is ignored",
        "forkexec-klibc",
        changed(
            EXIT,
            "group->exit_signal == SIGCHLD && is_unwanted(parent)",
            "group->exit_signal == SIG_DFL && is_unwanted(parent)",
        ),
        r"-out: waitpid\(child, NULL, 0\) = -1, errno 10",
    ),
    defect(
        "SIGCHLD not sent",
        "siginfo-musl",
        changed(EXIT, "        signal_send_info(parent, &info);\n", "        (void)info;\n"),
        r"\+out: pid_seen == child: no",
    ),
    defect(
        "AT_RANDOM is all zeros",
        "auxv-diet",
        changed("proc/start_stack.c", "random[i] = random_u32();", "random[i] = 0 * random_u32();"),
        r"\+out: any_bit\(.*: no",
    ),
    defect(
        "AT_PHDR is that of the file",
        "auxv-diet",
        changed("proc/start_stack.c", "{AT_PHDR, image->phdr_addr}", "{AT_PHDR, 52}"),
        r"-out: page size 4096",
        r"-exit=0\n\+signal=",
    ),
    defect(
        "AT_CLKTCK is the rate of the PIT",
        "auxv-klibc",
        changed("proc/start_stack.c", "{AT_CLKTCK, TIMER_HZ}", "{AT_CLKTCK, 1193182}"),
        r"\+out: page size 4096, clock ticks 1193182",
    ),
)
