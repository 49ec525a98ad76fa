"""The table of damaged kernels that no lab uses is current, and a use is recognised."""

from __future__ import annotations

import pytest

from builder.labs.handout import healthy_tree
from builder.labs.lab import Change as LabChange
from builder.labs.lab import changed
from builder.labs.lab_course import lab_named
from qemu_tests import explained
from qemu_tests.defects.in_labs import ALL, PAGE, covers, page, uses
from qemu_tests.kit.kernels import Change

ENTRY = "entry/int80_entry.asm"
CLD = f"    {'cld':40}; C code relies on DF = 0; the program may have it set\n"
DAMAGE = (Change(ENTRY, "    cld  ", "    ; cld"),)


def test_the_table_is_current() -> None:
    assert page() == PAGE.read_text(), "run: python -m qemu_tests.defects.in_labs"


def test_the_list_of_those_that_are_not_explained_is_current() -> None:
    assert explained.page() == explained.PAGE.read_text(), "run: python -m qemu_tests.explained"


def test_each_damage_is_used_or_not() -> None:
    text = PAGE.read_text()
    assert [str(row) for row in ALL if f"\n| {row.name} |" not in text.replace("\\|", "|")] == []
    assert ("no-cld-at-int-0x80", "05-direction") in {(str(u.defect), u.lab.name) for u in uses()}


@pytest.mark.parametrize(
    ("old", "new", "is_used"),
    [
        (CLD, "", True),
        (CLD, "    std\n", True),  # other code in the same line
        (CLD, CLD.replace("C code", "all code"), False),  # only a comment
        ("    push edi\n", "    push esi\n", False),
    ],
)
def test_a_use_is_other_code_in_the_same_lines(old: str, new: str, is_used: bool) -> None:
    healthy = healthy_tree(lab_named("05"), "checks")
    kernel = changed(healthy, [LabChange(file=ENTRY, old=old, new=new)])
    assert covers(kernel, DAMAGE, healthy) is is_used


def test_a_damage_that_only_moves_a_line_is_used_where_it_is_moved_so() -> None:
    healthy = healthy_tree(lab_named("05"), "checks")
    pushes = "    push edi\n    push esi\n"
    moved = (Change(ENTRY, pushes, "    push esi\n    push edi\n"),)
    there = changed(
        healthy, [LabChange(file=ENTRY, old=pushes, new="    push esi\n    push edi\n")]
    )
    assert covers(there, moved, healthy)
    assert not covers(healthy, moved, healthy)


def test_a_damage_that_cannot_be_made_there_is_not_used() -> None:
    healthy = healthy_tree(lab_named("05"), "checks")
    assert not covers(healthy, (Change("no/such.c", "a", "b"),), healthy)
