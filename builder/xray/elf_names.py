"""Names of an ELF file's addresses: symbols, source lines, functions, variables down to a member.

All by its symbol table and its debug information (DWARF 4 or 5, as GCC, clang and NASM write it),
through pyelftools. A file without them gives no names, and one whose debug information is damaged
gives those of its symbols.
"""

from __future__ import annotations

import io
import re
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from elftools.dwarf.die import DIE
from elftools.dwarf.dwarf_expr import DWARFExprParser
from elftools.dwarf.ranges import BaseAddressEntry
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from builder.errors import UserError
from builder.tree.elf_damage import DAMAGED_ELF

_SHF_WRITE, _SHF_ALLOC, _SHF_EXECINSTR = 1, 2, 4
_CALL, _JMP, _JUMP_BYTES = 0xE8, 0xE9, 5
_DW_OP_ADDR, _DW_OP_FBREG = 0x03, 0x91


@dataclass(frozen=True)
class Line:
    """A place in a source file; `file` as the compiler was given it, in the tree's terms."""

    file: str
    line: int


@dataclass(frozen=True)
class Type:
    """Of a variable: enough to name each word in it."""

    size_bytes: int
    members: tuple[tuple[int, str, Type], ...] = ()  # offset, name, type
    element: Type | None = None  # of an array

    def path(self, offset: int) -> str:
        """What lies at a byte offset: `.esp0`, `[2].state`; empty for the whole."""
        if self.element is not None and self.element.size_bytes:
            index, rest = divmod(offset, self.element.size_bytes)
            return f"[{index}]{self.element.path(rest)}"
        for start, name, of in self.members:
            if start <= offset < start + max(of.size_bytes, 1):
                return f".{name}{of.path(offset - start)}"
        return f"+{offset}" if offset else ""


@dataclass(frozen=True)
class Function:
    """A C function: its code, and its variables that lie in the frame."""

    name: str
    low: int
    high: int
    # Offset from the frame's base (ESP before the call pushed its return address), name, type.
    locals: tuple[tuple[int, str, Type], ...] = ()


@dataclass
class ElfNames:
    """The names of one file; made by `read_names`."""

    path: Path
    symbols: list[tuple[int, str]] = field(default_factory=list)  # in code, by address
    absolute: dict[int, str] = field(default_factory=dict)  # of no section: the vsyscall page's
    vdso: dict[int, str] = field(default_factory=dict)  # by distance from the start of its page
    spans: list[tuple[int, int]] = field(default_factory=list)  # of code
    constant: list[tuple[int, int]] = field(default_factory=list)  # spans that nobody may write
    code: list[tuple[int, bytes]] = field(default_factory=list)
    lines: list[tuple[int, Line | None]] = field(default_factory=list)  # by address
    functions: list[Function] = field(default_factory=list)  # by address
    # Code of functions that were inlined: from, to, and where they were called; the outer first.
    inlined: list[tuple[int, int, Line]] = field(default_factory=list)
    variables: list[tuple[int, str, Type]] = field(default_factory=list)  # by address
    structs: dict[str, Type] = field(default_factory=dict)
    declarations: dict[str, Line] = field(default_factory=dict)  # of variables, by name

    def address_of(self, name: str) -> int | None:
        """Of a symbol in code, or in the page."""
        for address, symbol in (*self.symbols, *self.absolute.items()):
            if symbol == name:
                return address
        return None

    def symbol(self, address: int) -> str:
        """Such as `sysenter_entry.flags_done+0x2`; empty if no code of this file is there."""
        if not self.has_code(address):
            return ""
        at = bisect_right(self.symbols, address, key=lambda row: row[0]) - 1
        if at < 0:
            return ""
        start, name = self.symbols[at]
        return f"{name}+{address - start:#x}" if address > start else name

    def has_code(self, address: int) -> bool:
        """Is this an address of its code?"""
        return any(low <= address < high for low, high in self.spans)

    def is_constant(self, address: int) -> bool:
        """Does it lie in code or read-only data?"""
        return any(low <= address < high for low, high in self.constant)

    def find_code(self, wanted: bytes) -> int | None:
        """Where these bytes lie in its code."""
        for start, content in self.code:
            at = content.find(wanted)
            if at >= 0:
                return start + at
        return None

    def line(self, address: int) -> Line | None:
        """The source line that the instruction at `address` came from."""
        at = bisect_right(self.lines, address, key=lambda row: row[0]) - 1
        return self.lines[at][1] if at >= 0 else None

    def calling_line(self, address: int) -> Line | None:
        """As `line`, but in the function that is no inlined one: where that calls such a one."""
        called = (line for low, high, line in self.inlined if low <= address < high)
        return next(called, None) or self.line(address)

    def function(self, address: int) -> Function | None:
        """The C function that it is in."""
        at = bisect_right(self.functions, address, key=lambda row: row.low) - 1
        return self.functions[at] if at >= 0 and address < self.functions[at].high else None

    def callers(self, address: int, stack: bytes) -> Iterator[int]:
        """Addresses in the CALLs whose return addresses lie there, the innermost first.

        Args:
            address: Of the running instruction.
            stack: From ESP on.
        """
        inner = self.function(address)
        for (word,) in struct.iter_unpack("<I", stack):
            target = self._target(_CALL, word) if inner is not None else None
            if target is None or inner is None:
                continue
            if target != inner.low and (outer := self.function(target)) is not None:
                # It may have been left by a jump, as its last call.
                ends = range(outer.low + _JUMP_BYTES, outer.high + 1)
                jumps = [at for at in ends if self._target(_JMP, at) == inner.low]
                if outer.low != target or not jumps:
                    continue
                yield jumps[-1] - 1
            elif target != inner.low:
                continue
            yield word - 1
            inner = self.function(word - 1)

    def _target(self, opcode: int, behind: int) -> int | None:
        """Where the near CALL or JMP in front of that address leads; None if there is none."""
        at = behind - _JUMP_BYTES
        for start, code in self.code:
            if start <= at < start + len(code) and code[at - start] == opcode:
                (distance,) = struct.unpack_from("<i", code, at - start + 1)
                return behind + int(distance)
        return None

    def address_of_variable(self, name: str) -> int | None:
        """Of what `variable` gives that name, or of the variable that it is in."""
        base = re.split(r"[.\[+]", name)[0]
        for start, variable, of in self.variables:
            if variable == base:
                places = range(start, start + max(of.size_bytes, 1))
                return (
                    start if name == base else _first(places, lambda at: self.variable(at) == name)
                )
        return None

    def declared(self, address: int) -> Line | None:
        """Where the variable at `address` is declared."""
        return self.declarations.get(re.split(r"[.\[+]", self.variable(address))[0])

    def variable(self, address: int) -> str:
        """What lies there, such as `tss.esp0`; empty if it is no variable of the file."""
        at = bisect_right(self.variables, address, key=lambda row: row[0]) - 1
        if at < 0:
            return ""
        start, name, of = self.variables[at]
        offset = address - start
        return name + of.path(offset) if offset < max(of.size_bytes, 1) else ""


def _first(places: Iterable[int], is_it: Callable[[int], bool]) -> int | None:
    return next((place for place in places if is_it(place)), None)


def read_names(path: Path) -> ElfNames:
    """All names of the file.

    Raises:
        UserError: It cannot be read, or is no ELF file.
    """
    names = ElfNames(path)
    try:
        with path.open("rb") as stream:
            elf = ELFFile(stream)
            _read_symbols(elf, names)
            try:
                _read_debug_information(elf, names)
            except DAMAGED_ELF:
                names.lines, names.functions, names.variables, names.structs = [], [], [], {}
    except OSError as error:
        why = str(error.strerror)
        raise UserError("cannot read the file", where=str(path), why=why) from error
    except DAMAGED_ELF as error:
        raise UserError(
            "is no ELF file, or a damaged one",
            where=str(path),
            why=str(error),
            fix="name a kernel.elf as `tinygate build` makes it",
        ) from error
    return names


def _read_symbols(elf: ELFFile, names: ElfNames) -> None:
    sections = list(elf.iter_sections())
    for section in sections:
        start, size = section["sh_addr"], section["sh_size"]
        if section["sh_flags"] & (_SHF_ALLOC | _SHF_WRITE) == _SHF_ALLOC:
            names.constant.append((start, start + size))
        if section["sh_flags"] & _SHF_EXECINSTR and size:
            names.spans.append((start, start + size))
            names.code.append((start, section.data()))
    table = elf.get_section_by_name(".symtab")
    if not isinstance(table, SymbolTableSection):
        return
    for symbol in table.iter_symbols():
        index, address = symbol["st_shndx"], symbol["st_value"]
        if index == "SHN_ABS" and symbol["st_info"]["type"] == "STT_NOTYPE":
            names.absolute[address] = symbol.name
        if not isinstance(index, int) or not symbol.name:
            continue
        is_code = sections[index]["sh_flags"] & _SHF_EXECINSTR
        kind = symbol["st_info"]["type"]
        if is_code and kind in ("STT_FUNC", "STT_NOTYPE"):
            names.symbols.append((address, symbol.name))
        elif not is_code and kind == "STT_OBJECT":
            names.variables.append((address, symbol.name, Type(symbol["st_size"])))
    names.symbols.sort()
    names.variables.sort(key=lambda row: row[0])
    names.vdso = _vdso_names(elf, table)


def _vdso_names(elf: ELFFile, table: SymbolTableSection) -> dict[int, str]:
    """What the vDSO, a file in the kernel's read-only data that is linked to lie at 0, exports."""
    start, end = (table.get_symbol_by_name(name) for name in ("vdso_image", "vdso_image_end"))
    if not start or not end:
        return {}
    section = elf.get_section(start[0]["st_shndx"])
    first, behind = (symbol[0]["st_value"] - section["sh_addr"] for symbol in (start, end))
    try:
        vdso = ELFFile(io.BytesIO(section.data()[first:behind]))
        exported = vdso.get_section_by_name(".dynsym")
        symbols = exported.iter_symbols() if isinstance(exported, SymbolTableSection) else ()
        return {row["st_value"]: row.name for row in symbols if isinstance(row["st_shndx"], int)}
    except DAMAGED_ELF:
        return {}


def _read_debug_information(elf: ELFFile, names: ElfNames) -> None:
    if not elf.has_dwarf_info():
        return
    dwarf = elf.get_dwarf_info()
    variables: dict[int, tuple[str, Type]] = {}
    for unit in dwarf.iter_CUs():
        names.lines += _lines_of(dwarf, unit)
        reader = _UnitReader(unit, _files_of(dwarf, unit))
        names.functions += reader.functions
        names.inlined += reader.inlined
        names.structs |= reader.structs
        names.declarations |= reader.declarations
        variables |= {address: (name, of) for address, name, of in reader.variables}
    names.lines.sort(key=lambda row: (row[0], row[1] is not None))
    names.functions.sort(key=lambda row: row.low)
    kept = [row for row in names.variables if row[0] not in variables]
    typed = [(address, name, of) for address, (name, of) in variables.items()]
    names.variables = sorted(kept + typed, key=lambda row: row[0])


def _files_of(dwarf: Any, unit: Any) -> dict[int, str]:
    """Number of each file in the unit's line table -> its name, from the tree's root on."""
    program = dwarf.line_program_for_CU(unit)
    if program is None:
        return {}
    header = program.header
    folders = [folder.decode("utf-8", "replace") for folder in header["include_directory"]]
    # Up to DWARF 4 both count from 1, and folder 0 is the one that the compiler ran in.
    first = 0 if header["version"] >= 5 else 1
    names = {}
    for number, row in enumerate(header["file_entry"], first):
        folder = row.dir_index - first
        name = row.name.decode("utf-8", "replace")
        if row.dir_index > 0 and folder < len(folders):
            name = f"{folders[folder]}/{name}"
        names[number] = name.removeprefix("./")
    return names


def _lines_of(dwarf: Any, unit: Any) -> Iterator[tuple[int, Line | None]]:
    program = dwarf.line_program_for_CU(unit)
    if program is None:
        return
    files = _files_of(dwarf, unit)
    for entry in program.get_entries():
        state = entry.state
        if state is not None:
            line = Line(files.get(state.file, ""), state.line)
            yield state.address, None if state.end_sequence else line


class _UnitReader:
    """Functions, variables and structures of one compilation unit."""

    def __init__(self, unit: Any, files: dict[int, str]) -> None:
        self._files = files
        self.declarations: dict[str, Line] = {}
        self._dwarf = unit.dwarfinfo
        self._unit = unit
        self.functions: list[Function] = []
        self.inlined: list[tuple[int, int, Line]] = []
        self.variables: list[tuple[int, str, Type]] = []
        self.structs: dict[str, Type] = {}
        self._expressions = DWARFExprParser(unit.structs)
        self._types: dict[int, Type] = {}
        for die in unit.get_top_DIE().iter_children():
            if die.tag == "DW_TAG_subprogram":
                self._function(die)
            elif die.tag == "DW_TAG_variable":
                self._variable(die)
            elif die.tag == "DW_TAG_structure_type" and "DW_AT_name" in die.attributes:
                self.structs[_name(die)] = self._type(die)

    def _function(self, die: DIE) -> None:
        attributes = die.attributes
        if "DW_AT_low_pc" not in attributes or "DW_AT_high_pc" not in attributes:
            return
        low, high = attributes["DW_AT_low_pc"].value, attributes["DW_AT_high_pc"]
        end = high.value if high.form == "DW_FORM_addr" else low + high.value
        self._inlined(die)
        found = tuple(self._locals(die))
        self.functions.append(Function(_name(die), low, end, found))

    def _inlined(self, die: DIE) -> None:
        """What was inlined there, the outer before the inner."""
        for child in die.iter_children():
            if child.tag == "DW_TAG_inlined_subroutine" and "DW_AT_call_line" in child.attributes:
                file = self._files.get(child.attributes["DW_AT_call_file"].value, "")
                line = Line(file, child.attributes["DW_AT_call_line"].value)
                self.inlined += ((low, high, line) for low, high in self._spans(child))
            if child.tag in ("DW_TAG_inlined_subroutine", "DW_TAG_lexical_block"):
                self._inlined(child)

    def _spans(self, die: DIE) -> Iterator[tuple[int, int]]:
        """The code of a part of a function."""
        attributes = die.attributes
        if "DW_AT_ranges" in attributes:
            base = self._unit.get_top_DIE().attributes.get("DW_AT_low_pc")
            start = base.value if base is not None else 0
            lists = self._dwarf.range_lists()
            offset = attributes["DW_AT_ranges"].value
            for entry in lists.get_range_list_at_offset(offset, self._unit) if lists else ():
                if isinstance(entry, BaseAddressEntry):
                    start = entry.base_address
                else:
                    moved = 0 if getattr(entry, "is_absolute", False) else start
                    yield moved + entry.begin_offset, moved + entry.end_offset
        elif "DW_AT_low_pc" in attributes:
            low, high = attributes["DW_AT_low_pc"].value, attributes["DW_AT_high_pc"]
            yield low, high.value if high.form == "DW_FORM_addr" else low + high.value

    def _locals(self, die: DIE) -> Iterator[tuple[int, str, Type]]:
        for child in die.iter_children():
            if child.tag in ("DW_TAG_variable", "DW_TAG_formal_parameter"):
                offset = self._location(child, _DW_OP_FBREG)
                if offset is not None and _name(child):
                    yield offset, _name(child), self._type_of(child)
            elif child.tag == "DW_TAG_lexical_block":
                yield from self._locals(child)

    def _variable(self, die: DIE) -> None:
        address = self._location(die, _DW_OP_ADDR)
        if address:
            named = die.get_DIE_from_attribute("DW_AT_specification") if (
                "DW_AT_specification" in die.attributes
            ) else die  # fmt: skip
            self.variables.append((address, _name(named), self._type_of(named)))
            attributes = {**named.attributes, **die.attributes}
            file = self._files.get(attributes["DW_AT_decl_file"].value, "")
            self.declarations[_name(named)] = Line(file, attributes["DW_AT_decl_line"].value)

    def _location(self, die: DIE, operator: int) -> int | None:
        """The operand, if the variable's place is this one operation."""
        location = die.attributes.get("DW_AT_location")
        if location is None or location.form not in ("DW_FORM_exprloc", "DW_FORM_block1"):
            return None
        parsed = self._expressions.parse_expr(location.value)
        if len(parsed) != 1 or parsed[0].op != operator:
            return None
        return int(parsed[0].args[0])

    def _type_of(self, die: DIE) -> Type:
        if "DW_AT_type" not in die.attributes:
            return Type(0)
        return self._type(die.get_DIE_from_attribute("DW_AT_type"))

    def _type(self, die: DIE) -> Type:
        if die.offset in self._types:
            return self._types[die.offset]
        self._types[die.offset] = Type(0)  # what points to itself
        self._types[die.offset] = found = self._make_type(die)
        return found

    def _make_type(self, die: DIE) -> Type:
        size = die.attributes["DW_AT_byte_size"].value if "DW_AT_byte_size" in die.attributes else 0
        if die.tag in ("DW_TAG_structure_type", "DW_TAG_union_type"):
            members = tuple(
                (child.attributes["DW_AT_data_member_location"].value, _name(child), of)
                for child in die.iter_children()
                if child.tag == "DW_TAG_member" and "DW_AT_data_member_location" in child.attributes
                for of in (self._type_of(child),)
            )
            return Type(size, members)
        if die.tag == "DW_TAG_array_type":
            return self._array(die)
        if die.tag in ("DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_volatile_type"):
            return self._type_of(die)
        return Type(size)

    def _array(self, die: DIE) -> Type:
        element = self._type_of(die)
        for child in reversed(list(die.iter_children())):
            if child.tag == "DW_TAG_subrange_type":
                bound = child.attributes.get("DW_AT_upper_bound")
                count = child.attributes.get("DW_AT_count")
                length = 0
                if count is not None and isinstance(count.value, int):
                    length = count.value
                elif bound is not None and isinstance(bound.value, int):
                    length = bound.value + 1
                element = Type(length * element.size_bytes, element=element)
        return element


def _name(die: DIE) -> str:
    name = die.attributes.get("DW_AT_name")
    return name.value.decode("utf-8", "replace") if name is not None else ""
