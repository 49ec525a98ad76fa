"""What single calls give, and what is mapped: places.c, control.c and spaces.c notice."""

from __future__ import annotations

from qemu_tests.defects.linux.defect import changed, defect

CALLS = (
    defect(
        "the number of groups may be below 0",
        "control-musl",
        changed(
            "sys/ids.c",
            "    (void)groups;\n    return count < 0 ? -EINVAL : 0;\n",
            "    (void)groups;\n    (void)count;\n    return 0;\n",
        ),
        r"\+out: syscall\(SYS_getgroups32, -1, ids\) = 0",
    ),
    defect(
        "user -1 is a user",
        "control-musl",
        changed(
            "sys/ids.c",
            "return id == UINT32_MAX ? -EINVAL : 0;",
            "return 0 * (long)id;",
        ),
        r"\+out: syscall\(SYS_setgid32, -1\) = 0",
    ),
    defect(
        "every clock goes by ticks",
        "control-glibc",
        changed("sys/clock.c", "is_coarse || !clock_is_fine()", "!is_coarse || !clock_is_fine()"),
        r"\+out:   0: 0, errno 0, ticks",
    ),
    defect(
        "nice not inherited",
        "control-musl",
        changed("proc/group.c", "    group->nice = from->nice;\n", ""),
        r"\+out: syscall\(SYS_getpriority, PRIO_PROCESS, child\) == 25 = 0",
    ),
    defect(
        "a mask of CPUs of six bytes",
        "control-glibc",
        changed("sys/limits.c", "size < sizeof cpus || size % sizeof cpus", "size < sizeof cpus"),
        r"\+out: syscall\(SYS_sched_getaffinity, 0, 6, cpus\) = 4",
    ),
    defect(
        "a signal comes although there is a file",
        "control-musl",
        changed(
            "proc/work.c",
            "    if (!is_interrupted(regs)) {\n        process",
            "    if (!is_interrupted(regs) && regs->eax > 9) {\n        process",
        ),
        r"\+out:   0x1, 1210",
    ),
    defect(
        "ppoll does not tell what is left",
        "control-glibc",
        changed(
            "sys/poll.c",
            "    long result = do_poll(user, count, timeout ? &until : NULL);\n"
            "    tell_left(timeout, until);\n",
            "    long result = do_poll(user, count, timeout ? &until : NULL);\n",
        ),
        r"\+out:   0 1000",
    ),
    defect(
        "a watcher of no size",
        "control-musl",
        changed("sys/epoll.c", "size <= 0 ? -EINVAL", "size < 0 ? -EINVAL"),
        r"\+out: syscall\(SYS_epoll_create, 0\) = 3",
    ),
    defect(
        "one more comes to wait elsewhere",
        "control-glibc",
        changed("proc/futex.c", "w && moved < move_count;", "w && moved <= move_count;"),
        r"\+out: syscall\(FUTEX, &second_word, 3, 0, 1, &first_word\) = 2",
    ),
    defect(
        "a word at any address",
        "control-musl",
        changed("proc/futex.c", "address % sizeof(uint32_t)", "address == sizeof(uint32_t)"),
        r"\+out: syscall\(FUTEX, word, 4, 1, 1, nowhere, 5\) = -1, errno 14",
    ),
    defect(
        "a thread of another process",
        "control-musl",
        changed("sys/kill.c", "!thread || thread->tgid != tgid ||", "!thread ||"),
        r"\+out: syscall\(SYS_tgkill, other, child, 0\) = 0",
    ),
    defect(
        "a million microseconds",
        "control-glibc",
        changed(
            "sys/alarm.c",
            "(uint32_t)time->microseconds < 1000000u",
            "(uint32_t)time->microseconds <= 1000000u",
        ),
        r"\+out: setitimer\(ITIMER_REAL, &timer, NULL\) = 0",
    ),
    defect(
        "a file as working directory",
        "places-musl",
        changed(
            "sys/cwd.c",
            "    if (!file || !file->inode || !is_directory(file->inode)) {",
            "    if (!file || !file->inode) {",
        ),
        r"\+out:   here: /places/file",
    ),
    defect(
        "mkdirat begins at the working directory",
        "places-glibc",
        changed(
            "sys/directories.c",
            "make(base_fd, path, S_IFDIR",
            "make(AT_FDCWD + 0 * base_fd, path, S_IFDIR",
        ),
        r'\+out: mkdirat\(folder, "file/in", 0777\) = -1, errno 2',
    ),
    defect(
        "FALLOC_FL_KEEP_SIZE ignored",
        "places-musl",
        changed("sys/length.c", "return mode || start + size", "return start + size"),
        r"\+out:   file: mode 100001, links 1, size 36864",
    ),
    defect(
        "fallocate cuts off",
        "places-glibc",
        changed(
            "sys/length.c", "start + size <= file->inode->size", "start + size >= file->inode->size"
        ),
        r"\+out:   file: mode 100001, links 1, size 4096",
    ),
    defect(
        "pread moves the place",
        "places-musl",
        changed(
            "sys/io.c", "    file->position = position;\n", "    file->position += position;\n"
        ),
        r"\+out: lseek\(file, 0, SEEK_CUR\) = 18",
    ),
    defect(
        "holes are there to msync",
        "places-glibc",
        changed("mm/area.c", "if (!area || area->start > start) {", "if (!area) {"),
        r"\+out: msync\(map, 3 \* PAGE, MS_SYNC\) = 0",
    ),
    defect(
        "a time of a thousand million nanoseconds",
        "places-musl",
        changed(
            "sys/attributes.c",
            "time->nanoseconds < 1000000000u",
            "time->nanoseconds <= 1000000000u",
        ),
        r"\+out: syscall\(UTIMENSAT, folder, path, both, flags\) = 0",
    ),
    defect(
        "F_DUPFD_CLOEXEC is F_DUPFD",
        "places-glibc",
        changed(
            "sys/descriptors.c",
            "(int)argument, command == F_DUPFD_CLOEXEC",
            "(int)argument, command == F_SETFD",
        ),
        r"\+out: fcntl\(copy, F_GETFD\) = 0",
    ),
    defect(
        "F_SETFL sets all",
        "places-musl",
        changed("sys/descriptors.c", "| (argument & STATUS_FLAGS)", "| argument"),
        r"\+out:   107003",
    ),
    defect(
        "mprotect does nothing below a hole",
        "spaces-musl",
        changed("mm/area.c", "    if (start == end) {", "    if (error) {"),
        r"\+out:   below the hole, w: 119",
    ),
    defect(
        "mprotect gives what open did not",
        "spaces-glibc",
        changed(
            "mm/area.c",
            "(protection & PROT_WRITE) && (area->flags & AREA_NEVER_WRITE)",
            "(protection & PROT_WRITE) && area->flags == AREA_NEVER_WRITE",
        ),
        r"\+out: mprotect\(shared, PAGE, RW\) = 0",
    ),
    defect(
        "areas with other rights are joined",
        "spaces-musl",
        changed("mm/area.c", "low->flags == high->flags && ", ""),
        r"\+out:   another, w: 119",
    ),
    defect(
        "PROT_NONE can be read",
        "spaces-glibc",
        changed(
            "mm/pages.c",
            "(area->flags & AREA_PROTECTION) == PROT_NONE",
            "(area->flags & AREA_PROTECTION) == AREA_PROTECTION",
        ),
        r"\+out:   closed, r: 101",
    ),
    defect(
        "what is moved begins where the area did",
        "spaces-musl",
        changed(
            "sys/memory.c", "    target.file_page += (start - target.start) / PAGE_SIZE;\n", ""
        ),
        r"\+out:   moved pq",
    ),
    defect(
        "a mapping grows in its middle",
        "spaces-glibc",
        changed(
            "sys/memory.c",
            "*above = area_find(space, end);",
            "*above = area_find(space, end < area->end ? area->end : end);",
        ),
        r"-out: moved\(map, 3 \* PAGE, 4 \* PAGE, 0\) = -1, errno 12",
    ),
    defect(
        "a page stays mapped behind the end",
        "spaces-musl",
        changed(
            "fs/inode_data.c",
            "        mappings_cut(inode, pages_of(size));\n",
            "        (void)mappings_cut;\n",
        ),
        r"\+out:   behind the end, w: 119",
    ),
    defect(
        "a break over what is there",
        "spaces-glibc",
        changed(
            "sys/memory.c",
            "(above && above->start < new_end) || ",
            "(above && above->start < old_end) || ",
        ),
        r"\+out: broken\(up \+ 3 \* PAGE\) == up \+ PAGE: no",
    ),
)
