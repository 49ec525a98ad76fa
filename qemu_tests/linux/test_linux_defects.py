"""Each damaged kernel of defects/linux/ is noticed, by what was recorded on Debian's kernel."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path

import pytest

from builder.boot.emulator import BootImage
from builder.boot.patience import Limit, Patience
from builder.boot.run import run_image
from builder.linux.debian import Unpacked
from builder.model.outcomes import OFF
from qemu_tests.defects.linux import DEFECTS, TERMINAL, Defect, TypedDefect
from qemu_tests.defects.linux.defect import FOR_EVER, HANG
from qemu_tests.kit.kernels import Change, Kernel, Lab
from qemu_tests.linux import expectations
from qemu_tests.linux.build_programs import Compiler
from qemu_tests.linux.cases import Case
from qemu_tests.linux.compare import differences
from qemu_tests.linux.initramfs import make_initramfs
from qemu_tests.linux.keys import PARTS, Player, shown
from qemu_tests.linux.results import ReportError, parse
from qemu_tests.linux.tinygate import BARE, MACHINE

HARMLESS = Change("kernel/main.c", "/* kernel/main.c", "/* damaged kernel/main.c")
PATIENT = Patience()
# A hang is waited for. Before a program's first line its RAM disk is unpacked, 25 million
# instructions, and it may wait for ever, which FOR_EVER ends.
IMPATIENT = Patience(suite=Limit(200e6, idle_s=2 * FOR_EVER, cpu_s=4, asleep_s=2))
KEYS_LIMIT = Limit(cpu_s=5, asleep_s=3)  # a step sleeps for a second at most
MACHINE_OF_KEYS = replace(MACHINE, icount=False)  # keys come when they come


@pytest.fixture
def healthy(lab: Lab) -> Kernel:
    return lab.kernel(*BARE)


def _report(
    kernel: Kernel, wanted: Sequence[Case], initramfs: Path, lab: Lab, patience: Patience
) -> str:
    """How the programs did otherwise than on Linux, or how the kernel failed; empty if neither."""
    result = run_image(
        MACHINE,
        BootImage("kernel", kernel.elf, initramfs),
        transcript_dir=lab.transcripts,
        name=f"linux-{kernel.folder.name}",
        elf_path=kernel.elf,
        patience=patience,
    )
    if result.transcript.outcome_code != OFF.code:
        return str(result.verdict)
    expected = {case.name: expectations.load(case.group)[case.name] for case in wanted}
    try:
        return differences(expected, parse(result.transcript.text))
    except ReportError as error:
        return f"the report cannot be read: {error}"


def _initramfs(folder: Path, wanted: Sequence[Case], packages: Mapping[str, Unpacked]) -> Path:
    path = folder / "initramfs"
    path.write_bytes(make_initramfs(wanted, packages, Compiler()))
    return path


@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_a_program_notices(
    defect: Defect, healthy: Kernel, packages: Mapping[str, Unpacked], lab: Lab, tmp_path: Path
) -> None:
    kernel = lab.damaged(healthy, f"linux-{defect}", defect.changes)
    initramfs = _initramfs(tmp_path, [defect.run], packages)
    patience = IMPATIENT if HANG in defect.says else PATIENT
    report = _report(kernel, [defect.run], initramfs, lab, patience)
    for pattern in defect.says:
        assert re.search(pattern, report), f"{pattern}\n{report}"


def test_without_damage_no_program_notices_anything(
    healthy: Kernel, packages: Mapping[str, Unpacked], lab: Lab, tmp_path: Path
) -> None:
    kernel = lab.damaged(healthy, "linux-not-at-all", [HARMLESS])
    runs = {defect.case: defect.run for defect in sorted(DEFECTS, key=lambda each: each.seconds)}
    wanted = list(runs.values())
    assert _report(kernel, wanted, _initramfs(tmp_path, wanted, packages), lab, PATIENT) == ""


def _screen(kernel: Kernel, userland: Path, part: str) -> str:
    """What was seen otherwise than on Linux, or the step that did not end; empty if neither."""
    player = Player(MACHINE_OF_KEYS, kernel.elf, userland, limit=KEYS_LIMIT)
    try:
        if part == "input":  # it goes on where the part before it has left
            player.play([shown("cd /tmp")])
        printed = player.play(PARTS[part]).splitlines()
    except AssertionError as error:
        return str(error)
    finally:
        player.kill()
    return "\n".join(unified_diff(expectations.load_keys()[part], printed, lineterm=""))


@pytest.mark.parametrize("defect", TERMINAL, ids=str)
def test_somebody_at_the_keyboard_notices(
    defect: TypedDefect, healthy: Kernel, userland: Path, lab: Lab
) -> None:
    kernel = lab.damaged(healthy, f"linux-{defect}", defect.changes)
    screen = _screen(kernel, userland, defect.part)
    assert re.search(defect.says, screen), f"{defect.says}\n{screen}"


def test_names_are_unique() -> None:
    names = [str(defect) for defect in (*DEFECTS, *TERMINAL)]
    assert len(set(names)) == len(names)
