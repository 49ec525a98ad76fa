"""From a raw record and the names of what ran to the record that views show. Pure.

Who a word of a stack belongs to is known by who wrote it: a CALL leaves a return address, the stub
of the page the registers that SYSENTER loses, the entry points a struct pt_regs.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from builder.model.constants import EFLAGS, MSRS
from builder.model.kernel import KernelModel
from builder.model.layout import PT_REGS
from builder.model.memory import KERNEL_BASE, PAGE_SIZE
from builder.model.syscall import Syscall
from builder.xray.cpu_rules import by_cpu
from builder.xray.debugger import REGISTERS
from builder.xray.elf_names import ElfNames, Function, Line
from builder.xray.instruction import Instruction, decode
from builder.xray.record import Call, Kernel, Record, Row, Tables, Word
from builder.xray.recorder import RawRecord, RawRow, Touched
from builder.xray.start_stack import name_start_stack
from builder.xray.walk import Walk, event_title

_TSS_FIELDS = ("esp0", "ss0", "esp1")
_WORD = 4
_STUB_BYTES = 13  # PUSH ECX to RET: so much of the page is looked for in the kernel


@dataclass(frozen=True)
class Sources:
    """What is known of the machine code.

    Attributes:
        kernel: Names of the kernel.
        program: Names of the program; None if there is no file that has some.
        tree: The folder that source files are named from; None without sources.
        model: The kernel's, for the tables that debug information has no words for.
    """

    kernel: ElfNames
    program: ElfNames | None
    tree: Path | None
    model: KernelModel | None


def name_record(raw: RawRecord, sources: Sources, kernel: Kernel, nth: int) -> Record:
    """The record with all its names."""
    namer = _Namer(raw, sources)
    rows = tuple(namer.row(index) for index in range(len(raw.rows)))
    state = raw.found.state
    first = raw.rows[0].registers if raw.rows else raw.end
    number = first["eax"]
    calls: tuple[Syscall, ...] = sources.model.syscalls if sources.model else ()
    name = next((call.name for call in calls if call.number == number), "")
    gdt = sources.model.gdt if sources.model else ()
    words = struct.unpack_from(f"<{len(_TSS_FIELDS)}I", state.tss, _WORD)
    tables = Tables(
        {f"{entry.selector:#x}": entry.comment for entry in gdt},
        {row.name: state.msr[row.value] for row in MSRS if row.value in state.msr},
        {"address": state.tss_address, **dict(zip(_TSS_FIELDS, words, strict=True))},
    )
    return Record(
        kernel=kernel,
        call=Call(raw.found.program, number, name, raw.found.gate, nth),
        tables=tables,
        registers=dict(first),
        memory=tuple((address, content.hex()) for address, content in raw.memory),
        names=namer.names_at_start,
        rows=rows,
        cut=raw.cut,
    )


class _Namer:
    """Walks along the rows, and remembers who wrote what."""

    def __init__(self, raw: RawRecord, sources: Sources) -> None:
        self.raw = raw
        self.sources = sources
        self.state = raw.found.state
        self.walk = Walk(self.state)
        self._texts: dict[str, list[str]] = {}
        first = raw.rows[0].registers if raw.rows else raw.end
        self.names_at_start = name_start_stack(raw.memory, first["esp"])
        # Address of a word -> its name.
        self.words = {int(address, 16): name for address, name in self.names_at_start.items()}
        self.page = self._find_page()
        self.page_names = self._names_of_page()

    def _find_page(self) -> tuple[int, int] | None:
        """Where the stub was executed, and where the kernel has it with its source lines."""
        for row in self.raw.rows:
            code = row.code[:_STUB_BYTES]
            if row.registers["cs"] & 3 == 3 and code.startswith(b"\x51\x52\x55"):
                at = self.sources.kernel.find_code(code)
                return (row.registers["eip"], at) if at is not None else None
        return None

    def _names_of_page(self) -> dict[int, str]:
        """Address -> name: of the page where all processes have it, and of the vDSO."""
        kernel = self.sources.kernel
        names = {at: name for at, name in kernel.absolute.items() if at >= KERNEL_BASE}
        stub = kernel.address_of("__kernel_vsyscall") or (self.page[0] if self.page else None)
        if stub is not None:
            names |= {(stub & -PAGE_SIZE) + at: name for at, name in kernel.vdso.items()}
        return names

    def row(self, index: int) -> Row:
        """The row with its names."""
        raw = self.raw.rows[index]
        rows = self.raw.rows
        after = rows[index + 1].registers if index + 1 < len(rows) else self.raw.end
        before = raw.registers
        eip, ring = before["eip"], before["cs"] & 3
        instruction = decode(raw.code, eip)
        function = self._function(eip, ring)
        line = self._line(eip, ring) or Line("", 0)
        cpu = by_cpu(raw, after, self.state, bytes(self.walk.tss))
        contexts = self.walk.contexts
        self.walk.begin(raw, after, instruction)
        reads = [self._word(raw, span) for span in raw.touched if not span.writes]
        written = (self._written(raw, span) for span in raw.touched if span.writes)
        made = Row(
            number=index + 1,
            ring=ring,
            way=0 if contexts else self.walk.way,
            branch=len(contexts),
            context=contexts[-1] if contexts else "",
            depth=self.walk.depth(ring),
            function=function.name if function else self.symbol(eip, ring).partition("+")[0],
            is_c=function is not None,
            address=eip,
            symbol=self.symbol(eip, ring),
            file=line.file,
            line=line.line,
            source=self._source(line),
            code=instruction.code.hex(),
            text=self._with_names(instruction, ring),
            registers={
                name: (before[name], after[name])
                for name in REGISTERS
                if name not in ("eip", "eflags") and before[name] != after[name]
            },
            flags=_flags(before["eflags"], after["eflags"]),
            reads=tuple(reads),
            writes=tuple(word for words in written for word in words),
            event=event_title(raw.vector) if raw.instead and raw.vector is not None else "",
            cpu=cpu,
        )
        self.walk.end(raw, after, instruction)
        return made

    def symbol(self, address: int, ring: int) -> str:
        """Symbol+offset of an address; empty if it has none."""
        kernel, program = self.sources.kernel, self.sources.program
        if name := kernel.symbol(address):
            return name
        if ring == 3 and program and (name := program.symbol(address)):
            return name
        near = [at for at in self.page_names if at <= address < (at & -PAGE_SIZE) + PAGE_SIZE]
        if near:
            at = max(near)
            return self.page_names[at] + (f"+{address - at:#x}" if address > at else "")
        if self.page and 0 <= address - self.page[0] < PAGE_SIZE:
            return f"__kernel_vsyscall+{address - self.page[0]:#x}"
        return ""

    def _with_names(self, instruction: Instruction, ring: int) -> str:
        """Its text with a jump's target, and a variable's address, as a name."""
        text = instruction.text
        if instruction.target is not None:
            name = self.symbol(instruction.target, ring)
            return f"{instruction.mnemonic} {name}" if name else text
        for address in re.findall(r"(?<=[\[ ])0x[0-9a-f]{7,8}(?=\])", text):
            name = self._fixed_name(int(address, 16))
            text = text.replace(address, name.removesuffix("[0]")) if name else text
        return text

    def _linked(self, address: int) -> int:
        """Where the kernel's file has what is executed in the page."""
        if self.page and 0 <= address - self.page[0] < _STUB_BYTES:
            return address - self.page[0] + self.page[1]
        return address

    def _line(self, address: int, ring: int) -> Line | None:
        found = self.sources.kernel.line(self._linked(address))
        if found is None and ring == 3 and self.sources.program:
            found = self.sources.program.line(address)
        return found

    def _function(self, address: int, ring: int) -> Function | None:
        found = self.sources.kernel.function(address)
        if found is None and ring == 3 and self.sources.program:
            found = self.sources.program.function(address)
        return found

    def _source(self, line: Line) -> str:
        if not line.file or self.sources.tree is None:
            return ""
        if line.file not in self._texts:
            try:
                path = self.sources.tree / line.file
                self._texts[line.file] = path.read_text("utf-8", "replace").splitlines()
            except OSError:
                self._texts[line.file] = []
        text = self._texts[line.file]
        return text[line.line - 1].strip() if 0 < line.line <= len(text) else ""

    def _written(self, raw: RawRow, span: Touched) -> Iterable[Word]:
        """A write word by word, each named by who wrote it."""
        size = len(span.new or b"")
        pieces = range(0, size, _WORD) if size > _WORD else (0,)
        for at in pieces:
            address = span.address + at
            piece = replace(
                span,
                address=address,
                old=span.old[at : at + _WORD] if span.old and size > _WORD else span.old,
                new=span.new[at : at + _WORD] if span.new and size > _WORD else span.new,
            )
            name = self._fixed_name(address) or self._name_by_writer(raw, piece)
            if name or size >= _WORD:  # a part of a word leaves it its name
                self.words[address & -_WORD] = name
            yield _as_word(piece, name)

    def _word(self, raw: RawRow, span: Touched) -> Word:
        name = self._fixed_name(span.address) or self.words.get(span.address & -_WORD, "")
        return _as_word(span, name or self._local(raw, span.address))

    def _fixed_name(self, address: int) -> str:
        """Of a frame, a process, a variable: what it is whoever writes it."""
        for base, which in reversed(self.walk.pt_regs):
            offset = address - base
            if 0 <= offset < PT_REGS.size_bytes:
                fields = [row.field.name for row in PT_REGS.placed if row.offset <= offset]
                return f"{which}.{fields[-1]}"
        process = self.sources.kernel.structs.get("process")
        if process and 0 <= address - self.walk.esp0 < process.size_bytes:
            return f"process{process.path(address - self.walk.esp0)}"
        if name := self.sources.kernel.variable(address):
            return name
        return self.sources.program.variable(address) if self.sources.program else ""

    def _name_by_writer(self, raw: RawRow, span: Touched) -> str:
        eip, ring = raw.registers["eip"], raw.registers["cs"] & 3
        instruction = decode(raw.code, eip)
        value = int.from_bytes(span.new or b"", "little")
        if instruction.mnemonic == "call":
            return f"return address into {self.symbol(value, ring) or hex(value)}"
        if instruction.mnemonic == "push" and instruction.operands in REGISTERS:
            where = self.symbol(eip, ring).partition("+")[0]
            in_page = self.page and 0 <= eip - self.page[0] < _STUB_BYTES
            owner = "page" if in_page else (f.name if (f := self._function(eip, ring)) else where)
            return f"saved {instruction.operands.upper()}" + (f" ({owner})" if owner else "")
        return self._local(raw, span.address)

    def _local(self, raw: RawRow, address: int) -> str:
        """A variable of the running C function, or of one that has called it."""
        eip, ring = raw.registers["eip"], raw.registers["cs"] & 3
        function = self._function(eip, ring)
        if function is None or not self.walk.frames:
            return ""
        offset = address - self.walk.frames[-1].esp
        for start, name, of in function.locals:
            if start <= offset < start + max(of.size_bytes, 1):
                return f"{name}{of.path(offset - start)} ({function.name})"
        return ""


def _as_word(span: Touched, name: str) -> Word:
    size = len(span.new or span.old or b"")

    def number(content: bytes | None) -> int | None:
        return int.from_bytes(content, "little") if content and size <= 8 else None

    return Word(span.address, size, name, number(span.old), number(span.new))


def _flags(before: int, after: int) -> dict[str, tuple[int, int]]:
    changed = (row for row in EFLAGS if (before ^ after) & row.value)
    return {
        row.name.removeprefix("EFLAGS_"): (
            int(bool(before & row.value)),
            int(bool(after & row.value)),
        )
        for row in changed
    }
