"""How long the same work takes on our kernel and on Debian's, and on several CPUs. Pure.

Wall times of a shared machine drift: of each work only the ratio of neighbouring runs is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from builder.bench import stats
from builder.errors import MachineryError

CPUS = (1, 2, 4)


@dataclass(frozen=True)
class Work:
    """What both kernels do.

    Attributes:
        name: Of its script.
        title: What is done.
        script: For busybox's shell; what it prints must be the same on both.
        reach: The most of Debian's time that counts as reached.
        spreads: Whether it keeps four CPUs busy; then it is timed on 1, 2 and 4.
    """

    name: str
    title: str
    script: str
    reach: float = 1.0
    spreads: bool = False


WORKS = (
    Work("awk", "1,000,000 lines through awk", "awk '{ s += $1 % 7 } END { print NR, s }' lines"),
    Work("sed", "1,000,000 lines through sed", "sed 's/1/one/g; /9$/d' lines | md5sum"),
    Work("sort", "1,000,000 lines through sort", "sort -r lines | md5sum"),
    Work(
        "tar",
        "tar of 15 MB, and out again",
        "rm -rf out; mkdir out; tar cf t.tar text; tar xf t.tar -C out; cat out/text/* | md5sum",
    ),
    Work("gzip", "gzip of 15 MB", "cat text/* | gzip -c | md5sum"),
    Work("gunzip", "gzip -d of it", "gzip -dc text.gz | md5sum"),
    Work("sqlite", "SQLite's 20,000 inserts", "rm -f data; sqlite inserts; md5sum data"),
    Work(
        "commands",
        "1,000 commands of a shell",
        "i=0; while [ $i -lt 500 ]; do true | cat; i=$((i + 1)); done; echo $i",
    ),
    Work(
        "gzips",
        "gzip of four files at once",
        "for i in 0 1 2 3; do gzip -c text/$i >$i.gz & done; wait; cat ?.gz | md5sum",
        spreads=True,
    ),
    Work(
        "shells",
        "1,000 commands of four shells at once",
        "for i in 0 1 2 3; do (j=0; while [ $j -lt 125 ]; do true | cat; j=$((j + 1)); done) & done"
        "; wait; echo $i",
        spreads=True,
    ),
)
# Without the tests of bc and factor, which compute for minutes with hardly a system call, and of
# start-stop-daemon, which asks /proc: nobody mounts it here, and ours has a part of it anyway.
SUITE = Work(
    "suite",
    "busybox's test-suite",
    "cd /busybox/testsuite; ./runtest "
    "$(busybox --list | grep -vwE 'bc|factor|start-stop-daemon') >/tmp/log 2>&1; "
    "for i in PASS FAIL SKIPPED UNTESTED; do echo $i $(grep -c ^$i /tmp/log); done; "
    "grep ^FAIL /tmp/log",
    reach=0.5,
)


@dataclass(frozen=True)
class Took:
    """Seconds that one run took: of the host's clock, and of the emulator's CPU time."""

    wall_s: float
    cpu_s: float
    printed: str


@dataclass(frozen=True)
class Pairs:
    """A work on so many CPUs: runs on our kernel and on Debian's, each two right after each other.

    Attributes:
        work: Which.
        cpus: How many CPUs the machines had.
        runs: Ours, Debian's.
    """

    work: Work
    cpus: int
    runs: tuple[tuple[Took, Took], ...]

    @property
    def walls(self) -> tuple[list[float], list[float]]:
        """Seconds on ours, and on Debian's."""
        return [ours.wall_s for ours, _ in self.runs], [peer.wall_s for _, peer in self.runs]

    @property
    def ratio(self) -> stats.Summary:
        """Our wall time in Debian's."""
        return stats.paired_ratio(*self.walls)

    @property
    def cpu_ratio(self) -> stats.Summary:
        """The same of the emulator's CPU time, which others on the host do not lengthen."""
        return stats.summarise([ours.cpu_s / peer.cpu_s for ours, peer in self.runs])


HEADINGS = (
    *("work", "ours", "Debian's kernel", "ours / Debian's", "the same in CPU time"),
    *("reach", "reached?"),
)
SPEED_UP_HEADINGS = ("work on several CPUs", "CPUs", "ours", "Debian's kernel", "ours / Debian's")


def cells(pairs: Pairs) -> tuple[str, ...]:
    """A row, under HEADINGS."""
    ratio = pairs.ratio
    return (
        pairs.work.title,
        *(f"{stats.summarise(walls_s).median:.2f} s" for walls_s in pairs.walls),
        f"{ratio.median:.2f} ({ratio.minimum:.2f} to {ratio.maximum:.2f})",
        f"{pairs.cpu_ratio.median:.2f}",
        f"<= {pairs.work.reach:.2f}",
        "yes" if ratio.median <= pairs.work.reach else "NO",
    )


def speed_up_cells(alone: Pairs, pairs: Pairs) -> tuple[str, ...]:
    """A row, under SPEED_UP_HEADINGS: a work, beside the same on one CPU in the same rounds."""
    shown = (
        f"{stats.summarise(many).median:.2f} s, speed-up {stats.paired_ratio(one, many).median:.2f}"
        for one, many in zip(alone.walls, pairs.walls, strict=True)
    )
    return (pairs.work.title, str(pairs.cpus), *shown, f"{pairs.ratio.median:.2f}")


def tables(found: Sequence[Pairs]) -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    """Title, headings and rows of each table."""
    alone = {pairs.work: pairs for pairs in found if pairs.cpus == 1}
    several = [speed_up_cells(alone[p.work], p) for p in found if p.work.spreads]
    first = [cells(pairs) for pairs in alone.values()]
    return [("wall time", HEADINGS, first), ("several CPUs", SPEED_UP_HEADINGS, several)]


def markdown(found: Sequence[Pairs], remarks: Sequence[str]) -> str:
    """The tables for docs/figures.md, and what is to be said of them."""
    parts = []
    for _, headings, rows in tables(found):
        lines = [headings, ("---",) * len(headings), *rows]
        parts.append("\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n")
    return "\n".join([*parts, "".join(f"- {remark}\n" for remark in remarks)])


def require_same(work: Work, ours: Took, debian: Took) -> None:
    """Raise MachineryError if a work did not print the same on both kernels."""
    if ours.printed != debian.printed:
        raise MachineryError(
            f"the kernels do not do the same: {work.title}",
            why=f"ours printed {ours.printed!r}, Debian's {debian.printed!r}",
            fix=f"run `{work.script}` on both",
        )
