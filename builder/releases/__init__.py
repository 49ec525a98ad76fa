"""Tries both commands on Debian's releases, each in a fresh minimal system (`tinygate releases`).

table.py says which releases there are and what is run, mirror.py finds an archive, chroot.py makes
the system, carried.py tells it how to reach the network, run.py does it all and counts.
"""

from builder.releases.chroot import USER, check_machine
from builder.releases.run import merged, try_release
from builder.releases.table import NEWCOMER, RELEASES, SHORT, named, other

__all__ = [
    "NEWCOMER",
    "RELEASES",
    "SHORT",
    "USER",
    "check_machine",
    "merged",
    "named",
    "other",
    "try_release",
]
