"""Times the same work on our kernel and on Debian's, on the same machine: `tinygate bench --wall`.

    python -m qemu_tests.linux.wall [--runs N] [--busybox FOLDER] [--markdown | --json]

All machines are booted once, with the same files, and work in turn: what else the host does meets
both kernels. A run's time is the host's, from the key that starts it to the next prompt; a guest's
own clock may be late. The works are in builder/bench/wall.py, and so is what becomes of the times.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from builder.bench import wall
from builder.bench.wall import CPUS, SUITE, WORKS, Pairs, Took, Work
from builder.boot.emulator import Machine
from builder.boot.patience import Limit
from builder.cli import ui
from builder.cli.guard import run_guarded
from builder.config.load import load_config
from builder.errors import ExitCode, FileError
from builder.image.build import build_kernel
from builder.linux import debian
from builder.linux.cpio import Directory, Entry, File, Symlink, pack
from builder.linux.debian.debian_kernel import COMMAND_LINE, kernel_file
from builder.linux.shell.userland import PACKAGE as BUSYBOX
from builder.linux.shell.userland import make_userland
from qemu_tests.linux.build_programs import PROGRAMS, Compiler, build_program
from qemu_tests.linux.keys import Player, Step
from qemu_tests.linux.libcs import find_libc
from qemu_tests.linux.record import KERNEL

ROUNDS = 3
OURS, DEBIAN = "ours", "debian"
Place = tuple[int, str]  # how many CPUs, which kernel
MACHINE = Machine(memory_mib=256, icount=False)
LIMIT = Limit(cpu_s=600, asleep_s=60)  # busybox's test-suite sleeps for seconds
LINES = 1_000_000
TEXT_BYTES = 15_000_000
TEXT_FILES = 8
INSERTS = 20_000
# How Debian's busybox-static was made, in its source: which tests make sense depends on it.
CONFIGURATIONS = (".config", "debian/config/pkg/static", "debian/config/os/linux")


def main(arguments: Sequence[str]) -> int:
    """See the module's description; returns the exit status."""
    parser = argparse.ArgumentParser(prog="tinygate bench --wall")
    parser.add_argument("--runs", type=int, default=ROUNDS)
    parser.add_argument("--busybox", type=Path)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)

    def body() -> int:
        with ui.progress("measuring") as update:
            found, remarks = measure(options.runs, options.busybox, update)
        if options.json:
            ui.print_json(found)
        elif options.markdown:
            print(wall.markdown(found, remarks), end="")
        else:
            for table in wall.tables(found):
                ui.print_table(*table)
            print("", *remarks, sep="\n")
        return ExitCode.OK

    return run_guarded(body)


def measure(
    rounds: int, busybox: Path | None, progress: Callable[[str], None]
) -> tuple[list[Pairs], list[str]]:
    """Boot, run every work so many times in turn; what was found, and what is to be said of it.

    Args:
        rounds: How often each work is run on each machine.
        busybox: The unpacked source of busybox, for its test-suite; None: without that.
        progress: Called with a few words before anything that takes time.

    Raises:
        DebianUnavailableError: A package is missing and cannot be fetched.
        MachineryError: The kernels did not do the same.
        BuildError, ToolError, FileError: as their names say.
    """
    works = (*WORKS, *([SUITE] if busybox else []))
    sqlite = find_libc("glibc", "sqlite")
    packages = debian.fetch(debian.named([*sqlite.packages, KERNEL, BUSYBOX]))
    program = build_program(PROGRAMS / "sqlite.c", sqlite, packages, Compiler())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tinygate-wall-")))
        initrd = folder / "wall.cpio"
        files = [File("bin/sqlite", program.read_bytes(), 0o755), *scripts(works), *data()]
        files += suite(busybox) if busybox else []
        initrd.write_bytes(make_userland(packages[BUSYBOX]) + pack(files))
        players: dict[Place, Player] = {}
        for cpus in CPUS:
            progress(f"building and booting on {cpus} CPUs")
            words = ["kernel.step=linux", f"cpu.count={cpus}", "programs.suite=none"]
            ours = build_kernel(load_config(None, words), folder / f"cpus-{cpus}").kernel_elf
            peer = kernel_file(packages[KERNEL])
            for name, kernel, line in ((OURS, ours, ""), (DEBIAN, peer, COMMAND_LINE)):
                machine = replace(MACHINE, cpus=cpus)
                players[cpus, name] = Player(machine, kernel, initrd, line, LIMIT)
                stack.callback(players[cpus, name].kill)
        found = take_turns(players, works, rounds, progress)
    return found, [
        f"Debian's kernel: {packages[KERNEL].package} {packages[KERNEL].version}, same QEMU, same "
        f"files, in turn with ours; medians of {rounds} rounds, and of the ratios their range",
        f"the host had {os.cpu_count()} CPUs, and at the end a load of {os.getloadavg()[0]:.1f}; "
        "more CPUs than the host's do not work at once",
    ]


def take_turns(
    players: Mapping[Place, Player],
    works: Sequence[Work],
    rounds: int,
    progress: Callable[[str], None],
) -> list[Pairs]:
    """Every work on both kernels right after each other. Raises MachineryError, see measure()."""
    took: dict[tuple[Work, int], list[tuple[Took, Took]]] = {}
    for number in range(rounds):
        for work in works:
            progress(f"round {number + 1} of {rounds}: {work.title}")
            for cpus in CPUS if work.spreads else CPUS[:1]:
                ours, peer = (_run(players[cpus, name], work) for name in (OURS, DEBIAN))
                wall.require_same(work, ours, peer)
                took.setdefault((work, cpus), []).append((ours, peer))
    return [Pairs(work, cpus, tuple(pairs)) for (work, cpus), pairs in took.items()]


def _run(player: Player, work: Work) -> Took:
    before_s, began_s = player.effort.read().cpu_s, time.monotonic()
    printed = player.play([Step(f"sh /timed/{work.name}\r")])
    wall_s = time.monotonic() - began_s
    return Took(wall_s, player.effort.read().cpu_s - before_s, printed)


def scripts(works: Sequence[Work]) -> Iterator[Entry]:
    """What the shells are told to run."""
    yield Directory("timed")
    for work in works:
        yield File(f"timed/{work.name}", f"cd /tmp; {work.script}\n".encode())


def data(less: int = 1) -> Iterator[Entry]:
    """What is worked on, or so many times less; the same bytes each time."""
    numbers = range(1, LINES // less + 1)
    yield File("tmp/lines", "".join(f"{number}\n" for number in numbers).encode())
    chance = random.Random(14)
    words = ["".join(chance.choices("etaoinshrdlu", k=2 + n % 8)) for n in range(4000)]
    size = TEXT_BYTES // TEXT_FILES // less
    text = " ".join(chance.choices(words, k=size * TEXT_FILES // 5)).encode()
    yield Directory("tmp/text")
    for number in range(TEXT_FILES):
        yield File(f"tmp/text/{number}", text[number * size : (number + 1) * size])
    yield File("tmp/text.gz", gzip.compress(text[: size * TEXT_FILES], mtime=0))
    rows = (f"({n}, 'name {n * 7919 % 20011}', {n * 3 % 1009}.5)" for n in range(INSERTS // less))
    inserts = "".join(f"insert into t values {row};\n" for row in rows)
    head = "create table t (a integer primary key, b text, c real);\n"
    yield File("tmp/inserts", f"{head}{inserts}select count(*), sum(a), sum(c) from t;\n".encode())


def suite(source: Path) -> Iterator[Entry]:
    """busybox's test-suite, with how busybox was made. Raises FileError."""
    config = b"".join((source / f).read_bytes() for f in CONFIGURATIONS if (source / f).is_file())
    tests = source / "testsuite"
    if not config or not (tests / "runtest").is_file():
        raise FileError(
            "this is no source of Debian's busybox",
            where=str(source),
            why="it has no testsuite/runtest, or no configuration",
            fix="name the folder that `apt-get source busybox` made",
        )
    yield Directory("busybox")
    yield File("busybox/.config", config)
    yield Symlink("busybox/busybox", "/bin/busybox")
    yield Directory("busybox/testsuite")
    for path in sorted(tests.rglob("*")):
        name = f"busybox/testsuite/{path.relative_to(tests).as_posix()}"
        yield Directory(name) if path.is_dir() else File(name, path.read_bytes(), 0o755)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
