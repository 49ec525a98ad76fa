"""Files, pipes and memory."""

from __future__ import annotations

from qemu_tests.defects.linux.defect import FOR_EVER, HANG, changed, defect

FILES = (
    defect(
        "O_APPEND ignored",
        "files-diet",
        changed(
            "fs/open.c", "    if (file->flags & O_APPEND) {", "    if (file->flags == O_APPEND) {"
        ),
        r"-out: 012aendEND",
    ),
    defect(
        "SEEK_END is SEEK_SET",
        "files-klibc",
        changed(
            "sys/io.c",
            "SEEK_CUR ? file->position : file->inode->size;",
            "SEEK_CUR ? file->position : 0;",
        ),
        r"\+out: lseek\(fd, 5, SEEK_END\) = 5",
    ),
    defect(
        "dup makes another open file",
        "fds-diet",
        changed(
            "sys/descriptors.c",
            "    int copy = file_install(file, lowest);\n    if (copy >= 0) {\n"
            "        file_get(file);\n",
            "    struct file *twin = file_create(file->ops, file->flags, file->object);\n"
            "    twin->inode = file->inode;\n"
            "    file_get(file);\n"
            "    int copy = file_install(twin, lowest);\n    if (copy >= 0) {\n",
        ),
        r"-out: 234",
    ),
    defect(
        "FD_CLOEXEC kept by dup",
        "fds-klibc",
        changed(
            "sys/descriptors.c",
            "set_close_on_exec(copy, close_on_exec);",
            "set_close_on_exec(copy, close_on_exec | (int)*close_on_exec_of(fd));",
        ),
        r"\+out: fcntl\(dup\(3\), F_GETFD\) = 1",
    ),
    defect(
        "any free number",
        "fds-diet",
        changed(
            "fs/file.c",
            "? (uint32_t)lowest : files->first_free;",
            "? (uint32_t)lowest + 1 : files->first_free;",
        ),
        r"\+out: fcntl\(3, F_DUPFD, 20\) = 21",
    ),
    defect(
        "the content goes with the name",
        "files-klibc",
        changed(
            "fs/directory.c",
            "    inode->links--;\n",
            "    inode->links--;\n    inode_resize(inode, 0);\n",
        ),
        r"\+out: other: mode 100640, links 1, size 0",
        r"-out: 012aend\n",
    ),
    defect(
        "links not counted",
        "files-diet",
        changed("fs/directory.c", "    inode->links--;\n", ""),
        r"\+out: second: mode 100640, links 4",
    ),
    defect(
        "the old name stays behind a rename",
        "files-diet",
        changed("sys/rename.c", "        entry_remove(to);\n", ""),
        r"\+out: old: mode 100600, links 1, size 8",
    ),
    defect(
        "umask ignored",
        "files-klibc",
        changed(
            "sys/names.c",
            "inode_create(mode & ~umask, rdev)",
            "inode_create(mode | (umask & 0), rdev)",
        ),
        r"\+out: file: mode 100666",
    ),
    defect(
        "chmod loses the kind",
        "files-diet",
        changed(
            "sys/attributes.c",
            "inode->mode = (inode->mode & S_IFMT) | (mode & S_IALLUGO);",
            "inode->mode = mode & S_IALLUGO;",
        ),
        r"\+out: second: mode 600",
    ),
    defect(
        "O_TRUNC ignored",
        "files-klibc",
        changed("sys/files.c", "        error = inode_resize(inode, 0);\n", ""),
        r"\+out: old: mode 100600, links 1, size 7",
    ),
    defect(
        "O_EXCL ignored",
        "errno-diet",
        changed(
            "sys/files.c",
            "        return -EEXIST;\n",
            "        return path_find(base, path, follow, found);\n",
        ),
        r"\+out: open O_EXCL what is there: \d",
    ),
    defect(
        "what was cut off comes back",
        "files-diet",
        changed(
            "fs/inode_data.c",
            "if (rest && (offset || inode->bytes)) {",
            "if (rest && keep == PAGE_SIZE) {",
        ),
        r"\+out: memcmp\(text, \"co.*: no",
    ),
    defect(
        "a name lost at the end of a buffer",
        "folder-musl",
        changed(
            "sys/getdents.c",
            "done + part > size) {\n",
            "done + part > size) {\n            file->position = next.place + 1;\n",
        ),
        r"-out: folder: 73: .*\n\+out: folder: [67]\d:",
    ),
    defect(
        "symbolic links followed for ever",
        "edges-glibc",
        changed(
            "fs/path.c",
            "++walk->symlinks > SYMLINKS_MAX ? -ELOOP",
            "++walk->symlinks == 0 ? -ELOOP",
        ),
        HANG,
    ),
    defect(
        "eight symbolic links",
        "edges-glibc",
        changed("fs/path.c", "#define SYMLINKS_MAX 40 ", "#define SYMLINKS_MAX 8 "),
        r"\+out: access\(\"/tmp/chain-40\", R_OK\) = -1, errno 40",
    ),
    defect(
        "what is not written makes a file longer",
        "lengths-musl",
        changed("fs/inode_data.c", "if (done && offset + done >", "if (offset + done >"),
        r"\+out: size_of\(fd\) = 100\n",
    ),
    defect(
        "a file grows beyond what setrlimit allows",
        "lengths-musl",
        changed("fs/open.c", "limit = allowed < limit ?", "limit = allowed == 0 ?"),
        r"\+out: write\(fd, many, 20\) = 20",
    ),
    defect(
        "of a file that is to be too long nobody is told",
        "lengths-glibc",
        changed("sys/limits.c", "    if (size > limit) {", "    if (0 && size > limit) {"),
        r"\+out: end_of_greedy\(fd\) = 0",
    ),
    defect(
        "limits of whoever asks",
        "control-musl",
        changed(
            "sys/limits.c",
            "group = group_of(pid);\n    struct rlimit64",
            "group = group_of(pid > 0 ? 0 : pid);\n    struct rlimit64",
        ),
        r"\+out:   0: 0, 33 44",
    ),
    defect(
        "the sum of a vector wraps around",
        "lengths-musl",
        changed("sys/io.c", "room = BYTES_MAX - (uint32_t)done;", "room = BYTES_MAX;"),
        r"\+out: writev\(null, vector, 2\) == 0x7ffff000 = 0",
    ),
    defect(
        "lstat follows",
        "edges-glibc",
        changed(
            "sys/names.c",
            "int follow = (flags & AT_SYMLINK_NOFOLLOW) == 0;",
            "int follow = (flags & 0) == 0;",
        ),
        r"S_ISLNK\(stat\.st_mode\) = 0",
    ),
    defect(
        "address looked at before the file",
        "errno-diet",
        changed(
            "sys/io.c",
            "static long do_one(struct file *file, transfer_function *transfer, void *buffer,"
            " size_t size)\n{\n",
            "static long do_one(struct file *file, transfer_function *transfer, void *buffer,"
            " size_t size)\n{\n"
            "    if (!user_range_ok((uint32_t)buffer, size)) {\n        return -EFAULT;\n    }\n",
        ),
        r"-out: read, bad fd and address: -9\n\+out: read, bad fd and address: -14",
    ),
)

PIPES = (
    defect(
        "EPIPE without SIGPIPE",
        "pipes-diet",
        changed("fs/pipe.c", "        signal_send(current_process(), SIGPIPE);\n", ""),
        r"\+out: without a reader: status 0x100",
    ),
    defect(
        "no end of file",
        "pipes-klibc",
        changed("fs/pipe.c", "        pipe->writers--;\n", ""),
        r"-out: read\(ends\[0\], block, 1\) = 0\n",
        r"\+signal=9",
        seconds=FOR_EVER,
    ),
    defect(
        "a pipe of a page",
        "pipes-diet",
        changed("fs/pipe.h", "#define PIPE_PAGES 16u ", "#define PIPE_PAGES 1u "),
        r"\+out: 4096 bytes fit",
    ),
    defect(
        "a short write in two pieces",
        "pipes-klibc",
        changed("fs/pipe.c", "size <= PIPE_BUF ? size : 1;", "size <= PIPE_BUF ? 1 : 1;"),
        r"\+out: write\(ends\[1\], block, 1000\) = 536",
    ),
    defect(
        "an edge tells of what is new only",
        "epoll-musl",
        changed("fs/epoll.c", "is_old ? 0 : ready;", "is_old ? 0 : ready & ~watch->told;"),
        r"\+out: edge, and the rest: 1 hup=5",
    ),
    defect(
        "no POLLHUP",
        "pipes-diet",
        changed(
            "fs/pipe.c",
            "(pipe->writers == 0 ? POLLHUP : 0)",
            "(pipe->writers == UINT32_MAX ? POLLHUP : 0)",
        ),
        r"\+out: events 0x0 0x20",
    ),
)

MEMORY = (
    defect(
        "mprotect leaves the pages as they are",
        "mmap-diet",
        changed("mm/area.c", "        pages_protect(space, area);\n", ""),
        r"\+out: protected: written",
    ),
    defect(
        "munmap leaves the pages",
        "mmap-diet",
        changed(
            "mm/area.c",
            "    pages_forbid(space, start, end, PAGE_PRESENT);\n",
            "    (void)pages_forbid;\n",
            "        pages_free(space, area->start, area->end);\n",
            "",
        ),
        r"\+out: given back: written",
    ),
    defect(
        "mremap over what comes next",
        "mmap-diet",
        changed("sys/memory.c", " || (above && above->start < new_end)", " || (above && !new_end)"),
        r"\+(out: mremap\(full, 2 \* PAGE, 3 \* PAGE, 0\) == .*: no|signal=11)",
    ),
    defect(
        "a hole that has become smaller is taken for as large",
        "many-glibc",
        changed(
            "mm/area.c",
            "    hole_note(space, start);\n    hole_note(space, end);\n",
            "    hole_note(space, end);\n",
        ),
        r"\+out: overlaps == 0: no|\+signal=11",
    ),
    defect(
        "a file that grows loses its first bytes",
        "many-musl",
        changed(
            "fs/inode_data.c",
            "    memcpy(phys_to_virt((uint32_t)frame), bytes, SHORT_BYTES);\n",
            "",
        ),
        r"\+out: wrong == 0: no",
    ),
    defect(
        "a private mapping writes the file",
        "mmap-diet",
        changed(
            "mm/fault.c",
            "    if (area->flags & AREA_SHARED || ",
            "    if (area->inode || area->flags & AREA_SHARED || ",
        ),
        r"own\[0\] == 'x' && .*: no",
    ),
    defect(
        "behind the end of a file is nothing",
        "edges-glibc",
        changed(
            "kernel/exceptions.c", "SIGBUS, BUS_ADRERR, address", "SIGSEGV, SEGV_MAPERR, address"
        ),
        r"-out:   signal 7, code 2",
    ),
)

FILES_AND_MEMORY = (*FILES, *PIPES, *MEMORY)
