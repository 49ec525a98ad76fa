"""What the runner reports, and what is kept of it: each can be read back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qemu_tests.linux.cases import Case
from qemu_tests.linux.expectations import (
    files_of,
    from_json,
    group_outcomes,
    group_text,
    to_json,
)
from qemu_tests.linux.results import Outcome, Report, ReportError, parse

BYTES_A_LINE = 40  # as in runner.c

OUTCOMES = st.lists(
    st.builds(
        Outcome,
        st.from_regex(r"[A-Za-z0-9._-]{1,20}", fullmatch=True),
        st.one_of(
            st.integers(0, 255).map(lambda n: f"exit={n}"),
            st.integers(1, 64).map(lambda n: f"signal={n}"),
        ),
        st.binary(max_size=200),
        st.binary(max_size=200),
    ),
    unique_by=lambda outcome: outcome.name,
    max_size=5,
)


def lines_of(outcome: Outcome) -> list[str]:
    """What runner.c prints for one program."""

    def data(mark: str, content: bytes) -> list[str]:
        pieces = (content[at : at + BYTES_A_LINE] for at in range(0, len(content), BYTES_A_LINE))
        return [f"@{mark} {piece.hex()}" for piece in pieces]

    sizes = f"out={len(outcome.stdout)} err={len(outcome.stderr)}"
    return [
        f"@begin {outcome.name}",
        *data("out", outcome.stdout),
        *data("err", outcome.stderr),
        f"@end {outcome.name} {outcome.status} {sizes}",
    ]


def transcript(outcomes: list[Outcome]) -> str:
    lines = [line for outcome in outcomes for line in lines_of(outcome)]
    return "\n".join([*lines, f"@finished {len(outcomes)}", ""])


@given(OUTCOMES)
def test_a_report_is_read_back(outcomes: list[Outcome]) -> None:
    report = parse(transcript(outcomes))
    assert list(report.outcomes.values()) == outcomes
    assert (report.finished, report.running, report.failure) == (True, "", "")


@given(OUTCOMES, st.text(alphabet=st.characters(exclude_characters="@", codec="utf-8")))
def test_what_others_print_between_the_lines_is_passed_over(
    outcomes: list[Outcome], noise: str
) -> None:
    text = transcript(outcomes).replace("\n", f"\n{noise}\n")
    assert list(parse(text).outcomes.values()) == outcomes


@given(OUTCOMES.filter(bool), st.data())
def test_a_report_that_breaks_off_names_the_program(
    outcomes: list[Outcome], data: st.DataObject
) -> None:
    lines = transcript(outcomes).splitlines()
    kept = data.draw(st.integers(0, len(lines) - 1))
    report = parse("\n".join(lines[:kept]))
    assert not report.finished
    begun = [line.split()[1] for line in lines[:kept] if line.startswith("@begin ")]
    assert [*report.outcomes, *filter(None, [report.running])] == begun


SHORT = transcript([Outcome("a", "exit=0", b"hello", b"oh")])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@out 68656c6c6f\n", ""),
        ("@out 68656c6c6f", "@out 68656c6c"),
        ("@out 68656c6c6f", "@out 68656c6c6"),
        ("@err 6f68", "@err 6f[    1.5] a kernel's line"),
        ("@begin a\n", ""),
        ("@begin a\n", "@begin a\n@begin a\n"),
        ("@end a", "@end b"),
        ("exit=0", "exit=?"),
        ("@finished 1", "@finished 2"),
        ("@finished 1\n", "@finished 1\n@begin b\n"),
        ("@begin a\n", f"{SHORT.rpartition('@finished')[0]}@begin a\n"),
    ],
)
def test_a_report_that_contradicts_itself_is_refused(old: str, new: str) -> None:
    assert parse(SHORT).finished and SHORT.count(old) == 1
    with pytest.raises(ReportError):
        parse(SHORT.replace(old, new))


def test_a_runner_that_gives_up_says_why() -> None:
    assert parse("@begin a\n@failed fork a 38\n") == Report({}, "a", False, "fork a 38")


def test_the_marks_are_those_of_the_runner(project_root: object) -> None:
    source = (project_root / "qemu_tests/linux/runner.c").read_text()  # type: ignore[operator]
    marks = set(re.findall(r'"(@[a-z]+) "', source))
    assert marks == {"@begin", "@out", "@err", "@end", "@finished", "@failed"}


@given(st.one_of(st.binary(max_size=100), st.text(max_size=100).map(str.encode)))
def test_output_is_kept_byte_for_byte(data: bytes) -> None:
    assert from_json(to_json(data)) == data


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (b"", []),
        (b"one\ntwo\n", ["one\n", "two\n"]),
        (b"no end", ["no end"]),
        (b"\ttab\n\n", ["\ttab\n", "\n"]),
        (b"\x1b[0m", {"hex": "1b5b306d"}),
        (b"\xff", {"hex": "ff"}),
        (b"a\r\n", {"hex": "610d0a"}),
    ],
)
def test_text_is_kept_as_lines_and_the_rest_as_digits(data: bytes, kept: object) -> None:
    assert to_json(data) == kept


@given(OUTCOMES)
def test_a_group_is_kept_and_loaded(outcomes: list[Outcome]) -> None:
    assert group_outcomes(group_text(outcomes)) == {each.name: each for each in outcomes}


def test_cases_that_did_the_same_are_one_entry() -> None:
    cases = [Case(name, "hello", (name,)) for name in ("a", "b", "c")]
    outcomes = {
        "a": Outcome("a", "exit=0", b"x"),
        "b": Outcome("b", "exit=0", b"x"),
        "c": Outcome("c", "exit=1", b"x"),
    }
    files = files_of(cases, outcomes)
    assert list(files) == ["hello.json"]
    assert files["hello.json"].count('"cases"') == 2
    assert group_outcomes(files["hello.json"]) == outcomes
