"""What is easily left out, and what programs/corners.c says of it."""

from __future__ import annotations

from qemu_tests.defects.linux.defect import FOR_EVER, Defect, changed, defect

FRAME = "proc/signal_frame.c"
GROUP = "proc/group.c"


def corner(name: str, path: str, old: str, new: str, *says: str, seconds: int = 0) -> Defect:
    """A defect that corners.c notices."""
    return defect(name, "corners-musl", changed(path, old, new), *says, seconds=seconds)


CORNERS = (
    corner(
        "umask not inherited",
        GROUP,
        "    group->umask = from->umask;\n",
        "    group->umask = 022;\n",
        r"\+out: after fork: umask 22",
    ),
    corner(
        "the other stack not inherited",
        GROUP,
        "        child->altstack_size = parent->altstack_size;\n",
        "",
        r"\+out: after fork: umask 27, stack flags 2, size 0",
    ),
    corner(
        "the other stack kept by execve",
        GROUP,
        "    process->altstack_size = 0;\n",
        "",
        r"\+out: after exec: umask 31, stack flags 0, size 32768",
    ),
    corner(
        "FD_CLOEXEC not inherited",
        "fs/file.c",
        "        slot_of_fd(copy, fd)->close_on_exec = slot->close_on_exec;\n",
        "",
        r"\+out: after fork: .*, descriptor 3: 0",
        seconds=FOR_EVER,
    ),
    corner(
        "SIGCHLD always tells of an exit",
        "proc/exit.c",
        "signal ? CLD_KILLED : CLD_EXITED",
        "CLD_EXITED",
        r"\+out:   signal 17, code 1, status 15",
    ),
    corner(
        "the stack of a handler not aligned",
        FRAME,
        "    uint32_t frame = ((*fpstate_addr - size + 4) & ~15u) - 4;",
        "    uint32_t frame = (*fpstate_addr - size) & ~3u;",
        r"\+out:   signal 1[07], .* aligned 0",
    ),
    corner(
        "no arguments in registers",
        FRAME,
        "    regs->edx = with_info ? frame + offsetof(struct rt_sigframe, info) : 0;\n",
        "",
        r"-out:   signal 10 and 10, in ring 3",
    ),
    corner(
        "rt_sigreturn takes the other stack away",
        FRAME,
        "stack[1] & SS_DISABLE ? 0 : stack[2];",
        "stack[1] & SS_DISABLE ? 0 : 0;",
        r"\+out: the other stack: flags 2, size 0",
    ),
    corner(
        "no address of a fault in a frame",
        FRAME,
        "        .cr2 = process->trap_address,\n",
        "",
        r"\+out:   signal 11, same address 0",
    ),
    corner(
        "a handler without a frame is not called",
        "proc/work.c",
        "        signal_force(SIGSEGV, SI_KERNEL, 0);\n        return;\n",
        "        return;\n",
        r"\+out: no room for a frame: status 0x500",
    ),
    corner(
        "waitpid of the own group takes any child",
        "sys/wait.c",
        "(pid == 0 && child->group->pgid == own_pgid)",
        "(pid == 0 && own_pgid >= 0)",
        r"\+out: waitpid\(0, NULL, WNOHANG\) = 0",
    ),
    corner(
        "waitpid of a group takes its leader",
        "sys/wait.c",
        "(pid < -1 && child->group->pgid == -pid)",
        "(pid < -1 && child->pid == -pid)",
        r"-out: waitpid\(-first, NULL, 0\) == second: yes",
        seconds=FOR_EVER,
    ),
    corner(
        "setpgid after execve",
        "sys/groups.c",
        "if (process != me && process->group->has_execed) {",
        "if (process != me && process->group->has_execed == 2) {",
        r"\+out: setpgid\(third, third\) = 0",
    ),
    corner(
        "a futex is woken when time is over",
        "proc/futex.c",
        "is_late ? -ETIMEDOUT : interrupted",
        "is_late ? 0 : interrupted",
        r"\+out: syscall\(SYS_futex, .*\) = 0",
    ),
    corner(
        "a moment is a length of time",
        "sys/sleep.c",
        "    if (is_moment) {\n",
        "    if (is_moment == 99) {\n",
        r"-out: clock_nanosleep\(",
        r"\+signal=9",
        seconds=FOR_EVER,
    ),
    corner(
        "flags of pipe2 ignored",
        "sys/descriptors.c",
        "pipe_create(ends, flags & O_NONBLOCK);",
        "pipe_create(ends, 0);",
        r"\+out: fcntl\(ends\[0\], F_GETFL\) = 0",
    ),
    corner(
        "readv waits for every piece",
        "sys/io.c",
        "if (done && transfer == do_read && is_empty(file)) {",
        "if (done < 0 && is_empty(file)) {",
        r"-out: readv\(ends\[0\], pieces, 2\) = 8",
        r"\+signal=9",
        seconds=FOR_EVER,
    ),
    corner(
        "readv looks at a piece when it comes to it",
        "sys/io.c",
        "        long error = piece_get(&vector[i], &piece);\n        if (error) {",
        "        long error = piece_get(&vector[i], &piece);\n        if (error && !file) {",
        r"\+out: readv\(ends\[0\], pieces, 2\) = 1",
        r"\+signal=9",
        seconds=FOR_EVER,
    ),
    corner(
        "select does not see the end of a file",
        "sys/poll.c",
        "ready & (POLLIN | POLLHUP | POLLERR)",
        "ready & POLLIN",
        r"\+out: select\(.*\) = 0",
    ),
    corner(
        "no POLLERR",
        "fs/pipe.c",
        "(pipe->readers == 0 ? POLLERR : 0)",
        "(pipe->readers == UINT32_MAX ? POLLERR : 0)",
        r"-out: events 0xc\n\+out: events 0x4",
    ),
    corner(
        "rename of a file to itself",
        "sys/rename.c",
        "to->entry->inode == inode) {\n        return 0; /*",
        "to->entry->inode == NULL) {\n        return 0; /*",
        r"\+out: 1 files, 2 folders",
    ),
    corner(
        "kinds in a folder wrong",
        "sys/getdents.c",
        "((listed->inode->mode & S_IFMT) >> 12)",
        "((listed->inode->mode & S_IFMT) >> 11)",
        r"-out: 2 files, 2 folders",
    ),
    corner(
        "UTIME_OMIT of the other time",
        "sys/attributes.c",
        "set_time(&inode->mtime, &times[1]);",
        "set_time(&inode->mtime, &times[0]);",
        r"\+out: fstat\(fd, &found\) == 0 && found\.st_mtime == 1000: no",
    ),
    corner(
        "a write is no change",
        "fs/inode_data.c",
        "    inode->mtime = inode->ctime = file_time_now;\n    return done",
        "    return done",
        r"\+out: fstat\(fd, &found\) == 0 && found\.st_mtime > 1000: no",
    ),
    corner(
        "no device numbers",
        "sys/stat.c",
        ".rdev = inode->rdev,",
        ".rdev = 0,",
        r"\+out: stat\(\"/dev/null\", &found\) == 0 .*: no",
    ),
    corner(
        "the second part of a mapping begins where the first does",
        "mm/area.c",
        "    high.file_page += (address - low->start) / PAGE_SIZE;\n",
        "",
        r"-out: third\n",
    ),
    corner(
        "a break of whole pages",
        "sys/memory.c",
        "    space->brk = wanted;\n    return",
        "    space->brk = new_end;\n    return",
        r"\+out: \(unsigned int\)syscall\(SYS_brk, 0\) == wanted: no",
    ),
)
