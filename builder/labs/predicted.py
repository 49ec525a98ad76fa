"""What the record of a call answers: the questions of the X-ray's quiz, asked in a lab.

An answer is a number, or a sum of numbers and names, such as `esp0 - 8`. What the names stand for
is how it was before the instruction.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from builder.errors import TinygateError
from builder.labs.handout import KERNEL
from builder.labs.lab import Lab, Question
from builder.model.constants import EFLAGS
from builder.xray.find_call import Wanted
from builder.xray.make_record import Subject, make_record
from builder.xray.quiz import questions
from builder.xray.record import Record, Row, read_record, write_record
from builder.xray.replay import FLAGS, Replay

WORDS = "words written"  # what may be asked beside all that the quiz asks
_NAME = re.compile(r"\b[A-Za-z_]\w*")
_TSS_FIELDS = ("esp0", "ss0")
_ALWAYS_SET = next(row.value for row in EFLAGS if row.name == "EFLAGS_ALWAYS_1")


@dataclass(frozen=True)
class Predicted:
    """One value of a record.

    Attributes:
        value: The right answer.
        bits: How wide it is.
        names: What an answer may name -> its value before the instruction.
    """

    value: int
    bits: int
    names: dict[str, int]

    def in_numbers(self, text: str) -> str:
        """An answer with numbers in the place of names."""
        return _NAME.sub(lambda name: self._number(name[0]), text)

    def _number(self, name: str) -> str:
        value = self.names.get(name.lower())
        return name if value is None else f"{value:x}"


def recorded(lab: Lab, subject: Subject, work: Path) -> Record | None:
    """The call that the lab is about, in the kernel that was built in `work`; None: it names none.

    It is kept there: as long as the kernel is the same, it is the same call.
    """
    if lab.call is None:
        return None
    kernel = (work / KERNEL / "kernel.elf").read_bytes()
    kept = work / f"call-{hashlib.sha256(kernel).hexdigest()[:16]}.json"
    if kept.exists():
        try:
            return read_record(kept)
        except TinygateError:  # cut off, or of another version
            kept.unlink()
    numbers = {row.name: row.number for row in subject.model.syscalls}
    wanted = Wanted(lab.call.program, numbers[lab.call.name], lab.call.gate, lab.call.nth)
    record = make_record(subject, wanted)
    write_record(record, kept)
    return record


def predicted(record: Record, question: Question) -> Predicted:
    """What a question asks of a record.

    Raises:
        AssertionError: The record has no such row or value: the lab is older than the kernel.
    """
    replay = Replay(record)
    for row in record.rows:
        if re.search(question.row, row.text):
            value, bits = _asked(row, question)
            return Predicted(value, bits, _names(record, row, replay))
        replay.apply(row)
    raise AssertionError(f"no instruction is {question.row}")


def _asked(row: Row, question: Question) -> tuple[int, int]:
    if question.value == WORDS:
        return len(row.writes), 32
    found = [asked for asked in questions(row) if re.search(question.value, asked.what)]
    assert len(found) == 1, f"{question.value}: {[asked.what for asked in questions(row)]}"
    return found[0].value, found[0].bits


def _names(record: Record, row: Row, replay: Replay) -> dict[str, int]:
    eflags = sum(bit for name, bit in FLAGS.items() if replay.flags[name]) | _ALWAYS_SET
    entries = {one.symbol.lower(): one.address for one in record.rows if one.symbol.isidentifier()}
    tables = {name: record.tables.tss[name] for name in _TSS_FIELDS}
    msrs = {name.lower(): value for name, value in record.tables.msr.items()}
    return entries | tables | msrs | replay.registers | {"eip": row.address, "eflags": eflags}
