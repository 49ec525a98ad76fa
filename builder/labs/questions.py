"""What was answered, compared with what the kernel does; never what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from builder.boot.ktap import Report
from builder.labs.lab import Lab, Question
from builder.labs.predicted import predicted
from builder.xray.quiz import value_of
from builder.xray.record import Record


@dataclass(frozen=True)
class Told:
    """What the kernel tells: all that it printed, and, where a lab asks for one, a call."""

    report: Report
    record: Record | None = None


@dataclass(frozen=True)
class Answers:
    """What was answered.

    Attributes:
        lines: Key of a question -> GOOD, BAD or MISSING, and the answer.
        mistakes: Names of the known mistakes that were made.
        not_right: Questions that are still to be answered.
    """

    lines: Mapping[str, str] = field(default_factory=dict)
    mistakes: tuple[str, ...] = ()
    not_right: tuple[Question, ...] = ()


def judged(lab: Lab, told: Told, answers: Mapping[str, str]) -> Answers:
    """Compare the answers of a lab with what the kernel told."""
    lines = {row.key: _line(told, row, answers.get(row.key, "")) for row in lab.question}
    rows = {row.key: row for row in lab.question}
    mistakes = (
        mistake.name
        for mistake in lab.mistake
        if mistake.answers
        and all(
            lines[key].startswith("BAD") and _same(told, rows[key], answers.get(key, ""), wrong)
            for key, wrong in mistake.answers
        )
    )
    not_right = (row for row in lab.question if not lines[row.key].startswith("GOOD"))
    return Answers(lines, tuple(mistakes), tuple(not_right))


def _line(told: Told, question: Question, answer: str) -> str:
    number, truth = _number(told, question, answer), _truth(told, question)
    if number is None or truth is None:
        what = "neither a number nor a sum of names" if question.row else "no number"
        said = f"{answer} is {what}" if answer else f"no line `{question.key} = ...` has an answer"
        return f"MISSING  {question.key}: {said}"
    near = abs(number - truth) <= abs(truth) * question.within_percent / 100
    return f"{'GOOD' if near else 'BAD'}     {' ' * (not near)}{question.key}: {answer}"


def _same(told: Told, question: Question, answer: str, wrong: str) -> bool:
    number, known = _number(told, question, answer), _number(told, question, wrong)
    if number is None or known is None:
        return False
    return abs(number - known) <= abs(known) * question.within_percent / 100


def _number(told: Told, question: Question, text: str) -> float | None:
    """What somebody wrote, as a number."""
    if told.record is not None and question.row:
        asked = predicted(told.record, question)
        value = value_of(asked.in_numbers(text), {})
        return None if value is None else value % (1 << asked.bits)
    return number_of(text, is_hex="?P<hex>" in question.line)


def number_of(text: str, *, is_hex: bool) -> float | None:
    """What somebody wrote as a number: 12, 12.5, 0x1f, and, where that is meant, 1f."""
    try:
        if is_hex or text.lower().startswith("0x"):
            return int(text, 16)
        return float(text)
    except ValueError:
        return None


def _truth(told: Told, question: Question) -> float | None:
    if question.row:
        assert told.record is not None, "the lab names the call"
        return predicted(told.record, question).value
    return truth_of(told.report, question)


def truth_of(report: Report, question: Question) -> float | None:
    """The answer, as the kernel prints it."""
    numbers = []
    for pattern in (question.line, question.minus):
        found = next((m for text in report.lines if (m := re.search(pattern, text))), None)
        if pattern and found is None:
            return None
        fields = found.groupdict() if found else {}
        text = fields.get("hex") or fields.get("number") or "0"
        numbers.append(number_of(text, is_hex="hex" in fields))
    first, second = numbers
    return None if first is None or second is None else first - second
