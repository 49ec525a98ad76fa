"""Each damaged kernel of defects/checks/ is reported as what it is."""

from __future__ import annotations

import re

import pytest

from builder.boot.patience import Patience
from builder.boot.run import RunResult
from builder.boot.verdict import Expected
from builder.config.step import STEPS
from builder.image.elf_check import kernel_problems
from qemu_tests.defects.checks import CHECKS, DEFECTS, DEMO, Defect
from qemu_tests.kit.kernels import IMPATIENT, OUTPUT_MAX_BYTES, Change, Kernel, Lab

TRIALS = [(defect, step) for defect in DEFECTS for step in defect.steps]
PANIC = next(defect for defect in DEFECTS if defect.name == "panic" and "robust" in defect.steps)


def _damaged(lab: Lab, defect: Defect, step: str) -> Kernel:
    kernel = lab.kernel(f"kernel.step={step}", *defect.config)
    return lab.damaged(kernel, f"{defect}-{step}", defect.changes)


def _boot(lab: Lab, defect: Defect, kernel: Kernel) -> RunResult:
    # One that does not hang may be slow: what it does wrong takes what it takes.
    waits = {"hang", "no boot"} & {*defect.words}
    patience = IMPATIENT if waits else Patience()
    name = f"defect-{defect}-{kernel.config.kernel.step}"
    return lab.boot(kernel, name, patience=patience, max_bytes=OUTPUT_MAX_BYTES)


@pytest.mark.parametrize(("defect", "step"), TRIALS, ids=str)
def test_is_reported_as_what_it_is(lab: Lab, defect: Defect, step: str) -> None:
    kernel = _damaged(lab, defect, step)
    result = _boot(lab, defect, kernel)
    assert result.verdict.word.value in defect.words, result.explain()
    for pattern in defect.says:
        assert re.search(pattern, str(result.verdict)), f"{pattern}\n{result.explain()}"


def test_the_backtrace_of_a_panic_names_the_function_that_panicked(lab: Lab) -> None:
    result = _boot(lab, PANIC, _damaged(lab, PANIC, "robust"))
    assert re.search(r"called from:\n#   c01[0-9a-f]{5} sys_getpid\+0x", result.transcript.text)


@pytest.mark.parametrize(("defect", "step"), TRIALS, ids=str)
def test_is_seen_in_the_file_if_it_can_be(lab: Lab, defect: Defect, step: str) -> None:
    kernel = _damaged(lab, defect, step)
    problems = kernel_problems(kernel.elf, kernel.model)
    if defect.static:
        assert any(re.search(defect.static, problem) for problem in problems), problems
    else:
        assert problems == ()


@pytest.mark.parametrize("config", [DEMO, CHECKS], ids=["demo", "checks"])
@pytest.mark.parametrize("step", STEPS)
def test_without_damage_the_same_way_of_building_passes(
    lab: Lab, step: str, config: tuple[str, ...]
) -> None:
    harmless = Change("kernel/main.c", "/* kernel/main.c", "/* damaged kernel/main.c")
    whole = lab.kernel(f"kernel.step={step}", *config)
    kernel = lab.damaged(whole, f"not-at-all-{step}-{config[0][-6:]}", [harmless])
    assert kernel_problems(kernel.elf, kernel.model) == ()
    result = lab.boot(kernel, "not-damaged")
    assert result.verdict.passed, result.explain()


def test_names_are_unique() -> None:
    assert len({(str(defect), step) for defect, step in TRIALS}) == len(TRIALS)


def test_a_kernel_of_another_configuration_is_not_taken_for_this_one(lab: Lab) -> None:
    expected = Expected(banner=r"\bconfig 000000000000$")
    result = lab.boot(lab.kernel(*DEMO), "wrong-kernel", expected=expected)
    assert result.verdict.word.value == "wrong kernel", result.explain()
    assert "another kernel answered" in result.verdict.summary


def test_a_line_that_is_missing_is_not_a_pass(lab: Lab) -> None:
    expected = Expected(lines=("^# cpus: APIC IDs 0 1$",))
    result = lab.boot(lab.kernel(*DEMO), "missing-line", expected=expected)
    assert result.verdict.word.value == "missing output", result.explain()


def test_a_failure_names_transcript_and_two_lines_to_paste(lab: Lab) -> None:
    result = _boot(lab, PANIC, _damaged(lab, PANIC, "robust"))
    text = result.explain()
    assert result.transcript_path.read_bytes().count(b"kernel panic: ") == 1
    assert f"transcript: {result.transcript_path}" in text
    assert re.search(r"^again: qemu-system-i386 .*-kernel /\S+/kernel\.elf$", text, re.MULTILINE)
    assert re.search(r"^gdb:   gdb -q /\S+/kernel\.elf .*target remote", text, re.MULTILINE)
