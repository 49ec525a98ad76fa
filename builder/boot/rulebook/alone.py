"""One rule as a boot sector of its own, to be sent to the authors of an emulator. Pure.

It tells exceptions apart by their vector, and needs no page, no second task and no interrupt: rules
that do are left to the whole kernel, of which all others can be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from builder.boot.rulebook.guest import FLAGS, SELECTORS
from builder.boot.rulebook.known import Known
from builder.errors import UserError
from builder.model.rule import VECTORS, Mode, Rule
from builder.tools.resources import data_dir

LINES_MAX = 60  # of instructions and data
ENDS = {"ran": "S", "done": "S", "entered": "Z"}
_ADDRESSES = {"user_stack_end": "0x6000", "user_stack": "0x5000", "entry_stack_end": "0x6800"}
_THERE = ("KCODE", "KDATA", "UCODE", "UDATA", "TSS")  # of the selectors, in its GDT
# What a line may still name when all that is known has its number: labels, registers, instructions.
_UNKNOWN = re.compile(
    r"\b(?:SEL_|FLAG_|IO_MAP|TSS_|TASK_|GATE|IRQ|BREAK|READ_ONLY)\w*|\b(?:page_|gdt|idt|tss|saved)"
)
_MSRS = {"0x174": "8", "0x175": "0x6800", "0x176": "entered"}


def letter(seen: str) -> str:
    """What the boot sector prints where the kernel prints `seen`."""
    word = re.split(r"[ (;]", seen)[0]
    return ENDS.get(word) or chr(ord("A") + VECTORS.index(word))


def can_stand_alone(rule: Rule, seen: str) -> bool:
    """True if the difference between `seen` and what is expected is one of letters."""
    try:
        same = letter(seen) in map(letter, rule.expected)
    except ValueError:
        return False
    is_plain = rule.mode in (Mode.RING0, Mode.RING3) and not rule.entry
    return is_plain and not same and not _UNKNOWN.search("\n".join(_lines(rule)))


def alone(rule: Rule, known: Mapping[object, Known] | None = None) -> str:
    """The NASM of the boot sector.

    Args:
        rule: Which rule.
        known: What was seen, for the head.

    Raises:
        UserError: This rule needs more than a boot sector has.
    """
    lines = list(_lines(rule))
    if rule.mode not in (Mode.RING0, Mode.RING3) or rule.entry or _UNKNOWN.search("\n".join(lines)):
        raise UserError(
            f"{rule.name} needs more than a boot sector has",
            where="--guest",
            why="pages, tasks, interrupts and other modes are in the whole kernel only",
            fix="`tinygate rules --image DIR` writes that; its README says how to leave rules out",
        )
    environment = Environment(
        loader=FileSystemLoader(data_dir("templates") / "_docs"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    return environment.get_template("rule_alone.asm.j2").render(
        rule=rule, lines=lines, seen=_seen(rule, list((known or {}).values()))
    )


def _seen(rule: Rule, known: Sequence[Known]) -> list[tuple[str, str]]:
    places: dict[str, list[str]] = {}
    for row in known:
        if rule.name in row.deviations:
            places.setdefault(row.deviations[rule.name], []).append(str(row.place))
    return [(text, ", ".join(where)) for text, where in places.items()]


def _lines(rule: Rule) -> Iterator[str]:
    """The instructions: MSRs, what is to be set up, the way to the ring, the code itself."""
    flags = "2"
    msrs: dict[str, str] = dict(_MSRS) if rule.needs == "sep" else {}
    setup: list[str] = []
    for line in filter(None, rule.setup.split("; ")):
        word, _, rest = line.partition(" ")
        if word == "FLAGS":
            flags = rest
        elif word == "MSR":
            number, _, value = rest.partition(", ")
            msrs[number] = value
        elif word == "AM_ON":
            setup += ["mov eax, cr0", "or eax, 0x40000", "mov cr0, eax"]
        else:
            setup.append(line)
    if "sysenter" not in rule.code:
        msrs = {number: value for number, value in msrs.items() if number == "0x174"}
    for i, (number, value) in enumerate(msrs.items()):
        setup += [f"mov ecx, {number}", "xor edx, edx"] if i == 0 else ["inc ecx"]
        setup += [f"mov eax, {value}", "wrmsr"]
    code = rule.code.split("; ")
    if rule.mode is Mode.RING3:
        setup += ["mov eax, 0x23", "mov ds, eax", "push eax", "push dword user_stack_end",
                  f"push dword {flags}", "push dword 0x1b", "push dword code", "iretd"]  # fmt: skip
        code[0] = f"code: {code[0]}"
    elif flags != "2":
        setup += [f"push dword {flags}", "popfd"]
    yield from (_number(line) for line in (*setup, *code))


def _number(line: str) -> str:
    for name in _THERE:
        line = re.sub(rf"\bSEL_{name}\b", f"{SELECTORS[name]:#x}", line)
    for name, bit in FLAGS.items():
        line = re.sub(rf"\bFLAG_{name}\b", f"{1 << bit:#x}", line)
    for name, value in _ADDRESSES.items():
        line = re.sub(rf"\b{name}\b", value, line)
    return line if re.match(r"\w+:", line) else f"    {line}"
