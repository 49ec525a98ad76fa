"""The record of one call, with all its names: what every view shows, and its JSON.

The JSON has the fields of these classes under their names, numbers as numbers; docs/xray.md says
what they mean. `version` changes when a reader of the old form would be wrong about the new one.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pydantic
from pydantic.dataclasses import dataclass

from builder.errors import FileError, UserError
from builder.tools.ordinary_file import read_ordinary
from builder.tools.whole_file import write_whole

VERSION = 1
FILE_BYTES_MAX = 1 << 28  # the record of a call has a few hundred thousand


@dataclass(frozen=True)
class ByCpu:
    """One thing that the CPU did by itself.

    Attributes:
        what: Register, flag or word of the stack that it concerns.
        how: Where the value comes from.
        value: By the manual.
        seen: In the machine.
        manual: Section that says so.
    """

    what: str
    how: str
    value: int
    seen: int
    manual: str

    @property
    def agrees(self) -> bool:
        """False: an error of the emulator, or ours."""
        return self.value == self.seen


@dataclass(frozen=True)
class Word:
    """Memory that was read or written.

    Attributes:
        address: Linear.
        size_bytes: How much.
        name: Such as `pt_regs.edx`; empty if it has none.
        old: Before, as a number; None if that was not read, is not mapped, or has over 8 bytes.
        new: Behind it, likewise.
    """

    address: int
    size_bytes: int
    name: str
    old: int | None
    new: int | None


@dataclass(frozen=True)
class Row:
    """One instruction.

    Attributes:
        number: From 1 on.
        ring: In which it was executed.
        way: Number of the part of the way, as in docs/way.svg, 1 to 9; 0 in a branch.
        branch: 0 on the way itself; one more in a handler, of an exception, an interrupt or a
            signal, and while another process runs.
        depth: Of calls, in this ring.
        function: In whose code it lies.
        is_c: That is a C function.
        address: Linear.
        symbol: The same, as symbol+offset.
        file, line, source: Where it comes from; empty, 0, empty if nobody knows.
        code: Its bytes, in hexadecimal.
        text: Disassembled.
        registers: Name -> value before and behind it, of those that changed.
        flags: Name -> bit before and behind it, of those that changed.
        reads, writes: Memory.
        event: What came instead of it, or behind it, such as `#PF page fault`; else empty.
        cpu: What the CPU did by itself.
        context: In a branch what that is, such as `handler of interrupt 0x20`; else empty.
    """

    number: int
    ring: int
    way: int
    branch: int
    depth: int
    function: str
    is_c: bool
    address: int
    symbol: str
    file: str
    line: int
    source: str
    code: str
    text: str
    registers: dict[str, tuple[int, int]]
    flags: dict[str, tuple[int, int]]
    reads: tuple[Word, ...]
    writes: tuple[Word, ...]
    event: str
    cpu: tuple[ByCpu, ...]
    context: str = ""


@dataclass(frozen=True)
class Kernel:
    """What was booted, and on what."""

    step: str
    digest: str
    cpu: str
    emulator: str


@dataclass(frozen=True)
class Call:
    """Which call it is."""

    program: str
    number: int
    name: str
    gate: str
    nth: int


def gate_in_words(gate: str, step: str) -> str:
    """The way in. In step sysenter there is no page yet: each program has the stub itself."""
    page = "SYSENTER" if step == "sysenter" else "the page"
    return page if gate == "page" else "int 0x80"


@dataclass(frozen=True)
class Tables:
    """What the CPU looks at.

    Attributes:
        gdt: Selector without RPL -> what it is for.
        msr: Name -> value.
        tss: Name of the field -> value, of those for ring 0; `address` too.
    """

    gdt: dict[str, str]
    msr: dict[str, int]
    tss: dict[str, int]


@dataclass(frozen=True)
class Record:
    """One call. `cut` says why it ends before the program goes on; empty if it does go on.

    `registers` are those before the first row; `memory` is the two stacks before it: address,
    bytes in hexadecimal, and the names that words of it have from the start.
    """

    kernel: Kernel
    call: Call
    tables: Tables
    registers: dict[str, int]
    memory: tuple[tuple[int, str], ...]
    names: dict[str, str]
    rows: tuple[Row, ...]
    cut: str
    version: int = VERSION

    @property
    def title(self) -> str:
        """Which call it is, in words, but for `nth`."""
        call = self.call
        gate = gate_in_words(call.gate, self.kernel.step)
        return f"{call.program or 'a program'}: {call.name or 'call'} ({call.number}) by {gate}"

    @property
    def disagreements(self) -> tuple[Row, ...]:
        """Rows in which the CPU did something else than the manual says."""
        return tuple(row for row in self.rows if not all(part.agrees for part in row.cpu))

    @property
    def totals(self) -> dict[str, int]:
        """Rows, in either ring; memory that was read and written; what the CPU did by itself."""
        own = [row for row in self.rows if not row.branch and not row.event]
        return {
            "instructions": len(own),
            "in ring 3": sum(row.ring == 3 for row in own),
            "in ring 0": sum(row.ring == 0 for row in own),
            "memory reads": sum(len(row.reads) for row in own),
            "memory writes": sum(len(row.writes) for row in own),
            "by the CPU itself": sum(len(row.cpu) for row in own),
            "in branches": len(self.rows) - len(own),
        }


_ADAPTER = pydantic.TypeAdapter(Record)


def json_schema() -> dict[str, object]:
    """JSON Schema of a record's JSON."""
    return _ADAPTER.json_schema(mode="serialization")


def as_json(record: Record) -> str:
    """The record as JSON, ended by a line feed."""
    return json.dumps(asdict(record), separators=(",", ":")) + "\n"


def write_record(record: Record, path: Path) -> None:
    """Write it. Raises FileError."""
    try:
        write_whole(path, as_json(record))
    except OSError as error:
        raise FileError(
            f"cannot write the record: {error.strerror}",
            where=str(path),
            fix="choose another file, or make room",
        ) from error


def read_record(path: Path) -> Record:
    """Read what `write_record` has written.

    Raises:
        UserError: It cannot be read, is no record, or one of another version.
    """
    try:
        data = json.loads(read_ordinary(path, FILE_BYTES_MAX))
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise _no_record(path, str(why)) from error
    version = data.get("version") if isinstance(data, dict) else None
    if version != VERSION:
        raise UserError(
            "is a record of another version" if version else "is no record of a call",
            where=str(path),
            why=f"version {version}; this tinygate reads {VERSION}" if version else "no version",
            fix="make it again: tinygate xray --json FILE",
        )
    try:
        return _ADAPTER.validate_python(data)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _no_record(path, f"{place}: {first['msg']}") from error


def _no_record(path: Path, why: str) -> UserError:
    return UserError(
        "is no record of a call",
        where=str(path),
        why=why,
        fix="make one: tinygate xray --json FILE",
    )
