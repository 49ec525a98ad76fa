"""Unmodified Linux programs do on tinygate's kernel what they do on Debian's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from builder.linux.debian import Unpacked
from qemu_tests.kit.kernels import Lab, clang
from qemu_tests.linux import expectations
from qemu_tests.linux.build_programs import Compiler
from qemu_tests.linux.cases import Case, cases
from qemu_tests.linux.compare import differences
from qemu_tests.linux.initramfs import make_initramfs
from qemu_tests.linux.results import parse
from qemu_tests.linux.tinygate import BARE, MACHINE, run_on_tinygate

GROUPS = tuple(dict.fromkeys(case.group for case in cases()))
BOOTS = 8  # that the groups share
NEEDS_SSE = ("float", "raised")


def _initramfs(
    folder: Path, wanted: Sequence[Case], packages: Mapping[str, Unpacked], *, packed: bool = False
) -> Path:
    initramfs = folder / "initramfs"
    initramfs.write_bytes(make_initramfs(wanted, packages, Compiler(), packed=packed))
    return initramfs


def _compare(groups: Sequence[str], text: str) -> None:
    report = parse(text)
    found = [differences(expectations.load(group), report) for group in groups]
    if any(found):
        pytest.fail("\n".join(filter(None, found)), pytrace=False)


def _printed(group: str, packages: Mapping[str, Unpacked], lab: Lab) -> str:
    """What a boot says that runs the programs of `group`, among others; the first to ask boots."""
    boot = GROUPS.index(group) % BOOTS
    groups = GROUPS[boot::BOOTS]
    kernel = lab.kernel(*BARE)
    with lab.locked(f"programs-{boot}") as folder:
        printed = folder / "printed"
        if not printed.exists():
            folder.mkdir(exist_ok=True)
            wanted = [case for case in cases() if case.group in groups]
            text = run_on_tinygate(kernel, _initramfs(folder, wanted, packages))
            printed.write_text(text, encoding="utf-8")
        return printed.read_text(encoding="utf-8")


@pytest.mark.parametrize("group", GROUPS)
def test_does_what_it_does_on_linux(group: str, packages: Mapping[str, Unpacked], lab: Lab) -> None:
    _compare([group], _printed(group, packages, lab))


@pytest.mark.parametrize(
    ("cpus", "address", "cpu"),
    [(2, "random", "pentium3"), (4, "fixed", "max"), (1, "random", "pentium2,-sep")],
)
def test_all_of_them_do_so_on_other_machines(
    cpus: int,
    address: str,
    cpu: str,
    packages: Mapping[str, Unpacked],
    lab: Lab,
    tmp_path: Path,
) -> None:
    groups = [group for group in GROUPS if group not in NEEDS_SSE or "pentium2" not in cpu]
    wanted = [case for case in cases() if case.group in groups]
    kernel = lab.kernel(
        *BARE,
        f"cpu.count={cpus}",
        f"vsyscall.address={address}",
    )
    machine = replace(MACHINE, cpus=cpus, cpu=cpu)
    _compare(groups, run_on_tinygate(kernel, _initramfs(tmp_path, wanted, packages), machine))


def test_all_of_them_do_so_on_a_kernel_that_clang_compiled(
    packages: Mapping[str, Unpacked], lab: Lab, tmp_path: Path
) -> None:
    kernel = lab.kernel(*BARE, cc=clang())
    initramfs = _initramfs(tmp_path, cases(), packages, packed=True)
    _compare(GROUPS, run_on_tinygate(kernel, initramfs))
