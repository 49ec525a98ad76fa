"""Where the kernel that runs the programs is kept, and whether what is there is current.

It is built at the first use, and when its sources have changed: build_kept.py.

It lies in the cache folder, one folder for each place that tinygate is at and each kind of kernel.
Whether it is current is decided by the size and the time of every source: reading them all would
take longer than the guest's whole boot.
"""

import os
import zlib

from builder.tools.cache import cache_path

ELF_NAME = "kernel.elf"
STAMP_NAME = "stamp"
OVERRIDES = (
    "kernel.step=linux",
    "host.streams=true",
    'programs.suite="none"',
    "tss.io_bitmap=false",
    'vsyscall.address="random"',  # as on Linux: in an area that a program may move
)
_HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.dirname(os.path.dirname(_HERE))
DATA = os.path.join(PACKAGE, "_data")  # in an installed package; in a checkout beside it


def sources() -> list[str]:
    """The folders that the kernel is made from."""
    base = DATA if os.path.isdir(DATA) else os.path.dirname(PACKAGE)
    return [PACKAGE, os.path.join(base, "templates"), os.path.join(base, "kernel_src")]


def fingerprint(folders: list[str]) -> str:
    """Every file with its size and time. OSError if one goes away meanwhile."""
    lines: list[str] = []
    left = list(folders)
    while left:
        folder = left.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir():
                    if entry.name != "__pycache__":
                        left.append(entry.path)
                else:
                    status = entry.stat()
                    lines.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
    return "\n".join(sorted(lines))


def folder_of(cpus: int, strace: bool) -> str:
    """Where the kernel of that kind is, or will be."""
    place = zlib.crc32(os.fsencode(PACKAGE))
    kind = f"{cpus}cpu{'-trace' if strace else ''}"
    return os.path.join(cache_path(), "exec", f"{place:08x}-{kind}")


def is_current(folder: str, print_: str) -> bool:
    """True if the kernel there was made from just these sources, and is whole."""
    try:
        with open(os.path.join(folder, STAMP_NAME), encoding="utf-8") as file:
            return file.read() == stamp(folder, print_)
    except (OSError, ValueError):
        return False


def stamp(folder: str, print_: str) -> str:
    """What the stamp of the kernel there says. OSError if there is no kernel."""
    return f"{print_}\n{os.stat(os.path.join(folder, ELF_NAME)).st_size}"
