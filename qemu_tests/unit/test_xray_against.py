"""Two records side by side: what is aligned with what, and what the columns look like."""

from __future__ import annotations

from dataclasses import replace

from builder.xray.against import aligned, totals
from builder.xray.against_view import against_lines
from builder.xray.folding import Fold
from builder.xray.record import ByCpu, Call, Kernel, Record, Row, Tables
from builder.xray.terminal_view import COLUMNS

ROW = Row(
    number=1, ring=0, way=5, branch=0, depth=0, function="entry", is_c=False, address=0xC0100000,
    symbol="entry", file="entry/entry.asm", line=1, source="push eax  ; orig_eax", code="50",
    text="push eax", registers={}, flags={}, reads=(), writes=(), event="", cpu=(),
)  # fmt: skip


def record(*rows: Row) -> Record:
    return Record(
        Kernel("vsyscall", "0" * 12, "pentium3", "QEMU"),
        Call("hello", 20, "getpid", "page", 1),
        Tables({}, {}, {}),
        {},
        (),
        {},
        rows,
        "",
    )


def row(number: int, source: str, way: int = 5, **fields: object) -> Row:
    address = ROW.address + number
    return replace(ROW, number=number, address=address, source=source, way=way, **fields)  # type: ignore[arg-type]


def test_the_same_instruction_stands_beside_itself_whatever_its_comment() -> None:
    left = record(row(1, "push ss"), row(2, "push eax  ; number"), row(3, "push gs"))
    right = record(row(1, "push  eax"), row(2, "push gs"))
    pairs = aligned(left, right)
    assert [pair.is_same for pair in pairs] == [False, True, True]
    assert pairs[0].right is None


def test_parts_of_the_way_are_aligned_even_if_they_come_in_another_order() -> None:
    left = record(row(1, "push eax"), row(2, "push [ebp]", way=6), row(3, "push ebx"))
    right = record(row(1, "push eax"), row(2, "push ebx"))
    assert [pair.way for pair in aligned(left, right)] == [5, 5, 6]
    assert [pair.is_same for pair in aligned(left, right)] == [True, True, False]


def test_a_handlers_branch_is_no_part_of_it() -> None:
    assert aligned(record(row(1, "nop", way=0, branch=1)), record()) == ()


def test_a_c_function_is_one_line_and_the_sums_have_all_of_it() -> None:
    body = [row(n, f"line {n}", way=7, function="sys_x", is_c=True) for n in (1, 2, 3)]
    left, right = record(*body), record(body[0])
    (pair,) = aligned(left, right)
    assert isinstance(pair.left, Fold) and len(pair.left.rows) == 3 and pair.is_same
    instructions = totals(left, right)[0]
    assert (instructions.what, instructions.left, instructions.right) == ("instructions", 3, 1)


def test_the_columns_fit_and_differences_are_marked() -> None:
    cpu = (ByCpu("esp", "MSR 175h, MSR_IA32_SYSENTER_ESP", 1, 1, "SDM 2B, SYSENTER"),)
    left = record(row(1, "sysenter", way=3, cpu=cpu), row(2, "push " + "x" * 90))
    lines = [line.text for line in against_lines(left, record(row(1, "int 0x80", way=3)))]
    assert max(map(len, lines)) <= COLUMNS
    assert any("sysenter" in line and line.endswith("<") for line in lines)
    assert any(">" in line and "int 0x80" in line for line in lines)
    assert any(line.startswith("     CPU: esp") and line.endswith("|") for line in lines)
