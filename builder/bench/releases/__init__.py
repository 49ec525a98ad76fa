"""Turns a release of Debian into a fresh minimal system, and that into a record of both commands.

It may import boot, config, linux.debian and tools.

plan.py says which releases there are and what is run, mirror.py finds an archive, chroot.py makes
the system, carried.py tells it how to reach the network, trials.py does it all and counts.
"""

from builder.bench.releases.chroot import USER, check_machine
from builder.bench.releases.plan import NEWCOMER, ONLY_RULES, RELEASES, SHORT, named, other
from builder.bench.releases.trials import merged, try_release

__all__ = [
    "NEWCOMER",
    "ONLY_RULES",
    "RELEASES",
    "SHORT",
    "USER",
    "check_machine",
    "merged",
    "named",
    "other",
    "try_release",
]
