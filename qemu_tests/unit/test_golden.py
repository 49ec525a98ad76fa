"""Golden files: the trees of the steps, and the machine code of the ways in and out.

`pytest --update-golden` writes them anew; look at `git diff` before you commit that.
"""

from __future__ import annotations

import difflib
import subprocess
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest
from capstone import CS_ARCH_X86, CS_MODE_32, Cs
from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import SymbolTableSection

from builder.config import load_config
from builder.patience import BACKSTOP_S
from builder.render import render_tree, write_tree
from builder.step import STEPS

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
DIFF_LINES_SHOWN = 200


def _compare(golden: Path, files: Mapping[str, bytes], update: bool) -> None:
    """Fail, with a unified diff, unless the files below `golden` are `files`."""
    if update:
        write_tree(files, golden)
        (golden / ".files").unlink()
        for path in sorted(_files_below(golden) - set(files)):
            (golden / path).unlink()
        return
    diff: list[str] = []
    for path in sorted(set(files) | _files_below(golden)):
        old = (golden / path).read_text() if (golden / path).is_file() else ""
        new = files.get(path, b"").decode()
        ends = (f"golden/{golden.name}/{path}", f"rendered/{path}")
        diff += difflib.unified_diff(old.splitlines(), new.splitlines(), *ends, lineterm="")
    more = [f"... and {len(diff) - DIFF_LINES_SHOWN} lines more"][: len(diff) > DIFF_LINES_SHOWN]
    if diff:
        fix = "if this is what you meant: pytest --update-golden"
        pytest.fail("\n".join([*diff[:DIFF_LINES_SHOWN], *more, fix]), pytrace=False)


def _files_below(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in found}


@pytest.mark.parametrize("step", STEPS)
def test_tree_of_a_step(step: str, update_golden: bool) -> None:
    tree = render_tree(load_config(None, [f"kernel.step={step}"]))
    _compare(GOLDEN / step, tree, update_golden)


# ---- machine code: of NASM's files only, as what C becomes depends on the compiler ----

ENTRY_CODE = {
    "int80": ("entry/int80_entry.asm", "entry/return.asm"),
    "sysenter": ("entry/sysenter_entry.asm", "user/lib/stubs.asm"),
    "sysenter-per-switch": ("entry/sysenter_entry.asm",),
    "sysenter-esp0-word": ("entry/sysenter_entry.asm", "entry/at_sysenter.asm"),
    "vsyscall": (
        "entry/sysenter_entry.asm",
        "entry/at_sysenter.asm",
        "entry/vsyscall_sysenter.asm",
        "entry/vsyscall_int80.asm",
    ),
    "vsyscall-random": ("entry/sysenter_entry.asm",),
    "processes": ("entry/return.asm",),
}


def _overrides(name: str) -> list[str]:
    step, _, option = name.partition("-")
    chosen = [f"kernel.step={step}"]
    if option == "random":
        return [*chosen, "vsyscall.address=random"]
    return [*chosen, f"sysenter.stack={option}"] if option else chosen


def _disassemble(object_file: Path) -> str:
    """Code of a relocatable file: offset, bytes, instruction, symbol that the linker fills in."""
    with object_file.open("rb") as file:
        elf = ELFFile(file)
        symbols = elf.get_section_by_name(".symtab")
        text = elf.get_section_by_name(".text")
        assert isinstance(symbols, SymbolTableSection) and text is not None
        index = elf.get_section_index(".text")
        labels = {
            symbol["st_value"]: symbol.name
            for symbol in symbols.iter_symbols()
            if symbol["st_shndx"] == index and symbol["st_info"]["type"] == "STT_NOTYPE"
        }
        relocations = elf.get_section_by_name(".rel.text")
        holes = {}
        if isinstance(relocations, RelocationSection):
            for hole in relocations.iter_relocations():
                holes[hole["r_offset"]] = symbols.get_symbol(hole["r_info_sym"]).name
        lines = []
        for code in Cs(CS_ARCH_X86, CS_MODE_32).disasm(text.data(), 0):
            if code.address in labels:
                lines.append(f"{labels[code.address]}:")
            places = range(code.address, code.address + code.size)
            names = ", ".join(holes[place] for place in places if holes.get(place))
            text_of = f"{code.mnemonic} {code.op_str}".strip()
            line = f"  {code.address:04x}  {code.bytes.hex():24}  {text_of}"
            lines.append(f"{line:72}; {names}" if names else line)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", ENTRY_CODE)
def test_machine_code_of_the_ways_in_and_out(
    name: str, tmp_path: Path, update_golden: bool
) -> None:
    write_tree(render_tree(load_config(None, _overrides(name))), tmp_path)
    listings = {}
    for source in ENTRY_CODE[name]:
        target = tmp_path / "out.o"
        argv = ["nasm", "-f", "elf32", "-I./", "-o", str(target), source]
        subprocess.run(argv, cwd=tmp_path, check=True, timeout=BACKSTOP_S)
        listings[f"{PurePosixPath(source).stem}.txt"] = _disassemble(target).encode()
    _compare(GOLDEN / "code" / name, listings, update_golden)


def test_a_difference_is_shown_as_a_diff(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("one\ntwo\n")
    (tmp_path / "gone.c").write_text("old\n")
    with pytest.raises(pytest.fail.Exception) as caught:
        _compare(tmp_path, {"a.c": b"one\n2\n", "new.c": b"x\n"}, update=False)
    lines = str(caught.value).splitlines()
    assert {"-two", "+2", "-old", "+x"} <= set(lines)
    assert lines[-1] == "if this is what you meant: pytest --update-golden"


def test_update_makes_the_folder_what_was_rendered(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "gone.c").write_text("old\n")
    _compare(tmp_path, {"a.c": b"one\n"}, update=True)
    assert _files_below(tmp_path) == {"a.c"}
    _compare(tmp_path, {"a.c": b"one\n"}, update=False)
