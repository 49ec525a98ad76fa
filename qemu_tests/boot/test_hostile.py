"""Programs that mean harm, brought along by the user: each may end itself, none the kernel."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from builder.boot.run import RunResult
from builder.boot.verdict_words import Word
from builder.model.traps import TRAPS
from qemu_tests.kit.kernels import Kernel, Lab

WELL_BEHAVED = """
    mov  eax, 1                             ; exit(0)
    xor  ebx, ebx
    int  0x80
"""


STACKS = (
    ("in-page", "0xffffe000"),
    ("in-kernel", "SYSENTER_ENTRY"),
    ("across", "2"),
    ("at-end", "0xfffffffe"),
)


@dataclass(frozen=True)
class Attack:
    """NASM code for ring 3, which is told the kernel's address SYSENTER_ENTRY."""

    name: str
    code: str
    killed_by: str  # the exception's mnemonic


PAGE = 0xFFFFE000
# Loads each selector that ring 3 can load into each data segment register, and calls by both gates.
# Of the null selectors only 0: of 1 to 3 an IRET to ring 3 leaves 0 (SDM 2A, IRET).
SELECTORS = f"""
%macro TRY 1
    mov  %1, di
    mov  eax, 20
    call esi
    mov  eax, %1
    cmp  ax, di
    jne  .changed
    mov  eax, 20
    int  0x80
    mov  eax, %1
    cmp  ax, di
    jne  .changed
    push ss
    pop  %1
    inc  ebp
%endmacro
    mov  esi, {PAGE:#x}
    xor  edi, edi
    xor  ebp, ebp
    jmp  .try
.next:
    verr di
    jnz  .skip
.try:
    TRY  ds
    TRY  es
    TRY  fs
    TRY  gs
.skip:
    inc  edi
    cmp  edi, 0x10000
    jb   .next
    cmp  ebp, 4 * (1 + 2 * 4)               ; null, and two segments with four RPLs each
    jne  .changed
    ud2
.changed:
    int3
"""

ATTACKS = (
    Attack(
        "step-to-kernel",  # looks like a single step that SYSENTER carried into the kernel
        "    mov eax, SYSENTER_ENTRY\n    pushfd\n    or dword [esp], 0x100\n"
        "    popfd\n    jmp eax",
        "DB",
    ),
    Attack("call-kernel", "    mov eax, SYSENTER_ENTRY\n    call eax", "PF"),
    Attack(
        "stack-in-kernel",  # interrupts take the stack from the TSS, wherever ESP points
        "    mov esp, SYSENTER_ENTRY\n    mov ecx, 20000000\n.spin:\n    loop .spin\n    ud2",
        "UD",
    ),
    Attack(
        "ends-the-run",  # to be allowed the outcome device's port is not enough
        "    mov eax, 101\n    mov ebx, 0xf4\n    mov ecx, 1\n    mov edx, 1\n    int 0x80\n"
        "    mov al, 0x10\n    out 0xf4, al",
        "GP",
    ),
    Attack("no-stack", "    xor esp, esp\n    int3", "BP"),
    # The program's stack, where it has none: in the page, in the kernel, across 4 GiB.
    *(
        Attack(f"call-{name}", f"    mov esp, {esp}\n    mov eax, {PAGE:#x}\n    call eax", "PF")
        for name, esp in STACKS
    ),
    *(
        Attack(f"fast-{name}", f"    mov ebp, {ebp}\n    mov eax, 20\n    sysenter", "PF")
        for name, ebp in STACKS
    ),
    *(  # INT looks neither at ESP nor at what lies there
        Attack(f"int80-{name}", f"    mov esp, {esp}\n    mov eax, 20\n    int 0x80\n    ud2", "UD")
        for name, esp in STACKS
    ),
    Attack("selectors", SELECTORS, "UD"),
    Attack(
        "top-of-memory",  # the last instruction ends where the address space does
        "    mov eax, 0xfffffffe\n    jmp eax",
        "PF",
    ),
)


def assemble(folder: Path, name: str, code: str, sysenter_entry: int) -> None:
    """Make the static ELF file `name` in `folder`."""
    source = f"%define SYSENTER_ENTRY {sysenter_entry:#x}\n    global _start\n_start:\n{code}\n"
    (folder / f"{name}.asm").write_text(source)
    subprocess.run(["nasm", "-f", "elf32", f"{name}.asm"], cwd=folder, check=True)
    link = ["ld", "-m", "elf_i386", "-z", "noexecstack", "-o", name, f"{name}.o"]
    subprocess.run(link, cwd=folder, check=True)


def kernel_with(
    lab: Lab, step: str, folder: Path, programs: dict[str, str], sysenter_entry: int
) -> Kernel:
    """A kernel that runs `programs`, given as name and code, in their order."""
    for name, code in programs.items():
        assemble(folder, name, code, sysenter_entry)
    own = ("programs.suite=none", f"programs.files={list(programs)}")
    return lab.kernel(f"kernel.step={step}", *own, folder=folder)


@pytest.fixture(scope="module", params=["vsyscall", "robust"])
def outcome(
    lab: Lab, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> RunResult:
    """One boot in which the attacks come one after the other, and at last a harmless program."""
    step, folder = request.param, tmp_path_factory.mktemp("hostile")
    # The address is only known once a kernel is built. It does not depend on the programs, which
    # lie behind all code.
    probe = kernel_with(lab, step, folder, {"probe": WELL_BEHAVED}, 0)
    address = probe.symbols["sysenter_entry"]
    programs = {attack.name: attack.code for attack in ATTACKS} | {"after": WELL_BEHAVED}
    kernel = kernel_with(lab, step, folder, programs, address)
    assert kernel.symbols["sysenter_entry"] == address
    return lab.boot(kernel, f"hostile-{step}")


def test_the_kernel_outlives_hostile_programs(outcome: RunResult) -> None:
    assert outcome.verdict.word is Word.FAIL, outcome.explain()
    assert f"\nok {len(ATTACKS) + 1} - after\n" in outcome.transcript.text, outcome.explain()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_a_hostile_program_ends_itself(outcome: RunResult, attack: Attack) -> None:
    number = ATTACKS.index(attack) + 1
    lines = outcome.transcript.text.splitlines()
    assert f"not ok {number} - {attack.name}" in lines, outcome.explain()
    ends = [line for line in lines if line.startswith(f"# {attack.name} (pid {number})")]
    vector = next(trap.vector for trap in TRAPS if trap.mnemonic == attack.killed_by)
    named = rf"killed by (#{attack.killed_by}|exception {vector})\b"
    assert len(ends) == 1 and re.search(named, ends[0]), outcome.explain()
