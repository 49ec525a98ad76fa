"""Takes the measurements: boots ours and the yardsticks in turn, and makes the table's rows."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from builder.bench import serial, stats
from builder.bench.clock import LIMIT, TimedRun, timed_run
from builder.bench.figures import Row, Value, figure
from builder.bench.yardstick import Yardsticks
from builder.boot.emulator.base import BootImage, Emulator, Machine
from builder.boot.patience import BACKSTOP_S, Limit
from builder.errors import BuildError, EmulatorError, FileError
from builder.tools import commands

MEMORY_MIB = (1, 16)  # the least guest memory is looked for in this range
SECTOR_BYTES = 512


@dataclass(frozen=True)
class Bench:
    """What is compared, and on which machine."""

    emulator: Emulator
    machine: Machine
    kernel: Path  # ours
    disk: Path  # ours
    yardsticks: Yardsticks
    progress: Callable[[str], None]

    def boot(
        self,
        image: BootImage,
        machine: Machine,
        seen: Callable[[bytes], bool],
        *,
        must: bool = True,
        limit: Limit = LIMIT,
    ) -> TimedRun:
        """Boot once. Raises EmulatorError if `must` and what is waited for never comes."""
        argv = self.emulator.command(machine, image)
        run = timed_run(argv, seen, limit=limit)
        if must and run.seen_s is None:
            raise EmulatorError(
                f"{image.path.name} did not print what the benchmark waits for",
                where=commands.Command(tuple(argv)).shell(),
                why=f"exit status {run.status}, last output: {run.text[-200:]!r}",
                fix="run the command above by hand and see where it stops",
            )
        return run


@dataclass(frozen=True)
class Round:
    """One boot of each, right after each other: their times may be compared in pairs."""

    ours_kernel: TimedRun
    empty_kernel: TimedRun
    ours_disk: TimedRun
    empty_disk: TimedRun
    gates: TimedRun


def rounds(bench: Bench, runs: int) -> list[Round]:
    """`runs` rounds on a machine whose clock is the host's, not a count of instructions."""
    machine = replace(bench.machine, icount=False)

    def one(kind: str, path: Path, seen: Callable[[bytes], bool]) -> TimedRun:
        image = BootImage("kernel" if kind == "kernel" else "disk", path)
        return bench.boot(image, machine, seen)

    done = []
    for number in range(1, runs + 1):
        bench.progress(f"round {number} of {runs}")
        done.append(
            Round(
                ours_kernel=one("kernel", bench.kernel, serial.has_ring3_line),
                empty_kernel=one("kernel", bench.yardsticks.empty, serial.has_first_byte),
                ours_disk=one("disk", bench.disk, serial.has_ring3_line),
                empty_disk=one("disk", bench.yardsticks.sector, serial.has_first_byte),
                gates=one("kernel", bench.yardsticks.gates, serial.has_first_byte),
            )
        )
    return done


def instruction_rows(bench: Bench) -> list[Row]:
    """Exact: one run of each, in which a tick of the counter is one instruction."""
    bench.progress("counting instructions")
    machine = replace(bench.machine, icount=True)
    texts = {
        path: bench.boot(BootImage("kernel", path), machine, serial.has_first_byte).text
        for path in (bench.kernel, bench.yardsticks.gates)
    }

    def value(path: Path, name: str) -> Value:
        return Value(serial.instructions(texts[path], name, where=path.name))

    return [
        Row(
            figure(f"{name}_instructions"),
            value(bench.kernel, name),
            value(bench.yardsticks.gates, name),
        )
        for name in ("page", "int80")
    ]


def _calls(text: str, where: str) -> dict[str, float]:
    """Ticks of one call by each way; the loop that makes the calls is taken off."""
    loop = serial.cost(text, "loop", where=where)
    return {name: serial.cost(text, name, where=where) - loop for name in ("page", "int80")}


def wall_rows(done: Sequence[Round]) -> list[Row]:
    """Ratios of wall time, each of two numbers of one boot or of two neighbouring boots."""
    ours = [_calls(r.ours_kernel.text, "ours") for r in done]
    bare = [_calls(r.gates.text, "yardstick") for r in done]

    def ratio(first: Sequence[float], second: Sequence[float]) -> Value:
        summary = stats.paired_ratio(first, second)
        return Value(summary.median, summary.minimum)

    page, gate = [r["page"] for r in ours], [r["page"] for r in bare]
    return [
        Row(
            figure("page_over_int80"),
            ratio(page, [r["int80"] for r in ours]),
            ratio(gate, [r["int80"] for r in bare]),
        ),
        Row(figure("page_over_yardstick"), ratio(page, gate), Value(1.0)),
    ]


def start_rows(done: Sequence[Round]) -> list[Row]:
    """Milliseconds to our first ring 3 line beyond the empty kernel's first byte, in pairs."""

    def row(key: str, ours: list[float], empty: list[float]) -> Row:
        extra = stats.paired_difference(ours, empty)
        return Row(
            figure(key),
            # The least of the differences would be that of the pair with the slowest empty kernel.
            Value(extra.median * 1e3, (min(ours) - min(empty)) * 1e3),
            Value(0.0),
            f"the empty kernel's own byte took {stats.summarise(empty).median * 1e3:.0f} ms",
        )

    return [
        row(
            "start_kernel_ms",
            [_seconds(r.ours_kernel) for r in done],
            [_seconds(r.empty_kernel) for r in done],
        ),
        row(
            "start_disk_ms",
            [_seconds(r.ours_disk) for r in done],
            [_seconds(r.empty_disk) for r in done],
        ),
    ]


def _seconds(run: TimedRun) -> float:
    assert run.seen_s is not None  # Bench.boot raises where it is
    return run.seen_s


def used_bytes(image: Path) -> int:
    """Bytes of a disk image up to its last sector that is not all zero."""
    sectors = len(image.read_bytes().rstrip(b"\0")) + SECTOR_BYTES - 1
    return sectors // SECTOR_BYTES * SECTOR_BYTES


def stripped_bytes(kernel: Path, objcopy: str) -> int:
    """Size of an ELF file without symbols and debug information. Raises ToolError, BuildError."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "stripped.elf"
        done = commands.run([objcopy, "--strip-all", kernel, output])
        if not done.ok:
            raise BuildError(
                f"cannot strip {kernel.name}",
                where=done.command.shell(),
                why=done.stderr.strip(),
                fix="see whether this objcopy knows i386 ELF files: `tinygate doctor`",
            )
        return output.stat().st_size


def size_rows(bench: Bench, objcopy: str) -> list[Row]:
    """Sizes of ours, beside those of the bare gate kernel's file and of a lone boot sector."""
    try:
        return [
            Row(
                figure("kernel_bytes"),
                Value(stripped_bytes(bench.kernel, objcopy)),
                Value(bench.yardsticks.gates.stat().st_size),
            ),
            Row(
                figure("disk_bytes"),
                Value(used_bytes(bench.disk)),
                Value(used_bytes(bench.yardsticks.sector)),
            ),
        ]
    except OSError as error:
        raise FileError(
            f"cannot read a built file: {error.strerror}", where=str(error.filename)
        ) from error


def memory_row(bench: Bench) -> Row:
    """The least memory in which ours, and the bare gate kernel, run to their end and pass."""

    def smallest(image: BootImage) -> Value | None:
        # A guest with too little memory may hang: it gets ten times what one with plenty needed.
        limit = LIMIT

        def enough(mib: int) -> bool:
            nonlocal limit
            bench.progress(f"{image.path.name} in {mib} MiB")
            machine = replace(bench.machine, memory_mib=mib)
            seen = serial.has_first_byte
            run = bench.boot(image, machine, seen, must=False, limit=limit)
            if limit is LIMIT:  # the first one, which had the most
                limit = run.times(10)
            return serial.passed(run.text, run.status)

        found = stats.least(*MEMORY_MIB, enough)
        return None if found is None else Value(found)

    # From the disk, as `make run` boots it: the loader must fit, too.
    ours = smallest(BootImage("disk", bench.disk))
    note = "" if ours else f"ours does not pass in {MEMORY_MIB[1]} MiB"
    return Row(
        figure("memory_mib"), ours, smallest(BootImage("kernel", bench.yardsticks.gates)), note
    )


def image_rows(image_command: Callable[[Path], Sequence[str]], bench: Bench) -> list[Row]:
    """Seconds to make the image in a new folder, and again with nothing changed.

    Args:
        image_command: Gives the command line that makes the image in a folder.
        bench: For its progress.
    """
    with tempfile.TemporaryDirectory(prefix="tinygate-bench-") as folder:
        times: list[float] = []
        for what in ("cold build", "nothing changed"):
            bench.progress(what)
            began = time.monotonic()
            done = commands.run(image_command(Path(folder) / "build"), timeout_s=BACKSTOP_S)
            times.append(time.monotonic() - began)
            if not done.ok:
                raise BuildError(
                    f"the timed build failed ({what})",
                    where=done.command.shell(),
                    why=(done.stderr or done.stdout).strip()[-1000:],
                )
    return [
        Row(figure("image_cold_s"), Value(times[0])),
        Row(figure("image_unchanged_s"), Value(times[1])),
    ]
