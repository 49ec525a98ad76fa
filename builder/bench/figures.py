"""The benchmark's table: the figures, what the best peers reach, what we want to reach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One row of the table, without its measurement; smaller is better in each.

    Attributes:
        key: Name in bench.json.
        title: What is measured.
        unit: Of both columns; empty for ratios.
        decimals: Digits behind the point that the measurement is good for.
        peer: The best peer's value, in words.
        reach: Largest value that counts as reached; None if the row is only shown.
        aim: Value beyond that, to be aimed for.
    """

    key: str
    title: str
    unit: str
    decimals: int
    peer: str = ""
    reach: float | None = None
    aim: float | None = None


# The peers, on one machine with QEMU 7.2 (TCG): Tilck 0.1.4 Release, Linux 6.1 (Debian's 686), xv6.
FIGURES = (
    Figure(
        "page_instructions",
        "null call through the page, guest instructions",
        "",
        0,
        "Tilck 281, Linux 351",
        70,
        45,
    ),
    Figure(
        "int80_instructions",
        "null call by int 0x80, guest instructions",
        "",
        0,
        "Tilck 262, Linux 332",
    ),
    Figure(
        "page_over_int80",
        "page / int 0x80, wall time, paired",
        "",
        3,
        "Tilck 0.68, Linux 0.70",
        0.40,
    ),
    Figure(
        "page_over_yardstick",
        "page / bare gate kernel's page, wall time, paired",
        "",
        2,
        "Tilck 6.7, Linux 7.3",
    ),
    Figure(
        "start_kernel_ms",
        "first ring 3 line after the empty kernel's byte, -kernel",
        "ms",
        1,
        "Tilck 160",
        10,
    ),
    Figure("start_disk_ms", "the same from the disk image", "ms", 1, "xv6 173", 10),
    Figure("kernel_bytes", "kernel.elf, stripped", "B", 0, "xv6 41177 (text+data)", 32 << 10),
    Figure("disk_bytes", "disk image, used part", "B", 0, "", 64 << 10),
    Figure("memory_mib", "least guest memory", "MiB", 0, "Tilck 6", 4, 2),
    Figure("image_cold_s", "cold `make image`", "s", 2, "xv6 2.4", 2),
    Figure("image_unchanged_s", "`make image`, nothing changed", "s", 2, "", 0.3),
    Figure("xray_getpid_s", "`tinygate xray` of one getpid, or gdb told to step", "s", 2, "", 1.5),
    Figure("xray_row_us", "one more instruction of it, with stack and registers", "us", 0, "", 250),
)


@dataclass(frozen=True)
class Value:
    """A measurement: of one run (median alone), or of several."""

    median: float
    minimum: float | None = None


@dataclass(frozen=True)
class Row:
    """A figure with what was measured; None where it could not be, or has no meaning."""

    figure: Figure
    ours: Value | None = None
    yardstick: Value | None = None
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the median is within reach; None if there is nothing to reach or no value."""
        if self.figure.reach is None or self.ours is None:
            return None
        return self.ours.median <= self.figure.reach


def figure(key: str) -> Figure:
    """The figure of that key. Raises KeyError."""
    return {row.key: row for row in FIGURES}[key]
