"""What is seldom met: odd ELF files and archives, memory that is never touched, half done calls."""

from __future__ import annotations

from qemu_tests.defects.linux.defect import changed, defect

ODDITIES = (
    defect(
        "a page of program headers is not enough",
        "elfs-glibc",
        changed("proc/elf.c", "(PAGE_SIZE / sizeof", "(65536 / sizeof"),
        r"-out: 129 headers: is not run\n\+out: 129 headers: status 42",
    ),
    defect(
        "programs end below 0xb0000000",
        "elfs-glibc",
        changed(
            "proc/elf.c",
            "segment->vaddr <= USER_STACK_LOWEST",
            "segment->vaddr <= 0xb0000000",
        ),
        r"\+out: at 0xb8000000: is not run",
    ),
    defect(
        "mremap does not look at the place that is wanted",
        "sparse-glibc",
        changed("sys/memory.c", "is_fixed ? MAP_FIXED : 0)", "0)"),
        r"\+out: mremap\(file, 0, PAGE, .*: no",
    ),
    defect(
        "what is private can be had twice",
        "sparse-glibc",
        changed(
            "sys/memory.c",
            "if (size == 0 && (area->flags & AREA_SHARED) == 0) {",
            "if (size == 0 && area->flags == AREA_SHARED) {",
        ),
        r"\+out: mremap\(own, 0, PAGE, MREMAP_MAYMOVE\) == .*: no",
    ),
    defect(
        "O_NOATIME is no secret",
        "inodes-musl",
        changed("fs/open.c", "(file->flags & O_NOATIME) == 0", "file->flags != O_NOATIME"),
        r"-out: atime 1000, mtime 2000\n\+out: atime -1, mtime 2000",
    ),
    defect(
        "zeros by 64 bytes",
        "inodes-glibc",
        changed("fs/devices.c", "sizeof words - at % sizeof words", "sizeof words - at % 1"),
        r"\+out: read\(zero, end - 100, 200\) = 64",
    ),
    defect(
        "TCSETA clears what it does not have",
        "terminal-musl",
        changed("fs/tty_control.c", "*termios = tty.termios;", "*termios = (struct termios){0};"),
        r"\+out: now\.c_cc\[VWERASE\] == .*: no",
    ),
    defect(
        "a later name's mode is lost",
        "archive-glibc",
        changed("fs/initrd_files.c", "type_of(entry) == S_IFREG) {", "type_of(entry) == 0) {"),
        r"-out: three: mode 100700.*\n\+out: three: mode 100644",
    ),
    defect(
        "a later name's data are appended",
        "archive-glibc",
        changed(
            "fs/initrd_files.c",
            "entry->size ? inode_resize(known->inode, 0) : 0;",
            "0;",
        ),
        r"\+out: ve\n",
    ),
    defect(
        "a file without a name gets one, whatever it is",
        "nameless-glibc",
        changed("sys/directories.c", "inode->magic != MAGIC_NEW;", "inode->magic == 99;"),
        r"\+out: linkat\(fd, \"\", AT_FDCWD, \"named\", AT_EMPTY_PATH\) = 0",
    ),
    defect(
        "a place is read",
        "nameless-musl",
        changed("fs/file.h", "(file->flags & O_PATH) ?", "(file->flags == O_PATH + 1) ?"),
        r"\+out: read\(fd, text, 1\) = -1, errno 22",
    ),
    defect(
        "short files grow long",
        "inodes-glibc",
        changed("fs/open.c", "? INODE_BYTES_MAX : INT32_MAX;", "? INODE_BYTES_MAX : INT64_MAX;"),
        r"\+out: syscall\(SYS_write, small, byte, 2\) = 2",
    ),
    defect(
        "what is 4 GiB apart is the same",
        "inodes-musl",
        changed("fs/inode_data.c", "page / span % PER_TABLE", "page / 1024 % PER_TABLE"),
        r"\+out: pread64\(fd, found, 1, 0x12345678\).*: no",
    ),
    defect(
        "times are cut to seconds",
        "inodes-musl",
        changed("sys/attributes.c", "(uint32_t)from->nanoseconds, 0}", "0, 0}"),
        r"-out: -1000\.000000001 2000\.999999999",
    ),
    defect(
        "process 1 takes every orphan",
        "lesser-musl",
        changed("proc/exit.c", "!reaper->group->properties[TAKES_ORPHANS]", "reaper->group"),
        r"\+out: wait\(&status\) > 0: no",
    ),
    defect(
        "locks of an open file are the process's",
        "locks-musl",
        changed("sys/locks.c", ".owner = is_ofd ?", ".owner = is_ofd == 2 ?"),
        r"\+out: syscall\(SYS_fcntl64, other, F_OFD_SETLK, &range\) = 0",
    ),
)
