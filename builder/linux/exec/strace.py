"""`--strace`: lines for calls, signals and ends, as strace(1) has them, with the way in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from builder.linux.exec import call_tables as tables
from builder.linux.exec.call_structures import Call
from builder.linux.exec.call_values import after, before
from builder.linux.exec.guest_memory import GuestMemory
from builder.model import host
from builder.model.syscall import Argument, Syscall

RESULT_COLUMN = 40
GATES = ("int 0x80", "sysenter")
_MOMENT = host.numbers(host.MOMENTS)
_RESTART = {
    "ERESTARTSYS": "To be restarted if SA_RESTART is set",
    "ERESTARTNOHAND": "To be restarted if no handler",
}
_ERRNO_MAX = 4095  # results from minus this on are errors


class Record(NamedTuple):
    """What the kernel tells: struct host_trace."""

    moment: int
    pid: int
    directory: int
    by_sysenter: int
    number: int
    arguments: tuple[int, ...]
    result: int

    @classmethod
    def of(cls, words: Sequence[int]) -> Record:
        """From the words of that structure, in their order."""
        moment, pid, directory, by_sysenter, number, *arguments, result = words
        signed = result - (result >> 31 << 32)
        return cls(moment, pid, directory, by_sysenter, number, tuple(arguments), signed)


class Tracer:
    """Makes lines of records."""

    def __init__(self, memory: memoryview) -> None:
        """`memory`: all of the guest's."""
        self._memory = memory
        self._open: dict[int, tuple[Record, list[str | None]]] = {}
        self._pids: set[int] = set()
        self.counts = [0, 0]  # by gate

    def heard(self, words: Sequence[int]) -> str:
        """The line that a record gives in the words of struct host_trace, if it gives one."""
        return self.told(Record.of(words))

    def told(self, record: Record) -> str:
        """The line that a record gives, if it gives one."""
        tells = {
            _MOMENT["CALL"]: self.call,
            _MOMENT["RETURN"]: self.back,
            _MOMENT["SIGNAL"]: self.signal,
            _MOMENT["END"]: self.ended,
        }
        return tells[record.moment](record)

    def call(self, record: Record) -> str:
        """A call begins; the line if it will not come back, else nothing."""
        self.counts[record.by_sysenter] += 1
        self._pids.add(record.pid)
        memory = GuestMemory(self._memory, record.directory)
        shown = [before(a, n, _as_call(record), memory) for n, a in enumerate(_arguments(record))]
        if _name(record) in tables.NEVER_RETURN:
            return self._line(record, [text or "?" for text in shown], "?")
        self._open[record.pid] = record, shown
        return ""

    def back(self, record: Record) -> str:
        """It has come back: its line."""
        _, shown = self._open.pop(record.pid, (record, []))
        if not shown and _name(record) in tables.NEVER_RETURN:
            return ""
        memory = GuestMemory(self._memory, record.directory)
        words = [
            text if text is not None else after(argument, number, _as_call(record), memory)
            for number, (argument, text) in enumerate(zip(_arguments(record), shown, strict=True))
        ]
        return self._line(record, words, _result(record))

    def signal(self, record: Record) -> str:
        """A signal has arrived: its line."""
        name = tables.signal_name(record.number)
        told = tables.signal_text(record.number, record.result, record.arguments)
        return f"{self._pid(record)}--- {name} {told} ---\n"

    def ended(self, record: Record) -> str:
        """A thread has ended: a call that never came back, and how."""
        line = self._unfinished(*self._open.pop(record.pid, (record, [])))
        signal, status = record.result & 0x7F, record.result >> 8
        how = f"killed by {tables.signal_name(signal)}" if signal else f"exited with {status}"
        return f"{line}{self._pid(record)}+++ {how} +++\n"

    def end(self) -> str:
        """Calls that never came back, and the sums."""
        lines = [self._unfinished(*each) for each in self._open.values()]
        by_int80, by_sysenter = self.counts
        return "".join(lines) + f"calls: {by_sysenter} by sysenter, {by_int80} by int 0x80\n"

    def _unfinished(self, record: Record, shown: list[str | None]) -> str:
        if record.moment != _MOMENT["CALL"]:
            return ""  # it is in none
        return self._line(record, [text or "..." for text in shown], "?")

    def _pid(self, record: Record) -> str:
        return f"[pid {record.pid}] " if len(self._pids) > 1 else ""

    def _line(self, record: Record, words: list[str], result: str) -> str:
        text = f"{_name(record)}({', '.join(words)})".ljust(RESULT_COLUMN)
        return f"{GATES[record.by_sysenter]}  {self._pid(record)}{text} = {result}\n"


# ---- a call ----


def _call(record: Record) -> Syscall | None:
    return tables.calls().get(record.number)


def _name(record: Record) -> str:
    if call := _call(record):
        return call.name
    return tables.UNKNOWN.get(record.number, (f"syscall_{record.number:#x}", 6))[0]


def _as_call(record: Record) -> Call:
    return Call(_name(record), record.arguments, record.result)


def _arguments(record: Record) -> tuple[Argument, ...]:
    if call := _call(record):
        return call.arguments[: _given(call, record)]
    count = tables.UNKNOWN.get(record.number, ("", 6))[1]
    return tuple(Argument("void *", "") for _ in range(count))


def _given(call: Syscall, record: Record) -> int:
    """How many of its arguments mean something."""
    names = [argument.name for argument in call.arguments]
    return len(names) - tables.unused(call.name, dict(zip(names, record.arguments, strict=False)))


def _result(record: Record) -> str:
    result = record.result
    if -_ERRNO_MAX <= result < 0:
        name = tables.errno_name(-result)
        if name in _RESTART:
            return f"? {name} ({_RESTART[name]})"
        return f"-1 {name} ({os.strerror(-result)})"
    if _name(record) in tables.ADDRESSES_RETURNED:
        return hex(result & 0xFFFFFFFF)
    return str(result)
