"""The parser on what guests print: recorded logs, near misses, and arbitrary text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.boot.ktap import parse
from builder.boot.transcript import decode, normalise

LOGS = Path(__file__).parents[1] / "logs"
BANNER = "tinygate kernel: step int80, 1 cpu, config 000000000000\n"
HEAD = BANNER + "KTAP version 1\n"


def report_of(name):
    return parse(decode((LOGS / f"{name}.log").read_bytes()))


def problems_of(name):
    return [problem.text for problem in report_of(name).problems]


def test_passing_log_gives_its_results_with_subtests_and_directives():
    report = report_of("pass")
    assert [(test.number, test.ok, test.name) for test in report.tests] == [
        (1, True, "hello"),
        (2, True, "registers"),
        (3, True, "denied port"),
    ]
    assert [test.name for test in report.tests[0].subtests] == ["selectors", "registers kept"]
    assert (report.tests[2].directive, report.tests[2].comment) == ("SKIP", "no I/O bitmap")
    assert (report.plan, report.missing, report.problems) == (3, 0, ())
    assert report.finished is not None
    assert (report.finished.passed, report.finished.failed) == (3, 0)
    assert len(report.banners) == 1


def test_cr_and_binary_noise_between_the_lines_changes_no_result():
    noisy, clean = report_of("cr_noise"), report_of("pass")
    assert noisy.tests == clean.tests
    assert noisy.problems == ()


def test_failing_result_keeps_what_was_expected_and_its_diagnostics():
    failed = report_of("fail").failures()
    assert [(test.name, test.comment) for test in failed] == [
        ("registers", "expected 0x1, got 0x2")
    ]
    assert failed[0].diagnostics == ("registers: start", "eax was 0x2")


def test_innermost_failure_is_named_rather_than_its_parent():
    assert [test.name for test in report_of("nested_fail").failures()] == ["registers kept"]


def test_panic_keeps_its_reason_and_the_lines_below_it():
    report = report_of("panic")
    assert [line.text for line in report.panics] == ["kernel panic: exception 14 in ring 0"]
    assert report.panic_notes[0] == "eip 0xc0101234 eax 0x00000000"
    assert len(report.panic_notes) == 4


def test_loader_line_counts_only_before_the_banner():
    assert report_of("loader").loader is not None
    assert parse(BANNER + "boot loader: said by a program\n").loader is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("duplicate", "second result 2"),
        ("out_of_order", "result 3 where 2 was due"),
        ("hole", "result 3 where 2 was due"),
        ("beyond_plan", "result 4, but the plan ends at 3"),
        ("second_plan", "second plan"),
        ("result_before_plan", "result before the plan"),
        ("before_banner", "test output before the banner"),
        ("malformed", "malformed result line"),
        ("wrong_count", "the finished line counts wrong: 3 passed, 0 failed"),
        ("nested_lie", "result 1 is ok, but a subtest of it is not"),
        ("nested_cut", "subtest ends after 1 of 2 results"),
        ("spoof_result", "second result 2"),
        ("spoof_finish_then_more", "output after the finished line"),
        ("spoof_nested", "second result 1"),
        ("spoof_plan", "second plan"),
    ],
)
def test_what_no_healthy_suite_prints_is_a_problem(name, problem):
    assert problem in problems_of(name)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD + "KTAP version 1\n1..0\n", "KTAP version line in the middle of a suite"),
        (BANNER + "1..1\n", "plan without a KTAP version line before it"),
        (HEAD + "1..1\n        ok 1 - deep\n", "indented deeper than any open subtest"),
        (HEAD + "1..1\n    ok 1 - a\nok 1 - b\n", "subtest without a plan"),
        (HEAD + "1..1\nsuite finished: one passed\n", "malformed finished line"),
        (
            HEAD + "1..1\nok 1 - a\n    KTAP version 1\nsuite finished: 1 passed, 0 failed\n",
            "the last subtest's own result is missing",
        ),
        (
            HEAD + "1..0\n" + "suite finished: 0 passed, 0 failed\n" * 2,
            "second finished line",
        ),
        (HEAD + "1..0\nsuite finished: 0 passed, 0 failed\nx", "output after the finished line"),
        (HEAD + "1..1\nnot ok\n", "malformed result line"),
    ],
)
def test_smaller_contradictions_are_problems_too(text, problem):
    assert problem in [found.text for found in parse(text).problems]


def test_incomplete_subtest_of_a_failed_program_is_explained_by_the_failure():
    report = report_of("nested_killed")
    assert report.problems == ()
    assert "line 12: subtest ends after 1 of 2 results" in report.tests[0].diagnostics


@pytest.mark.parametrize(
    "line",
    [
        " ok 1 - one space",
        "text ok 1 - middle of a line",
        "\tok 1 - tab",
        "\t\t\t\tok 1 - four tabs are no subtest",
        "\x0cok 1 - form feed",
        "\x00ok 1 - NUL",
        "\u2028ok 1 - line separator",
        "\x85ok 1 - next line",
        "text\rok 1 - carriage return alone",
        "ok 1 no dash",
        "ok - no number",
        "ok 01 - leading zero",
        "ok 0 - zero",
        "ok \u0661 - Arabic digit",
        "OK 1 - capitals",
        "ok 1234567 - too many digits",
        "ok " + "9" * 5000 + " - beyond what int() takes",
    ],
)
def test_near_misses_of_a_result_line_are_text(line):
    report = parse(f"{HEAD}1..1\n{line}\n")
    assert (report.tests, report.missing, report.problems) == ((), 1, ())


def test_result_without_line_end_does_not_count():
    assert parse(HEAD + "1..1\nok 1").tests == ()
    assert parse(HEAD + "1..1\nok 1\n").tests[0].ok


def test_only_crs_before_lf_are_line_noise():
    assert normalise("a\r\r\nb\rc\n\r") == "a\nb\rc\n\r"


@pytest.mark.timeout(600)  # seconds; it would take days
def test_a_million_carriage_returns_are_no_work() -> None:
    assert normalise("\r" * (1 << 20) + "x\r\n") == "\r" * (1 << 20) + "x\n"


PIECES = st.sampled_from(
    [
        "ok 1 - a\n", "not ok 2 - b # x\n", "    ", "KTAP version 1\n", "1..2\n", "1..999999\n",
        "\r", "suite finished: 1 passed, 0 failed\n", BANNER, "kernel panic: x\n", "# d\n", "\x00",
        "ok 2 # SKIP\n", "boot loader: y\n", "not ok\n", "        1..1\n", "\n",
    ]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
def test_parser_takes_any_text(text):
    report = parse(text)
    assert all(0 <= problem.line <= len(report.lines) for problem in report.problems)
    assert report.missing >= 0


@given(st.binary())
def test_any_bytes_can_be_decoded_and_parsed(data):
    parse(decode(data))
