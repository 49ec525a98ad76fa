"""What is told of a measurement: a line for each survivor, two tables, the percentage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from builder.cli import ui
from qemu_tests.mutants.measure import Judged, Outcome
from qemu_tests.mutants.mutant import Mutant
from qemu_tests.mutants.operators import OPERATORS
from qemu_tests.mutants.survivors import Survivor, in_one_line, reason_of, stale


@dataclass(frozen=True)
class Measurement:
    """How far a measurement came.

    Attributes:
        step: The kernel.
        seed: What decided the sample.
        size: Of the sample.
        possible: All the mutants that there are.
        known: The survivors that are known of the step.
        judged: The mutants that were tried.
        seconds: What that took, by the wall clock.
    """

    step: str
    seed: int
    size: int
    possible: Sequence[Mutant]
    known: Sequence[Survivor]
    judged: Sequence[Judged]
    seconds: float = 0.0

    def of(self, *outcomes: Outcome) -> list[Judged]:
        """Those that ended so, in the order of the tree."""
        ended = [each for each in self.judged if each.outcome in outcomes]
        return sorted(ended, key=lambda each: (each.mutant.path, each.mutant.line))

    @property
    def survivors(self) -> list[Judged]:
        """What no boot noticed."""
        return self.of(Outcome.SURVIVED)

    @property
    def explained(self) -> list[Judged]:
        """The survivors of which it is known why."""
        return [each for each in self.survivors if reason_of(each.mutant, self.known)]

    @property
    def noticed(self) -> int:
        """How many were noticed."""
        return len(self.judged) - len(self.of(Outcome.EQUAL, Outcome.SURVIVED))

    @property
    def noticed_percent(self) -> float | None:
        """Of those that are not equal; None if there are none."""
        return _percent(self.noticed, len(self.judged) - len(self.of(Outcome.EQUAL)))

    @property
    def noticed_or_explained_percent(self) -> float | None:
        """The same, survivors with a reason left out."""
        others = len(self.of(Outcome.EQUAL)) + len(self.explained)
        return _percent(self.noticed, len(self.judged) - others)

    @property
    def stale(self) -> list[Survivor]:
        """Known survivors that the tree has no longer."""
        return stale(self.known, self.possible)

    @property
    def noticed_after_all(self) -> list[Survivor]:
        """Known survivors that a boot noticed: their reason is wrong."""
        noticed = {each.mutant for each in self.judged if each not in self.of(Outcome.EQUAL)} - {
            each.mutant for each in self.survivors
        }
        return [known for known in self.known if any(known.is_of(mutant) for mutant in noticed)]


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def line_of(mutant: Mutant, rest: str = "") -> str:
    """A mutant in one line: its ID, the line before and after."""
    before, after = in_one_line(mutant.before), in_one_line(mutant.after)
    return f"{mutant.id}  {before}  ->  {after}{rest}"


def survivor_line(judged: Judged, known: Sequence[Survivor]) -> str:
    """A survivor in one line, with its reason."""
    return "survived: " + line_of(judged.mutant, f"  ({reason_of(judged.mutant, known) or '?'})")


def print_report(measured: Measurement) -> None:
    """The tables and what they come to, on stdout; survivors have been told of already."""
    names = [operator.name for operator in OPERATORS]
    folders = sorted({each.mutant.folder for each in measured.judged})
    _print_table("operator", names, lambda mutant: mutant.operator, measured)
    _print_table("folder", folders, lambda mutant: mutant.folder, measured)
    print()
    for survivor in measured.stale:
        print(f"stale: no such change can be made any more: {survivor}")
    for survivor in measured.noticed_after_all:
        print(f"noticed, though it is known as a survivor: {survivor}")
    if len(measured.judged) < measured.size:
        print(f"interrupted after {len(measured.judged)} of {measured.size}")
    print("\n".join(summary(measured)))


def summary(measured: Measurement) -> list[str]:
    """What the tables come to."""
    equal, made = len(measured.of(Outcome.EQUAL)), len(measured.judged)
    rest = len(measured.explained)
    return [
        f"step {measured.step}, seed {measured.seed}: {made} of {len(measured.possible)} possible, "
        f"{equal} of them equal to the original; {measured.seconds / max(made, 1):.1f} s each",
        f"noticed: {measured.noticed} of {made - equal}{_in_brackets(measured.noticed_percent)}; "
        f"without {rest} survivors that have a reason: {measured.noticed} of {made - equal - rest}"
        f"{_in_brackets(measured.noticed_or_explained_percent)}",
    ]


def _in_brackets(percent: float | None) -> str:
    return "" if percent is None else f" ({percent:.1f} %)"


def _print_table(
    title: str, names: Sequence[str], name_of: Callable[[Mutant], str], measured: Measurement
) -> None:
    """A row for each of `names`, and one for all of them."""
    rows = [
        [name, *_counts([each for each in measured.judged if name_of(each.mutant) == name])]
        for name in names
    ]
    columns = [title, "made", *(outcome.value for outcome in Outcome)]
    ui.print_table("", columns, [*rows, ["all", *_counts(measured.judged)]])


def _counts(judged: Sequence[Judged]) -> list[str]:
    ends = [sum(each.outcome is outcome for each in judged) for outcome in Outcome]
    return [str(count or "") for count in (len(judged), *ends)]


def as_data(measured: Measurement) -> dict[str, Any]:
    """The same for a program."""
    return {
        "step": measured.step,
        "seed": measured.seed,
        "count": measured.size,
        "possible": len(measured.possible),
        "seconds": round(measured.seconds, 1),
        "noticed": measured.noticed,
        "noticed_percent": measured.noticed_percent,
        "noticed_or_explained_percent": measured.noticed_or_explained_percent,
        "mutants": [
            {
                "id": each.mutant.id,
                "before": each.mutant.before,
                "after": each.mutant.after,
                "outcome": each.outcome,
                "boot": each.boot,
                "says": each.says.partition("\n")[0],
                "reason": reason_of(each.mutant, measured.known),
            }
            for each in measured.of(*Outcome)
        ],
        "stale": [str(survivor) for survivor in measured.stale],
        "noticed_after_all": [str(survivor) for survivor in measured.noticed_after_all],
    }
