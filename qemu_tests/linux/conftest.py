"""Fixtures of the tests with Linux programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from builder.linux.debian import Unpacked
from builder.linux.shell.userland import PACKAGE, make_userland
from qemu_tests.kit.kernels import session_folder
from qemu_tests.linux.exec_kit import Exec, make_exec
from qemu_tests.linux.fetched import fetched
from qemu_tests.linux.initramfs import NEEDED


@pytest.fixture(scope="session")
def exec_(tmp_path_factory: pytest.TempPathFactory) -> Exec:
    """`tinygate exec`, with a cache that the workers of this session share."""
    return make_exec(session_folder(tmp_path_factory) / "exec-cache")


@pytest.fixture(scope="session")
def packages() -> Mapping[str, Unpacked]:
    """What the programs are made of; fetched if it is not there yet."""
    return fetched(NEEDED)


@pytest.fixture(scope="session")
def userland(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shell's RAM disk; busybox is fetched if it is not there yet."""
    busybox = fetched([PACKAGE])[PACKAGE]
    path = tmp_path_factory.mktemp("shell") / "shell.cpio"
    path.write_bytes(make_userland(busybox))
    return path
