"""The benchmark of step `linux`: lines of code, parsing, the table, and a whole run of fakes."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from builder.bench import (
    benchmark,
    beside_debian,
    growth,
    lines,
    linux_guest,
    report,
    serial,
    stats,
)
from builder.bench.figures import Row, Value
from builder.bench.linux_figures import COSTS, FIGURES, HELLO, MEMORY
from builder.bench.yardstick import Yardsticks
from builder.boot.emulator.base import BootImage, Machine
from builder.config.keys import KernelConfig, KernelSection
from builder.config.step import Step
from builder.errors import BuildError, DebianUnavailableError, EmulatorError
from builder.linux import cpio
from builder.linux.exec import machine
from builder.tools.resources import data_dir

SOURCE = data_dir("kernel_src") / "yardstick" / beside_debian.SOURCE
GUEST = """\
EMPTY
tinygate kernel: step linux, 1 cpu, config 1a2b3c4d5e6f
hello from /init\r
# cost page                68.00 best       68.00\r
# cost write              153.01 best      153.01\r
# cost int80               42.00 best       42.00\r
# cost clock               59.00 best       59.00\r
# cost fork             14015.50 best    13900.25\r
# cost pipe              1490.10 best     1490.00\r
busybox says 19\r
"""
GUEST += "".join(
    f"# grows {operation.name} {size} {100 + place}\r\n"
    for operation in growth.OPERATIONS
    for place, size in enumerate(operation.sizes)
)
GUEST += "# grown\r\n"


# ---- lines of code ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("int a;\n\n   \nint b;\n", 2),
        ("/* one\n * two\n */\nint a; /* behind */\n", 1),
        ("int a; /* begins\nends */ int b;\n", 2),
        ("// only this\nint a; // and this\n", 1),
        ('char *a = "/* no comment";\nint b; /* one */\n', 2),
        ("char a = '\\''; /* x\n */\n", 1),
        ('puts("a // b \\" /* c");\nint a;\n', 2),
    ],
)
def test_lines_of_c_are_those_with_code(text: str, count: int) -> None:
    assert lines.c_lines(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("; a comment\n\n    mov eax, 1 ; and one\n", 1),
        ("    db ';', \"it's; text\"\n; that was all\n", 1),
        ("    db 'a\n; b\n", 1),  # no string goes on in the next line
    ],
)
def test_lines_of_nasm_are_those_with_code(text: str, count: int) -> None:
    assert lines.nasm_lines(text) == count


def test_only_c_and_nasm_count() -> None:
    files = {"a.c": b"int a;\n", "b.h": b"x\n", "c.asm": b"nop\n", "d.inc": b"; no\n"}
    assert lines.tree_lines({**files, "Makefile": b"all:\n", "README.md": b"text\n"}) == 3


# ---- parsing and the table ----------------------------------------------------------------------


def test_the_best_batch_is_read_where_there_is_one() -> None:
    text = "# cost page 68.00 best  67.50\n# cost int80  42.00\n"
    assert serial.cost_value(text, "page", where="x") == Value(68.0, 67.5)
    assert serial.cost_value(text, "int80", where="x") == Value(42.0)
    with pytest.raises(BuildError, match="# cost pipe"):
        serial.cost_value(text, "pipe", where="x")


def test_every_figure_has_a_key_of_its_own_and_every_cost_is_measured() -> None:
    assert len({figure.key for figure in FIGURES}) == len(FIGURES)
    source = SOURCE.read_text(encoding="utf-8")
    assert all(f'measure("{cost.name}"' in source for cost in COSTS)


def test_the_table_beside_debian_has_no_column_of_peers() -> None:
    rows = [Row(HELLO, Value(90, 80), Value(4000, 3900)), Row(MEMORY, Value(4), note="so it is")]
    look, remarks = report.BESIDE_DEBIAN, ["no network"]
    assert report.markdown(rows, look, remarks).splitlines() == [
        "| figure | ours | Debian's kernel | reach | reached? |",
        "| --- | --- | --- | --- | --- |",
        "| QEMU's start to a static program's first line | 90.0 ms (min 80.0) "
        "| 4000.0 ms (min 3900.0) | <= 80.0 ms | NO |",
        "| least guest memory for busybox sh | 4 MiB | - | <= 4 MiB | yes |",
        "",
        "- least guest memory for busybox sh: so it is",
        "- no network",
    ]


def test_how_costs_grow_is_a_table_with_three_sizes_and_the_factor() -> None:
    rows = growth.growths({"ours": GUEST, "Debian's": GUEST.replace(" 102\r", " 90000\r")})
    assert [row.operation for row in rows] == list(growth.OPERATIONS)
    assert all(row.factor == 1.02 and row.debian == (100, 101, 90000) for row in rows)
    first = growth.markdown(rows).splitlines()[3]
    assert first == (
        "| create a file in a folder of n | 100 / 1,000 / 10,000 | 100 / 101 / 102 "
        "| 100 / 101 / 90,000 | 1.02 | <= 8,000 | yes |"
    )
    assert growth.markdown([]) == ""


def test_a_size_that_was_not_measured_is_named() -> None:
    with pytest.raises(BuildError, match="# grows stat 10000"):
        growth.growths({"kernel": GUEST.replace("# grows stat 10000 ", "# grows stat 1 ")})


def test_every_operation_is_measured_by_the_program() -> None:
    source = (SOURCE.parent / growth.SOURCE).read_text(encoding="utf-8")
    assert all(f'end("{operation.name}"' in source for operation in growth.OPERATIONS)


# ---- what is booted -----------------------------------------------------------------------------


def test_the_ram_disks_hold_what_is_booted() -> None:
    assert b"init\0" in linux_guest.pack_calls(b"program")
    disk = linux_guest.pack_shell(b"the busybox")
    assert b"the busybox" in disk
    assert linux_guest.SHELL_SCRIPT in disk
    assert cpio.TRAILER.encode() in disk


@pytest.mark.parametrize("name", [beside_debian.SOURCE, growth.SOURCE])
def test_the_measuring_programs_compile_without_a_warning(tmp_path: Path, name: str) -> None:
    program = linux_guest.compile_calls(SOURCE.parent / name, tmp_path)
    assert program.read_bytes()[:5] == b"\x7fELF\x01"


def test_a_program_that_does_not_compile_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.c").write_text("int start(void) { return 1 }\n")
    with pytest.raises(BuildError, match=r"bad\.c does not compile"):
        linux_guest.compile_calls(tmp_path / "bad.c", tmp_path)


# ---- all of it, with `cat` for an emulator ------------------------------------------------------


@dataclass(frozen=True)
class FakeEmulator:
    """Boots a file by printing it; nothing runs in less than 3 MiB."""

    log: list[str]
    started: Path  # gets a line for each start: the image and the flags behind the command
    name: str = "true"

    def command(self, machine: Machine, image: BootImage) -> list[str]:
        self.log.append(f"{image.path.name} {image.command_line}".strip())
        # What is added behind the command is for the emulator, and cat shall not see it.
        script = f'echo "${{0##*/}} $*" >>{self.started}; cat "$0"'
        shown = ["sh", "-c", script, str(image.path)]
        return ["true"] if machine.memory_mib < 3 else shown


@dataclass(frozen=True)
class Lab:
    """A benchmark of fakes."""

    folder: Path
    parts: benchmark.Parts
    log: list[str]

    def run(self, parts: benchmark.Parts | None = None) -> dict[str, Row]:
        cfg = KernelConfig(kernel=KernelSection(step=Step.LINUX))
        result = benchmark.main_bench(cfg, self.folder, runs=4, parts=parts or self.parts)
        assert [row.figure for row in result.rows] == list(FIGURES)
        return {row.figure.key: row for row in result.rows}


def _build(cfg: KernelConfig, out_dir: Path) -> Any:
    out_dir.mkdir(parents=True)
    (out_dir / "kernel.elf").write_text(GUEST + cfg.programs.suite, newline="")
    return SimpleNamespace(kernel_elf=out_dir / "kernel.elf", disk_img=out_dir / "none")


def _assemble(_source: Path, out_dir: Path, *, nasm: str = "nasm") -> Yardsticks:  # noqa: ARG001
    out_dir.mkdir(parents=True)
    (out_dir / "empty.bin").write_text("E")
    return Yardsticks(out_dir / "empty.bin", out_dir / "none", out_dir / "none")


def _compile(source: Path, out_dir: Path) -> Path:
    (out_dir / source.stem).write_text("program")
    return out_dir / source.stem


def _overhead(program: Path, empty: Path, *, runs: int, progress: Any) -> stats.Summary:  # noqa: ARG001
    assert (program.name, empty.name) == ("linux_calls", "empty.bin")
    return stats.Summary(0.05, 0.04, 0.06, runs)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    kernel, busybox, objcopy = (tmp_path / name for name in ("vmlinuz", "busybox", "objcopy"))
    kernel.write_text(GUEST.replace("68.00", "354.00", 1), newline="")
    busybox.write_text("busybox")
    objcopy.write_text('#!/bin/sh\nshift\nexec cp "$@"\n')
    objcopy.chmod(0o755)
    monkeypatch.setattr(benchmark, "assemble", _assemble)
    log: list[str] = []
    peer = linux_guest.Peer(kernel, "linux-image 6.1")
    parts = benchmark.Parts(
        build=_build,
        yardstick_source=tmp_path,
        emulator=cast(Any, FakeEmulator(log, tmp_path / "started")),
        linux=beside_debian.Parts(_compile, lambda: peer, lambda: busybox, str(objcopy), _overhead),
    )
    return Lab(tmp_path / "out", parts, log)


def _median(value: Value | None) -> float:
    assert value is not None
    return value.median


def test_one_run_measures_both_kernels(lab: Lab) -> None:
    rows = lab.run()
    assert rows["linux_page_instructions"].ours == Value(65.0)
    assert rows["linux_page_instructions"].yardstick == Value(351.0, 65.0)
    assert rows["linux_clock_instructions"].ours == Value(54.0)
    assert rows["linux_fork_instructions"].ours == Value(14015.5, 13900.25)
    assert rows["exec_overhead_ms"].ours == Value(50.0, 40.0)
    assert _median(rows["linux_memory_mib"].ours) == 3
    assert _median(rows["linux_memory_mib"].yardstick) == beside_debian.PEER_MIB[0]
    assert _median(rows["linux_kernel_bytes"].ours) == len(GUEST) + len("none")
    saved = json.loads((lab.folder / "bench" / "bench.json").read_text())
    assert "linux-image 6.1" in saved["about"]["remarks"][0]


def test_starts_are_timed_in_turn_and_debians_now_and_then(lab: Lab) -> None:
    lab.run()
    names = [line.split()[0] for line in lab.log if line.endswith("hello") or line == "empty.bin"]
    without = ["empty.bin", "kernel.elf"] * 2  # on two machines
    with_debian = [*without, "vmlinuz"]
    assert names == [*with_debian, *without, *without, *with_debian]


def test_each_is_timed_on_both_machines_and_the_quick_one_is_that_of_exec(lab: Lab) -> None:
    lab.run()
    started = lab.parts.emulator.started.read_text().splitlines()  # type: ignore[attr-defined]
    quick = f" -machine {machine.MICROVM}"
    on_microvm = [line for line in started if "microvm" in line]
    assert on_microvm == [f"empty.bin{quick}", f"kernel.elf{quick}"] * 4
    assert started.count("empty.bin ") == 4
    assert machine.MACHINE.startswith(f"{machine.MICROVM},")


def test_offline_the_other_column_is_empty_and_it_is_said_why(lab: Lab) -> None:
    def offline() -> Any:
        raise DebianUnavailableError("cannot fetch x", why="no network", fix="`tinygate fetch`")

    parts = replace(lab.parts.linux, find_peer=offline, find_busybox=offline)
    rows = lab.run(replace(lab.parts, linux=parts))
    assert all(row.yardstick is None for row in rows.values())
    assert _median(rows["linux_page_instructions"].ours) == 65
    assert rows["linux_memory_mib"].ours is None
    why = "cannot fetch x: no network; `tinygate fetch`"
    assert rows["linux_memory_mib"].note == why
    said = json.loads((lab.folder / "bench" / "bench.json").read_text())["about"]["remarks"]
    assert said == [f"Debian's kernel was not measured: {why}"]


def test_a_kernel_that_says_nothing_is_named_with_its_command(lab: Lab) -> None:
    def build(_cfg: KernelConfig, out_dir: Path) -> Any:
        out_dir.mkdir(parents=True)
        (out_dir / "kernel.elf").write_text("panic\n")
        return SimpleNamespace(kernel_elf=out_dir / "kernel.elf", disk_img=out_dir / "none")

    with pytest.raises(EmulatorError, match="# cost pipe") as caught:
        lab.run(replace(lab.parts, build=build))
    assert "cat" in caught.value.where
    assert "panic" in caught.value.why
