"""Debian's packages for tests, which skip where there are none to be had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from builder import debian
from builder.errors import DebianUnavailableError


def fetched(names: Iterable[str]) -> Mapping[str, debian.Unpacked]:
    """Those packages, fetched if they are not there yet; else the test is skipped."""
    try:
        return debian.fetch(debian.named(names))
    except DebianUnavailableError as error:
        pytest.skip(error.in_one_line())
