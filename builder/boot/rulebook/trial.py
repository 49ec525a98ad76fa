"""Boots the rules on one machine, and again without the rule at which the emulator gave up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from builder.boot.emulator import EMULATORS, BootImage, Emulator, Machine
from builder.boot.patience import Limit, Patience
from builder.boot.rulebook.guest import Guest, leave_out
from builder.boot.rulebook.known import Known, Place
from builder.boot.rulebook.seen import Cell, How, Log, judge_rule, read_log
from builder.boot.run import RunResult, run_image
from builder.boot.verdict_words import Word
from builder.errors import EmulatorError
from builder.model.rule import Rule

# Generations of CPUs, with and without SEP.
CPUS: Mapping[str, tuple[str, ...]] = {
    "qemu": ("486", "pentium", "pentium3", "max"),
    "bochs": ("pentium", "p2_klamath", "pentium3", "p4_willamette", "core2duo"),
    "v86": ("pentium3",),
    "dosbox-x": ("pentium", "pentium3"),
}
STOPS_MAX = 100  # an emulator that gives up at more than that is not worth the boots
# A rule takes milliseconds. One at which an emulator only stands still is seen by this.
PATIENCE = Patience(
    boot=Limit(500_000_000, idle_s=30, cpu_s=20, asleep_s=20),
    suite=Limit(20_000_000, idle_s=5, cpu_s=3, asleep_s=3),
    ending=Limit(20_000_000, idle_s=5, cpu_s=3, asleep_s=3),
)


@dataclass(frozen=True)
class Column:
    """One machine of the matrix.

    Attributes:
        place: Emulator, version, CPU.
        build: The whole version.
        log: What the kernel said there.
        stops: Rule at which the emulator gave up -> its words.
        cells: Rule -> what is to be said of it.
        boots: How many boots it took.
        seconds: And how long they lasted.
    """

    place: Place
    build: str
    log: Log
    stops: Mapping[str, str]
    cells: Mapping[str, Cell] = field(default_factory=dict)
    boots: int = 1
    seconds: float = 0.0

    @property
    def deviations(self) -> dict[str, str]:
        """Rule -> what was seen instead."""
        return {name: cell.seen for name, cell in self.cells.items() if cell.how is How.DEVIATES}


def place_of(emulator: Emulator, cpu: str) -> tuple[Place, str]:
    """Where a trial is made, and the whole version."""
    build = emulator.installed_version()
    parts = build.split(".")
    version = build if emulator.name in ("v86", "dosbox-x") else ".".join(parts[:2])
    return Place(emulator.name, version, cpu), build


def try_rules(
    rules: Sequence[Rule],
    guest: Guest,
    name: str,
    cpu: str,
    work: Path,
    known: Known | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Column:
    """Boot the rules on one machine.

    Args:
        rules: The table that `guest` was made of.
        guest: The images.
        name: Of the emulator, as in EMULATORS.
        cpu: Model, as in `Machine`.
        work: A folder for images and transcripts.
        known: What was measured there before: the rules at which it gives up are left out.
        told: Gets a line for each boot.

    Raises:
        ToolError: The emulator is not installed.
        EmulatorError: The kernel did not get as far as its first rule.
    """
    emulator = EMULATORS[name]
    place, build = place_of(emulator, cpu)
    stops = dict(known.stops) if known else {}
    seen: dict[str, str] = {}
    numbers = {rule.name: i for i, rule in enumerate(rules)}
    image, boots, seconds = guest.disk.read_bytes(), 0, 0.0
    while True:
        left_out = {numbers[rule] for rule in stops if rule in numbers}
        left_out |= {numbers[rule] for rule in seen}  # they have their result
        disk = work / f"{name}-{cpu}.img"
        disk.write_bytes(leave_out(image, left_out, len(rules)))
        told(f"{place}: {len(rules) - len(left_out)} rules")
        result = run_image(
            Machine(cpu=cpu),
            BootImage("disk", disk),
            transcript_dir=work / "runs",
            name=f"{name}-{cpu}",
            patience=PATIENCE,
            emulator=emulator,
        )
        boots, seconds = boots + 1, seconds + result.transcript.duration_s
        log = _read(result, rules, place)
        seen |= log.seen
        if result.verdict.word in (Word.PASS, Word.SKIPPED):
            break
        ended_at = log.ended_at[-1] if log.ended_at else ""
        if not ended_at or ended_at in stops or len(stops) >= STOPS_MAX:
            raise _gave_up(result, place)
        stops[ended_at] = _words(result)
    whole = Log(log.features, log.cpu, seen, finished=True)
    cells = {rule.name: judge_rule(rule, whole, stops) for rule in rules}
    return Column(place, build, whole, stops, cells, boots, seconds)


def judged_elsewhere(rules: Sequence[Rule], text: str, name: str) -> Column:
    """A column of the matrix from a serial log that somebody else made. Raises UserError."""
    log = read_log(text, rules, name)
    stops = dict.fromkeys(log.ended_at, "a boot ends there")
    cells = {rule.name: judge_rule(rule, log, stops) for rule in rules}
    return Column(Place(name, "-", log.cpu or "?"), "-", log, stops, cells)


def faults(column: Column) -> tuple[str, ...]:
    """Why a log from elsewhere is not one of a machine that keeps every rule, a line each."""
    counts = Counter(cell.how for cell in column.cells.values())
    told = {
        How.DEVIATES: "rules not kept",
        How.STOPS: "rules at which a boot ended",
        How.NO_RESULT: "rules without a result",
    }
    lines = [f"{text}: {counts[how]}" for how, text in told.items() if counts[how]]
    lines += [] if column.log.cpu else ["no line `# cpu: ...`: nothing can be judged without it"]
    lines += [] if column.log.finished else ["the log ends before `suite finished`"]
    return tuple(f"{column.place.emulator}: {line}" for line in lines)


def _read(result: RunResult, rules: Sequence[Rule], place: Place) -> Log:
    if "tinygate kernel: rules" not in result.transcript.text:
        raise _gave_up(result, place)
    return read_log(result.transcript.text, rules)


def _gave_up(result: RunResult, place: Place) -> EmulatorError:
    return EmulatorError(
        f"the rules did not run to their end: {result.verdict.summary}",
        where=str(place),
        why=str(result.verdict),
        fix=f"boot it by hand: {result.reproduce}",
    )


def _words(result: RunResult) -> str:
    """How the emulator ended: the verdict's word and its own message."""
    said = [line for line in result.transcript.stderr.splitlines() if "panicked at" not in line]
    return f"{result.verdict.word.value}: {said[0]}" if said else result.verdict.word.value


def changes(column: Column, known: Known | None) -> tuple[str, ...]:
    """What is not as it was measured there before, a line each; nothing if nothing was measured."""
    if known is None:
        return ()
    before = {**known.deviations, **known.stops}
    now = {**column.deviations, **column.stops}
    silent = [name for name, cell in column.cells.items() if cell.how is How.NO_RESULT]
    new, gone = sorted(now.keys() - before.keys()), sorted(before.keys() - now.keys())
    both = sorted(now.keys() & before.keys())
    lines = [
        *(f"{name}: no result" for name in silent),
        *(f"{name}: a new deviation: {now[name]}" for name in new),
        *(f"{name}: is kept, and was not: {before[name]}" for name in gone),
        *(
            f"{name}: {now[name]}; it was {before[name]}"
            for name in both
            if now[name] != before[name]
        ),
    ]
    return tuple(f"{column.place}: {line}" for line in lines)
