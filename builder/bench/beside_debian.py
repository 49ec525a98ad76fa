"""Measures a kernel that runs Linux programs, beside Debian's kernel in the same emulator."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from builder.bench import exec_time, growth, linux_guest, serial, stats
from builder.bench.clock import TimedRun, timed_run
from builder.bench.figures import Row, Value
from builder.bench.linux_figures import (
    COSTS,
    EXEC,
    HELLO,
    KERNEL,
    MEMORY,
    QUICK_HELLO,
    Cost,
)
from builder.bench.linux_guest import Peer
from builder.bench.measure import stripped_bytes
from builder.boot.emulator.base import BootImage, Emulator, Machine
from builder.boot.patience import Limit
from builder.config.keys import KernelConfig
from builder.errors import DebianUnavailableError, EmulatorError
from builder.linux.debian.debian_kernel import COMMAND_LINE as DEBIAN_COMMAND_LINE
from builder.linux.exec import machine as exec_machine
from builder.tools.resources import data_dir

OURS_MIB = (2, 16)  # the least memory is looked for in this range
PEER_MIB = (8, 128)
PEER_MACHINE_MIB = 256
PEER_EVERY = 3  # one round of so many boots Debian's kernel too, which takes seconds
LIMIT = Limit(cpu_s=300, asleep_s=300)  # Debian's kernel counts instructions for half a minute
SOURCE = "linux_calls.c"
MICROVM = ("-machine", exec_machine.MICROVM)
EMPTY_SAYS = b"E"  # kernel_src/yardstick/empty.asm


@dataclass(frozen=True)
class Parts:
    """What is fetched and compiled; tests replace it."""

    compile_calls: Callable[[Path, Path], Path] = linux_guest.compile_calls
    find_peer: Callable[[], Peer] = linux_guest.find_peer
    find_busybox: Callable[[], Path] = linux_guest.find_busybox
    objcopy: str = "objcopy"
    exec_overhead: Callable[..., stats.Summary] = exec_time.exec_overhead


@dataclass(frozen=True)
class Kernels:
    """Ours, the same without programs in it, and the empty one."""

    ours: Path
    bare: Path
    empty: Path


@dataclass(frozen=True)
class Subject:
    """A kernel, and how it is booted.

    Attributes:
        kernel: Its file.
        machine: What it is booted on.
        command_line: What it is told, before what is for process 1.
        memory_mib: The range in which its least memory is looked for.
    """

    kernel: Path
    machine: Machine
    command_line: str
    memory_mib: tuple[int, int]

    def image(self, initrd: Path, arguments: str = "") -> BootImage:
        """To boot it with that RAM disk, and arguments for /init."""
        line = f"{self.command_line} -- {arguments}" if arguments else self.command_line
        return BootImage("kernel", self.kernel, initrd, line.strip())


@dataclass(frozen=True)
class LinuxBench:
    """One run of the benchmark."""

    emulator: Emulator
    ours: Subject
    peer: Subject | None
    empty: Path  # the kernel that only sends a byte: what starting costs before any kernel
    progress: Callable[[str], None]

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Ours, and Debian's if it is there."""
        return (self.ours, *([self.peer] if self.peer else []))

    def boot(
        self,
        image: BootImage,
        machine: Machine,
        seen: bytes,
        *,
        flags: Sequence[str] = (),
        limit: Limit = LIMIT,
    ) -> TimedRun:
        """Boot once, with further `flags` for QEMU, and see when `seen` has come."""
        argv = [*self.emulator.command(machine, image), *flags]
        return timed_run(argv, lambda data: seen in data.replace(b"\r\n", b"\n"), limit=limit)

    def must_boot(
        self, image: BootImage, machine: Machine, seen: bytes, flags: Sequence[str] = ()
    ) -> TimedRun:
        """The same. Raises EmulatorError if it never comes."""
        run = self.boot(image, machine, seen, flags=flags)
        if run.seen_s is None:
            raise EmulatorError(
                f"{image.path.name} did not print {seen.decode().strip()!r}",
                where=shlex.join([*self.emulator.command(machine, image), *flags]),
                why=f"exit status {run.status}, last output: {run.text[-200:]!r}",
                fix="run the command above by hand and see where it stops",
            )
        return run


def cost_rows(bench: LinuxBench, calls: Path) -> list[Row]:
    """Exact instruction counts: one boot of each kernel under icount."""
    texts = []
    for subject in bench.subjects:
        bench.progress(f"counting instructions of {subject.kernel.name}")
        machine = replace(subject.machine, icount=True)
        run = bench.must_boot(subject.image(calls), machine, b"# cost pipe")
        texts.append(run.text.replace("\r\n", "\n"))

    def value(place: int, cost: Cost) -> Value | None:
        if place >= len(texts):
            return None
        found = serial.cost_value(texts[place], cost.name, where=bench.subjects[place].kernel.name)
        best = found.minimum if found.minimum is not None else found.median
        if abs(best - found.median) < 0.5:  # the same to the last digit that is shown
            return Value(found.median - cost.loop)
        return Value(found.median - cost.loop, best - cost.loop)

    return [Row(cost.figure, value(0, cost), value(1, cost)) for cost in COSTS]


def growth_rows(bench: LinuxBench, program: Path) -> list[growth.Growth]:
    """How costs grow: exact instruction counts again, of machines of one size."""
    texts = {}
    for subject in bench.subjects:
        bench.progress(f"how costs grow on {subject.kernel.name}")
        machine = replace(subject.machine, icount=True, memory_mib=PEER_MACHINE_MIB)
        run = bench.must_boot(subject.image(program), machine, growth.DONE)
        texts[subject.kernel.name] = run.text
    return growth.growths(texts)


def hello_rows(bench: LinuxBench, calls: Path, runs: int) -> list[Row]:
    """Milliseconds from the emulator's start to the first line of process 1, in turn."""
    empty, ours = BootImage("kernel", bench.empty), bench.ours.image(calls, "hello")
    times_s: dict[str, list[float]] = {"peer": []}

    def take(name: str, image: BootImage, seen: bytes, flags: Sequence[str] = ()) -> None:
        subject = bench.peer if name == "peer" and bench.peer else bench.ours
        run = bench.must_boot(image, replace(subject.machine, icount=False), seen, flags)
        assert run.seen_s is not None  # must_boot raises where it is
        times_s.setdefault(name, []).append(run.seen_s)

    for number in range(runs):
        bench.progress(f"round {number + 1} of {runs}")
        take("empty", empty, EMPTY_SAYS)
        take("ours", ours, linux_guest.HELLO)
        take("empty on microvm", empty, EMPTY_SAYS, MICROVM)
        take("ours on microvm", ours, linux_guest.HELLO, MICROVM)
        if bench.peer and number % PEER_EVERY == 0:
            take("peer", bench.peer.image(calls, "hello"), linux_guest.HELLO)
    peer = _ms(times_s["peer"]) if bench.peer else None
    quick_note = _beside(times_s["empty on microvm"])
    return [
        Row(HELLO, _ms(times_s["ours"]), peer, _beside(times_s["empty"])),
        Row(QUICK_HELLO, _ms(times_s["ours on microvm"]), None, quick_note),
    ]


def _ms(times_s: Sequence[float]) -> Value:
    found = stats.summarise([time_s * 1e3 for time_s in times_s])
    return Value(found.median, found.minimum)


def _beside(bare_s: Sequence[float]) -> str:
    return f"an empty kernel's first byte took {_ms(bare_s).median:.0f} ms"


def memory_row(bench: LinuxBench, shell: Path | None, why_not: str) -> Row:
    """The least memory in which busybox's shell runs a pipe of two to its end."""
    if shell is None:
        return Row(MEMORY, note=why_not)
    found = [_least_memory(bench, subject, shell) for subject in bench.subjects]
    return Row(MEMORY, found[0], found[1] if bench.peer else None)


def _least_memory(bench: LinuxBench, subject: Subject, shell: Path) -> Value | None:
    image = subject.image(shell)
    limit = LIMIT

    def enough(mib: int) -> bool:
        nonlocal limit
        bench.progress(f"{subject.kernel.name} in {mib} MiB")
        machine = replace(subject.machine, memory_mib=mib, icount=False)
        run = bench.boot(image, machine, linux_guest.SHELL_SAYS, limit=limit)
        if limit is LIMIT:  # the first, with the most: one with too little may hang
            limit = run.times(10)
        return run.seen_s is not None

    least = stats.least(*subject.memory_mib, enough)
    return None if least is None else Value(least)


def size_row(bench: LinuxBench, bare_kernel: Path, objcopy: str) -> Row:
    """The kernel's file without programs in it; Debian's is compressed."""
    ours = Value(stripped_bytes(bare_kernel, objcopy))
    peer = Value(bench.peer.kernel.stat().st_size) if bench.peer else None
    return Row(KERNEL, ours, peer, "Debian's is compressed" if peer else "")


def find_peer(parts: Parts, machine: Machine) -> tuple[Subject | None, str]:
    """Debian's kernel, or why there is none."""
    try:
        peer = parts.find_peer()
    except DebianUnavailableError as error:
        return None, f"Debian's kernel was not measured: {error.in_one_line()}"
    machine = replace(machine, memory_mib=PEER_MACHINE_MIB)
    subject = Subject(peer.kernel, machine, DEBIAN_COMMAND_LINE, PEER_MIB)
    return subject, f"Debian's kernel: {peer.version}, same emulator, same CPU, in turn with ours"


def measure(
    cfg: KernelConfig,
    kernels: Kernels,
    folder: Path,
    emulator: Emulator,
    *,
    runs: int,
    progress: Callable[[str], None],
    parts: Parts,
) -> tuple[list[Row], list[growth.Growth], Sequence[str]]:
    """All rows, how costs grow, and what is to be said of them.

    Args:
        cfg: What the kernels were built from.
        kernels: What is booted and looked at.
        folder: For what is made on the way.
        emulator: What boots it all.
        runs: Rounds for the figure of wall time.
        progress: Called with a few words before anything that takes time.
        parts: For tests.

    Raises:
        ToolError, BuildError, EmulatorError, FileError: as their names say.
    """
    machine = Machine(cpu=cfg.machine.cpu, memory_mib=cfg.machine.memory_mib)
    progress("looking for Debian's kernel")
    peer, remark = find_peer(parts, machine)
    ours = Subject(kernels.ours, machine, "", OURS_MIB)
    bench = LinuxBench(emulator, ours, peer, kernels.empty, progress)
    sources = data_dir("kernel_src") / "yardstick"
    program = parts.compile_calls(sources / SOURCE, folder)
    grows = parts.compile_calls(sources / growth.SOURCE, folder)
    calls, many = folder / "calls.cpio", folder / "growth.cpio"
    calls.write_bytes(linux_guest.pack_calls(program.read_bytes()))
    many.write_bytes(linux_guest.pack_calls(grows.read_bytes()))
    shell, why_not = _shell_disk(parts, folder)
    rows = cost_rows(bench, calls)
    growing = growth_rows(bench, many)
    rows += hello_rows(bench, calls, runs)
    overhead = parts.exec_overhead(program, kernels.empty, runs=runs, progress=progress)
    rows.append(Row(EXEC, Value(overhead.median * 1e3, overhead.minimum * 1e3)))
    rows.append(size_row(bench, kernels.bare, parts.objcopy))
    rows.append(memory_row(bench, shell, why_not))
    return rows, growing, [remark]


def _shell_disk(parts: Parts, folder: Path) -> tuple[Path | None, str]:
    """The RAM disk with the shell, or why there is none."""
    try:
        busybox = parts.find_busybox()
    except DebianUnavailableError as error:
        return None, error.in_one_line()
    disk = folder / "shell.cpio"
    disk.write_bytes(linux_guest.pack_shell(busybox.read_bytes()))
    return disk, ""
