"""Registers, flags and memory as they are behind each row: the record, played. Pure."""

from __future__ import annotations

from builder.model.constants import EFLAGS
from builder.xray.record import Record, Row, Word

_ALWAYS_1 = "ALWAYS_1"  # a bit of EFLAGS that says nothing
_NAMES = {row.name.removeprefix("EFLAGS_"): row.value for row in EFLAGS}
FLAGS = {name: bit for name, bit in _NAMES.items() if name != _ALWAYS_1}
WORD_BYTES = 4


def first_names(record: Record) -> dict[int, str]:
    """Address -> name, of words that have one before the first row.

    What is read and never written has its name from there, such as `process.work`.
    """
    written = {word.address for row in record.rows for word in row.writes}
    read = {
        word.address: word.name
        for row in record.rows
        for word in row.reads
        if word.name and word.address not in written
    }
    return read | {int(address, 16): name for address, name in record.names.items()}


class Replay:
    """A machine that does what a record says.

    Attributes:
        registers: Name -> value; those that a row never names are as they were before the first.
        flags: Name -> bit.
    """

    def __init__(self, record: Record) -> None:
        """Before the first row."""
        self.registers = {
            name: value for name, value in record.registers.items() if name not in ("eip", "eflags")
        }
        eflags = record.registers.get("eflags", 0)
        self.flags = {name: int(bool(eflags & bit)) for name, bit in FLAGS.items()}
        self._memory = {
            start + at: byte
            for start, data in record.memory
            for at, byte in enumerate(bytes.fromhex(data))
        }
        self._names = first_names(record)

    def apply(self, row: Row) -> None:
        """Do what the row did."""
        self.registers |= {name: new for name, (_, new) in row.registers.items()}
        self.flags |= {name: new for name, (_, new) in row.flags.items()}
        for word in row.writes:
            self._write(word)

    def word(self, address: int) -> int | None:
        """The word there; None where the record does not know it."""
        found = [self._memory.get(address + at) for at in range(WORD_BYTES)]
        known = [byte for byte in found if byte is not None]
        return int.from_bytes(known, "little") if len(known) == WORD_BYTES else None

    def name(self, address: int) -> str:
        """The name of the word there, or nothing."""
        return self._names.get(address, "")

    def _write(self, word: Word) -> None:
        self._names[word.address] = word.name
        if word.new is None:
            for at in range(word.size_bytes):
                self._memory.pop(word.address + at, None)
        else:
            data = word.new.to_bytes(word.size_bytes, "little")
            self._memory |= {word.address + at: byte for at, byte in enumerate(data)}
