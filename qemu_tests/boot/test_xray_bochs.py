"""An independent witness: Bochs' debugger sees the same call, row by row, as QEMU's stub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

import pytest

from builder.boot.emulator import Bochs, BootImage, Machine
from builder.errors import ToolError, UserError
from builder.xray.bochs_debugger import bochs_stopped
from builder.xray.find_call import Wanted
from builder.xray.make_record import Subject, make_record
from builder.xray.record import Record, Row, Word
from qemu_tests.boot.test_xray import GETPID, subject_of
from qemu_tests.kit.kernels import Lab

# What may be otherwise there, and why.
ALLOWED = {
    "kernel": "it names the emulator",
    "memory": "the stacks also hold what was left there at the boot, such as times that were read",
}
# A fault pushes EFLAGS with RF set, and IRET takes it back (SDM 3B 17.3.1.1); QEMU leaves it clear.
ALLOWED_FLAG, ALLOWED_BIT = "RF", 1 << 16
CALLS = {
    "int80, getpid": ("int80", Wanted("hello", GETPID)),
    "sysenter, getpid": ("sysenter", Wanted("hello", GETPID)),
    "vsyscall, getpid": ("vsyscall", Wanted("hello", GETPID)),
    "vsyscall, the first call by int 0x80": ("vsyscall", Wanted(gate="int80")),
}


@pytest.fixture
def witness(lab: Lab) -> Iterator[Lab]:
    """Skips the test, and says how to get it, where there is no Bochs with a debugger."""
    try:
        Bochs().require_debugger()
    except ToolError as error:
        pytest.skip(f"{error.what}: {error.fix}")
    yield lab


def on_both(lab: Lab, step: str, *overrides: str) -> tuple[Subject, Subject]:
    kernel = lab.kernel(f"kernel.step={step}", *overrides, debug=True)
    subject = subject_of(kernel)
    return subject, replace(subject, emulator="bochs", disk=kernel.disk)


def comparable(row: Row) -> dict[str, object]:
    """Its fields, without the flag that may differ."""

    def bits(name: str, value: int | None) -> int | None:
        return value & ~ALLOWED_BIT if value and name.endswith("eflags") else value

    def words(of: tuple[Word, ...]) -> list[Word]:
        return [replace(w, old=bits(w.name, w.old), new=bits(w.name, w.new)) for w in of]

    cpu = [(bits(part.what, part.value), bits(part.what, part.seen), part.how) for part in row.cpu]
    flags = {name: value for name, value in row.flags.items() if name != ALLOWED_FLAG}
    changed: dict[str, object] = {
        "flags": flags,
        "reads": words(row.reads),
        "writes": words(row.writes),
        "cpu": cpu,
    }
    return {field.name: getattr(row, field.name) for field in fields(Row)} | changed


def assert_same(ours: Record, theirs: Record) -> None:
    for row, other in zip(ours.rows, theirs.rows, strict=False):
        assert comparable(row) == comparable(other), (row.number, row.text)
    assert len(ours.rows) == len(theirs.rows)
    same = {field.name for field in fields(ours)} - {"rows", *ALLOWED}
    assert {name for name in same if getattr(ours, name) != getattr(theirs, name)} == set()
    assert (theirs.cut, theirs.disagreements) == ("", ())
    assert theirs.kernel.emulator.startswith("Bochs ")


@pytest.mark.parametrize("call", CALLS)
def test_bochs_sees_the_same_rows(witness: Lab, call: str) -> None:
    step, wanted = CALLS[call]
    ours, theirs = (make_record(subject, wanted) for subject in on_both(witness, step))
    assert_same(ours, theirs)


def test_a_page_fault_on_the_way_is_the_same_branch(witness: Lab) -> None:
    subjects = on_both(witness, "vsyscall", "programs.suite=checks")
    write = next(row.number for row in subjects[0].model.syscalls if row.name == "write")
    wanted = Wanted("pointers", write, nth=16)
    ours, theirs = (make_record(subject, wanted) for subject in subjects)
    assert [row.event for row in ours.rows if row.event] == ["#PF page fault"]
    assert_same(ours, theirs)


def test_a_write_is_seen_and_so_is_a_place_that_is_not_mapped(witness: Lab) -> None:
    kernel = witness.kernel("kernel.step=sysenter", debug=True)
    entry = kernel.symbols["sysenter_entry"]
    with bochs_stopped(Machine(), BootImage("disk", kernel.disk)) as debugger:
        registers = debugger.run_to(frozenset((entry,)))
        assert registers["eip"] == entry
        tss = debugger.tables()["tr"]
        _, (esp0, nothing) = debugger.look(((tss + 4, 4), (0x12345678, 4)))
        assert (esp0, nothing) == (registers["esp"].to_bytes(4, "little"), None)
        debugger.run_to(frozenset(), frozenset((tss + 4,)))
        assert debugger.hit == tss + 4
        debugger.step()
        assert debugger.look(())[0]["cs"] & 3 == 0
        assert "step sysenter" in debugger.output()


def test_what_bochs_cannot_do_is_named(lab: Lab) -> None:
    subject, theirs = on_both(lab, "sysenter")
    with pytest.raises(UserError, match="a timer interrupt cannot be let in there"):
        make_record(theirs, Wanted("hello", GETPID), timer_at=3)
    with pytest.raises(UserError, match="it cannot be stepped through"):
        make_record(replace(subject, emulator="v86"), Wanted("hello", GETPID))
