"""Debian's i386 packages, fetched and unpacked beside the machine's own package set-up.

`fetch` gives the folder of each package and fetches what is missing; nothing is ever installed.
table.py says which packages there are to be had, of which release and what for, archive.py where
from, apt.py speaks to apt, store.py keeps what was unpacked.
"""

from builder.debian.fetch import fetch, stored
from builder.debian.store import Unpacked
from builder.debian.table import PACKAGES, Wanted, named

__all__ = ["PACKAGES", "Unpacked", "Wanted", "fetch", "named", "stored"]
