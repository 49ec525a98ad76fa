"""Debian's packages for tests, which skip where there are none to be had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import pytest

from builder.errors import DebianUnavailableError
from builder.linux import debian
from qemu_tests.linux.initramfs import needed_packages


def fetched(names: Sequence[str]) -> Mapping[str, debian.Unpacked]:
    """Those of the packages that programs are made of; else the test is skipped."""
    have = debian.stored(debian.named(names))
    if len(have) < len(names):
        reason = why_not()
        have = debian.stored(debian.named(names))
        if len(have) < len(names):
            pytest.skip(f"needs packages of Debian 12: {reason}")
    return have


@cache
def why_not() -> str:
    """Fetch what is missing, once: without a network it takes a while to see that there is none.

    Returns:
        Why not all could be had, and what to do; empty if all is there.
    """
    try:
        needed_packages()
    except DebianUnavailableError as error:
        return f"{error.why}; {error.fix}"
    return ""
