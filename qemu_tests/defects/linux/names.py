"""Names, and what lies behind them: what programs/names.c says of it."""

from __future__ import annotations

from qemu_tests.defects.linux.defect import Defect, changed, defect

PROGRAM = "proc/program.c"


def named(name: str, path: str, old: str, new: str, *says: str) -> Defect:
    """A defect that names.c notices."""
    return defect(name, "names-musl", changed(path, old, new), *says)


NAMES = (
    named(
        "a new name of dots",
        "fs/path.c",
        "    if (is_dots(place->name, place->length) ||\n        directory_find(",
        "    if (directory_find(",
        r"\+out: mkdir\(\"folder/\.\", 0755\) = 0",
    ),
    named(
        "a slash behind what is no folder",
        "fs/path.c",
        "!is_for_directory ? -ENOENT : 0",
        "is_for_directory > 1 ? -ENOENT : 0",
        r"\+out: symlink\(\"target\", \"other/\"\) = 0",
    ),
    named(
        "a slash behind a link that leads nowhere",
        "sys/files.c",
        "        if (place.name[place.length] == '/') {\n",
        "        if (place.name[place.length] == '?') {\n",
        r"\+out: open\(\"dangling/\", .*\) = \d",
    ),
    named(
        "a folder is emptied by O_TRUNC",
        "sys/files.c",
        "(O_ACCMODE | O_CREAT | O_TRUNC)",
        "(O_ACCMODE | O_CREAT)",
        r"\+out: open\(\"new\", .*\) = \d",
    ),
    named(
        "the root is above a folder that is gone",
        "sys/named.c",
        "        inode_get(named->place.directory);\n",
        "        inode_get(root);\n        named->entry->inode->parent = root;\n",
        r"-out: syscall\(SYS_getcwd, path, sizeof path\) = -1, errno 2\n\+out: .* = 2\n",
    ),
    named(
        "any number of nanoseconds",
        "sys/attributes.c",
        "    if (!is_file_time(&times[0]) || !is_file_time(&times[1])) {\n",
        "    if (!is_file_time(&times[1])) {\n",
        r"\+out: utimensat\(AT_FDCWD, \"file\", bad, 0\) = 0",
    ),
    named(
        "a program is written while it runs",
        PROGRAM,
        "        inode->runs++;\n",
        "",
        r"\+out: open\(self, O_WRONLY\) = \d",
    ),
    named(
        "a file is run while it is written",
        PROGRAM,
        ": (*inode)->writers ",
        ": (*inode)->writers > 1 ",
        r"-out: 0x1a00\n\+out: 0x300\n",
    ),
    named(
        "four interpreters",
        PROGRAM,
        "#define INTERPRETERS_MAX 5\n",
        "#define INTERPRETERS_MAX 4\n",
        r"\+out: 5 interpreters: 0x2800",
    ),
    named(
        "no POLLRDNORM",
        "sys/poll.c",
        "#define NORMAL_SHIFT 6 ",
        "#define NORMAL_SHIFT 0 ",
        r"\+out: events 0 0",
    ),
    named(
        "advice for nothing, because of a hole",
        "sys/mmap.c",
        "    if (advice == MADV_DONTNEED) {\n",
        "    if (advice == MADV_DONTNEED && !space_check(space, start, &(uint32_t){end}, 0)) {\n",
        r"\+out: 1 1\n",
    ),
    named(
        "a wanted address rounded up",
        "sys/memory.c",
        "    wanted = page_down(wanted);\n",
        "    wanted = page_up(wanted);\n",
        r"\+out: mmap\(\(void \*\)0x30000123, .*: no",
    ),
)
