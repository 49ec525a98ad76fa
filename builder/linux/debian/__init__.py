"""Turns names of Debian's i386 packages into folders of their files, beside this machine's own.

It may import boot, boot.emulator and tools.

`fetch` gives the folder of each package and fetches what is missing; nothing is ever installed.
catalogue.py says which packages there are to be had, of which release and what for, archive.py
where from, apt.py speaks to apt, store.py keeps what was unpacked. debian_kernel.py boots one.
"""

from builder.linux.debian.catalogue import PACKAGES, Wanted, named
from builder.linux.debian.fetch import fetch, stored
from builder.linux.debian.store import Unpacked

__all__ = ["PACKAGES", "Unpacked", "Wanted", "fetch", "named", "stored"]
