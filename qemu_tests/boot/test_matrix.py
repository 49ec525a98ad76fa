"""Options, CPU models, memory sizes and ways to boot: each pair of them at least once."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from builder.boot.emulator import Machine
from builder.boot.ktap import parse
from builder.boot.patience import BACKSTOP_S, Limit, Patience
from builder.boot.run import RunResult
from builder.boot.verdict import Expected, expected_of
from builder.config.step import Step
from builder.image.elf_check import kernel_problems
from builder.model import memory
from builder.model.budgets import CALL_INSTRUCTIONS_MAX, VSYSCALL_STUBS
from builder.model.local_apic import has_local_apic
from qemu_tests.kit.kernels import Kernel, Lab, clang, value_of

MIB = 1 << 20
LESSON_MEMORY_BYTES = 4 * MIB  # what one page table maps: boot/start.asm
BIOS_KEEPS_BYTES = 160 * 1024  # at the end of memory, at most: tables, and its driver of the disk
WITH_SYSENTER, WITH_INT80 = VSYSCALL_STUBS


@dataclass(frozen=True)
class Cpu:
    """A CPU model of QEMU's, and what the kernel must find out about it."""

    model: str
    sysenter: bool = True
    apic: bool = True


CPUS = {
    "486": Cpu("486", sysenter=False, apic=False),
    "pentium": Cpu("pentium", sysenter=False),
    "ppro": Cpu("pentium2,model=1,stepping=9", sysenter=False),  # reports SEP falsely
    "pentium2": Cpu("pentium2"),
    "pentium3": Cpu("pentium3"),
    "coreduo": Cpu("coreduo"),
    "n270": Cpu("n270"),
    "qemu32": Cpu("qemu32"),
    "nosep": Cpu("qemu32,-sep", sysenter=False),
    "max": Cpu("max"),
}

# A kernel in each row: step, what MSR_IA32_SYSENTER_ESP points at, the vsyscall page's place, CPUs,
# I/O bitmap, suite. Then the machines that it is booted on: CPU model, MiB, disk image or ELF file.
# The lesson's kernels have no options.
LESSON = """
int80     -          -      1  -  demo    n270:512:disk coreduo:2:disk pentium3:2:elf
int80     -          -      1  -  demo    pentium2:2:elf qemu32:2:elf max:512:elf
int80     -          -      1  -  checks  486:4:disk nosep:2:elf ppro:4:disk pentium:4:elf
sysenter  -          -      1  -  demo    max:2:elf nosep:4:disk pentium:512:elf pentium3:512:elf
sysenter  -          -      1  -  checks  coreduo:512:elf pentium2:4:disk qemu32:512:disk
sysenter  -          -      1  -  checks  n270:2:elf ppro:2:elf 486:2:disk
vsyscall  -          -      1  -  demo    qemu32:4:elf ppro:512:disk 486:512:elf pentium2:512:elf
vsyscall  -          -      1  -  checks  pentium:2:disk pentium3:4:disk max:4:disk
vsyscall  -          -      1  -  checks  nosep:512:disk coreduo:4:elf n270:4:disk
"""
PROOF = """
robust    per-switch fixed  1  -  demo    coreduo:8:disk pentium2:512:disk max:8:disk
robust    per-switch fixed  2  io demo    486:8:elf n270:512:elf nosep:16:elf qemu32:4:elf
robust    per-switch fixed  4  -  checks  pentium:512:elf ppro:4:elf pentium3:64:disk
robust    esp0-word  fixed  1  io demo    nosep:8:elf pentium:8:elf n270:8:elf 486:64:elf
robust    esp0-word  fixed  2  io checks  coreduo:8:elf ppro:4:elf pentium3:512:disk 486:16:elf
robust    esp0-word  fixed  4  -  checks  pentium2:64:elf qemu32:16:disk max:512:elf
robust    tss-end    fixed  1  io demo    n270:512:disk 486:4:elf ppro:64:elf coreduo:512:disk
robust    tss-end    fixed  2  -  checks  nosep:64:elf qemu32:4:disk max:16:elf qemu32:512:elf
robust    tss-end    fixed  4  -  demo    pentium:512:disk pentium2:16:elf pentium3:8:elf
robust    per-switch random 1  -  demo    pentium3:512:disk pentium:16:elf ppro:512:elf
robust    per-switch random 2  io demo    pentium2:512:elf n270:4:elf max:64:elf 486:64:disk
robust    per-switch random 4  io checks  qemu32:64:elf nosep:8:disk coreduo:64:elf
robust    esp0-word  random 1  io checks  qemu32:64:elf max:8:disk n270:4:disk
robust    esp0-word  random 2  -  demo    pentium3:16:disk pentium:4:elf ppro:16:elf
robust    esp0-word  random 4  io demo    coreduo:64:elf nosep:512:elf pentium2:64:disk 486:16:elf
robust    tss-end    random 1  -  checks  pentium2:8:elf ppro:16:elf pentium:512:elf 486:64:disk
robust    tss-end    random 2  io checks  pentium3:4:elf nosep:8:disk coreduo:16:elf
robust    tss-end    random 4  -  demo    max:4:elf qemu32:4:elf n270:64:elf
processes tss-end    fixed  1  io checks  486:4:disk pentium3:16:elf ppro:64:elf
processes tss-end    fixed  2  -  demo    pentium:8:disk nosep:512:elf max:4:elf
processes tss-end    fixed  4  io checks  coreduo:8:elf n270:16:disk pentium2:64:elf qemu32:16:elf
processes esp0-word  random 1  -  demo    pentium:64:disk nosep:4:elf qemu32:8:disk
processes esp0-word  random 2  io checks  pentium3:8:elf coreduo:16:disk n270:64:elf 486:16:elf
processes esp0-word  random 4  -  demo    max:512:elf 486:16:elf pentium2:4:disk ppro:16:elf
processes per-switch random 1  io checks  max:16:elf coreduo:4:disk pentium2:64:elf
processes per-switch random 2  -  demo    486:512:elf ppro:8:disk qemu32:4:elf
processes per-switch random 4  -  checks  n270:16:elf pentium:64:disk nosep:8:elf pentium3:4:disk
linux     per-switch fixed  1  io checks  486:4:disk pentium3:16:elf ppro:64:elf
linux     per-switch fixed  2  -  demo    pentium:8:disk nosep:512:elf max:4:elf
linux     per-switch fixed  4  io checks  coreduo:8:elf n270:16:disk pentium2:64:elf qemu32:16:elf
linux     esp0-word  fixed  1  -  demo    pentium:64:disk nosep:4:elf qemu32:8:disk
linux     esp0-word  fixed  2  io checks  pentium3:8:elf coreduo:16:disk n270:64:elf 486:16:elf
linux     esp0-word  fixed  4  -  demo    max:512:elf 486:16:elf pentium2:4:disk ppro:16:elf
linux     tss-end    random 1  io checks  max:16:elf coreduo:4:disk pentium2:64:elf
linux     tss-end    random 2  -  demo    486:512:elf ppro:8:disk qemu32:4:elf
linux     tss-end    random 4  -  checks  n270:16:elf pentium:64:disk nosep:8:elf pentium3:4:disk
"""


@dataclass(frozen=True)
class Case:
    """One boot of the table."""

    step: str
    stack: str
    address: str
    cpus: str
    bitmap: str
    suite: str
    cpu: str
    memory_mib: str
    medium: str

    @property
    def overrides(self) -> tuple[str, ...]:
        """The kernel's configuration."""
        chosen = (f"kernel.step={self.step}", f"programs.suite={self.suite}")
        if Step(self.step) < Step.ROBUST:
            return chosen
        return (
            *chosen,
            f"cpu.count={self.cpus}",
            f"tss.io_bitmap={'true' if self.bitmap == 'io' else 'false'}",
            f"sysenter.stack={self.stack}",
            f"vsyscall.address={self.address}",
        )

    @property
    def factors(self) -> tuple[tuple[str, str], ...]:
        """What is paired: (name of the factor, its value)."""
        kind = f"{self.step} {self.stack} {self.address}"
        rest = ("cpus", "bitmap", "suite", "cpu", "memory_mib", "medium")
        return (("kernel", kind), *((name, getattr(self, name)) for name in rest))

    @property
    def machine(self) -> Machine:
        """The clock counts instructions if there is one CPU; several run at the same time."""
        return Machine(CPUS[self.cpu].model, int(self.memory_mib), int(self.cpus))

    def __str__(self) -> str:
        """The test's name."""
        values = (getattr(self, name) for name in self.__dataclass_fields__)
        return "-".join(value for value in values if value != "-")


def _cases(table: str) -> list[Case]:
    rows = [line.split() for line in table.strip().splitlines()]
    return [Case(*row[:6], *spot.split(":")) for row in rows for spot in row[6:]]


CASES = [*_cases(LESSON), *_cases(PROOF)]


@pytest.mark.parametrize("table", [LESSON, PROOF], ids=["lesson", "proof"])
def test_every_two_values_of_different_columns_meet(table: str) -> None:
    cases = _cases(table)
    values = {factor for case in cases for factor in case.factors}
    wanted = {
        frozenset(pair) for pair in itertools.combinations(values, 2) if pair[0][0] != pair[1][0]
    }
    covered = {
        frozenset(pair) for case in cases for pair in itertools.combinations(case.factors, 2)
    }
    assert wanted == covered, wanted - covered


def _expected(case: Case, kernel: Kernel) -> Expected:
    """What the kernel must print about itself and this machine."""
    cpu, model = CPUS[case.cpu], kernel.model
    plural = "s" if model.cpu_count > 1 else ""
    lines = [r"^# tss at [0-9a-f]{8}: ss0 0x68, esp0 [cf][0-9a-f]{7}, iomap_base 0xffff$"]
    if model.is_proof:
        lines += [
            rf"^#      {entry.selector:#04x}      {entry.descriptor:016x}  "
            for entry in model.gdt
            if "TSS" not in entry.name
        ]
    else:
        text_end = kernel.symbols["kernel_rodata_end"]
        lines += [
            r"^# memory:$",
            r"^#   c0000000-c00fffff rw what the BIOS uses$",
            rf"^#   c0100000-{text_end - 1:08x} r- the kernel's text and constants$",
            rf"^#   {text_end:08x}-c0[123][0-9a-f]{{2}}fff rw its data, and page frames$",
        ]
    if "sysenter" in model.layers:
        lines.append(
            r"^# sysenter: CS msr 0x60, ESP msr [cf][0-9a-f]{7}, EIP msr c01[0-9a-f]{5}$"
            if cpu.sysenter
            else r"^# sysenter: this CPU has none; system calls go through int 0x80$"
        )
    if "smp" in model.layers:
        others = model.cpu_count - 1 if cpu.apic else 0  # they come in any order
        lines.append(rf"^# cpus: APIC IDs 0( [1-9]){{{others}}}$")
    if "vsyscall" in model.layers and "page-random" not in model.layers:
        lines.append(r"^# vsyscall: the page is at ffffe000 in every process: AT_SYSINFO$")
    if "page-random" in model.layers:
        lines.append(r"^# vsyscall: the page is at random in each process, in 32768 pages from b0")
    banner = f"^tinygate kernel: step {model.step}, {model.cpu_count} cpu{plural}, "
    exact = f"{banner}config {model.digest}$"
    return replace(expected_of(model), lines=tuple(lines), banner=exact)


def _instructions(result: RunResult, gate: str) -> float:
    """What the program `cost` measured, with a clock that counts instructions."""
    return float(value_of(result, rf"^# cost {gate} +([0-9.]+)$"))


def _check_costs(case: Case, kernel: Kernel, result: RunResult) -> None:
    loops = {way.name: _instructions(result, way.name) for way in kernel.model.cost_loops}
    loop = loops.pop("loop")
    costs = {name: cost - loop for name, cost in loops.items()}
    assert loop == 3, result.explain()
    assert all(cost == int(cost) for cost in costs.values()), result.explain()
    most = CALL_INSTRUCTIONS_MAX[case.step]
    assert costs.keys() == most.keys(), result.explain()
    assert all(costs[way] <= most[way] for way in most), f"{costs}\n{result.explain()}"
    if not CPUS[case.cpu].sysenter:
        # What is around `int 0x80`: CALL and RET; in the page three pushes, the empty LEA, three
        # pops as well.
        around = {"sysenter": 2, "page": 9}
        assert all(costs[way] == costs["int80"] + around.get(way, 0) for way in costs)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_boots_and_passes(lab: Lab, case: Case) -> None:
    kernel = lab.kernel(*case.overrides)
    kind = "disk" if case.medium == "disk" else "kernel"
    expected = _expected(case, kernel)
    result = lab.boot(kernel, str(case), kind=kind, machine=case.machine, expected=expected)
    assert result.verdict.passed, result.explain()
    titles = [test.name for test in parse(result.transcript.text).tests]
    assert titles == [entry.title for entry in kernel.model.suite]
    if "sysenter" in kernel.model.layers and CPUS[case.cpu].sysenter:
        eip = value_of(result, r"^# sysenter: .*EIP msr ([0-9a-f]{8})$")
        assert int(eip, 16) == kernel.symbols["sysenter_entry"]
    if "cost" in kernel.model.program_names and case.machine.counts:
        _check_costs(case, kernel, result)


# ---- SMAP, SMEP and UMIP, which few CPUs have ----

GUARDED = {
    "robust": (1, ("sysenter.stack=esp0-word",)),
    "processes": (2, ("sysenter.stack=per-switch", "vsyscall.address=random")),
    "linux": (1, ("tss.io_bitmap=false",)),
}
GUARDS = ("cr4.SMEP is set if there is one", "cr4.UMIP is set if there is one", "cr4.SMAP is set")


@pytest.mark.parametrize("step", GUARDED)
def test_what_guards_the_kernel_is_on_where_the_cpu_has_it(lab: Lab, step: str) -> None:
    cpus, options = GUARDED[step]
    chosen = (f"kernel.step={step}", f"cpu.count={cpus}", "programs.suite=checks", *options)
    result = lab.boot(lab.kernel(*chosen), "max", machine=Machine("max", cpus=cpus))
    assert result.verdict.passed, result.explain()
    guards = [
        check for check in GUARDS if re.search(rf" ok \d+ - {check}$", result.transcript.text, re.M)
    ]
    assert guards == [*GUARDS], result.explain()
    assert "# SKIP this CPU has no" not in result.transcript.text


@pytest.mark.parametrize("step", [Step.SYSENTER, Step.ROBUST])
def test_a_pentium_that_says_it_has_sysenter_is_not_believed(lab: Lab, step: Step) -> None:
    kernel = lab.kernel(f"kernel.step={step}", "programs.suite=checks")
    result = lab.boot(kernel, f"pentium-sep-{step}", machine=Machine("pentium,+sep"))
    assert result.verdict.passed, result.explain()
    assert "# sysenter: this CPU has none" in result.transcript.text


@pytest.mark.parametrize("cpu", ["max,-fpu", "max,-fxsr", "coreduo,-fpu,-fxsr"])
def test_sse_is_left_alone_without_what_it_needs(lab: Lab, cpu: str) -> None:
    kernel = lab.kernel("kernel.step=processes", "programs.suite=checks")
    result = lab.boot(kernel, f"no-sse-{cpu}", machine=Machine(cpu))
    assert result.verdict.passed, result.explain()


# ---- compilers ----


@pytest.mark.parametrize(
    ("step", "cpus"),
    [(step, cpus) for step in Step for cpus in ([1] if step < Step.ROBUST else [1, 2])],
)
def test_what_clang_makes_of_it_passes_too(lab: Lab, step: Step, cpus: int) -> None:
    chosen = (f"kernel.step={step}", f"cpu.count={cpus}", "programs.suite=checks")
    kernel = lab.kernel(*chosen, cc=clang())
    machine = Machine(cpus=cpus, icount=cpus == 1)
    result = lab.boot(kernel, f"clang-{step}-{cpus}", machine=machine)
    assert result.verdict.passed, result.explain()


# ---- memory ----


@pytest.mark.parametrize("kind", ["disk", "kernel"])
@pytest.mark.parametrize("memory_mib", [2, 3, 15, 63, 767, 768, 769, 3072])
def test_all_memory_up_to_the_direct_map_is_used(lab: Lab, memory_mib: int, kind: str) -> None:
    kernel = lab.kernel("kernel.step=robust")
    machine = Machine(memory_mib=memory_mib)
    result = lab.boot(kernel, f"memory-{memory_mib}-{kind}", kind=kind, machine=machine)
    assert result.verdict.passed, result.explain()
    usable_kib = int(value_of(result, r"^# memory: (\d+) KiB usable, \d+ KiB in use$"))
    most_kib = min(memory_mib * 1024, memory.DIRECT_MAP_BYTES // 1024)
    # Less: the first MiB, the kernel with its programs, and 128 KiB of the BIOS's tables.
    assert most_kib - 1024 - 64 * 2 - 128 <= usable_kib <= most_kib - 1024


@pytest.mark.parametrize("memory_mib", [128, 3072])
@pytest.mark.parametrize("step", ["robust", "processes", "linux"])
def test_the_checks_find_the_end_of_what_a_large_machine_has(
    lab: Lab, step: str, memory_mib: int
) -> None:
    """They take all there is of something; with more memory there is more, up to another limit."""
    kernel = lab.kernel(f"kernel.step={step}", "programs.suite=checks")
    machine = Machine(memory_mib=memory_mib)
    result = lab.boot(kernel, f"large-{step}-{memory_mib}", machine=machine)
    assert result.verdict.passed, result.explain()


@pytest.mark.parametrize("kind", ["disk", "kernel"])
@pytest.mark.parametrize("memory_mib", [2, 3, 4, 5, 3072])
def test_the_lesson_uses_memory_up_to_4_mib(lab: Lab, memory_mib: int, kind: str) -> None:
    """Its checks look for a page table entry of each page there is, and for no other."""
    kernel = lab.kernel("kernel.step=int80", "programs.suite=checks")
    name = f"lesson-memory-{memory_mib}-{kind}"
    result = lab.boot(kernel, name, kind=kind, machine=Machine(memory_mib=memory_mib))
    assert result.verdict.passed, result.explain()
    end = memory.KERNEL_BASE + min(memory_mib * MIB, LESSON_MEMORY_BYTES)
    last = value_of(result, r"^#   [0-9a-f]{8}-([0-9a-f]{8}) rw its data, and page frames$")
    assert end - BIOS_KEEPS_BYTES <= int(last, 16) + 1 <= end


@pytest.mark.parametrize("kind", ["disk", "kernel"])
@pytest.mark.parametrize("step", ["vsyscall", "robust"])
def test_a_machine_that_is_too_small_does_not_pass(lab: Lab, step: str, kind: str) -> None:
    machine = Machine(memory_mib=1)
    name = f"too-small-{step}-{kind}"
    # There is no kernel where it should be: what runs there is slow, and never comes to an end.
    patience = Patience(boot=Limit(200e6, idle_s=30, cpu_s=0.3, asleep_s=3))
    kernel = lab.kernel(f"kernel.step={step}")
    result = lab.boot(kernel, name, kind=kind, machine=machine, patience=patience)
    words = {
        "disk": ("loader refused", "no boot"),
        "kernel": ("emulator failed", "no boot", "panic"),
    }
    assert result.verdict.word.value in words[kind], result.explain()


# ---- CPUs ----


@pytest.mark.parametrize(("built_for", "there_are"), [(4, 2), (2, 4), (1, 4), (8, 8), (4, 1)])
@pytest.mark.parametrize("kind", ["disk", "kernel"])
def test_as_many_cpus_as_both_kernel_and_machine_have(
    lab: Lab, built_for: int, there_are: int, kind: str
) -> None:
    kernel = lab.kernel("kernel.step=robust", f"cpu.count={built_for}")
    machine = Machine(cpus=there_are)
    name = f"cpus-{built_for}-of-{there_are}-{kind}"
    result = lab.boot(kernel, name, kind=kind, machine=machine)
    assert result.verdict.passed, result.explain()
    if built_for > 1:
        online = value_of(result, r"^# cpus: APIC IDs (.*)$").split()
        assert online[0] == "0"
        assert len(set(online)) == len(online) == min(built_for, there_are)


@pytest.mark.parametrize(
    "cpu",
    [
        *("486", "486-v1", "base", "pentium", "athlon", "max", "pentium3,-sep"),
        *("486,+apic", "486,apic", "486,apic=on", "base,apic=yes", "486,+apic,-apic"),
        *("pentium3,-apic", "pentium3,apic=off", "pentium3,apic=no", "pentium3,apic=n"),
        *("pentium3,-apic,+apic", "pentium3,apic=off,+apic", "pentium3,apic=off,apic=on"),
    ],
)
def test_who_has_a_local_apic_is_what_qemu_says(cpu: str) -> None:
    what = {"path": "/machine/unattached/device[0]", "property": "apic"}
    ask = {"execute": "qom-get", "arguments": what}
    words = [{"execute": "qmp_capabilities"}, ask, {"execute": "quit"}]
    argv = ["qemu-system-i386", "-cpu", cpu, "-nodefaults", "-display", "none", "-S"]
    done = subprocess.run(
        [*argv, "-qmp", "stdio"],
        input="\n".join(map(json.dumps, words)),
        capture_output=True,
        text=True,
        check=True,
        timeout=BACKSTOP_S,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"return": has_local_apic(cpu)} in answers
    assert Machine(cpu, cpus=3).cpus == (3 if has_local_apic(cpu) else 1)


def test_a_cpu_whose_cpuid_tells_nothing_is_alone() -> None:
    assert Machine("pentium3,level=0", cpus=2).cpus == 1


# ---- what a program of the user's sees ----


@pytest.fixture(scope="session")
def own_programs(lab: Lab) -> Path:
    """A folder with programs that are the same file."""
    folder = lab.root / "own"
    with lab.locked("own"):
        folder.mkdir(exist_ok=True)
        source = Path(__file__).with_name("page.c")
        flags = "-m32 -static -nostdlib -ffreestanding -fno-pie -no-pie -fno-stack-protector -Os"
        argv = ["gcc", *flags.split(), "-o", str(folder / "first"), str(source)]
        subprocess.run(argv, check=True, timeout=BACKSTOP_S)
        for name in ("second", "third", LONG_NAME):
            (folder / name).write_bytes((folder / "first").read_bytes())
    return folder


LONG_NAME = "a-name-that-is-longer-than-the-one-in-struct-process"
OWN = ("programs.suite=none", 'programs.files=["first","second","third"]')


@pytest.mark.parametrize("cpu", CPUS.values(), ids=CPUS)
@pytest.mark.parametrize(
    ("step", "address"), [("vsyscall", "fixed"), ("robust", "fixed"), ("robust", "random")]
)
def test_the_page_a_program_is_given(
    lab: Lab, own_programs: Path, step: str, address: str, cpu: Cpu
) -> None:
    chosen = (*OWN, f"kernel.step={step}", f"vsyscall.address={address}")
    kernel = lab.kernel(*chosen, folder=own_programs)
    name = f"page-{step}-{address}-{cpu.model}"
    result = lab.boot(kernel, name, machine=Machine(cpu=cpu.model))
    assert result.verdict.passed, result.explain()
    stub = (WITH_SYSENTER if cpu.sysenter else WITH_INT80).code
    stubs = re.findall(r"^stub ([0-9a-f]{32})$", result.transcript.text, re.MULTILINE)
    assert stubs == [stub.ljust(16, b"\0").hex()] * 3, result.explain()
    found = re.findall(r"^page ([0-9a-f]{8})$", result.transcript.text, re.MULTILINE)
    pages = [int(page, 16) for page in found]
    if address == "fixed":
        assert pages == [memory.FIXED_VSYSCALL_ADDR] * 3
    else:
        first = memory.RANDOM_VSYSCALL_BASE
        after = first + memory.RANDOM_VSYSCALL_PAGES * memory.PAGE_SIZE
        assert len(set(pages)) == 3
        assert all(page % memory.PAGE_SIZE == 0 and first <= page < after for page in pages)


def test_arguments_and_environment_arrive(lab: Lab, own_programs: Path) -> None:
    strings = ('programs.args=["one","t w o",""]', 'programs.env=["A=1","B=ä\\\\\\"%s"]')
    files = f'programs.files=["{LONG_NAME}"]'
    chosen = ("kernel.step=robust", *OWN[:1], files, *strings)
    kernel = lab.kernel(*chosen, folder=own_programs)
    result = lab.boot(kernel, "arguments")
    assert result.verdict.passed, result.explain()
    found = re.findall(r"^(?:argument|environment) <(.*)>$", result.transcript.text, re.MULTILINE)
    assert found == [LONG_NAME, "one", "t w o", "", "A=1", 'B=ä\\"%s']


# ---- determinism ----


@pytest.mark.parametrize("kind", ["disk", "kernel"])
@pytest.mark.parametrize(
    "overrides",
    [
        ("kernel.step=int80",),
        ("kernel.step=sysenter",),
        ("kernel.step=vsyscall",),
        ("kernel.step=robust",),
        ("kernel.step=robust", "sysenter.stack=esp0-word"),
        ("kernel.step=robust", "vsyscall.address=random"),
        ("kernel.step=robust", "tss.io_bitmap=false", "sysenter.stack=per-switch"),
        ("kernel.step=processes",),
    ],
    ids=" ".join,
)
def test_two_runs_give_the_same_bytes(lab: Lab, overrides: tuple[str, ...], kind: str) -> None:
    kernel = lab.kernel(*overrides)
    assert kernel_problems(kernel.elf, kernel.model) == ()
    first, second = (lab.boot(kernel, f"same-{kind}", kind=kind) for _ in range(2))
    assert first.verdict.passed, first.explain()
    texts = [run.transcript_path.read_bytes() for run in (first, second)]
    if kind == "disk" and "vsyscall.address=random" in overrides:
        # QEMU's disk answers when the host's does, whatever the clock: the BIOS takes another
        # number of instructions each time, so the time stamp counter, and chance with it, differs.
        texts = [re.sub(rb"(?m)^.* AT_SYSINFO$", b"AT_SYSINFO", text) for text in texts]
    assert texts[0] == texts[1]
