"""How a program that did otherwise than on Linux is reported."""

from __future__ import annotations

from qemu_tests.linux.compare import differences
from qemu_tests.linux.results import Outcome, Report

A = Outcome("a", "exit=0", b"one\ntwo\n", b"")
B = Outcome("b", "signal=11", b"\xff", b"no end")
EXPECTED = {"a": A, "b": B}


def test_the_same_is_no_difference() -> None:
    assert differences(EXPECTED, Report(dict(EXPECTED), finished=True)) == ""


def test_other_output_is_shown_beside_what_was_expected() -> None:
    other = {"a": Outcome("a", "exit=1", b"one\n2\n", b""), "b": B}
    text = differences(EXPECTED, Report(other, finished=True))
    assert text.startswith("a differs:\n--- Linux\n+++ ours\n")
    lines = text.splitlines()
    assert {"-out: two", "+out: 2", "-exit=0", "+exit=1", " out: one"} <= set(lines)
    assert not any(line.startswith("b") for line in lines)


def test_output_that_is_no_text_is_shown_as_digits() -> None:
    other = {"a": A, "b": Outcome("b", "signal=11", b"\xfe", b"no end\n")}
    lines = differences(EXPECTED, Report(other, finished=True)).splitlines()
    assert {"-out: hex ff", "+out: hex fe", "-err: no end (no line end)", "+err: no end"} <= set(
        lines
    )


def test_an_end_before_the_last_program_says_how_far_it_came() -> None:
    assert differences(EXPECTED, Report({}, "a")) == (
        "a did not end\nb was not reached\nthe runner did not come to the end of its list\n"
    )
    assert differences(EXPECTED, Report(dict(EXPECTED), failure="wait4  38")) == (
        "the runner gave up: wait4  38\n"
    )
