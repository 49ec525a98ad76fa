"""A real Chromium for tests of pages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from builder.tools.tool import CHROMIUM, find_tool
from qemu_tests.suite import processes
from qemu_tests.suite.guard import guard_above

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ENABLE = "make setup TOOLS=all"


@contextmanager
def chromium(home: Path) -> Iterator[Browser]:
    """The system's Chromium, driven by Playwright; skips the test where one of them is missing.

    Args:
        home: A folder for what it writes.
    """
    api = pytest.importorskip(
        "playwright.sync_api", reason=f"Playwright is not installed: {ENABLE}"
    )
    found = find_tool(CHROMIUM)
    if not found.ok:
        pytest.skip(f"Chromium is {found.status} {found.detail}: {ENABLE}")
    before = _children()
    with api.sync_playwright() as playwright:
        own = _children() - before
        for pid in own:
            processes.keep(pid)
        browser = playwright.chromium.launch(
            executable_path=found.path,
            env={**os.environ, "HOME": str(home)},
        )
        # Its crash reporter is no child of ours any more. Without one (an option of Chromium's says
        # so) the version 156 never ends to load a file.
        processes.end_of_a_test(guard_above())
        yield browser
        browser.close()
    for pid in own:
        processes.let_go(pid)


def _children() -> set[int]:
    """Processes that this one has started."""
    me = os.getpid()
    return {process.pid for process in processes.below(me) if process.parent == me}
