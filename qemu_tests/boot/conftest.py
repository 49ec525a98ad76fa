"""Fixtures of the tests that boot kernels."""

import pytest

from qemu_tests.kernels import Lab, session_folder


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Where the kernels of this session are built and booted."""
    return Lab(session_folder(tmp_path_factory))
