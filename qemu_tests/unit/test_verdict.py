"""The verdict on recorded runs: the log as it was and the exit status that came with it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builder.boot.emulator.base import CpuException, CpuState
from builder.boot.ktap import Finished, parse
from builder.boot.transcript import End, Phase, Transcript, decode
from builder.boot.verdict import (
    Expected,
    Mark,
    expected_of,
    explain_hang,
    explain_panic,
    explain_reset,
    judge,
)
from builder.boot.verdict_words import MEANING, Family, Word
from builder.config.load import load_config
from builder.model.kernel import build_model
from builder.model.outcomes import FINISHED, LOADER, PANIC

LOGS = Path(__file__).parents[1] / "logs"
PASSING = (LOGS / "pass.log").read_text(encoding="utf-8")


def run_of(name, end=End.OUTCOME, code=FINISHED.code, **more):
    text = decode((LOGS / f"{name}.log").read_bytes())
    return Transcript(text, end, outcome_code=code if end is End.OUTCOME else None, **more)


FINISHED_RUNS = [
    ("pass", Word.PASS),
    ("cr_noise", Word.PASS),
    ("fail", Word.FAIL),
    ("nested_fail", Word.FAIL),
    ("nested_killed", Word.FAIL),
    ("todo", Word.FAIL),
    ("skip", Word.SKIPPED),
    ("empty_plan", Word.SKIPPED),
    ("no_plan", Word.NO_PLAN),
    ("cut_off", Word.CUT_OFF),
    ("finished_short", Word.CUT_OFF),
    ("no_final_newline", Word.CUT_OFF),
    ("two_banners", Word.TWO_BANNERS),
    ("empty", Word.NO_BOOT),
    ("panic", Word.PANIC),
    ("loader", Word.LOADER),
    *(
        (name, Word.BAD_KTAP)
        for name in (
            "nested_lie", "nested_cut", "duplicate", "out_of_order", "hole", "beyond_plan",
            "second_plan", "result_before_plan", "before_banner", "malformed", "wrong_count",
            "spoof_result", "spoof_finish_then_more", "spoof_nested", "spoof_plan",
            "spoof_indented",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "word"), FINISHED_RUNS)
def test_log_that_came_with_the_outcome_code_of_a_finished_suite(name, word):
    verdict = judge(run_of(name))
    assert (verdict.word, verdict.passed) == (word, word is Word.PASS)


def test_every_recorded_log_is_judged():
    judged = {name for name, _ in FINISHED_RUNS} | {"reset", "hang", "spoof_finish"}
    assert {path.stem for path in LOGS.glob("*.log")} == judged


@pytest.mark.parametrize(
    ("run", "word"),
    [
        (run_of("panic", code=PANIC.code), Word.PANIC),
        (run_of("cut_off", code=PANIC.code), Word.PANIC),
        (run_of("panic", End.TIMED_OUT, phase=Phase.ENDING), Word.PANIC),
        (run_of("loader", code=LOADER.code), Word.LOADER),
        (run_of("empty", code=LOADER.code), Word.LOADER),
        (run_of("reset", End.RESET), Word.RESET),
        (run_of("empty", End.RESET), Word.RESET),
        (run_of("spoof_finish", End.RESET), Word.RESET),
        (run_of("reset", End.POWERED_OFF), Word.POWERED_OFF),
        (run_of("hang", End.TIMED_OUT, phase=Phase.SUITE), Word.HANG),
        (run_of("empty", End.TIMED_OUT, phase=Phase.BOOT), Word.NO_BOOT),
        (run_of("cut_off", End.TOO_MUCH_OUTPUT, phase=Phase.SUITE), Word.FLOOD),
        (run_of("cut_off", End.SECOND_BANNER), Word.TWO_BANNERS),
        (run_of("empty", End.EMULATOR_ERROR, exit_status=1), Word.EMULATOR),
        (run_of("cut_off", End.KILLED, exit_status=-9), Word.KILLED),
        (run_of("empty", End.NOT_RUN), Word.NOT_RUN),
        (run_of("pass", code=0x33), Word.STRANGE_END),
    ],
)
def test_every_other_end_has_its_own_word(run, word):
    assert judge(run).word is word


@pytest.mark.parametrize(
    ("end", "phase"),
    [
        (end, phase)
        for end in End
        for phase in Phase
        if end is not End.OUTCOME and (end, phase) != (End.SETTLED, Phase.ENDING)
    ],
)
def test_perfect_text_is_no_pass_without_the_outcome_device(end, phase):
    assert not judge(run_of("pass", end, phase=phase, exit_status=0)).passed


def test_without_an_outcome_device_the_last_line_must_be_there_and_be_the_last():
    def settled(text):
        return judge(Transcript(text, End.SETTLED, Phase.ENDING))

    assert settled(PASSING).passed
    assert not any(settled(PASSING[:length]).passed for length in range(len(PASSING)))
    assert not settled(PASSING + "ok 1 - once more\n").passed
    assert not settled(PASSING + "kernel panic: too late\n").passed
    assert settled(PASSING + "kernel panic: too late\n").word is Word.PANIC


@pytest.mark.parametrize("code", [code for code in range(256) if code != FINISHED.code])
def test_perfect_text_is_no_pass_with_another_outcome_code(code):
    assert not judge(run_of("pass", code=code)).passed


@pytest.mark.parametrize("length", range(len(PASSING)))
def test_passing_log_cut_off_anywhere_is_no_pass(length):
    assert not judge(Transcript(PASSING[:length], End.OUTCOME, outcome_code=FINISHED.code)).passed


@given(st.data())
def test_passing_log_with_a_line_taken_out_is_a_pass_only_if_the_line_was_text(data):
    lines = PASSING.splitlines(keepends=True)
    at = data.draw(st.integers(0, len(lines) - 1))
    text = "".join(lines[:at] + lines[at + 1 :])
    is_text = lines[at].startswith(("# ", "Hello", "1 of 3"))
    verdict = judge(Transcript(text, End.OUTCOME, outcome_code=FINISHED.code))
    assert verdict.passed == is_text, lines[at]


TITLES = ("hello", "registers", "denied port")
OUR_SUITE = Expected(tests=TITLES, tests_of="config 1a2b3c4d5e6f$")


def finished(text, expected=OUR_SUITE):
    return judge(Transcript(text, End.OUTCOME, outcome_code=FINISHED.code), expected)


@st.composite
def damages(draw):
    """The passing log with a piece cut out, doubled, moved, or something between two bytes."""
    start, end, to = sorted(draw(st.integers(0, len(PASSING))) for _ in range(3))
    piece = PASSING[start:end]
    return draw(
        st.sampled_from(
            [
                PASSING[:start] + PASSING[end:],
                PASSING[:end] + piece + PASSING[end:],
                PASSING[:start] + PASSING[end:to] + piece + PASSING[to:],
                PASSING[:start] + draw(st.sampled_from("\0\r\n\x1b #é")) + PASSING[start:],
            ]
        )
    )


@settings(max_examples=300, deadline=None)
@given(damages())
@example(PASSING.replace("ok 1 - hello", "ok kept\nok 1 - hello"))  # a program may print that
def test_a_damaged_log_passes_only_if_every_result_is_the_suites(text):
    if finished(text, Expected(tests=TITLES)).passed:
        results = [line for line in text.split("\n") if re.match("ok [0-9]", line)]
        assert [re.sub("ok [0-9]+ - | #.*", "", line) for line in results] == [*TITLES]


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("ok 2 - registers", "ok 2 - regi\0sters", "ok 2 - registers"),
        ("ok 2 - registers", "ok 2 - regi# hello", "ok 2 - registers"),
        ("ok 2 - registers", "ok 2 - denied port", "ok 2 - registers"),
        ("1..3\n", "1..4\n", "ok 4 - last"),
    ],
)
def test_results_with_other_names_are_those_of_another_suite(old, new, missing):
    text = PASSING.replace(old, new)
    if new.startswith("1..4"):
        text = text.replace("suite finished: 3", "ok 4 - more\nsuite finished: 4")
    wanted = Expected(tests=(*TITLES, "last") if "4" in missing else TITLES)
    assert finished(PASSING).passed
    assert finished(text, Expected()).passed
    assert finished(text, replace(OUR_SUITE, tests_of="another kernel")).passed
    verdict = finished(text, wanted)
    assert verdict.word is Word.MISSING
    assert f"MISSING       {missing}\n" in f"{verdict}\n"
    assert "BAD       " in str(verdict)


@pytest.mark.parametrize("tests", [TITLES[:2], (*TITLES, "last"), TITLES[1:]])
def test_a_suite_with_a_test_too_many_or_too_few_is_another_one(tests):
    verdict = finished(PASSING, Expected(tests=tests))
    assert verdict.word is Word.MISSING
    assert verdict.summary.endswith("about the output not met")


def test_a_model_says_what_its_suite_prints():
    model = build_model(load_config(None, ("programs.suite=checks",)))
    ours, anybodys = expected_of(model), expected_of(model, is_it=False)
    assert ours.tests == anybodys.tests == tuple(entry.title for entry in model.suite)
    assert finished(PASSING, ours).word is Word.WRONG_KERNEL
    assert finished(PASSING, anybodys).passed


@given(st.text(), st.sampled_from(End), st.sampled_from(Phase), st.integers(0, 255))
def test_judge_takes_any_run_and_only_a_finished_one_can_pass(text, end, phase, code):
    run = Transcript(text, end, phase, outcome_code=code if end is End.OUTCOME else None)
    verdict = judge(run)
    assert str(verdict)
    if verdict.passed:
        assert isinstance(parse(text).finished, Finished)


def test_every_word_has_a_family_and_all_but_a_pass_have_advice():
    assert set(MEANING) == set(Word)
    assert [word for word in Word if not MEANING[word][1]] == [Word.PASS]
    assert [word for word in Word if MEANING[word][0] is Family.SUCCESS] == [Word.PASS]


def test_failure_shows_the_bad_line_with_what_stands_before_it():
    verdict = judge(run_of("fail"))
    assert verdict.summary == "1 of 3 failed: registers"
    shown = [(detail.mark, detail.line) for detail in verdict.details]
    assert (Mark.BAD, 15) in shown
    assert (Mark.NOTE, 14) in shown
    assert "BAD       15: not ok 2 - registers # expected 0x1, got 0x2" in str(verdict)


def test_cut_off_names_the_results_that_are_missing():
    assert "2 of 3 results: 2, 3" in str(judge(run_of("cut_off")))


def test_expected_lines_are_reported_as_good_bad_and_missing():
    expected = Expected(lines=(r"^Hello", r"^Goodbye"), never=(r"GenuineIntel",))
    verdict = judge(run_of("pass"), expected)
    assert verdict.word is Word.MISSING
    marks = {detail.mark: detail.text for detail in verdict.details if detail.mark is not Mark.NOTE}
    assert marks[Mark.MISSING] == "^Goodbye"
    assert marks[Mark.BAD].startswith("# cpu0: GenuineIntel")
    assert judge(run_of("pass"), Expected(lines=(r"^Hello",), never=("Goodbye",))).passed


def test_kernel_of_another_configuration_is_not_judged():
    verdict = judge(run_of("pass"), Expected(banner="config ffffffffffff$"))
    assert (verdict.word, verdict.family) == (Word.WRONG_KERNEL, Family.ERROR)
    assert judge(run_of("pass"), Expected(banner="config 1a2b3c4d5e6f$")).passed


def test_reset_is_explained_by_its_first_exception_and_its_symbol():
    fault = CpuException(vector=13, error_code=0x32, eip=0xC0100010, cpl=0)
    double = CpuException(vector=8, error_code=0, eip=0xC0100010, cpl=0)
    verdict = judge(run_of("reset", End.RESET))
    names = {0xC0100010: "idt_load+0x4"}
    explained = explain_reset(verdict, (fault, double), names.__getitem__)
    assert explained.summary == (
        "triple fault; it began with exception 0x0d, error code 0x0032, eip=0xc0100010 cpl=0 "
        "in idt_load+0x4"
    )
    assert "no exception led to it" in str(explain_reset(verdict, (), str))


def test_panic_without_names_is_explained_by_the_addresses_on_the_stack():
    said = "# eip c0100020 eflags 00000002 cr2 00000000 cs 0060\n# stack: 00000014 c0100040 0804\n"
    banner = "tinygate kernel: step int80, 1 cpu, config 1a2b3c4d5e6f\n"
    text = f"{banner}kernel panic: exception 14, error code 0x0\n{said}"
    run = Transcript(text, End.OUTCOME, outcome_code=PANIC.code)
    names = {0xC0100020: "copy_or_fault+0x8", 0xC010003F: "sys_write"}  # one before: the call's end
    explained = explain_panic(judge(run), run, lambda addr: names.get(addr, ""))
    details = [detail.text for detail in explained.details if detail.line == 0]
    assert details[-2:] == ["c0100020 in copy_or_fault", "c0100040 in sys_write"]
    with_names = Transcript(text.replace("stack:", "called from:"), End.OUTCOME)
    verdict = judge(with_names)
    assert explain_panic(verdict, with_names, lambda _: "main") == verdict


def test_hang_is_explained_by_where_its_cpus_are():
    cpus = (CpuState(0, 0xC0100020, 0, 0x46, halted=True), CpuState(1, 0x8048000, 3, 0x246, False))
    run = run_of("hang", End.TIMED_OUT, phase=Phase.SUITE, cpus=cpus)
    text = str(explain_hang(judge(run), run, lambda addr: "main" if addr > 0xC0000000 else ""))
    assert "cpu0: eip=0xc0100020 cpl=0, halted with interrupts off in main" in text
    assert "cpu1: eip=0x08048000 cpl=3\n" in text


def test_emulator_error_shows_the_emulators_own_words():
    run = run_of("empty", End.EMULATOR_ERROR, exit_status=1, stderr="a\nqemu: no such CPU\n")
    verdict = judge(run)
    assert verdict.summary == "the emulator ended with status 1: qemu: no such CPU"
    assert verdict.family is Family.ERROR
