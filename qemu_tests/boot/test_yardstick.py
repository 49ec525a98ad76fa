"""The yardsticks assemble without a warning, boot, and cost what their sources say."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.bench import serial
from builder.bench.clock import TimedRun, timed_run
from builder.bench.yardstick import DISK_BYTES, Yardsticks, assemble
from builder.boot.emulator import BootImage, Machine, Qemu
from builder.errors import BuildError, ToolError
from builder.model.outcomes import BANNER_PREFIX, FINISHED, PANIC
from builder.tools.resources import data_dir

SOURCE = data_dir("kernel_src") / "yardstick"
ROWS = ("loop", "bare-sysenter", "bare-int80", "page", "int80")


@pytest.fixture(scope="module")
def yardsticks(tmp_path_factory: pytest.TempPathFactory) -> Yardsticks:
    return assemble(SOURCE, tmp_path_factory.mktemp("yardstick"))


def boot(image: BootImage, machine: Machine) -> TimedRun:
    return timed_run(Qemu().command(machine, image), serial.has_first_byte)


def boot_changed(folder: Path, file_name: str, old: str, new: str) -> TimedRun:
    """Boot the gates with the first `old` in one of their files replaced by `new`."""
    for file in SOURCE.iterdir():
        text = file.read_text()
        if file.name == file_name:
            assert old in text
            text = text.replace(old, new, 1)
        (folder / file.name).write_text(text)
    changed = assemble(folder, folder / "out")
    return boot(BootImage("kernel", changed.gates), Machine(icount=False))


@pytest.mark.parametrize("kind", ["kernel", "disk"])
def test_the_empty_kernel_sends_its_byte_and_ends(yardsticks: Yardsticks, kind: str) -> None:
    if kind == "kernel":
        image = BootImage("kernel", yardsticks.empty)
    else:
        image = BootImage("disk", yardsticks.sector)
        assert yardsticks.sector.stat().st_size == DISK_BYTES
    run = boot(image, Machine(icount=False))
    assert (run.text, run.status) == ("E", FINISHED.exit_status)
    assert run.seen_s is not None


@pytest.mark.parametrize("memory_mib", [2, 16])
def test_the_gates_cost_exactly_these_instructions(yardsticks: Yardsticks, memory_mib: int) -> None:
    run = boot(BootImage("kernel", yardsticks.gates), Machine(memory_mib=memory_mib))
    assert serial.passed(run.text, run.status), run.text
    # What gates.asm's first comment shows, to the last digit.
    assert serial.costs(run.text) == {
        "loop": 3.00,
        "bare-sysenter": 7.00,
        "bare-int80": 5.00,
        "page": 50.00,
        "int80": 23.00,
    }
    shown = {line.removeprefix(";   ") for line in (SOURCE / "gates.asm").read_text().splitlines()}
    for line in run.text.splitlines():
        if line.startswith("# cost "):
            assert any(text.startswith(line + " ") for text in shown), line


def test_the_gates_speak_as_a_kernel_does(yardsticks: Yardsticks) -> None:
    run = boot(BootImage("kernel", yardsticks.gates), Machine(icount=False))
    lines = run.text.splitlines()
    assert lines[0].startswith(BANNER_PREFIX)
    assert lines[1:3] == ["KTAP version 1", "1..4"]
    assert [line[:4] for line in lines[3:7]] == ["ok 1", "ok 2", "ok 3", "ok 4"]
    assert tuple(serial.costs(run.text)) == ROWS
    assert serial.has_ring3_line(run.text.encode())


# Each change makes a gate cheaper by losing something; the yardstick must not measure such a gate.
@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("    sahf", "    nop"),
        ("    add al, 0x78 - HIGH_BYTE", "    nop"),
        ("    jnz .unusual", "    nop"),
        ("    push edx\n    push ebp", "    push ecx\n    push ebp"),
        ("    mov eax, [eax + process.pid]", "    nop"),
    ],
    ids=["flags", "overflow", "direction", "edx", "result"],
)
def test_a_gate_that_loses_something_is_not_measured(tmp_path: Path, good: str, bad: str) -> None:
    run = boot_changed(tmp_path, "gates_entries.inc", good, bad)
    assert run.status == PANIC.exit_status
    assert "\nkernel panic: " in run.text
    assert not serial.costs(run.text)


def test_an_exception_is_a_panic(tmp_path: Path) -> None:
    run = boot_changed(tmp_path, "gates_program.inc", "\nprogram:\n", "\nprogram:\n    ud2\n")
    assert run.status == PANIC.exit_status
    assert run.text == "kernel panic: unexpected exception\n"


def test_what_nasm_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.asm").write_text("\tno_such_instruction\tal, 1\n")
    with pytest.raises(BuildError, match=r"empty\.asm") as caught:
        assemble(tmp_path, tmp_path / "out")
    assert "empty.asm:1" in caught.value.why


def test_a_missing_nasm_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no-such-nasm"):
        assemble(SOURCE, tmp_path, nasm="no-such-nasm")
