"""The sandbox for tests of what strangers hand in."""

from __future__ import annotations

import pytest

from builder.errors import ToolError
from builder.tools.sandbox import Sandbox, find_sandbox


def sandbox_or_skip() -> Sandbox:
    """That of this machine. A container, or a chroot, need not be allowed to have one."""
    try:
        return find_sandbox()
    except ToolError as error:
        pytest.skip(str(error))
