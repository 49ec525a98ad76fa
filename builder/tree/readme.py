"""README.md of a rendered kernel tree: what this kernel is, and its files in reading order.

What is said of a file is what the file says of itself in its first line.
"""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from builder.model.kernel import KernelModel
from builder.model.way_parts import WAY
from builder.tree.page_template import page_template

# Folders in reading order: what each is about, and the files to begin with; others follow by name.
FOLDERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "boot",
        "from the first byte to C",
        ("start.asm", "bootsect.asm", "loader.asm", "layout.inc", "disk.asm"),
    ),
    (
        "cpu",
        "what the CPU must be told: segments, gates, stacks",
        ("cpu.h", "gdt.c", "tss.c", "idt.c", "sysenter.c"),
    ),
    (
        "entry",
        "into the kernel and back: the heart of it",
        (
            "int80_entry.asm",
            "return.asm",
            "sysenter_entry.asm",
            "vsyscall_sysenter.asm",
            "vsyscall_int80.asm",
        ),
    ),
    (
        "mm",
        "memory: page frames, page tables, the program's memory",
        ("mm.h", "frames.c", "paging.c", "space.h", "space.c", "area.c", "pages.c", "fault.c"),
    ),
    (
        "proc",
        "processes, and their kernel stacks",
        (
            "process.h",
            "process.c",
            "kernel_stack.c",
            "switch.c",
            "fork.c",
            "exec.c",
            "exit.c",
            "sleep.c",
        ),
    ),
    (
        "vdso",
        "code of the kernel's that programs run: __kernel_vsyscall, and the time",
        ("vdso.ld", "clock.c", "sigreturn.asm"),
    ),
    ("fs", "what file descriptors stand for", ("file.c", "pipe.c")),
    ("sys", "the system calls", ("table.c",)),
    (
        "kernel",
        "the boot sequence, the suite of programs, and the end",
        ("main.c", "suite.c", "exceptions.c"),
    ),
    ("user", "the programs, in ring 3", ("hello.c",)),
    ("user/include", "what programs include", ()),
    ("user/lib", "what every program is linked with", ("start.asm", "system_call.asm")),
    ("checks", "the kernel's checks of itself", ()),
    ("dev", "the devices", ()),
    ("lib", "what a C library would do", ()),
    ("include", "names, numbers and structures for C and NASM", ("structs.h", "constants.h")),
    ("scripts", "for the build", ()),
    (".", "how it is put together", ("Makefile", "kernel.ld")),
)
STEPS = {
    "int80": "Programs enter it by `int 0x80`, the old way.",
    "sysenter": "Programs enter it by SYSENTER, from a stub of their own, or by `int 0x80`.",
    "vsyscall": "Programs enter it through the vsyscall page, whose address is AT_SYSINFO.",
    "robust": "It is made so as not to fall over, whatever programs, loaders and CPUs do.",
    "linux": "Programs made for Linux enter it through the vDSO, by way of their C library.",
    "processes": "Programs enter it through the vsyscall page, fork, become others, take turns.",
}


@dataclass(frozen=True)
class Stop:
    """A file on the way of one system call, and what of the way is in it."""

    path: str
    numbers: str  # of the steps, as in docs/way.svg
    text: str


_PROGRAM = Stop("user/include/sys.h", "1", "`getpid()`, as a program calls it")
_FUNCTION = (
    Stop("sys/table.c", "7", "`sys_call_table`: from the number to a function"),
    Stop("sys/process.c", "7", "`sys_getpid()`, which is the call"),
    Stop("proc/process.h", "7", "`current_process()`: who called is known from ESP"),
)
# What has to be open to follow one getpid from the program's call until it is back, in this order.
FOLLOW: Mapping[str, tuple[Stop, ...]] = {
    "int80": (
        _PROGRAM,
        Stop("user/lib/system_call.asm", "1, 3", "the registers, and `int 0x80`"),
        Stop("cpu/idt.c", "3", "the gate that the CPU goes through"),
        Stop("cpu/tss.c", "4", "`esp0`, where the CPU finds the kernel stack"),
        Stop("entry/int80_entry.asm", "4 to 8", "`int80_entry`, up to IRET"),
        *_FUNCTION,
    ),
    "sysenter": (
        _PROGRAM,
        Stop("user/lib/system_call.asm", "1 to 3, 9", "the registers, and the program's own stub"),
        Stop("cpu/sysenter.c", "3, 4", "the three MSRs: where SYSENTER leads, and on which stack"),
        Stop("entry/sysenter_entry.asm", "4 to 8", "`sysenter_entry`, up to SYSEXIT"),
        *_FUNCTION,
    ),
    "vsyscall": (
        _PROGRAM,
        Stop("user/lib/system_call.asm", "1", "the registers, and the call of AT_SYSINFO"),
        Stop("entry/vsyscall_sysenter.asm", "2, 3, 9", "what the page holds"),
        Stop("cpu/sysenter.c", "3, 4", "the three MSRs: where SYSENTER leads, and on which stack"),
        Stop("entry/sysenter_entry.asm", "4 to 8", "`sysenter_entry`, up to SYSEXIT"),
        *_FUNCTION,
    ),
}
NOT_LISTED = (".md", "user/bin/")
_FIRST_LINE = re.compile(r"^(?:/\*|;|#) (?P<path>\S+): (?P<text>.*?)(?: \*/)?$")


@dataclass(frozen=True)
class SourceFile:
    """A file and what it says of itself."""

    name: str  # in its folder; a header with the name of a .c file beside it is named with that
    text: str
    paths: tuple[str, ...]  # in the tree: one, or two


@dataclass(frozen=True)
class Folder:
    """A folder, what it is about, and its files in reading order."""

    path: str
    text: str
    files: tuple[SourceFile, ...]


def description(data: bytes) -> str:
    """What a file says of itself: the first sentence of its first line; "" if nothing."""
    line = data.split(b"\n", 1)[0].decode(errors="replace")
    match = _FIRST_LINE.match(line)
    return match["text"].partition(". ")[0].rstrip(".") if match else ""


def place(path: str) -> tuple[int, int, str]:
    """Where a file comes in reading order: a key to sort paths by; unknown folders come last."""
    file = PurePosixPath(path)
    for number, (folder, _, first) in enumerate(FOLDERS):
        if folder == str(file.parent):
            return number, first.index(file.name) if file.name in first else len(first), file.name
    return len(FOLDERS), 0, path


def reading_order(files: Mapping[str, bytes]) -> tuple[Folder, ...]:
    """The folders that a tree has, in reading order, each with its files.

    Raises:
        AssertionError: A file lies in a folder that FOLDERS does not name.
    """
    by_folder: dict[str, list[str]] = {}
    for path in files:
        if not path.endswith(NOT_LISTED[0]) and not path.startswith(NOT_LISTED[1]):
            by_folder.setdefault(str(PurePosixPath(path).parent), []).append(path)
    unknown = set(by_folder) - {path for path, _, _ in FOLDERS}
    assert not unknown, f"reading.FOLDERS lacks {sorted(unknown)}"
    return tuple(
        Folder(path, text, _sources(files, by_folder[path]))
        for path, text, _ in FOLDERS
        if path in by_folder
    )


def _sources(files: Mapping[str, bytes], paths: list[str]) -> tuple[SourceFile, ...]:
    found = []
    for path in sorted(paths, key=place):
        c_file, header = (str(PurePosixPath(path).with_suffix(suffix)) for suffix in (".c", ".h"))
        together = {c_file, header} <= set(paths) and place(c_file)[1] <= place(header)[1]
        if together and path == header:
            continue  # named with its .c file
        name = PurePosixPath(path).name + (", .h" if together and path == c_file else "")
        paths_of = (path, header) if together and path == c_file else (path,)
        found.append(SourceFile(name, description(files[path]), paths_of))
    return tuple(found)


def way_numbers(step: str) -> str:
    """What the numbers of the way mean, as a paragraph of Markdown."""
    first, *others = (f"{part.number} {part.title}" for part in WAY)
    text = "The numbers are those of the comments, and of tinygate's picture, `docs/way.svg`: "
    text += "; ".join([first.replace(" ", " is ", 1), *others]) + "."
    if step == "int80":
        text += " `int 0x80` needs neither 2 nor 9."
    return textwrap.fill(text, 100, break_on_hyphens=False)


def tree_readme(model: KernelModel, files: Mapping[str, bytes]) -> bytes:
    """README.md for the tree that holds `files`. Pure."""
    text = page_template("tree_readme.md.j2").render(
        model=model,
        folders=reading_order(files),
        step_text=STEPS[model.step],
        follow=FOLLOW.get(model.step, ()),
        numbers=way_numbers(model.step),
        lines=sum(
            data.count(b"\n")
            for path, data in files.items()
            if path.endswith((".c", ".h", ".asm", ".inc"))
        ),
    )
    return text.encode()
