"""Unmodified Linux programs do on tinygate's kernel what they do on Debian's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from builder.debian import Unpacked
from builder.errors import DebianUnavailableError
from qemu_tests.linux import expectations, tinygate
from qemu_tests.linux.build_programs import Compiler
from qemu_tests.linux.cases import cases
from qemu_tests.linux.compare import differences
from qemu_tests.linux.initramfs import make_initramfs, needed_packages
from qemu_tests.linux.results import parse

pytestmark = pytest.mark.skipif(not tinygate.LANDED, reason="step linux has not landed")

GROUPS = tuple(dict.fromkeys(case.group for case in cases()))


@pytest.fixture(scope="session")
def packages() -> Mapping[str, Unpacked]:
    """What the programs are made of; fetched if it is not there yet."""
    try:
        return needed_packages()
    except DebianUnavailableError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("group", GROUPS)
def test_does_what_it_does_on_linux(
    group: str, packages: Mapping[str, Unpacked], tmp_path: Path
) -> None:
    wanted = [case for case in cases() if case.group == group]
    initramfs = tmp_path / "initramfs.gz"
    initramfs.write_bytes(make_initramfs(wanted, packages, Compiler()))
    report = parse(tinygate.run_on_tinygate(initramfs))
    if text := differences(expectations.load(group), report):
        pytest.fail(text, pytrace=False)
