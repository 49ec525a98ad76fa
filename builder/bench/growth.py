"""How costs grow: what an operation takes at three sizes, on our kernel and on Debian's."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from builder.errors import BuildError

SOURCE = "linux_growth.c"
DONE = b"# grown"  # its last line
_LINE = re.compile(r"^# grows (?P<name>[a-z]+) (?P<size>\d+) (?P<ticks>\d+)\r?$", re.MULTILINE)
_MANY = (100, 1_000, 10_000)
_FEWER = (10, 100, 1_000)
_MIB = (1, 8, 64)


@dataclass(frozen=True)
class Operation:
    """What linux_growth.c measures.

    Attributes:
        name: In the lines that it prints.
        title: What is done; n is the size.
        sizes: The three at which it is done.
        reach: The most instructions that count as reached at the largest of them.
    """

    name: str
    title: str
    sizes: tuple[int, int, int]
    reach: int


OPERATIONS = (
    Operation("create", "create a file in a folder of n", _MANY, 8_000),
    Operation("stat", "stat one of n files", _MANY, 4_500),
    Operation("readdir", "list a folder of n, each name", _MANY, 450),
    Operation("unlink", "unlink one of n files", _MANY, 5_000),
    Operation("mmap", "mmap a page beside n mappings", _MANY, 2_000),
    Operation("touch", "touch it", _MANY, 2_000),
    Operation("munmap", "munmap it", _MANY, 2_000),
    Operation("fork", "fork, beside n children", _FEWER, 40_000),
    Operation("kill", "kill(pid, 0), n processes", _FEWER, 300),
    Operation("wait", "the end of one of n children, and wait4", _FEWER, 18_000),
    Operation("poll", "poll n pipes", _FEWER, 60_000),
    Operation("epoll", "epoll_wait, n pipes", _FEWER, 800),
    Operation("write", "write 4 KiB of a file of n MiB", _MIB, 2_400),
    Operation("read", "read 4 KiB of a file of n MiB", _MIB, 1_300),
    Operation("stream", "a KiB of n through a pipe, 64 KiB at a time", (64, 512, 4_096), 700),
    Operation("large", "fork, exit and wait with n MiB touched", _MIB, 1_500_000),
)


@dataclass(frozen=True)
class Growth:
    """An operation with what was measured at each of its sizes, in instructions; None: it was not.

    Attributes:
        operation: Which.
        ours: On our kernel.
        debian: On Debian's.
    """

    operation: Operation
    ours: tuple[int, ...]
    debian: tuple[int, ...] | None = None

    @property
    def factor(self) -> float:
        """By how much ours grows from the smallest size to the largest."""
        return self.ours[-1] / max(self.ours[0], 1)

    @property
    def reached(self) -> bool:
        """Whether ours is within reach at the largest size."""
        return self.ours[-1] <= self.operation.reach


def _measured(text: str, operation: Operation, where: str) -> tuple[int, ...]:
    found = {
        int(match["size"]): int(match["ticks"])
        for match in _LINE.finditer(text)
        if match["name"] == operation.name
    }
    missing = [size for size in operation.sizes if size not in found]
    if missing:
        raise BuildError(
            f"the guest printed no `# grows {operation.name} {missing[0]}` line",
            where=where,
            why=f"of this operation it printed {sorted(found) or 'nothing'}",
            fix=f"boot it with {SOURCE} as /init and see where it stops",
        )
    return tuple(found[size] for size in operation.sizes)


def growths(texts: Mapping[str, str]) -> list[Growth]:
    """Of every operation, from what was printed: ours, and Debian's if it was measured.

    Args:
        texts: By the kernel's name; ours is the first.

    Raises:
        BuildError: A line is missing.
    """
    (ours, text), *debian = texts.items()
    return [
        Growth(
            operation,
            _measured(text, operation, ours),
            next((_measured(peer, operation, name) for name, peer in debian), None),
        )
        for operation in OPERATIONS
    ]


HEADINGS = ("instructions for", "n", "ours", "Debian's kernel", "grows by", "reach", "reached?")


def _each(numbers: Sequence[int]) -> str:
    return " / ".join(f"{number:,}" for number in numbers)


def cells(growth: Growth) -> tuple[str, ...]:
    """A row, under HEADINGS."""
    return (
        growth.operation.title,
        _each(growth.operation.sizes),
        _each(growth.ours),
        "-" if growth.debian is None else _each(growth.debian),
        f"{growth.factor:.2f}",
        f"<= {growth.operation.reach:,}",
        "yes" if growth.reached else "NO",
    )


def markdown(rows: Sequence[Growth]) -> str:
    """The table for docs/figures.md; nothing where nothing was measured."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *(cells(row) for row in rows)]
    return "\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n" if rows else ""


def as_objects(rows: Sequence[Growth]) -> list[dict[str, object]]:
    """The same for bench.json."""
    return [
        {
            "name": row.operation.name,
            "title": row.operation.title,
            "sizes": row.operation.sizes,
            "ours": row.ours,
            "debian": row.debian,
            "reach": row.operation.reach,
            "reached": row.reached,
        }
        for row in rows
    ]
