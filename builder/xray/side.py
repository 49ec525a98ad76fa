"""One of two kernels that are compared: where it can be stopped, and what its values are called.

Two builds that differ in a line have other addresses from there on. So values are compared by what
they are: a place in code as a symbol, in a variable by its name, on a kernel stack by its distance
from esp0, in any other page of the kernel's by the place in the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from builder.boot.emulator import BootImage, Machine
from builder.boot.patience import Limit, Patience
from builder.errors import UserError
from builder.model.kernel import KernelModel
from builder.model.memory import KERNEL_BASE, PAGE_SIZE
from builder.xray.elf_names import ElfNames, Line, read_names
from builder.xray.gdb_stub import StoppedQemu, qemu_stopped
from builder.xray.instruction import decode
from builder.xray.named_build import Built

# A healthy suite executes far less between two of its entries into the kernel.
_SILENCE = Limit(120e6, idle_s=20, cpu_s=5, asleep_s=5)
_PATIENCE = Patience(boot=_SILENCE, suite=_SILENCE, ending=_SILENCE)
# Instructions that tell the CPU something for good: WRMSR; LGDT, LIDT; LLDT, LTR; MOV to CR0, CR4.
_SYSTEM = re.compile(
    rb"\x0f\x30"
    rb"|\x0f\x01[\x10-\x1f\x50-\x5f\x90-\x9f]"
    rb"|\x0f\x00[\x10-\x1f\xd0-\xdf]"
    rb"|\x0f\x22[\xc0-\xc7\xe0-\xe7]",
    re.DOTALL,
)
_STACK_BYTES = PAGE_SIZE
_PROCESS_BYTES = 64
_LINES_BACK = 20
_FRAMES = range(0x100000, 0x4000000)  # physical addresses that page frames have


@dataclass
class Side:
    """A kernel with its names.

    Attributes:
        build: Its tree, built so that everything has a name.
        machine: To boot it on.
        model: What it should be.
    """

    build: Built
    machine: Machine
    model: KernelModel
    _programs: dict[str, ElfNames | None] = field(default_factory=dict)

    @cached_property
    def names(self) -> ElfNames:
        """Of the kernel."""
        return read_names(self.build.kernel)

    @property
    def tree(self) -> Path:
        """Where its sources are."""
        return self.build.tree

    def program(self, name: str) -> ElfNames | None:
        """Names of a program; None if it is none of the tree's."""
        if name not in self._programs:
            path = self.build.program(name)
            self._programs[name] = read_names(path) if path else None
        return self._programs[name]

    @contextmanager
    def stopped(self) -> Iterator[StoppedQemu]:
        """The machine before its first instruction."""
        image = BootImage("kernel", self.build.kernel)
        with qemu_stopped(self.machine, image, _PATIENCE) as debugger:
            yield debugger

    @cached_property
    def system_instructions(self) -> Mapping[int, str]:
        """Address -> text of each instruction that tells the CPU something for good.

        Before paging is on they are executed at their physical address, which is here, too.
        """
        found: dict[int, str] = {}
        for start, code in self.names.code:
            for match in _SYSTEM.finditer(code):
                address = start + match.start()
                text = decode(code[match.start() :], address).text
                found[address] = text
                found[address % KERNEL_BASE] = text
        return found

    def line(self, address: int) -> Line | None:
        """The source line of code, at its virtual or physical address."""
        virtual = address if self.names.has_code(address) else (address + KERNEL_BASE) & 0xFFFFFFFF
        return self.names.calling_line(virtual)

    def initialiser(self, address: int, marks: tuple[str, ...]) -> Line | None:
        """The line of a variable's initialiser that has one of the marks, the first one first."""
        start = self.names.declared(address)
        if start is None:
            return None
        text = self._text(start.file)
        end = next((at for at in range(start.line, len(text)) if text[at].startswith("}")), 0)
        for mark in marks:
            for at in range(start.line - 1, end):
                if mark and mark in text[at]:
                    return Line(start.file, at + 1)
        return start

    def line_with_data(self, name: str) -> Line | None:
        """The line of assembly that puts a symbol's address into a table."""
        label = name.rpartition(".")[2]
        if not re.fullmatch(r"\w+", label):
            return None
        pattern = re.compile(rf"^\s*dd\b.*\b{label}\b")
        for path in sorted(self.tree.rglob("*.asm")):
            file = str(path.relative_to(self.tree))
            for number, text in enumerate(self._text(file), 1):
                if pattern.match(text):
                    return Line(file, number)
        return None

    def place_of(self, healthy: Side, line: Line | None) -> Line | None:
        """Where a line of the healthy kernel should be in this tree: behind the one before it."""
        if line is None:
            return None
        text, theirs = self._text(line.file), healthy._text(line.file)
        for back in range(1, min(line.line, _LINES_BACK)):
            before = theirs[line.line - 1 - back]
            if before.strip() and text.count(before) == 1:
                return Line(line.file, text.index(before) + 1 + back)
        return line

    def lacks(self, other: Side, line: Line) -> bool:
        """Has this tree fewer of that line of the other's than that has?"""
        if not (wanted := other.source(line)):
            return False
        counts = [
            sum(side.source(Line(line.file, at + 1)) == wanted for at in range(len(text)))
            for side in (self, other)
            for text in (side._text(line.file),)
        ]
        return counts[0] < counts[1]

    def _text(self, file: str) -> list[str]:
        try:
            return (self.tree / file).read_text("utf-8", "replace").splitlines()
        except OSError:
            return []

    def source(self, line: Line | None) -> str:
        """The text of a source line, without its comment."""
        if line is None:
            return ""
        text = self._text(line.file)
        found = text[line.line - 1] if 0 < line.line <= len(text) else ""
        mark = ";" if line.file.endswith((".asm", ".inc")) else "/*"
        return " ".join(found.partition(mark)[0].split())

    @cached_property
    def beginnings(self) -> frozenset[int]:
        """Where a part of the suite begins: its check, or the making of its process."""
        is_one = re.compile(r"check_\w+|process_create").fullmatch
        return frozenset(each.low for each in self.names.functions if is_one(each.name))

    @cached_property
    def switch_address(self) -> int:
        """Of context_switch(previous, next), which every switch of processes calls.

        Raises:
            UserError: The kernel has no such function.
        """
        address = self.names.address_of("context_switch")
        if address is None:
            raise UserError(
                "the kernel's switches cannot be followed",
                where=str(self.names.path),
                why="it has no symbol context_switch",
                fix="leave that function its name",
            )
        return address

    def meaning(self, value: int, esp0: int, program: ElfNames | None) -> str:
        """What a value stands for, whatever the addresses of this build."""
        if name := self.names.symbol(value):
            return name
        if esp0 and -_PROCESS_BYTES < esp0 - value < _STACK_BYTES:
            return f"esp0{value - esp0:+#x}"
        if name := self.names.variable(value):
            return name
        if program and (name := program.symbol(value) or program.variable(value)):
            return name
        if (value >= KERNEL_BASE and value < 0xF0000000) or value in _FRAMES:
            return f"page {value % PAGE_SIZE:#x}"
        return f"{value:#x}"
