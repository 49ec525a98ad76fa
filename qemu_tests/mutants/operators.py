"""The table of the changes that are made, each the kind of mistake that somebody makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from qemu_tests.mutants.source import Language, Line, label_end


@dataclass(frozen=True)
class Edit:
    """Columns of a line, and what stands there instead."""

    start: int
    end: int
    new: str

    def apply(self, text: str) -> str:
        """`text` with the edit made."""
        return text[: self.start] + self.new + text[self.end :]


Edits = Callable[[Line], Iterator[Edit]]


@dataclass(frozen=True)
class Operator:
    """A kind of change.

    Attributes:
        name: Part of a mutant's ID.
        means: What it stands for.
        edits: By language, all ways to make it in a line.
        lines: How many neighbouring lines it takes.
    """

    name: str
    means: str
    edits: Mapping[Language, Edits]
    lines: int = 1


# ---- how edits are found ----


def _replaced(pattern: str, new: Callable[[re.Match[str]], str | None]) -> Edits:
    """Every match of `pattern`, by what `new` makes of it; it stays if that is None."""
    compiled = re.compile(pattern)

    def edits(line: Line) -> Iterator[Edit]:
        for match in compiled.finditer(line.plain):
            if (text := new(match)) is not None:
                yield Edit(match.start(), match.end(), text)

    return edits


def _exchanged(pattern: str, table: Mapping[str, str]) -> Edits:
    """Matches of `pattern` that `table` has another for."""
    return _replaced(pattern, lambda match: table.get(match[0]))


def _all(*several: Edits) -> Edits:
    def edits(line: Line) -> Iterator[Edit]:
        for each in several:
            yield from each(line)

    return edits


def _in_both(edits: Edits) -> Mapping[Language, Edits]:
    return dict.fromkeys(Language, edits)


def _pairs(text: str) -> dict[str, str]:
    """`a/b c/d`: each is the other's."""
    pairs = [pair.split("/") for pair in text.split()]
    return {a: b for first, second in pairs for a, b in ((first, second), (second, first))}


def _ring(names: str) -> dict[str, str]:
    """Each name's next; the last one's is the first."""
    ring = names.split()
    return dict(zip(ring, ring[1:] + ring[:1], strict=True))


# ---- left out, in another order ----


def _left_out(line: Line) -> Iterator[Edit]:
    if line.without is not None:
        start = len(line.plain) - len(line.plain.lstrip())
        yield Edit(start, len(line.plain.rstrip()), line.without)


def _instruction_left_out(line: Line) -> Iterator[Edit]:
    yield Edit(label_end(line.plain), len(line.plain.rstrip()), "")


_NEIGHBOURS = re.compile(
    r"(?P<indent>\s*)(?P<first>(?P<what>push|pop)\s.*?)\s*\n\s*(?P<second>(?P=what)\s.*?)\s*"
)


def _neighbours_exchanged(lines: Line) -> Iterator[Edit]:
    if match := _NEIGHBOURS.fullmatch(lines.plain):
        new = f"{match['second']}\n{match['indent']}{match['first']}"
        yield Edit(match.start("first"), match.end("second"), new)


# ---- registers ----

_GENERAL = {**_ring("eax ecx edx ebx esi edi ebp"), "esp": "ebp"}
_SEGMENTS = _ring("ds es fs gs")
_REGISTERS = {
    **_GENERAL,
    **_SEGMENTS,
    **_ring("ax cx dx bx si di bp"),
    **_ring("al cl dl bl"),
    **_ring("ah ch dh bh"),
    **_pairs("cr0/cr4 cr2/cr3"),
    "ss": "ds",
}


# ---- constants ----

_BEFORE = r"(?<![\w.%$])"
_NUMBER = _BEFORE + r"(?P<digits>0[xX][0-9a-fA-F]+|[1-9]\d*|0)(?P<suffix>[uUlL]*)(?!\w)"
_NAME = _BEFORE + r"(?!NULL\b)[A-Z][A-Z0-9_]+\b(?!\s*\()"
_HIGH_BIT_FROM = 4  # of less, the highest bit flipped is 0 or off by one


def _numbers(change: Callable[[int], int]) -> Edits:
    """Each number with `change` made, written as it was."""

    def changed(match: re.Match[str]) -> str:
        is_hex = match["digits"][:2].lower() == "0x"
        value = change(int(match["digits"], 0))
        return f"{value:#x}{match['suffix']}" if is_hex else f"{value}{match['suffix']}"

    return _replaced(_NUMBER, changed)


def _with_high_bit_flipped(value: int) -> int:
    return value ^ 1 << value.bit_length() - 1 if value >= _HIGH_BIT_FROM else value


def _operand_is_0(match: re.Match[str]) -> str | None:
    """Not a macro that stands for an instruction."""
    return "0" if match.start() > label_end(match.string) else None


_ZERO = _numbers(lambda _: 0)


# ---- comparisons, branches ----

_TOKEN = r"->|<<=|>>=|<<|>>|[-+*/%&|^<>=!]=|&&|\|\||\+\+|--|[-+*/%&|^<>]"
_CONDITIONS = {
    **_pairs("e/ne z/nz b/ae c/nc a/be l/ge g/le s/ns o/no p/np"),
    **{"nae": "ae", "nb": "b", "nbe": "be", "na": "a", "nge": "ge", "nl": "l", "nle": "le"},
}
_BARE_CONDITION = re.compile(
    r"\s*(?:\} )?(?:else )?(?:if|while) \((?P<what>(?!!).*)\)(?: \{|;)?\s*"
)
_COMPARES = re.compile(r"[=!]=|(?<!-)>|<|&&|\|\|")


def _bare_condition_inverted(line: Line) -> Iterator[Edit]:
    """`if (x)`, where there is no comparison to invert."""
    match = _BARE_CONDITION.fullmatch(line.plain)
    if match and not _COMPARES.search(match["what"]):
        start, end = match.span("what")
        yield Edit(start, end, f"!({line.code[start:end]})")


def _jumps(conditions: Mapping[str, str]) -> Edits:
    """Jcc, SETcc and CMOVcc with another condition."""
    pattern = rf"(?<![\w.])(?P<what>j|set|cmov)(?P<condition>{'|'.join(conditions)})\b"
    return _replaced(pattern, lambda match: match["what"] + conditions[match["condition"]])


# ---- arithmetic ----

# What stands before a sign, and not before an operator between two operands.
_NO_OPERAND = re.compile(
    r"(?:^|[^\w)\]'\"$\s]|\b(?:return|case|byte|word|dword|d[bwd])|"
    r"\((?:const |volatile )*(?:(?:struct|union|enum) \w+|\w+_t|char|short|int|long|unsigned|void)"
    r"[\s*]*\))\s*$"
)


def _has_left_operand(match: re.Match[str]) -> bool:
    return not _NO_OPERAND.search(match.string[: match.start()])


def _operators(table: Mapping[str, str]) -> Edits:
    """Operators of `table`; `&` and `-` only between two operands."""

    def other(match: re.Match[str]) -> str | None:
        return table.get(match[0]) if len(match[0]) > 1 or _has_left_operand(match) else None

    return _replaced(_TOKEN, other)


def _negation_left_out(line: Line) -> Iterator[Edit]:
    pattern = r"!(?!=)|~|(?<!-)-(?![->=])"
    return _replaced(pattern, lambda match: None if _has_left_operand(match) else "")(line)


def _opposite(pairs: str) -> Edits:
    """Instructions for which there is one that does the opposite."""
    table = _pairs(pairs)

    def other(match: re.Match[str]) -> str | None:
        return table.get(match[0]) if match.start() == label_end(match.string) else None

    return _replaced(r"(?<![\w.])[a-z]+\b", other)


OPERATORS = (
    Operator(
        "left-out",
        "a statement, an instruction or a row of a table left out",
        {Language.C: _left_out, Language.NASM: _instruction_left_out},
    ),
    Operator(
        "register",
        "a register, or its place in struct pt_regs, replaced by another",
        {
            Language.C: _exchanged(r"(?:(?<=->)|(?<=\.))\w+", {**_GENERAL, **_SEGMENTS}),
            Language.NASM: _exchanged(r"(?<![\w.%])\w+\b", _REGISTERS),
        },
    ),
    Operator(
        "off-by-one",
        "a number that is larger by one",
        _in_both(_numbers(lambda value: value + 1)),
    ),
    Operator(
        "zero",
        "a number, or a constant with a name, that is 0",
        {
            Language.C: _all(_ZERO, _replaced(_NAME, lambda _: "0")),
            Language.NASM: _all(_ZERO, _replaced(_NAME, _operand_is_0)),
        },
    ),
    Operator(
        "bit",
        "a number with its highest bit flipped",
        _in_both(_numbers(_with_high_bit_flipped)),
    ),
    Operator(
        "inverted",
        "a comparison or a branch that goes the other way",
        {
            Language.C: _all(_operators(_pairs("==/!= </>= >/<=")), _bare_condition_inverted),
            Language.NASM: _jumps(_CONDITIONS),
        },
    ),
    Operator(
        "boundary",
        "a comparison that takes the limit for the other side",
        {
            Language.C: _operators(_pairs("</<= >/>=")),
            Language.NASM: _jumps(_pairs("a/ae b/be l/le g/ge")),
        },
    ),
    Operator(
        "and-or",
        "AND and OR exchanged",
        {
            Language.C: _operators(_pairs("&&/|| &/| &=/|=")),
            Language.NASM: _all(_operators(_pairs("&/|")), _opposite("and/or")),
        },
    ),
    Operator(
        "plus-minus",
        "a sum and a difference exchanged",
        {
            Language.C: _operators(_pairs("+/- +=/-= ++/--")),
            Language.NASM: _all(_operators(_pairs("+/-")), _opposite("add/sub adc/sbb inc/dec")),
        },
    ),
    Operator("negation", "`!`, `~` or a sign left out", _in_both(_negation_left_out)),
    Operator(
        "opposite",
        "a shift or an instruction replaced by its opposite",
        {
            Language.C: _operators(_pairs("<</>> <<=/>>=")),
            Language.NASM: _all(
                _operators(_pairs("<</>>")), _opposite("sti/cli std/cld stc/clc shl/shr bts/btr")
            ),
        },
    ),
    Operator(
        "order",
        "two neighbouring PUSHes or POPs exchanged",
        {Language.NASM: _neighbours_exchanged},
        lines=2,
    ),
)
