"""Fixtures of the tests with Linux programs."""

from __future__ import annotations

import pytest

from qemu_tests.kernels import session_folder
from qemu_tests.linux.exec_kit import Exec, make_exec


@pytest.fixture(scope="session")
def exec_(tmp_path_factory: pytest.TempPathFactory) -> Exec:
    """`tinygate exec`, with a cache that the workers of this session share."""
    return make_exec(session_folder(tmp_path_factory) / "exec-cache")
