"""The benchmark's arithmetic, parsing and printing, with guests that are only `cat`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from builder.bench import benchmark, clock, measure, report, serial, stats, xray_time
from builder.bench.figures import FIGURES, Row, Value, figure
from builder.bench.yardstick import Yardsticks
from builder.boot.emulator.base import BootImage, Machine
from builder.boot.patience import Limit
from builder.cli.project_verbs import show_figures
from builder.config.keys import KernelConfig, KernelSection
from builder.config.step import Step
from builder.errors import BuildError, EmulatorError, UserError

GUEST = """\
tinygate kernel: step vsyscall, 1 cpu, config 1a2b3c4d5e6f
# cpu0: GenuineIntel
KTAP version 1
1..2
# hello: start
Hello from ring 3
ok 1 - hello
# cost loop           3.00
# cost page          52.25
# cost int80         40.00
ok 2 - cost
suite finished: 2 passed, 0 failed
"""


# ---- statistics ---------------------------------------------------------------------------------


def test_a_summary_has_the_middle_and_the_ends() -> None:
    assert stats.summarise([5.0, 1.0, 9.0]) == stats.Summary(5.0, 1.0, 9.0, 3)
    assert stats.summarise([1.0, 2.0]).median == 1.5


def test_ratios_and_differences_are_of_pairs() -> None:
    # The machine slowed down tenfold in the middle pair. The ratio of the medians would be 2/10.
    first, second = [1.0, 20.0, 2.0], [2.0, 10.0, 20.0]
    assert stats.paired_ratio(first, second).median == 0.5
    assert stats.paired_difference(first, second).median == -1.0


@pytest.mark.parametrize("pairs", [([1.0], []), ([], []), ([1.0, 2.0], [1.0])])
def test_lists_that_are_no_pairs_are_refused(pairs: tuple[list[float], list[float]]) -> None:
    with pytest.raises(ValueError):
        stats.paired_ratio(*pairs)


@pytest.mark.parametrize("wanted", range(1, 17))
def test_the_least_passing_number_is_found_in_few_steps(wanted: int) -> None:
    tried: list[int] = []

    def passes(number: int) -> bool:
        tried.append(number)
        return number >= wanted

    assert stats.least(1, 16, passes) == wanted
    assert len(tried) <= 5
    assert len(tried) == len(set(tried))


def test_there_may_be_no_passing_number() -> None:
    assert stats.least(1, 16, lambda _number: False) is None


# ---- the serial line ----------------------------------------------------------------------------


def test_costs_are_read_and_the_loop_is_taken_off() -> None:
    assert serial.costs(GUEST) == {"loop": 3.0, "page": 52.25, "int80": 40.0}
    assert serial.instructions(GUEST, "page", where="guest") == 49.25


@pytest.mark.parametrize(
    "line", ["x # cost page 1.00", "# cost page 1.0", "# cost page", "# cost page 1.00 ticks"]
)
def test_what_only_looks_like_a_cost_is_not_read(line: str) -> None:
    assert serial.costs(line + "\n") == {}


def test_a_missing_cost_names_the_row_and_what_there_is() -> None:
    with pytest.raises(BuildError) as caught:
        serial.cost("# cost loop 3.00\n", "page", where="kernel.elf")
    assert "`# cost page`" in caught.value.what
    assert caught.value.where == "kernel.elf"
    assert "loop" in caught.value.why


def test_the_first_ring3_line_is_the_first_after_the_plan_that_is_no_remark() -> None:
    data = GUEST.encode()
    complete = data.index(b"Hello from ring 3\n") + len(b"Hello from ring 3\n")
    assert serial.has_ring3_line(data[:complete])
    assert not any(serial.has_ring3_line(data[:size]) for size in range(complete))


@pytest.mark.parametrize(
    ("text", "status", "good"),
    [
        (GUEST, 33, True),
        (GUEST, 35, False),
        (GUEST, 0, False),
        (GUEST, None, False),
        (GUEST.replace("2 passed, 0 failed", "1 passed, 1 failed"), 33, False),
        (GUEST.replace("suite finished", "suite"), 33, False),
        (GUEST + "kernel panic: late\n", 33, False),
    ],
)
def test_only_a_whole_good_suite_passes(text: str, status: int | None, good: bool) -> None:
    assert serial.passed(text, status) is good


# ---- the stop-watch -----------------------------------------------------------------------------


def test_a_run_is_timed_to_what_is_waited_for() -> None:
    script = "import sys; print('early', flush=True); sys.stdin.read(); sys.exit(33)"
    run = clock.timed_run([sys.executable, "-c", script], lambda data: b"early\n" in data)
    assert run.seen_s is not None
    assert 0 < run.seen_s <= run.total_s
    assert (run.text, run.status) == ("early\n", 33)


def test_only_the_first_sight_counts() -> None:
    asked: list[int] = []

    def seen(data: bytes) -> bool:
        asked.append(len(data))
        return True

    clock.timed_run([sys.executable, "-c", "print('x' * 1_000_000)"], seen)  # many pieces
    assert len(asked) == 1


def test_what_never_comes_was_never_seen() -> None:
    run = clock.timed_run([sys.executable, "-c", "print('x')"], lambda data: b"y" in data)
    assert run.seen_s is None
    assert run.status == 0


def test_a_guest_that_hangs_is_ended() -> None:
    script = "import signal; print('x', flush=True); signal.pause()"
    run = clock.timed_run([sys.executable, "-c", script], bool, limit=Limit(asleep_s=0.5))
    assert (run.status, run.text) == (None, "x\n")
    assert run.effort.asleep_s > 0.5
    assert run.times(10).asleep_s == 1 + 10 * run.effort.asleep_s


# ---- sizes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "used"),
    [(b"", 0), (b"\0" * 4096, 0), (b"a", 512), (b"a" * 512 + b"\0" * 512, 512), (b"a" * 513, 1024)],
)
def test_the_used_part_of_a_disk_ends_with_its_last_sector_that_says_something(
    tmp_path: Path, data: bytes, used: int
) -> None:
    image = tmp_path / "disk.img"
    image.write_bytes(data)
    assert measure.used_bytes(image) == used


# ---- the table ----------------------------------------------------------------------------------


def test_keys_are_unique_and_reached_is_at_most_the_limit() -> None:
    assert len({row.key for row in FIGURES}) == len(FIGURES)
    limit = figure("page_instructions")
    assert Row(limit, Value(70)).reached is True
    assert Row(limit, Value(70.01)).reached is False
    assert Row(limit).reached is None
    assert Row(figure("int80_instructions"), Value(1)).reached is None


ROWS = [
    Row(figure("page_instructions"), Value(80), Value(47)),
    Row(figure("start_kernel_ms"), Value(4.25, 3.0), Value(0), "taken loaded"),
    Row(figure("memory_mib"), None, Value(2)),
]


def test_the_table_is_aligned_and_says_what_was_not_reached(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_figures(benchmark.Result(ROWS, remarks=["no network"]))
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split("  ")[0] == "figure"
    column = lines[1].index("reached?")
    assert [line[column:] for line in lines[2:5]] == ["NO", "yes", "-"]
    assert "4.2 ms (min 3.0)" in lines[3]
    assert lines[6].endswith("taken loaded")
    assert lines[7:] == ["no network"]


def test_markdown_has_the_same_cells() -> None:
    lines = report.markdown(ROWS).splitlines()
    assert lines[2] == (
        "| null call through the page, guest instructions | 80 | 47 | Tilck 281, Linux 351 "
        "| <= 70, aim 45 | NO |"
    )
    assert {line.count("|") for line in lines[:5]} == {7}


def test_json_keeps_every_digit() -> None:
    figures = json.loads(report.as_json(ROWS, {"runs": 3}))["figures"]
    assert figures[1]["ours"] == {"median": 4.25, "minimum": 3.0}
    assert figures[2]["ours"] is None
    assert [row["reached"] for row in figures] == [False, True, None]


def test_one_more_instruction_costs_what_the_longer_record_takes_longer() -> None:
    pairs = [xray_time._Pair((1.0, 50), (1.5, 1050)), xray_time._Pair((4.0, 50), (4.25, 1050))]
    assert xray_time._one_more(pairs) == Value(pytest.approx(375.0), pytest.approx(250.0))
    assert xray_time._whole(pairs) == Value(2.5, 1.0)
    assert xray_time._whole([]) is None


# ---- all of it, with `sh` for an emulator -------------------------------------------------------


def _copying_objcopy(folder: Path) -> Path:
    """An objcopy that only copies: the fake kernel is no ELF file."""
    script = folder / "objcopy"
    script.write_text('#!/bin/sh\nshift\nexec cp "$@"\n')
    script.chmod(0o755)
    return script


@dataclass(frozen=True)
class FakeEmulator:
    """Boots a file by printing it; with too little memory it only ends, as if reset."""

    log: list[str]
    name: str = "true"  # asked for its --version

    def command(self, machine: Machine, image: BootImage) -> list[str]:
        self.log.append(f"{image.path.name}{' icount' if machine.icount else ''}")
        if machine.memory_mib < 3:
            return ["sh", "-c", "exit 0"]
        return ["sh", "-c", f"cat '{image.path}'; exit 33"]


def fake_tinygate(verb: str, _out_dir: Path, words: Sequence[str]) -> Sequence[str]:
    """A verb that only writes its record: of 10 rows, or of 30 if the call is a write."""
    if verb != "xray":
        return ["true"]
    rows = json.dumps({"rows": [0] * (30 if "write" in words else 10)})
    return ["sh", "-c", 'printf %s "$1" > "$2"', "sh", rows, words[-1]]


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> benchmark.Parts:
    def build(_cfg: KernelConfig, out_dir: Path) -> Any:
        out_dir.mkdir(parents=True)
        for name in ("kernel.elf", "disk.img"):
            (out_dir / name).write_text(GUEST)
        return SimpleNamespace(kernel_elf=out_dir / "kernel.elf", disk_img=out_dir / "disk.img")

    def assemble(_source: Path, out_dir: Path, *, nasm: str = "nasm") -> Yardsticks:  # noqa: ARG001
        out_dir.mkdir(parents=True)
        paths = [out_dir / name for name in ("empty.bin", "boot_sector.img", "gates.bin")]
        for path in paths:
            path.write_text(GUEST.replace("52.25", "50.00"))
        return Yardsticks(*paths)

    def image_command(out_dir: Path) -> Sequence[str]:
        return ["mkdir", "-p", str(out_dir)]

    monkeypatch.setattr(benchmark, "assemble", assemble)
    monkeypatch.setattr(xray_time, "_gdb", lambda *_: ["true"])
    return benchmark.Parts(
        build=build,
        image_command=image_command,
        tinygate=fake_tinygate,
        yardstick_source=tmp_path,
        emulator=cast(Any, FakeEmulator([])),
        objcopy=str(_copying_objcopy(tmp_path)),
    )


def test_one_run_fills_the_table_and_is_saved(tmp_path: Path, parts: benchmark.Parts) -> None:
    result = benchmark.main_bench(KernelConfig(), tmp_path, runs=2, parts=parts)
    assert [row.figure for row in result.rows] == list(FIGURES)
    values = {row.figure.key: row.ours.median for row in result.rows if row.ours}
    assert values["page_instructions"] == 49.25
    assert values["page_over_int80"] == pytest.approx((52.25 - 3) / (40 - 3))
    assert values["page_over_yardstick"] == pytest.approx((52.25 - 3) / (50 - 3))
    assert values["memory_mib"] == 3
    assert values["xray_getpid_s"] > 0
    assert values["disk_bytes"] == 512
    assert values["kernel_bytes"] == len(GUEST)
    saved = (tmp_path / "bench" / "bench.json").read_text()
    assert result.json == saved
    assert json.loads(saved)["about"]["runs"] == 2


def test_ours_and_the_yardsticks_take_turns(tmp_path: Path, parts: benchmark.Parts) -> None:
    benchmark.main_bench(KernelConfig(), tmp_path, runs=2, parts=parts)
    log = cast(FakeEmulator, parts.emulator).log
    assert log[:2] == ["kernel.elf icount", "gates.bin icount"]
    turn = ["kernel.elf", "empty.bin", "disk.img", "boot_sector.img", "gates.bin"]
    assert log[2:12] == turn * 2


def test_a_guest_without_ring3_is_named_with_its_command(
    tmp_path: Path, parts: benchmark.Parts
) -> None:
    built = parts.build(KernelConfig(), tmp_path / "silent")
    built.kernel_elf.write_text(GUEST.replace("Hello from ring 3\n", "").partition("ok 1")[0])
    yardsticks = cast(Any, benchmark).assemble(tmp_path, tmp_path / "yardstick")
    what = measure.Bench(
        parts.emulator, Machine(), built.kernel_elf, built.disk_img, yardsticks, lambda _text: None
    )
    with pytest.raises(EmulatorError) as caught:
        measure.rounds(what, 1)
    assert "kernel.elf" in caught.value.what
    assert "sh -c" in caught.value.where


def test_a_step_without_the_page_is_the_users_mistake(tmp_path: Path) -> None:
    cfg = KernelConfig(kernel=KernelSection(step=Step.INT80))
    with pytest.raises(UserError, match="vsyscall page") as caught:
        benchmark.main_bench(cfg, tmp_path)
    assert "int80" in caught.value.why


def test_nothing_to_run_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing to measure"):
        benchmark.main_bench(KernelConfig(), tmp_path, runs=0)
