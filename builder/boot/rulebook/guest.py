"""The kernel that runs the rules: made from the table and the files of kernel_src/rules."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from builder.errors import BuildError
from builder.model.rule import FIELDS, VECTORS, WITH_ERROR_CODE, Mode, Rule
from builder.tools import commands, toolchain
from builder.tools.resources import data_dir

KERNEL_ADDR = 0x10000  # below 1 MiB: the boot sector need not know of A20, and real mode can be had
SECTOR_BYTES = 512
# Bochs and v86 find a geometry from the size: 2 cylinders of 16 heads and 63 sectors.
DISK_BYTES = 2 * 16 * 63 * SECTOR_BYTES
TIMEOUT_S = 120.0
SKIPS_MARK = b"RULES LEFT OUT: "
SELECTORS = {
    "KCODE": 0x08,
    "KDATA": 0x10,
    "UCODE": 0x1B,
    "UDATA": 0x23,
    "TSS": 0x28,
    "TSS_TASK": 0x30,
    "CODE1": 0x39,
    "DATA1": 0x41,
    "CODE2": 0x4A,
    "DATA2": 0x52,
    "CODE16": 0x5B,
    "STACK16": 0x63,
    "TSS_DF": 0x68,
    "REAL_CODE": 0x70,
    "TSS_ABSENT": 0x78,
    "TSS16": 0x80,
    "CALL_GATE": 0x8B,
    "TASK_GATE": 0x93,
    "LDT": 0x98,
    "LIMIT0": 0xA3,
    "TSS_OTHER": 0xA8,
    "REAL_DATA": 0xB0,
    "ABSENT": 0xBB,
    "CODE_ABSENT": 0xC3,
    "READ_ONLY": 0xCB,
    "EXEC_ONLY": 0xD3,
    "CONFORMING": 0xD8,
    "CODE_LIMIT0": 0xE3,
    "TSS_SHORT": 0xE8,
}
FLAGS = {"IF": 9, "DF": 10, "NT": 14, "RF": 16, "VM": 17, "AC": 18, "ID": 21, "TF": 8}
_IO_MAP_OFFSET = 104
_TSS_SIZE = _IO_MAP_OFFSET + 65536 // 8 + 1  # and the byte of ones
_ROW = (
    "NAME",
    "SETUP",
    "SETUP_END",
    "CODE",
    "CODE_END",
    "ENTRY",
    "ENTRY_END",
    "SHOW",
    "FAULT_SHOW",
)
_ENDS = ("DONE", "RAN", "ENTERED", "FAULT")  # in the order of the kernel's words for them
_END_OF = {Mode.RING0: "jmp  done", Mode.V86: "hlt", Mode.REAL: "int  0x1f"}
_SIXTEEN = (Mode.CODE16, Mode.V86, Mode.REAL)


@dataclass(frozen=True)
class Guest:
    """What was made: the ELF file for Multiboot, and the disk image with the same file in it."""

    elf: Path
    disk: Path


def version_of(rules: Sequence[Rule]) -> str:
    """Eight digits that tell one kernel from another, by what is run and printed."""
    parts = ((r.name, r.mode, r.setup, r.code, r.entry, r.show, r.fault_show) for r in rules)
    text = "\n".join("|".join(map(str, part)) for part in parts) + _sources()
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@cache
def _sources() -> str:
    """The files that do not come from the table."""
    files = sorted((data_dir("kernel_src") / "rules").iterdir())
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def make_guest(rules: Sequence[Rule], out: Path) -> Guest:
    """Make the kernel of `rules` in the folder `out`.

    Raises:
        ToolError: NASM is missing.
        BuildError: A rule is not what NASM takes, or the kernel has become too large.
    """
    nasm = toolchain.require(toolchain.NASM)["nasm"]
    out.mkdir(parents=True, exist_ok=True)
    work = out / "made"
    work.mkdir(exist_ok=True)
    (work / "rule_layout.inc").write_text("\n".join(_layout(rules)) + "\n")
    (work / "rules.inc").write_text("\n".join(_rules(rules)) + "\n")
    guest = Guest(out / "rules.elf", out / "rules.img")
    _assemble(nasm.command, "kernel.asm", work, guest.elf)
    kernel = guest.elf.read_bytes()
    kernel += bytes(-len(kernel) % SECTOR_BYTES)
    entry = KERNEL_ADDR + int.from_bytes(kernel[24:28], "little") - KERNEL_ADDR
    sizes = {
        "KERNEL_ADDR": KERNEL_ADDR,
        "KERNEL_ENTRY": entry,
        "KERNEL_SECTORS": len(kernel) // SECTOR_BYTES,
    }
    text = "".join(f"{name} equ {value:#x}\n" for name, value in sizes.items())
    (work / "rule_sizes.inc").write_text(text)
    _assemble(nasm.command, "boot.asm", work, work / "boot.bin")
    guest.disk.write_bytes(((work / "boot.bin").read_bytes() + kernel).ljust(DISK_BYTES, b"\0"))
    return guest


def leave_out(image: bytes, indexes: Collection[int], count: int) -> bytes:
    """A copy of the disk image or ELF file in which the rules with these numbers are not run."""
    at = image.index(SKIPS_MARK) + len(SKIPS_MARK)
    return image[:at] + bytes(i in indexes for i in range(count)) + image[at + count :]


def _assemble(nasm: Sequence[str], name: str, work: Path, out: Path) -> None:
    source = data_dir("kernel_src") / "rules"
    command = [*nasm, "-f", "bin", "-Werror", f"-I{source}/", f"-I{work}/"]
    done = commands.run([*command, "-o", str(out), str(source / name)], timeout_s=TIMEOUT_S)
    if not done.ok:
        raise BuildError(
            f"NASM does not take {name}",
            where=done.command.shell(),
            why=done.stderr.strip(),
            fix="look at the rule that the line is of",
        )


def _layout(rules: Sequence[Rule]) -> Iterator[str]:
    """Names for numbers."""
    numbers = {
        "KERNEL_ADDR": KERNEL_ADDR,
        "RULE_COUNT": len(rules),
        "IO_MAP_OFFSET": _IO_MAP_OFFSET,
        "TSS_SIZE": _TSS_SIZE,
        "TSS_AREA": (_TSS_SIZE + 7) & ~7,
        "GDT_SIZE": max(SELECTORS.values()) // 8 * 8 + 8,
        "IDT_SIZE": 0x41 * 8,
        "USER_STACK_SIZE": 4096,
        "EVENTS_MAX": 32,
        "EVENT_IRQ": 1 << 31,
        "EVENT_TASK": 1 << 15,  # DR6.BT
        "ROW_SIZE": len(_ROW) * 4 + 4,
        "ROW_MODE": len(_ROW) * 4,
        "MODE_REAL": int(Mode.REAL),
        "S_COUNT": len(FIELDS),
        "ERROR_CODES": sum(1 << vector for vector in WITH_ERROR_CODE),
    }
    numbers |= {f"SEL_{name}": value for name, value in SELECTORS.items()}
    numbers |= {f"FLAG_{name}": 1 << bit for name, bit in FLAGS.items()}
    numbers |= {f"S_{name.upper()}": 4 * i for i, name in enumerate(FIELDS)}
    numbers |= {f"ROW_{name}": 4 * i for i, name in enumerate(_ROW)}
    numbers |= {f"END_{name}": i for i, name in enumerate(_ENDS)}
    yield from (f"{name} equ {value:#x}" for name, value in numbers.items())
    yield f'%define RULES_VERSION "{version_of(rules)}"'
    yield f'%define RULE_COUNT_TEXT "{len(rules)}"'


def _rules(rules: Sequence[Rule]) -> Iterator[str]:
    """The rules' code, the table of them, and the names that the kernel prints."""
    for number, rule in enumerate(rules):
        yield from _code_of(number, rule)
    yield from ("align 4", "rule_table:")
    for number, rule in enumerate(rules):
        names = (f"rule_{number}_{part.lower()}" for part in _ROW)
        yield f"    dd   {', '.join(names)}, {int(rule.mode)}"
    for number, rule in enumerate(rules):
        yield f'rule_{number}_name: db "{rule.name}", 0'
        for part, fields in (("show", rule.show), ("fault_show", rule.fault_show)):
            indexes = "".join(f"{FIELDS.index(field)}, " for field in fields)
            yield f"rule_{number}_{part}: db {indexes}0xff"
    for what, words in (("vector", VECTORS), ("field", FIELDS)):
        yield from (f'{what}_{i}: db "{word}", 0' for i, word in enumerate(words))
        yield f"align 4\n{what}_names: dd " + ", ".join(f"{what}_{i}" for i in range(len(words)))
    yield f'    db   "{SKIPS_MARK.decode()}"'
    yield "rule_skips: times RULE_COUNT db 0"


def _code_of(number: int, rule: Rule) -> Iterator[str]:
    label = f"rule_{number}_"

    def lines(code: str) -> list[str]:
        code = code.replace("{code}", f"{label}code").replace("{entry}", f"{label}entry")
        return [f"    {line}" for line in code.split("; ") if line]

    end = _END_OF.get(rule.mode, "int  0x40")
    yield from (
        f"; {rule.name}",
        f"{label}setup:",
        *lines(rule.setup),
        "    ret",
        f"{label}setup_end:",
    )
    yield from ("align 16", "bits 16" if rule.mode in _SIXTEEN else "bits 32")
    yield from (f"{label}code:", *lines(rule.code), f"    {end}", f"{label}code_end:", "bits 32")
    if rule.entry:
        yield from (f"{label}entry:", *lines(rule.entry), f"{label}entry_end:")
    else:
        yield from (f"{label}entry equ entered", f"{label}entry_end equ entered")
