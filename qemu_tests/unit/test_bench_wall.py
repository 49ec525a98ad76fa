"""`tinygate bench --wall`: what becomes of the times, whose turn it is, and what is worked on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from builder.bench import wall
from builder.bench.wall import SUITE, WORKS, Pairs, Took, Work
from builder.boot.effort import Effort
from builder.cli import docs
from builder.errors import FileError, MachineryError
from builder.linux.cpio import File, pack
from qemu_tests.linux import wall as wall_run

WORK = Work("w", "some work", "true")
WIDE = Work("wide", "wide work", "true & true", spreads=True)


def _pairs(work: Work, cpus: int, *walls_s: tuple[float, float]) -> Pairs:
    runs = tuple((Took(ours, 1.0, "x"), Took(peer, 2.0, "x")) for ours, peer in walls_s)
    return Pairs(work, cpus, runs)


def test_the_ratio_is_that_of_neighbours_not_of_medians() -> None:
    pairs = _pairs(WORK, 1, (1, 2), (30, 40), (3, 3))
    assert wall.cells(pairs) == (
        *("some work", "3.00 s", "3.00 s", "0.75 (0.50 to 1.00)", "0.50", "<= 1.00", "yes"),
    )


@pytest.mark.parametrize(
    ("work", "ratio", "reached"),
    [(WORK, 1.0, "yes"), (WORK, 1.01, "NO"), (SUITE, 0.5, "yes"), (SUITE, 0.6, "NO")],
)
def test_debians_time_is_within_reach_and_half_of_it_for_the_suite(
    work: Work, ratio: float, reached: str
) -> None:
    assert wall.cells(_pairs(work, 1, (ratio, 1)))[-1] == reached


def test_the_speed_up_is_that_of_each_round() -> None:
    alone, both = _pairs(WIDE, 1, (4, 8), (40, 80)), _pairs(WIDE, 2, (2, 8), (10, 80))
    assert wall.speed_up_cells(alone, both) == (
        *("wide work", "2", "6.00 s, speed-up 3.00", "44.00 s, speed-up 1.00", "0.19"),
    )


def test_the_tables_for_docs_are_known_by_their_headings() -> None:
    found = [_pairs(WORK, 1, (1, 2)), _pairs(WIDE, 1, (1, 2)), _pairs(WIDE, 2, (1, 2))]
    text = wall.markdown(found, ["as said"])
    assert docs.part_of_figures(text) == "figures-wall"
    lines = text.splitlines()
    assert [line.split(" | ")[0] for line in lines if line] == [
        *("| work", "| ---", "| some work", "| wide work"),
        *("| work on several CPUs", "| ---", "| wide work", "| wide work", "- as said"),
    ]


# ---- whose turn it is ---------------------------------------------------------------------------


class Player:
    """A machine that prints its answer."""

    def __init__(self, name: str, log: list[str], answer: str = "42\n") -> None:
        self.name, self.log, self.answer = name, log, answer
        self.effort: Any = SimpleNamespace(read=lambda: Effort(float(len(log)), 0.0))

    def play(self, steps: Sequence[Any]) -> str:
        self.log += [f"{self.name}: {step.keys.strip()}" for step in steps]
        return self.answer


def _players(log: list[str], **answers: str) -> dict[wall_run.Place, Any]:
    places = [(cpus, name) for cpus in wall.CPUS for name in (wall_run.OURS, wall_run.DEBIAN)]
    return {(c, n): Player(f"{n} {c}", log, answers.get(n, "42\n")) for c, n in places}


def test_both_kernels_work_in_turn_and_what_spreads_does_so_on_more_cpus() -> None:
    log: list[str] = []
    found = wall_run.take_turns(_players(log), [WORK, WIDE], 2, lambda _text: None)
    one_round = [
        f"{name} {cpus}: sh /timed/{work}"
        for work, cpus in (("w", 1), ("wide", 1), ("wide", 2), ("wide", 4))
        for name in ("ours", "debian")
    ]
    assert log == one_round * 2
    assert [(pairs.work, pairs.cpus, len(pairs.runs)) for pairs in found] == [
        *((WORK, 1, 2), (WIDE, 1, 2), (WIDE, 2, 2), (WIDE, 4, 2)),
    ]
    assert all(took.cpu_s == 1 for pairs in found for pair in pairs.runs for took in pair)


def test_kernels_that_print_different_things_are_not_compared() -> None:
    with pytest.raises(MachineryError, match="some work") as caught:
        wall_run.take_turns(_players([], ours="41\n"), [WORK], 1, lambda _text: None)
    assert "41" in caught.value.why
    assert "42" in caught.value.why


# ---- what is worked on --------------------------------------------------------------------------


def test_every_work_has_a_script_and_data_that_never_change() -> None:
    scripts = [each for each in wall_run.scripts(WORKS) if isinstance(each, File)]
    assert len({each.name for each in scripts}) == len(WORKS)
    assert pack(wall_run.data(1000)) == pack(wall_run.data(1000))
    sizes = {each.name: each.data for each in wall_run.data(1000) if isinstance(each, File)}
    assert sizes["tmp/lines"].count(b"\n") == wall_run.LINES // 1000
    assert sizes["tmp/inserts"].count(b"insert") == wall_run.INSERTS // 1000


def test_the_suite_is_packed_with_how_busybox_was_made(tmp_path: Path) -> None:
    (tmp_path / "testsuite").mkdir()
    (tmp_path / "testsuite" / "runtest").write_text("run")
    with pytest.raises(FileError, match="busybox") as caught:
        pack(wall_run.suite(tmp_path))
    assert "apt-get source busybox" in caught.value.fix
    (tmp_path / ".config").write_text("CONFIG_AWK=y")
    assert b"CONFIG_AWK=y" in pack(wall_run.suite(tmp_path))
