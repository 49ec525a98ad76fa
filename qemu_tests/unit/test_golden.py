"""Golden files: the trees of the steps, and the machine code of the ways in and out.

`pytest qemu_tests/unit/test_golden.py --update-golden` writes them anew; look at `git diff` before
you commit that. What is kept of a tree, and how: golden_kit.py.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path, PurePosixPath

import pytest
from capstone import CS_ARCH_X86, CS_MODE_32, Cs
from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import SymbolTableSection

from builder.boot.patience import BACKSTOP_S
from builder.config.load import load_config
from builder.config.step import STEPS
from builder.model.kernel import build_model
from builder.model.layers import folder_of
from builder.tools.resources import data_dir
from builder.tree.render import render_tree, tree_sources, write_tree
from qemu_tests.unit.golden_kit import RENEW, Tree, TreeFile, compare, compare_step

GOLDEN = Path(__file__).resolve().parent.parent / "golden"


@cache
def _tree(step: str) -> Tree:
    config = load_config(None, [f"kernel.step={step}"])
    sources = tree_sources(build_model(config).layers)
    layers = {
        path: f"{source.folder}/{folder_of(source.layer)}" for path, source in sources.items()
    }
    layers["README.md"] = "templates/_docs"
    return {path: TreeFile(layers[path], data) for path, data in render_tree(config).items()}


@pytest.mark.parametrize("step", STEPS)
def test_what_no_template_makes_is_the_file_of_its_layer(step: str) -> None:
    for path, file in _tree(step).items():
        if not file.is_rendered:
            assert (data_dir("kernel_src").parent / file.layer / path).read_bytes() == file.data


@pytest.mark.parametrize("step", STEPS)
def test_tree_of_a_step(step: str, update_golden: bool) -> None:
    steps = STEPS[: STEPS.index(step) + 1]
    before = _tree(steps[-2]) if len(steps) > 1 else None
    compare_step(GOLDEN, steps, _tree(step), before, update=update_golden)


def test_nothing_is_kept_of_what_there_is_no_more(update_golden: bool) -> None:
    wanted = {*(GOLDEN / step for step in STEPS), *(GOLDEN / "code" / name for name in ENTRY_CODE)}
    stale = {*GOLDEN.iterdir(), *(GOLDEN / "code").iterdir()} - wanted - {GOLDEN / "code"}
    if update_golden:
        for path in stale:
            shutil.rmtree(path)
    else:
        assert not stale, RENEW


# ---- machine code: of NASM's files only, as what C becomes depends on the compiler ----

ENTRY_CODE = {
    "int80": ("entry/int80_entry.asm", "entry/return.asm"),
    "sysenter": ("entry/sysenter_entry.asm", "entry/return.asm", "user/lib/system_call.asm"),
    "vsyscall": (
        "entry/sysenter_entry.asm",
        "entry/at_sysenter.asm",
        "entry/vsyscall_sysenter.asm",
        "entry/vsyscall_int80.asm",
    ),
    "robust": ("entry/sysenter_entry.asm", "entry/at_sysenter.asm", "entry/return.asm"),
    "robust-per-switch": ("entry/sysenter_entry.asm",),
    "robust-esp0-word": ("entry/sysenter_entry.asm", "entry/at_sysenter.asm"),
    "robust-random": ("entry/sysenter_entry.asm",),
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
    compare(GOLDEN / "code" / name, listings, {}, {}, update=update_golden)
