"""The judge and the watcher of a page say, word by word, what those of the project say."""

from __future__ import annotations

import itertools
import json
import math
import random
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest

from builder.boot.console import Phases
from builder.boot.effort import Effort
from builder.boot.emulator.base import Counted
from builder.boot.page_rules import page_rules
from builder.boot.patience import Patience, Reading, Watcher
from builder.boot.transcript import End, Phase, Transcript, decode
from builder.boot.verdict import Expected, judge
from builder.boot.verdict_words import Word
from builder.model.outcomes import OUTCOMES
from builder.tools.resources import data_dir
from builder.tools.tool import find_tool
from builder.tools.toolchain import NODE

LOGS = {path.stem: path.read_bytes() for path in (Path(__file__).parents[1] / "logs").glob("*.log")}
JUDGES = ("ktap.js", "judge.js", "watch.js")
SCRIPTS = [data_dir("templates") / "_docs/live" / name for name in JUDGES]
SEED = 20_261_130
MUTANTS_OF_EACH = 60
# Lines that are ours, almost ours, or look so to one of the two languages.
LINES = (
    "tinygate kernel: step vsyscall, 1 cpu, config 0123456789ab",
    "tinygate kernel: ",
    "KTAP version 1",
    "    KTAP version 1",
    "        KTAP version 1",
    "1..3",
    "1..0",
    "1..1 # SKIP nothing here",
    "    1..2",
    "1..12345678",
    "ok 1",
    "ok 1 - hello",
    "ok 2 - hello # SKIP no SYSENTER",
    "ok 3 # skip",
    "ok 3 - a # b # todo c",
    "not ok 2 - registers # expected 0x3, got 0x0",
    "not ok 2 # TODO later",
    "    ok 1 - inner",
    "    not ok 2 - inner",
    "        not ok 1 - innermost",
    "     ok 1 - five spaces",
    f"{' ' * 36}ok 1 - nine levels",
    "not ok",
    "not okay",
    "not ok\u00e4",
    "not ok \u2028 2",
    "ok 2 - a \u2028 b \u0085 c",
    "ok 2 - \U0001f600",
    "ok \u0662 - another script's digit",
    "ok 01 - hello",
    "ok 1000000 - hello",
    "ok 2 - s\u017fkip # \u017fKIP",
    "\tok 1 - a tab",
    "ok 1 - hello\r",
    "# a remark",
    "    # a remark",
    "kernel panic: exception 13 in ring 0",
    "# stack: c0100000 c0100010",
    "boot loader: bad checksum",
    "suite finished: 1 passed, 0 failed",
    "suite finished: 4 passed, 0 failed",
    "suite finished: 1 passed, 1 failed",
    "suite finished: 1 passed",
    "\f",
    "\u0085",
    "\ufeff",
    "",
    " ",
    "x" * 300,
    "\U0001f600" * 250,
)
STDERR = ("", "v86: rpl < cpl\n", "panicked at cpu.rs:1\nrpl < cpl\n\nunreachable")
BANNERS = ("", r"\bconfig 0123456789ab\b", r"\bconfig ffffffffffff\b")


@dataclass(frozen=True)
class Case:
    """A run, and what its banner must match."""

    transcript: Transcript
    banner: str

    def for_javascript(self) -> dict[str, object]:
        run = self.transcript
        return {
            "banner": self.banner,
            "run": {
                "text": run.text,
                "end": run.end.name,
                "phase": run.phase.name,
                "outcomeCode": run.outcome_code,
                "exitStatus": run.exit_status,
                "stderr": run.stderr,
                "stoppedFor": run.stopped_for,
            },
        }


def texts() -> Iterator[str]:
    """The kept logs, and many others that are made of them."""
    chance = random.Random(SEED)
    for name in sorted(LOGS):
        text = decode(LOGS[name])
        yield text
        for _ in range(MUTANTS_OF_EACH):
            yield mutant(text.split("\n"), chance)


def mutant(lines: Sequence[str], chance: random.Random) -> str:
    found = list(lines)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(found) + 1)
        match chance.randrange(6):
            case 0 | 1:
                found.insert(at, chance.choice(LINES))
            case 2:
                found[at : at + 1] = []
            case 3:
                found[at:at] = found[at - 1 : at]
            case 4:
                found[at : at + 1] = [f"    {line}" for line in found[at : at + 1]]
            case _:
                text = "\n".join(found)
                found = text[: chance.randrange(len(text) + 1)].split("\n")
    return "\n".join(found)


def cases() -> list[Case]:
    """Each text with an end that goes with it, and every end with some texts."""
    chance = random.Random(SEED)
    codes = [None, 0, *(outcome.code for outcome in OUTCOMES)]
    found = []
    all_ends = list(itertools.product(End, Phase, codes))
    for number, text in enumerate(texts()):
        ends: list[tuple[End, Phase, int | None]] = [(End.OUTCOME, Phase.ENDING, 0x10)]
        ends += chance.sample(all_ends, 2)
        if number < len(all_ends):
            ends.append(all_ends[number])
        for end, phase, code in ends:
            run = Transcript(
                text,
                end,
                phase,
                exit_status=None if end is End.KILLED else 2,
                outcome_code=code,
                stderr=chance.choice(STDERR) if end is not End.OUTCOME else "",
                stopped_for=chance.choice(["", "no output for 60 s"]),
            )
            found.append(Case(run, chance.choice(BANNERS)))
    return found


def run_node(script: str, given: object) -> object:
    """What the script returns, after judge and watcher have been loaded; `given` is its input."""
    found = find_tool(NODE)
    if not found.ok:
        pytest.skip(f"node is {found.status}: make setup TOOLS=all")
    program = (
        f"globalThis.tinygate = {{ rules: {json.dumps(page_rules())} }};\n"
        f"{''.join(path.read_text() for path in SCRIPTS)}\n"
        f'const given = JSON.parse(require("node:fs").readFileSync(0, "utf8"));\n'
        f"process.stdout.write(JSON.stringify({script}));"
    )
    done = subprocess.run(
        [found.path, "-e", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def in_python(case: Case) -> dict[str, object]:
    found = judge(case.transcript, Expected(banner=case.banner))
    return {
        "name": found.word.name,
        "word": found.word.value,
        "family": found.family.value,
        "advice": found.advice,
        "summary": found.summary,
        "details": [asdict(detail) | {"mark": detail.mark.value} for detail in found.details],
    }


def test_every_verdict_is_the_same() -> None:
    tried = cases()
    script = "given.map((each) => tinygate.judge(each.run, each.banner))"
    said = run_node(script, [case.for_javascript() for case in tried])
    assert isinstance(said, list) and len(said) == len(tried)
    for case, words in zip(tried, said, strict=True):
        assert words == in_python(case), case.transcript
    met = {each["name"] for each in said}
    out_of_reach = {Word.MISSING}  # needs lines of a test's own
    assert met == {word.name for word in set(Word) - out_of_reach}


def test_every_byte_is_shown_alike() -> None:
    chance = random.Random(SEED)
    pieces = ["ä€\U0001f600".encode(), b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf", b"\r\r\n"]
    pieces += [bytes([byte]) for byte in range(256)]
    data = [b"".join(chance.choices(pieces, k=200)) for _ in range(200)]
    data += [b"".join(pieces), b"\xe2\x82", b"\r\n\r\r\r\nx\r"]
    said = run_node(
        "given.map((each) => tinygate.decode(each))", [each.decode("latin-1") for each in data]
    )
    assert said == [decode(each) for each in data]


# ---- how far it is, and when there is no more sense in waiting ----


@dataclass(frozen=True)
class Look:
    """What is seen of a machine at one time."""

    phase: Phase
    progress: int
    instructions: int
    asleep_s: float
    busy_s: float


def looks(chance: random.Random) -> list[Look]:
    """At one machine; whole numbers of quarter seconds are the same in both languages."""
    found, phases = [], list(Phase)
    phase = progress = instructions = 0
    asleep_s = busy_s = 0.0
    speed = chance.choice([0, 1_000_000, 700_000_000])
    sleep_s = chance.choice([0.0, 0.25, 6.0])
    for _ in range(chance.randint(5, 200)):
        phase = min(phase + (chance.random() < 0.02), 2)
        progress += chance.random() < chance.choice([0.0, 0.1])
        instructions += speed if chance.random() < 0.8 else 0
        asleep_s += sleep_s * chance.choice([0, 1, 2])
        busy_s += chance.choice([0.0, 0.25, 1.0])
        found.append(Look(phases[phase], progress, instructions, asleep_s, busy_s))
    return found


def in_pythons_watcher(seen: Sequence[Look]) -> list[str]:
    """What it says at each look; an emulator in a page knows nothing of two of the units."""
    limits = (replace(Patience().of(phase), cpu_s=math.inf, idle_s=math.inf) for phase in Phase)
    watcher = Watcher(Patience(*limits), counts=False)
    return [
        watcher.see(
            each.phase,
            each.progress,
            Reading(Effort(each.busy_s, each.asleep_s), Counted(each.instructions, each.asleep_s)),
        )
        for each in seen
    ]


def test_patience_ends_at_the_same_moment() -> None:
    chance = random.Random(SEED)
    machines = [looks(chance) for _ in range(400)]
    script = """given.map((looks) => {
        const watcher = new tinygate.Watcher();
        return looks.map((now) => watcher.see(now.phase, now.progress, now));
    })"""
    given = [[asdict(each) | {"phase": each.phase.name} for each in seen] for seen in machines]
    said = run_node(script, given)
    expected = [in_pythons_watcher(seen) for seen in machines]
    assert said == expected
    assert len({words for each in expected for words in each if words}) >= 8


def test_one_that_waits_for_keys_may_sleep_but_not_spin() -> None:
    script = """given.map((unit) => {
        const watcher = new tinygate.Watcher(true);
        const now = { instructions: 0, asleep_s: 0, busy_s: 0 };
        watcher.see("SUITE", 0, now);
        return watcher.see("SUITE", 0, { ...now, instructions: 1, [unit]: 1e12 });
    })"""
    most = Patience().suite.instructions
    assert run_node(script, ["asleep_s", "instructions"]) == [
        "",
        f"no output for {most:,.0f} instructions",
    ]


def test_phases_are_the_same() -> None:
    chance = random.Random(SEED)
    given = [chance.choices(LINES, k=12) for _ in range(500)]
    script = """given.map((lines) => {
        const phases = new tinygate.Phases();
        return lines.map((line) => [phases.see(line), phases.now]);
    })"""
    expected = []
    for lines in given:
        phases = Phases()
        ends = [(phases.see(line.encode()), phases.now) for line in lines]
        expected.append([[end is End.SECOND_BANNER, now.name] for end, now in ends])
    assert run_node(script, given) == expected
