"""The other emulators: the same image, the same words for how it ends, and nothing left behind."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from builder.boot.emulator import EMULATORS, Bochs, BootImage, Emulator, Machine
from builder.boot.ktap import parse
from builder.boot.patience import Limit, Patience
from builder.boot.run import RunResult, run_image
from builder.boot.verdict_words import Word
from builder.config.step import Step
from builder.errors import ToolError, UserError
from qemu_tests.kit.kernels import Kernel, Lab

DISK_BYTES = 2 * 16 * 63 * 512  # what a geometry can be found from
BOOT = Limit(100_000_000, idle_s=5, cpu_s=5, asleep_s=5)
SOON = Limit(1_000_000, idle_s=2, cpu_s=0.5, asleep_s=0.5)
OTHERS = [name for name in EMULATORS if name != "qemu"]


def there_is(name: str) -> Emulator:
    """The emulator; skips the test, and says how to get it, if it is not installed."""
    emulator = EMULATORS[name]
    try:
        emulator.require()
    except ToolError as error:
        pytest.skip(f"{error.what}: {error.fix}")
    return emulator


def boot(name: str, disk: Path, where: Path, machine: Machine | None = None) -> RunResult:
    return run_image(
        machine or Machine(),
        BootImage("disk", disk),
        transcript_dir=where,
        name=f"{name}-{disk.stem}",
        patience=Patience(boot=BOOT, suite=SOON, ending=SOON),
        emulator=there_is(name),
    )


@pytest.fixture
def ends(tmp_path: Path) -> Path:
    """The folder for boot sectors of emulator_ends.asm."""
    return tmp_path


def sector(folder: Path, end: str) -> Path:
    source, disk = Path(__file__).with_name("emulator_ends.asm"), folder / f"{end}.img"
    subprocess.run(["nasm", "-f", "bin", f"-DEND={end}", "-o", disk, source], check=True)
    with disk.open("r+b") as file:
        file.truncate(DISK_BYTES)
    return disk


ENDS = {
    "passes": Word.PASS,
    "fails": Word.FAIL,
    "panics": Word.PANIC,
    "stands_still": Word.HANG,
    "spins": Word.HANG,
    "triple_faults": Word.RESET,
    "resets": Word.RESET,
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", EMULATORS)
def test_an_end_has_the_same_word_everywhere(ends: Path, name: str, end: str) -> None:
    disk = sector(ends, end)
    result = boot(name, disk, ends / "runs")
    wanted = ENDS[end]
    if name == "dosbox-x" and wanted is Word.RESET:
        wanted = Word.HANG  # it stands still
    if (name, end) == ("v86", "triple_faults"):
        wanted = Word.EMULATOR  # "Unimplemented: #GP handler", it says
    assert result.verdict.word is wanted, result.explain()
    assert result.verdict.passed == (end == "passes")


@pytest.mark.parametrize("name", EMULATORS)
def test_a_suite_that_ends_twice_has_not_passed(ends: Path, name: str) -> None:
    result = boot(name, sector(ends, "goes_on"), ends / "runs")
    assert not result.verdict.passed, result.explain()


@pytest.mark.parametrize("end", ["passes", "spins"])
@pytest.mark.parametrize("name", OTHERS)
def test_nothing_is_left_and_the_image_is_only_read(ends: Path, name: str, end: str) -> None:
    disk = sector(ends, end)
    before = hashlib.sha256(disk.read_bytes()).digest()
    disk.chmod(0o444)
    boot(name, disk, ends / "runs")
    assert [path.name for path in sorted(ends.iterdir())] == sorted([disk.name, "runs"])
    assert hashlib.sha256(disk.read_bytes()).digest() == before
    listed = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True)
    assert str(disk) not in listed.stdout


@pytest.mark.parametrize(
    ("version", "machine", "where"),
    [
        ((2, 7), Machine(cpu="486"), "machine.cpu"),
        ((3, 1), Machine(cpu="486"), ""),
        ((2, 7), Machine(memory_mib=2049), "machine.memory_mib"),
        ((2, 7), Machine(memory_mib=2048), ""),
    ],
)
def test_what_bochs_has_not_is_refused(
    version: tuple[int, int], machine: Machine, where: str
) -> None:
    image = BootImage("disk", Path("disk.img"))
    if not where:
        assert Bochs(version).command(machine, image)
        return
    with pytest.raises(UserError) as caught:
        Bochs(version).command(machine, image)
    assert caught.value.where == where and caught.value.fix


def test_why_bochs_gave_up_is_in_the_verdict(ends: Path) -> None:
    there_is("bochs")
    image = BootImage("disk", sector(ends, "passes"))
    result = run_image(
        Machine(cpu="abacus"),
        image,
        transcript_dir=ends / "runs",
        name="abacus",
        emulator=EMULATORS["bochs"],
    )
    assert result.verdict.word is Word.EMULATOR
    assert "cpu directive malformed" in result.verdict.summary


# ---- the kernels ----

# Emulator and step -> checks that fail there; one that begins to pass is reported.
KNOWN: dict[tuple[str, Step], set[str]] = {}


def passes(lab: Lab, kernel: Kernel, name: str, machine: Machine | None = None) -> RunResult:
    result = run_image(
        machine or Machine(cpus=kernel.config.cpu.count),
        kernel.image("disk"),
        transcript_dir=lab.transcripts,
        name=f"{name}-{kernel.config.kernel.step}-{kernel.config.programs.suite}",
        elf_path=kernel.elf,
        emulator=there_is(name),
    )
    tests = parse(result.transcript.text).tests
    failed = {test.name for test in tests if not test.ok}
    known = KNOWN.get((name, kernel.config.kernel.step), set()) & {test.name for test in tests}
    assert failed == known and (known or result.verdict.passed), result.explain()
    titles = [test.name for test in tests]
    assert titles == [entry.title for entry in kernel.model.suite]
    return result


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("name", OTHERS)
def test_every_demo_passes(lab: Lab, name: str, step: Step) -> None:
    there_is(name)
    passes(lab, lab.kernel(f"kernel.step={step}"), name)


@pytest.mark.parametrize("step", Step)
def test_every_check_passes_on_bochs(lab: Lab, step: Step) -> None:
    there_is("bochs")
    passes(lab, lab.kernel(f"kernel.step={step}", "programs.suite=checks"), "bochs")


@pytest.mark.parametrize("step", ["robust", "processes"])
def test_every_check_passes_on_two_cpus_of_bochs(lab: Lab, step: str) -> None:
    """Bochs runs its CPUs in turn, some instructions each: they cannot get past each other."""
    there_is("bochs")
    kernel = lab.kernel(f"kernel.step={step}", "programs.suite=checks", "cpu.count=2")
    passes(lab, kernel, "bochs")


def test_the_bios_of_bochs_has_time_for_every_cpu(lab: Lab) -> None:
    there_is("bochs")
    passes(lab, lab.kernel("kernel.step=robust", "cpu.count=4"), "bochs")


# Model -> whether the kernel may use SYSENTER there. Generations, with and without SEP.
MODELS = {
    "pentium": False,
    "p2_klamath": True,
    "p4_willamette": True,
    "athlon64_clawhammer": True,
    "corei7_icelake_u": True,
}


@pytest.mark.parametrize("model", MODELS)
def test_checks_pass_on_the_cpus_of_bochs(lab: Lab, model: str) -> None:
    there_is("bochs")
    kernel = lab.kernel("kernel.step=vsyscall", "programs.suite=checks")
    text = passes(lab, kernel, "bochs", Machine(cpu=model)).transcript.text
    assert ("# sysenter: this CPU has none" in text) != MODELS[model]


# What v86 0.5.462 does not emulate, and the checks that notice. It gives up, with a message of its
# own, at an IRET of ring 3 to ring 0, so that no check behind "a far jump" runs. A check that
# begins to pass, or to fail, is reported by this test.
V86_LACKS = {
    "no debug registers and no EFLAGS.TF": (
        "the first kernel instruction, and the first one back",
        "exceptions at the first kernel instruction",
        "a breakpoint on each instruction",
        "killed by DB: single step",
    ),
    "SYSENTER with the trap flag": ("SYSENTER with no way back",),
    "BOUND never faults": ("killed by BR: BOUND with an index out of bounds",),
    "LOCK is never #UD": ("killed by UD: LOCK where there is nothing to lock",),
    "a selector in a null LDT is looked up": (
        "killed by GP: a selector in the LDT, which is none",
    ),
}
V86_ENDS_AT, V86_LAST_CHECK = "rpl < cpl", "killed by GP: a far jump to the kernel's code segment"


@pytest.mark.parametrize("step", ["int80", "sysenter", "vsyscall"])
def test_which_checks_fail_on_v86_is_known(lab: Lab, step: str) -> None:
    emulator = there_is("v86")
    kernel = lab.kernel(f"kernel.step={step}", "programs.suite=checks")
    result = run_image(
        Machine(),
        kernel.image("disk"),
        transcript_dir=lab.transcripts,
        name=f"v86-{step}",
        emulator=emulator,
    )
    assert result.verdict.word is Word.EMULATOR, result.explain()
    assert V86_ENDS_AT in result.transcript.stderr, result.explain()
    tests = parse(result.transcript.text).tests
    assert tests[-1].name == V86_LAST_CHECK, result.explain()
    known = {title for titles in V86_LACKS.values() for title in titles}
    there = {test.name for test in tests}
    assert {test.name for test in tests if not test.ok} == known & there, result.explain()
