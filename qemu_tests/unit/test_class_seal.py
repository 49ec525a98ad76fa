"""The seal: what of a transcript is left when it is taken off, without any kernel."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from builder.errors import BuildError
from builder.labs.classroom.said import BROKEN_LINE, LineSeal, line_seal
from builder.labs.classroom.seal import BROKEN, Seal, new_seal
from builder.labs.handout import healthy_tree
from builder.labs.lab_course import lab_named

NESTED = (("calls: 1 argument", True), ("calls: 2 arguments", True))


def sealed(seal: Seal, results: tuple[tuple[str, bool], ...] = NESTED) -> str:
    """A suite of two tests, the first of which has nested results."""
    word = seal.inner_start(len(results))
    lines = ["KTAP version 1", "1..2", "    KTAP version 1", f"    1..{len(results)}"]
    for number, (text, well) in enumerate(results, 1):
        word = seal.inner_word(word, text, well)
        lines.append(f"    {'' if well else 'not '}ok {number} - {text}")
    lines.append(f"    # seal {word:08x}")
    good = all(well for _, well in results)
    for number, title, well in ((1, "registers", good), (2, "hello", True)):
        word = seal.outer_word(number, well)
        lines.append(f"{'' if well else 'not '}ok {number} - {word:08x} {title}")
    return "\n".join([*lines, "suite finished: 2 passed, 0 failed", ""])


@pytest.fixture
def seal() -> Seal:
    made = new_seal()
    return made.learn(sealed(made))


def test_a_right_transcript_is_as_without_a_seal(seal: Seal) -> None:
    text = seal.take_off(sealed(seal))
    assert text.splitlines()[-3:] == [
        *("ok 1 - registers", "ok 2 - hello", "suite finished: 2 passed, 0 failed"),
    ]
    assert "seal" not in text


def test_a_result_that_is_bad_stays_bad(seal: Seal) -> None:
    text = seal.take_off(sealed(seal, (NESTED[0], (NESTED[1][0], False))))
    assert "\nnot ok 1 - registers\n" in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    ok 2 - calls: 2 arguments\n", ""),
        ("calls: 2 arguments", "calls: 3 arguments"),
        ("    1..2", "    1..1"),
        ("    # seal ", "    # seal 0"),
        ("\nok 1 - ", "\nok 1 - 0"),
        (" registers", " flags"),
        ("\nok 1 - ", "\nok 2 - "),
    ],
)
def test_a_change_breaks_it(seal: Seal, old: str, new: str) -> None:
    text = sealed(seal)
    assert old in text
    assert BROKEN in seal.take_off(text.replace(old, new, 1))


def test_a_not_ok_that_becomes_an_ok_breaks_it(seal: Seal) -> None:
    bad = sealed(seal, (NESTED[0], (NESTED[1][0], False)))
    for text in (bad.replace("not ok", "ok"), bad.replace("    not ok", "    ok")):
        assert "\nok 1 - registers\n" not in seal.take_off(text)


def test_the_seal_of_another_run_is_none(seal: Seal) -> None:
    assert seal.take_off(sealed(new_seal())).count(BROKEN) == 2


def test_a_test_whose_nested_results_are_gone_is_not_ok(seal: Seal) -> None:
    text = "\n".join(line for line in sealed(seal).split("\n") if not line.startswith("    "))
    assert f"not ok 1 - registers ({BROKEN})" in seal.take_off(text)


def test_sources_that_are_not_as_they_were_are_an_error() -> None:
    files = healthy_tree(lab_named("03"), "checks")
    for path in ("kernel/suite.c", "lib/ktap.c"):
        with pytest.raises(BuildError, match="to be sealed"):
            new_seal().put_on({**files, path: files[path].replace(b"print(", b"printf(")})
    with pytest.raises(BuildError, match="where programs print"):
        line_seal(lab_named("01")).put_on({**files, "user/lib/print.c": b""})


# ---- lines of programs ----


def said(seal: LineSeal, *lines: str) -> list[str]:
    return [*lines, f"# said {seal._word(lines):08x}"]


@pytest.fixture
def lines() -> LineSeal:
    return line_seal(lab_named("01"))


HELLO = "Hello from ring 3: I am process 1."


def test_a_line_with_its_seal_stays_and_one_without_goes(lines: LineSeal) -> None:
    text = "\n".join(["other", *said(lines, HELLO), HELLO, "other", ""])
    assert lines.take_off(text).split("\n") == ["other", HELLO, BROKEN_LINE, "other", ""]


def test_lines_that_came_at_once_have_one_seal(lines: LineSeal) -> None:
    text = "\n".join(["before", *said(lines, "first", HELLO), ""])
    assert HELLO in lines.take_off(text)
    assert HELLO not in lines.take_off(text.replace("first", "second"))


def test_a_line_that_no_program_prints_needs_none(lines: LineSeal) -> None:
    assert lines.learn("\n".join(said(lines, HELLO))).patterns == lines.patterns[:1]
    assert lines.learn(HELLO).patterns == ()


def test_each_line_of_a_flood_is_looked_at_once(
    seal: Seal, lines: LineSeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a hand-in that prints many seals would keep the grader busy for hours."""
    added: list[str] = []
    summed: list[str] = []
    inner, word = Seal.inner_word, LineSeal._word

    def inner_word(self: Seal, before: int, text: str, well: bool) -> int:
        added.append(text)
        return inner(self, before, text, well)

    def line_word(self: LineSeal, some: Iterable[str]) -> int:
        summed.extend(some)
        return word(self, some)

    monkeypatch.setattr(Seal, "inner_word", inner_word)
    monkeypatch.setattr(LineSeal, "_word", line_word)
    seal.take_off("    1..9\n" + "    ok 1 - x\n" * 50 + "    # seal 00000000\n" * 50)
    assert len(added) == 50
    lines.take_off("x\n" + "# said 00000000\n" * 50)
    assert summed == ["x"]
