"""What a guest may use up without a word; nothing here takes time."""

from dataclasses import replace

import pytest

from builder.boot.effort import Effort
from builder.boot.emulator.base import Counted
from builder.boot.patience import BACKSTOP, TOTAL, Limit, Meter, Patience, Reading, Watcher
from builder.boot.transcript import Phase
from builder.errors import UserError

LIMIT = Limit(1000, idle_s=8, cpu_s=3, asleep_s=5)


def counted(instructions, idle_s=0.0, *, cpu_s=0.0, asleep_s=0.0):
    return Reading(Effort(cpu_s, asleep_s), Counted(instructions, idle_s))


def effort(cpu_s, asleep_s=0.0):
    return Reading(Effort(cpu_s, asleep_s))


def said(*readings, counts=True):
    """What a meter says to each of these readings."""
    meter = Meter(LIMIT, counts=counts)
    return [meter.add(reading) for reading in readings]


def test_instructions_are_counted_from_the_first_reading():
    assert said(counted(5000), counted(5999), counted(6000)) == ["", "", "1,000 instructions"]


def test_a_machine_that_counts_is_not_judged_by_the_effort_of_a_slow_computer():
    slow = [counted(number, cpu_s=2.4 * number, asleep_s=2.4 * number) for number in range(10)]
    assert said(*slow) == [""] * 10


def test_a_machine_that_does_not_count_is_judged_by_effort():
    spins = effort(0), effort(2.9, 4.9), effort(3)
    assert said(*spins, counts=False) == ["", "", "3 s of the emulator's CPU time"]
    sleeps = effort(0), effort(0, 5)
    assert said(*sleeps, counts=False) == ["", "5 s in which the emulator had nothing to do"]


def test_an_emulator_that_counts_no_more_is_stopped_by_its_effort():
    end = BACKSTOP * LIMIT.cpu_s
    stuck = [counted(1), effort(end - 1), effort(end)]
    assert said(*stuck) == ["", "", f"{end:.0f} s of the emulator's CPU time"]


def test_an_emulator_that_works_and_does_nothing_has_stalled():
    stands = [counted(7, cpu_s=second / 2, asleep_s=second / 2) for second in range(6)]
    assert said(*stands)[-2:] == ["", "5 s of the emulator's time without one instruction"]
    slow = [counted(7 + number, cpu_s=number * 4.9) for number in range(6)]
    assert said(*slow) == [""] * 6
    mute = [counted(7), effort(20), counted(8, cpu_s=24)]
    assert said(*mute) == [""] * 3


def test_a_halted_cpu_is_seen_by_the_clock_of_the_guest():
    idle = [counted(7, second) for second in range(0, 12, 2)]
    assert said(*idle) == [*[""] * 4, *["8 guest seconds with the CPU halted"] * 2]


def test_a_guest_that_sets_its_clock_has_not_been_idle_since():
    days = (0.0, 1e6, -1e6, -1e6 + 1, None, 1e6)
    assert said(*(counted(7, day) for day in days)) == [""] * 6


def test_the_first_answer_begins_the_count_if_the_emulator_took_its_time_to_start():
    assert said(effort(0), effort(2), counted(10_000), counted(10_999)) == [""] * 4


def test_an_emulator_that_never_counts_is_stopped_by_its_effort():
    end_s = BACKSTOP * LIMIT.asleep_s
    assert said(effort(0), effort(0, end_s - 1), effort(0, end_s))[1:] == [
        "",
        f"{end_s:.0f} s in which the emulator had nothing to do",
    ]


def test_output_begins_the_silence_anew_but_not_the_phase():
    watcher = Watcher(Patience(suite=LIMIT), counts=True)
    for round_ in range(TOTAL):
        for step in range(2):
            where = counted(round_ * 1000 + step * 999)
            assert watcher.see(Phase.SUITE, round_, where) == ""
    assert (
        watcher.see(Phase.SUITE, 99, counted(TOTAL * 1000)) == "no end within 10,000 instructions"
    )


def test_silence_says_what_was_used_up():
    watcher = Watcher(Patience(suite=LIMIT), counts=True)
    assert watcher.see(Phase.SUITE, 5, counted(1)) == ""
    assert watcher.see(Phase.SUITE, 5, counted(1001)) == "no output for 1,000 instructions"
    assert watcher.is_silent and not watcher.is_idle
    for second in range(0, 10, 2):
        why = watcher.see(Phase.SUITE, 6, counted(1001, second))
    assert why == "no output for 8 guest seconds with the CPU halted"
    assert watcher.is_silent and watcher.is_idle


def test_each_phase_has_limits_of_its_own_and_begins_anew():
    watcher = Watcher(
        Patience(boot=replace(LIMIT, instructions=10), suite=LIMIT, ending=LIMIT), counts=True
    )
    assert watcher.see(Phase.BOOT, 0, counted(1)) == ""
    assert watcher.see(Phase.SUITE, 0, counted(500)) == ""
    assert watcher.see(Phase.SUITE, 0, counted(1499)) == ""
    assert watcher.see(Phase.ENDING, 0, counted(1500)) == ""
    assert watcher.see(Phase.BOOT, 0, counted(2000)) == ""
    assert watcher.see(Phase.BOOT, 0, counted(2010)) == "no output for 10 instructions"


def test_every_limit_is_multiplied_by_the_environment():
    twice = {"TINYGATE_TIMEOUT_SCALE": "2.5"}
    limits = Patience(boot=LIMIT, suite=LIMIT, ending=LIMIT).scaled(twice)
    assert limits == Patience(*[Limit(2500, idle_s=20, cpu_s=7.5, asleep_s=12.5)] * 3)
    assert Patience().scaled({}) == Patience()
    for bad in ("0", "-1", "x", "", "nan", "inf", "1e9"):
        with pytest.raises(UserError, match="not a factor"):
            Patience().scaled({"TINYGATE_TIMEOUT_SCALE": bad})


@pytest.mark.parametrize("counts", [True, False])
def test_a_guest_that_stands_still_for_a_debugger_sleeps_as_long_as_it_likes(counts):
    """But not between one stop and the next: that is a hang."""
    watcher = Watcher(Patience(suite=LIMIT), counts=counts, debugged=True)
    most_s = LIMIT.asleep_s * (BACKSTOP if counts else 1)
    now_s = 0.0
    for stops in range(3 * TOTAL):
        for _ in range(2):
            assert watcher.see(Phase.SUITE, stops, effort(0, now_s)) == ""
            now_s += 0.9 * most_s
    watcher.see(Phase.SUITE, 999, effort(0, now_s))
    assert "nothing to do" in watcher.see(Phase.SUITE, 999, effort(0, now_s + most_s))
