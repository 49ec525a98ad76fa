"""Which kernels a reader of a page can choose among: each step's, with a few options changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from builder.config.step import Step

SUITE, STACK, ADDRESS = "programs.suite", "sysenter.stack", "vsyscall.address"
RAM_DISK = "initial RAM disk"  # no key of kernel.toml: what the machine is started with
BUSYBOX, NO_RAM_DISK = "busybox: a shell", "none: the demonstration"
WAITS_FOR_KEYS = "echo"  # the suite whose program reads what is typed

# Step -> key of kernel.toml -> its values, the first of which is shown first.
OPTIONS: Mapping[Step, Mapping[str, tuple[str, ...]]] = {
    Step.INT80: {SUITE: ("demo", "checks")},
    Step.SYSENTER: {SUITE: ("demo", "checks")},
    Step.VSYSCALL: {SUITE: ("demo", "checks")},
    Step.ROBUST: {
        SUITE: ("demo", WAITS_FOR_KEYS),
        STACK: ("tss-end", "esp0-word", "per-switch"),
        ADDRESS: ("fixed", "random"),
    },
    Step.PROCESSES: {SUITE: ("demo", WAITS_FOR_KEYS)},
    Step.LINUX: {},
}


@dataclass(frozen=True)
class Variant:
    """One kernel of a step: the value of each option."""

    values: tuple[tuple[str, str], ...]

    @property
    def overrides(self) -> tuple[str, ...]:
        """As --set takes them."""
        return tuple(f"{key}={value}" for key, value in self.values)

    @property
    def waits_for_keys(self) -> bool:
        """Whether its program sleeps until something is typed."""
        return dict(self.values).get(SUITE) == WAITS_FOR_KEYS


def variants_of(step: Step) -> Iterator[Variant]:
    """All of them, the one that is shown first at the front."""
    options = OPTIONS[step]
    for values in itertools.product(*options.values()):
        yield Variant(tuple(zip(options, values, strict=True)))
