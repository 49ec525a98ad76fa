"""Which mutants there are, which are chosen, and what is told of them. Nothing boots here."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest

from builder.boot.emulator import Machine
from builder.boot.patience import BACKSTOP_S
from builder.boot.verdict_words import Word
from builder.config.load import load_config
from builder.config.step import STEPS
from builder.errors import ExitCode, MachineryError, UserError
from qemu_tests.kit.kernels import Kernel
from qemu_tests.mutants import __main__ as command
from qemu_tests.mutants import measure
from qemu_tests.mutants.measure import BOOTS, Bench, Judged, Outcome, judge_all, machine_code
from qemu_tests.mutants.mutant import FOLDERS, Mutant, all_mutants, sample
from qemu_tests.mutants.operators import OPERATORS
from qemu_tests.mutants.report import Measurement, as_data, print_report
from qemu_tests.mutants.survivors import FILE, Survivor, read_survivors, reason_of, stale

ROOT = Path(__file__).resolve().parents[2]


def mutants_in(text: str, path: str = "proc/it.c") -> list[Mutant]:
    return all_mutants({path: text})


def body(*lines: str) -> str:
    """A C function of these lines."""
    return "\n".join(["void f(void)", "{", *(f"    {line}" for line in lines), "}", ""])


def made(operator: str, text: str, path: str) -> list[str]:
    return [each.after for each in mutants_in(text, path) if each.operator == operator]


# ---- operators ----

C_SAMPLES = [
    ("left-out", "call(a, b);", [";"]),
    ("left-out", "return -EFAULT;", [";"]),
    ("left-out", "uint32_t a = b;", []),  # what follows would not build
    ("left-out", "if (a) {", []),
    ("register", "call(regs->ebx, regs->eip);", ["call(regs->esi, regs->eip);"]),
    ("register", "new.ds = 1;", ["new.es = 1;"]),
    ("off-by-one", "a = b + 4095u;", ["a = b + 4096u;"]),
    ("off-by-one", "a = 0x1f;", ["a = 0x20;"]),
    ("off-by-one", "a1 = b2;", []),
    ("zero", "a = PAGE_USER | 2;", ["a = PAGE_USER | 0;", "a = 0 | 2;"]),
    ("zero", "a = NULL;", []),
    ("zero", "CALL(a);", []),
    ("bit", "a = 0x60;", ["a = 0x20;"]),
    ("bit", "a = 3;", []),  # 1 would be as if nobody had counted
    ("inverted", "if (a == b) {", ["if (a != b) {"]),
    ("inverted", "while (i < n) {", ["while (i >= n) {"]),
    ("inverted", "if (a->b) {", ["if (!(a->b)) {"]),
    ("inverted", "} else if (a & B) {", ["} else if (!(a & B)) {"]),
    ("inverted", "if (!a) {", []),  # is a negation left out
    ("inverted", "a = b << 1 >> c->d;", []),
    ("boundary", "if (a <= b || c > d) {", ["if (a < b || c > d) {", "if (a <= b || c >= d) {"]),
    ("and-or", "if (a && &b) {", ["if (a || &b) {"]),
    ("and-or", "a |= b & c;", ["a &= b & c;", "a |= b | c;"]),
    ("plus-minus", "a += b - 1;", ["a -= b - 1;", "a += b + 1;"]),
    ("plus-minus", "i++;", ["i--;"]),
    ("plus-minus", "return -a->b;", []),
    ("negation", "return -EFAULT;", ["return EFAULT;"]),
    ("negation", "if (!a != ~b) {", ["if (a != ~b) {", "if (!a != b) {"]),
    ("negation", "a = b - (uint32_t)-1;", ["a = b - (uint32_t)1;"]),
    ("opposite", "a = 1 << b;", ["a = 1 >> b;"]),
]
NASM_SAMPLES = [
    ("left-out", "push eax", [""]),
    ("register", "mov [eax + 4], si", ["mov [ecx + 4], si", "mov [eax + 4], di"]),
    ("register", "mov esp, gs", ["mov ebp, gs", "mov esp, ds"]),
    ("off-by-one", "push dword 0x7f", ["push dword 0x80"]),
    ("off-by-one", "jmp trap_1.done2", []),
    ("off-by-one", "push dword %1", []),
    ("zero", "mov eax, [esp + PT_DS]", ["mov eax, [esp + 0]"]),
    ("zero", "ENTRY nmi", []),
    ("bit", "add esp, 12", ["add esp, 4"]),
    ("inverted", "jne .out", ["je .out"]),
    ("inverted", "jae near .out", ["jb near .out"]),
    ("inverted", "setz al", ["setnz al"]),
    ("inverted", "jmp .je", []),
    ("boundary", "ja .out", ["jae .out"]),
    ("and-or", "or dword [esp], A | B", ["or dword [esp], A & B", "and dword [esp], A | B"]),
    ("plus-minus", "sub esp, [ebp - 4]", ["sub esp, [ebp + 4]", "add esp, [ebp - 4]"]),
    ("negation", "mov eax, -ENOSYS", ["mov eax, ENOSYS"]),
    ("negation", "push dword -1", ["push dword 1"]),
    ("negation", "test eax, ~(A | B)", ["test eax, (A | B)"]),
    ("opposite", "sti", ["cli"]),
    ("opposite", "call sti", []),
]


@pytest.mark.parametrize(("operator", "line", "expected"), C_SAMPLES)
def test_operators_on_a_line_of_c(operator: str, line: str, expected: list[str]) -> None:
    assert made(operator, body(line), "proc/it.c") == expected


@pytest.mark.parametrize(("operator", "line", "expected"), NASM_SAMPLES)
def test_operators_on_a_line_of_nasm(operator: str, line: str, expected: list[str]) -> None:
    assert made(operator, f"it:\n    {line}\n", "entry/it.asm") == expected


def test_every_operator_has_a_sample_and_a_name_of_its_own() -> None:
    names = [operator.name for operator in OPERATORS]
    assert len(set(names)) == len(names)
    assert {sample[0] for sample in C_SAMPLES + NASM_SAMPLES} | {"order"} == set(names)


def test_neighbouring_pops_are_exchanged_and_nothing_else() -> None:
    text = "    pop edi ; first\n    pop esi\n    push eax\n\n    push ebx\n.label:\n    push ecx\n"
    (mutant,) = (each for each in mutants_in(text, "proc/it.asm") if each.operator == "order")
    assert (mutant.id, mutant.before) == ("proc/it.asm:1:order:1", "pop edi\npop esi")
    assert mutant.after == "pop esi\npop edi"


def test_a_row_of_a_table_is_left_out() -> None:
    table = "const int table[] = {\n    [1] = one,\n    [2] = two,\n};\n"
    assert made("left-out", table, "sys/it.c") == ["", ""]


# ---- what is code ----

NO_CODE = """\
/* a = 1; */
#include "a.h"
#define A \\
    a = 1 + \\
    2;
// a = 1;
extern int a[3];
struct a {
    int b[4];
};
enum a { B = 2, };
enum a {
    B = 2,
    C = B + 1,
};
static int a[5];
static const char *const names[] = {
    [0] = "a name",
    [B] = "another",
};
int f(int a[2]);
int f(int a[2])
{
    int a[3];
    struct b *c, *d[4];
    _Static_assert(sizeof a == 4,
                   "" + 1);
    print("%d %d", a + 1,
          a & B);
    switch (a) {
    case 1 + 2:
    default:
    label:
    }
}
"""
NO_NASM_CODE = """\
; mov eax, 1
%include "a.inc"
%macro A 1
    global a
    extern b
    section .text
    align 16
    bits 32
it:
.there:
%%macro:
A equ 1
b: resd 4
%endmacro
"""


def test_lines_that_are_no_code_have_no_mutants() -> None:
    assert [each.before for each in mutants_in(NO_CODE)] == []
    assert [each.before for each in mutants_in(NO_NASM_CODE, "entry/it.asm")] == []


def test_neither_comments_nor_strings_are_changed_and_both_stay() -> None:
    text = body('f("1 + 1", a + 2 /* b + 3 */); /* c + 4,', "   d + 5 */ g(e);", "h();")
    changed = mutants_in(text)
    assert [(each.line, each.operator, each.after) for each in changed] == [
        (3, "left-out", ";"),
        (3, "off-by-one", 'f("1 + 1", a + 3 );'),
        (3, "zero", 'f("1 + 1", a + 0 );'),
        (3, "plus-minus", 'f("1 + 1", a - 2 );'),
        (4, "left-out", ";"),
        (5, "left-out", ";"),
    ]
    assert changed[1].new == '    f("1 + 1", a + 3 /* b + 3 */); /* c + 4,'


def test_only_the_kernels_folders_and_languages_count() -> None:
    paths = ["lib/a.c", "user/a.c", "entry/a.inc", "entry/a.md", *(f"{it}/a.c" for it in FOLDERS)]
    found = all_mutants({path: body("f();") for path in paths})
    assert [each.path for each in found] == sorted(f"{it}/a.c" for it in FOLDERS)


@pytest.fixture(scope="module")
def tree() -> dict[str, str]:
    return measure.own_files("sysenter")[1]


@cache
def mutants_of(step: str) -> list[Mutant]:
    return all_mutants(measure.own_files(step)[1])


@pytest.mark.parametrize("step", STEPS)
def test_in_each_step_each_mutant_changes_code_and_has_an_id_of_its_own(step: str) -> None:
    found = mutants_of(step)
    assert {each.operator for each in found} == {operator.name for operator in OPERATORS}
    assert {each.folder for each in found} == set(FOLDERS)
    assert len({each.id for each in found}) == len(found)
    assert len({(each.path, each.line, each.after) for each in found}) == len(found)
    assert [each.id for each in found if each.before == each.after or each.old == each.new] == []


def test_what_only_the_checks_have_is_not_changed(tree: dict[str, str]) -> None:
    assert "sys/io.c" in tree
    assert [path for path in tree if "check" in path] == []


def test_a_mutant_changes_its_line_and_no_other(tree: dict[str, str], tmp_path: Path) -> None:
    path = "proc/context_switch.asm"
    mutant = next(
        each
        for each in all_mutants(tree)
        if (each.path, each.before, each.after) == (path, "pop esi", "pop edi")
    )
    (tmp_path / "proc").mkdir()
    (tmp_path / path).write_text(tree[path])
    mutant.apply(tmp_path)
    pairs = zip(tree[path].split("\n"), (tmp_path / path).read_text().split("\n"), strict=True)
    assert [pair for pair in pairs if pair[0] != pair[1]] == [("    pop  esi", "    pop  edi")]
    with pytest.raises(AssertionError, match="there is"):  # it is another line by now
        mutant.apply(tmp_path)


# ---- the sample ----


def test_a_sample_has_no_mutant_twice_and_begins_with_the_smaller_ones(
    tree: dict[str, str],
) -> None:
    possible = all_mutants(tree)
    chosen = sample(possible, 50, seed=1)
    assert len({each.id for each in chosen}) == 50
    assert sample(possible, 20, seed=1) == chosen[:20]
    assert sample(possible[::-1], 20, seed=1) == chosen[:20]
    assert not {each.id for each in chosen} <= {each.id for each in sample(possible, 50, seed=2)}
    assert len(sample(possible, len(possible) + 1, seed=1)) == len(possible)


def test_neither_the_folder_nor_the_hash_seed_decides_anything(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "qemu_tests.mutants", "--list", "--count=20", "--step=int80"]

    def listed(folder: Path, hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            argv, cwd=folder, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    assert listed(ROOT, "1") == listed(tmp_path, "2")


def test_the_list_says_of_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--list", "--count=3", "--step=int80"]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    possible = len(all_mutants(measure.own_files("int80")[1]))
    assert len(lines) == 4
    assert lines[-1] == f"3 of {possible} possible"


def test_an_id_that_is_none_is_told_with_what_is_like_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = "proc/context_switch.asm:999:left-out:1"
    assert command.main(["--list", "--only", wrong]) == ExitCode.USAGE
    error = capsys.readouterr().err
    assert f"--only {wrong}: there is no such mutant" in error
    assert "one of proc/context_switch.asm:" in error


# ---- known survivors ----

KNOWN = """\
[[survivor]]
steps = ["int80", "sysenter"]
path = "proc/it.c"
before = "a = b + 1;"
after = "a = b - 1;"
reason = "b is odd"
"""


def survivors(folder: Path, text: str, step: str = "int80") -> list[Survivor]:
    path = folder / "survivors.toml"
    path.write_text(text)
    return read_survivors(step, path)


def test_a_known_survivor_has_its_reason_in_its_steps(tmp_path: Path) -> None:
    found = mutants_in(body("a = b + 1;"))
    reasons = {each.operator: reason_of(each, survivors(tmp_path, KNOWN)) for each in found}
    assert {name for name, reason in reasons.items() if reason} == {"plus-minus"}
    assert reasons["plus-minus"] == "b is odd"
    assert survivors(tmp_path, KNOWN, "linux") == []


def test_an_entry_may_be_several_changes_of_a_line(tmp_path: Path) -> None:
    several = KNOWN.replace('"a = b - 1;"', '["a = b - 1;", "a = b + 2;"]')
    found = mutants_in(body("a = b + 1;"))
    known = survivors(tmp_path, several)
    assert {each.operator for each in found if reason_of(each, known)} == {
        "plus-minus",
        "off-by-one",
    }
    gone = survivors(tmp_path, several.replace("+ 2", "+ 3"))
    assert stale(gone, found) == gone[1:]


def test_a_survivor_whose_line_or_change_is_gone_is_stale(tmp_path: Path) -> None:
    known = survivors(tmp_path, KNOWN)
    assert stale(known, mutants_in(body("a = b + 1;"))) == []
    assert stale(known, mutants_in(body("a = b + 2;"))) == known
    assert stale(known, mutants_in(body("a = b + 1;"), "proc/other.c")) == known


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[survivor]\n", "not valid TOML"),
        (KNOWN.replace("reason", "why"), r"survivor 1: (reason|why)"),
        (KNOWN.replace('"b is odd"', '" "'), r"survivor 1: reason: .*at least 1"),
        (KNOWN + KNOWN.replace("int80", "int81"), r"survivor 2: steps 1: .*'int80'"),
        (KNOWN.replace("[[survivor]]", "[[survivors]]"), "survivors: "),
    ],
)
def test_a_broken_file_of_survivors_says_where(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UserError) as caught:
        survivors(tmp_path, text)
    error = str(caught.value)
    assert error.startswith(f"{tmp_path}/survivors.toml: ")
    assert re.search(says, error), error


def test_a_missing_file_of_survivors_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot read the known survivors: No such file"):
        read_survivors("int80", tmp_path / "none.toml")


@pytest.mark.parametrize("step", STEPS)
def test_the_files_own_entries_are_there_in_the_tree(step: str) -> None:
    assert stale(read_survivors(step, FILE), mutants_of(step)) == []


# ---- what becomes of a mutant ----


def elf(folder: Path, name: str, source: str) -> Path:
    path = folder / name
    (folder / f"{name}.c").write_text(source)
    flags = ["-m32", "-nostdlib", "-static", "-fno-pie", "-no-pie", "-Wl,--build-id=none", "-O1"]
    subprocess.run(["gcc", *flags, "-o", path, f"{path}.c"], check=True)
    return path


@pytest.fixture(scope="module")
def elves(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    folder = tmp_path_factory.mktemp("elves")
    return SimpleNamespace(
        original=elf(folder, "original", "int a; int _start(void) { return a + 2; }"),
        equal=elf(folder, "equal", "int a; int _start(void) { /* */ return 2 - -a; }"),
        other=elf(folder, "other", "int a; int _start(void) { return a + 3; }"),
        larger=elf(folder, "larger", "int a, b[99]; int _start(void) { return a + 2; }"),
    )


def test_equal_machine_code_is_recognised(elves: SimpleNamespace) -> None:
    assert elves.equal.read_bytes() != elves.original.read_bytes()  # by the names in it
    assert machine_code(elves.equal) == machine_code(elves.original)
    assert machine_code(elves.other) != machine_code(elves.original)
    assert machine_code(elves.larger) != machine_code(elves.original)  # in its .bss


MUTANT = mutants_in(body("a = b + 1;"))[0]


CPUS = [boot.cpu for boot in BOOTS]
USUAL, SMALL, WITHOUT_SYSENTER = CPUS[:3]


class FakeLab:
    """Boots nothing; `words` says how a boot on a CPU ends that is no pass."""

    words: Mapping[str, Word]
    exit_status = 0

    def __init__(self, root: Path) -> None:
        self.root = root
        self.booted: list[str] = []

    def kernel(self, *overrides: str) -> Kernel:
        return Kernel(load_config(None, overrides), self.root / "original")

    def boot(self, _: Kernel, _name: str, *, machine: Machine, **_how: object) -> SimpleNamespace:
        self.booted.append(machine.cpu)
        word = self.words.get(machine.cpu, Word.PASS)
        return SimpleNamespace(
            verdict=SimpleNamespace(word=word),
            transcript=SimpleNamespace(exit_status=self.exit_status),
        )


Try = Callable[..., tuple[Judged, list[str]]]


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch, elves: SimpleNamespace, tmp_path: Path) -> Try:
    """Judges a mutant that builds `elf` (None: does not) and boots as FakeLab's `words` say.

    Returns what became of it, and the CPUs that it was booted on.
    """
    monkeypatch.setattr(measure, "Lab", FakeLab)
    (tmp_path / "original").mkdir()
    shutil.copy(elves.original, tmp_path / "original" / "kernel.elf")

    def run(
        words: Mapping[str, Word] | None = None,
        *,
        step: str = "sysenter",
        elf: Path | None = elves.other,
        original: Mapping[str, Word] | None = None,
    ) -> tuple[Judged, list[str]]:
        def rebuild(_: Kernel, out: Path, _changes: Sequence[Mutant]) -> SimpleNamespace:
            out.mkdir()
            if elf is not None:
                shutil.copy(elf, out / "kernel.elf")
            return SimpleNamespace(ok=elf is not None, stdout="make: ", stderr="error")

        monkeypatch.setattr(measure, "rebuild", rebuild)
        monkeypatch.setattr(FakeLab, "words", original or {}, raising=False)
        bench = Bench(step, tmp_path)
        booted = bench._lab.booted  # type: ignore[attr-defined]
        booted.clear()
        monkeypatch.setattr(FakeLab, "words", words or {})
        try:
            return bench.judge(MUTANT), booted
        finally:
            assert [path.name for path in tmp_path.iterdir()] == ["original"]  # nothing is left

    return run


@pytest.mark.parametrize(
    ("step", "words", "outcome", "booted"),
    [
        ("sysenter", {}, Outcome.SURVIVED, CPUS),
        ("sysenter", {USUAL: Word.FAIL}, Outcome.FAILED, [USUAL]),
        ("sysenter", {WITHOUT_SYSENTER: Word.RESET}, Outcome.RESET, CPUS[:3]),
        ("sysenter", {USUAL: Word.NO_BOOT}, Outcome.HUNG, [USUAL]),
        ("sysenter", {USUAL: Word.SKIPPED}, Outcome.OTHER, [USUAL]),
        ("int80", {WITHOUT_SYSENTER: Word.RESET}, Outcome.SURVIVED, [USUAL, SMALL]),
        ("robust", {}, Outcome.SURVIVED, [USUAL, *CPUS[2:]]),
    ],
)
def test_a_mutant_is_noticed_if_one_of_its_boots_notices(
    trial: Try, step: str, words: dict[str, Word], outcome: Outcome, booted: list[str]
) -> None:
    judged, where = trial(words, step=step)
    assert (judged.outcome, where) == (outcome, booted)
    names = [boot.name for boot in BOOTS if boot.cpu == booted[-1]]
    assert judged.boot == (names[0] if outcome is not Outcome.SURVIVED else "")


def test_what_does_not_build_or_is_equal_is_not_booted(trial: Try, elves: SimpleNamespace) -> None:
    judged, booted = trial(elf=None)
    assert (judged.outcome, judged.says, booted) == (Outcome.NOT_BUILT, "make: error", [])
    judged, booted = trial(elf=elves.equal)
    assert (judged.outcome, booted) == (Outcome.EQUAL, [])


def test_nothing_is_measured_with_an_original_that_does_not_pass(trial: Try) -> None:
    with pytest.raises(MachineryError, match="does not pass without a change, on a CPU without"):
        trial(original={WITHOUT_SYSENTER: Word.FAIL})


def test_an_emulator_that_somebody_killed_says_nothing_of_a_mutant(
    trial: Try, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeLab, "exit_status", -signal.SIGKILL)
    with pytest.raises(MachineryError, match="the emulator was killed"):
        trial({USUAL: Word.KILLED})


def test_an_emulator_that_gave_up_has_noticed(trial: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeLab, "exit_status", -signal.SIGABRT)
    assert trial({USUAL: Word.KILLED})[0].outcome is Outcome.OTHER


MANY = mutants_in(body("a = b + 1;", "if (a == b) {", "}", "return -EFAULT;"))


def survives(mutant: Mutant) -> Judged:
    return Judged(mutant, Outcome.SURVIVED)


def test_ctrl_c_begins_no_other_and_tells_of_what_is_at_work() -> None:
    handler = signal.getsignal(signal.SIGINT)
    told: list[Judged] = []
    begun: list[Mutant] = []
    at_work, struck = threading.Event(), threading.Event()

    def judge(mutant: Mutant) -> Judged:
        begun.append(mutant)
        if len(begun) == 2:
            at_work.set()
            assert struck.wait(BACKSTOP_S)
        return survives(mutant)

    def tell(judged: Judged) -> None:
        told.append(judged)
        if len(told) == 1:
            assert at_work.wait(BACKSTOP_S)
            signal.raise_signal(signal.SIGINT)
            struck.set()

    judge_all(MANY, judge, tell, 1)
    assert [each.mutant for each in told] == begun == MANY[:2]
    assert signal.getsignal(signal.SIGINT) == handler


def test_an_error_ends_all() -> None:
    begun: list[Mutant] = []

    def judge(mutant: Mutant) -> Judged:
        begun.append(mutant)
        raise MachineryError("no QEMU")

    with pytest.raises(MachineryError, match="no QEMU"):
        judge_all(MANY, judge, pytest.fail, 1)
    assert 1 <= len(begun) <= len(MANY)


# ---- what is told ----


def measured() -> Measurement:
    """Of one line, five mutants; one of them is known, and one that does not survive."""
    found = mutants_in(body("a = b + 1;"))
    ends = {
        "left-out": Outcome.FAILED,
        "off-by-one": Outcome.EQUAL,
        "zero": Outcome.SURVIVED,
        "plus-minus": Outcome.SURVIVED,
    }

    def known(after: str, reason: str) -> Survivor:
        return Survivor(
            steps=("int80",), path="proc/it.c", before="a = b + 1;", after=after, reason=reason
        )

    return Measurement(
        step="int80",
        seed=7,
        size=5,
        possible=found,
        known=[known("a = b - 1;", "b is odd"), known(";", "no"), known("a = 3;", "old")],
        judged=[Judged(each, ends[each.operator]) for each in found],
        seconds=6.0,
    )


def test_the_tables_add_up_and_the_percentages_leave_out_what_they_must(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_report(measured())
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines if line.startswith("all")] == [["all", *"4112"]] * 2
    assert [line.split() for line in lines if line.startswith("zero")] == [["zero", *"11"]]
    assert [line.split() for line in lines if line.startswith("proc")] == [["proc", *"4112"]]
    assert lines[-5:] == [
        "stale: no such change can be made any more: proc/it.c: a = b + 1; -> a = 3;",
        "noticed, though it is known as a survivor: proc/it.c: a = b + 1; -> ;",
        "interrupted after 4 of 5",
        "step int80, seed 7: 4 of 4 possible, 1 of them equal to the original; 1.5 s each",
        "noticed: 1 of 3 (33.3 %); without 1 survivors that have a reason: 1 of 2 (50.0 %)",
    ]


def test_without_any_that_differs_there_is_no_percentage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_report(replace(measured(), judged=()))
    assert "noticed: 0 of 0; " in capsys.readouterr().out


def test_a_program_is_told_the_same() -> None:
    data = as_data(measured())
    assert (data["noticed"], data["possible"], data["count"]) == (1, 4, 5)
    assert [data[key] for key in ("noticed_percent", "noticed_or_explained_percent")] == [
        pytest.approx(100 / 3),
        50,
    ]
    assert {each["id"]: each["reason"] for each in data["mutants"] if each["reason"]} == {
        "proc/it.c:3:left-out:1": "no",
        "proc/it.c:3:plus-minus:1": "b is odd",
    }


def test_the_command_tells_of_each_survivor_with_its_reason_and_ends_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class FakeBench:
        def __init__(self, step: str, folder: Path) -> None:
            assert step == "int80" and folder.is_dir()

        judge = staticmethod(survives)

    monkeypatch.setattr(command, "Bench", FakeBench)
    assert command.main(["--step=int80", "--count=3"]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    chosen = sample(all_mutants(measure.own_files("int80")[1]), 3, seed=1)
    assert sorted(line.split()[1] for line in lines[:3]) == sorted(each.id for each in chosen)
    assert "noticed: 0 of 3 (0.0 %)" in lines[-1]
    assert command.main(["--step=int80", "--count=3", "--json"]) == ExitCode.OK
    data = json.loads(capsys.readouterr().out)
    assert {each["outcome"] for each in data["mutants"]} == {"survived"}
    assert command.main(["--step=int80", "--only", chosen[0].id]) == ExitCode.OK
    assert capsys.readouterr().out.startswith(f"survived: {chosen[0].id}  ")
