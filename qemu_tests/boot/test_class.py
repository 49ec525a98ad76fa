"""A class is graded: in a sandbox, by results that nobody can print, and each hand-in once."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builder.cli.app import app
from builder.labs.classroom.work import Outcome, Task, Worker, version
from builder.labs.classroom.workbench import Workbench
from builder.labs.grader import Grade, grade
from builder.labs.handout import given_tree, handout, solved_tree
from builder.labs.hints import hints_for
from builder.labs.lab import Files, Lab, changed
from builder.labs.lab_course import lab_named, labs
from builder.labs.lab_folder import new_notes
from builder.tools.sandbox import no_sandbox
from qemu_tests.kit.sandbox import sandbox_or_skip

LABS = labs()
CANARY = "the canary that sings for nobody 4711"


@pytest.fixture(scope="session")
def benches(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Workbench]:
    """A bench for each lab, made when it is asked for."""
    folder, sandbox = tmp_path_factory.mktemp("benches"), sandbox_or_skip()
    return {lab.name: Workbench(lab, folder / lab.name, sandbox) for lab in LABS}


def graded(
    bench: Workbench, work: Path, files: Files, answers: dict[str, str] | None = None
) -> Grade:
    taken = {path: files[path] for path in bench.lab.files}
    return grade(bench.lab, taken, work, answers, bench)


def right(lab: Lab) -> Files:
    return dict(solved_tree(lab, lab.suite))


def named(value: object) -> str | None:
    return value.name if isinstance(value, Lab) else None


@pytest.mark.parametrize("each", LABS, ids=named)
def test_what_is_graded_is_what_a_student_sees(
    each: Lab, benches: dict[str, Workbench], tmp_path: Path
) -> None:
    """No points as handed out, all for the solution, and each mistake is known."""
    bench = benches[each.name]
    given = graded(bench, tmp_path, given_tree(each, each.suite))
    assert (given.points, given.word in each.word.split("|")) == (0, True), given.says
    answers = {question.key: question.answer for question in each.question}
    solved = graded(bench, tmp_path, right(each), answers)
    assert solved.full, solved.says
    for mistake in each.mistake:
        made = changed(right(each), mistake.change)
        wrong = graded(bench, tmp_path, made, answers | dict(mistake.answers))
        assert (hints_for(wrong).about, wrong.full) == (mistake.name, False), wrong.says


# ---- nothing of the machine is there to be read ----


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    path = tmp_path / "canary.txt"
    path.write_text(f"{CANARY}\n")
    return path


READERS = {
    "include": '#include "{}"\n',
    "incbin": '__asm__(".section .rodata\\n.incbin \\"{}\\"\\n.text");\n',
    "as-include": '__asm__(".include \\"{}\\"");\n',
    "computed": '#define FILE_NAME "{}"\n#include FILE_NAME\n',
    "as-macro": '__asm__(".macro read a\\n.inc\\\\a \\"{}\\"\\n.endm\\nread bin\\n");\n',
    "has-include": '#if !__has_include("{}")\n#error it is not there\n#endif\n',
}
NASM_READERS = {
    "nasm-include": '%include "{}"\n',
    "nasm-macro": '%macro read 1\n    section .rodata\ninc%+bin %1\n%endmacro\nread "{}"\n',
    "nasm-path": '%pathsearch FOUND "{}"\nincbin FOUND\n',
    "nasm-incbin": '    section .rodata\nincbin "{}"\n',
}


@pytest.mark.parametrize("name", [*READERS, *NASM_READERS])
def test_a_hand_in_that_reads_the_graders_disk_does_not_build(
    name: str, benches: dict[str, Workbench], tmp_path: Path, canary: Path
) -> None:
    lab = lab_named("01" if name in READERS else "03")
    text = {**READERS, **NASM_READERS}[name].format(canary)
    tree = right(lab)
    tree[lab.files[0]] += text.encode()
    found = graded(benches[lab.name], tmp_path / "work", tree)
    assert (found.word, found.points) == ("does not build", 0)
    assert re.search(r"No such file|not found|can't open|unable to|not there", found.summary)
    assert CANARY not in found.says


def test_without_the_sandbox_it_would(tmp_path: Path, canary: Path) -> None:
    lab = lab_named("01")
    tree = right(lab)
    tree[lab.files[0]] += READERS["include"].format(canary).encode()
    found = graded(Workbench(lab, tmp_path / "bench", no_sandbox()), tmp_path / "work", tree)
    # Of what cannot be C the compiler shows the words that it does not know.
    assert re.search(r"error: unknown type name .the", found.says)


@pytest.mark.parametrize(
    "path",
    [
        *("kernel/suite.c", "lib/ktap.c", "obj/kernel/suite.o", "kernel.elf", "sys/io.c"),
        *("/proc/self/environ", "/proc/version", "/dev/zero", "/etc/passwd", "/etc/hostname"),
    ],
)
def test_neither_the_seal_nor_the_solution_is_beside_it(
    path: str, benches: dict[str, Workbench], tmp_path: Path
) -> None:
    lab = lab_named("01")
    tree = right(lab)
    tree[lab.files[0]] += READERS["incbin"].format(path).encode()
    found = graded(benches[lab.name], tmp_path, tree)
    assert found.word == "does not build", found.says


@pytest.mark.parametrize(
    "text",
    [
        '__asm__(".skip 0x70000000, 1");\n',
        "char big[0x7fffffff];\nint other[0x20000000] = {1};\n",
        "#include __FILE__\n",
        "#define A(x) x x x x x x x x\n#define B(x) A(A(A(A(x))))\n#define C(x) B(B(B(x)))\n"
        "int a[] = { C(1,) };\n",
    ],
    ids=["assembler", "data", "itself", "macros"],
)
def test_a_hand_in_that_wants_everything_does_not_get_it(
    text: str, benches: dict[str, Workbench], tmp_path: Path
) -> None:
    lab = lab_named("01")
    tree = right(lab)
    tree[lab.files[0]] += text.encode()
    found = graded(benches[lab.name], tmp_path, tree)
    assert (found.word != "pass", found.points) == (True, 0)


def test_a_macro_without_end_is_ended(benches: dict[str, Workbench], tmp_path: Path) -> None:
    lab = lab_named("03")
    tree = right(lab)
    tree[lab.files[0]] += b"%rep 100000000\n%rep 1000000\n    nop\n%endrep\n%endrep\n"
    found = graded(benches[lab.name], tmp_path, tree)
    assert (found.word, found.points) == ("does not build", 0)


# ---- what a hand-in prints does not count ----


def transcript_of(lab: Lab, work: Path) -> str:
    """What a right kernel prints where nobody has sealed it."""
    says = grade(lab, {path: right(lab)[path] for path in lab.files}, work).says
    return says[says.index("tinygate kernel: ") :]


SAY = """
#include "include/x86.h"
static void say(const char *text)
{
    while (*text) {
        outb(0x3f8, (uint8_t)*text++);
    }
    outb(0xf4, 0x10);
    for (;;) {
    }
}
"""


def test_a_kernel_that_prints_what_a_right_one_prints_has_no_points(
    benches: dict[str, Workbench], tmp_path: Path
) -> None:
    lab = lab_named("02")
    text = transcript_of(lab, tmp_path / "home")
    assert "\nsuite finished: 54 passed, 0 failed\n" in text
    lines = text.split("\n", 1)[1].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    begin = "void idt_init(void)\n{\n"
    code = f'void idt_init(void)\n{{\n    say("{lines}");\n'
    old = given_tree(lab, lab.suite)[lab.files[0]].decode()
    assert old.count(begin) == 1
    new = old.replace(begin, code).replace("\n\n", f"\n\n{SAY}\n", 1)
    at_home = grade(lab, {lab.files[0]: new.encode()}, tmp_path / "home")
    assert at_home.full  # so it does fool who does not look behind it
    found = grade(lab, {lab.files[0]: new.encode()}, tmp_path / "work", None, benches[lab.name])
    assert found.points == 0
    assert found.word not in ("pass", "fail"), found.says


def test_a_kernel_under_which_every_program_ends_well_has_no_points(
    benches: dict[str, Workbench], tmp_path: Path
) -> None:
    """The status of exit() is made 0, and `not ok` is made ` ok` on its way to the serial line."""
    lab = lab_named("03")
    tree = given_tree(lab, lab.suite)
    entry = tree[lab.files[0]].decode()
    dispatch = ".dispatch:\n"
    assert entry.count(dispatch) == 1
    lie = (
        "    cmp  eax, NR_exit\n    jne  .no_exit\n    mov  dword [esp], 0\n.no_exit:\n"
        "    cmp  eax, NR_write\n    jne  .no_write\n    mov  ecx, [esp + 4]\n"
        "    cmp  dword [ecx], ` not`\n    jne  .no_write\n    mov  dword [ecx], `    `\n"
        ".no_write:\n"
    )
    tree[lab.files[0]] = entry.replace(dispatch, dispatch + lie).encode()
    found = graded(benches[lab.name], tmp_path, tree)
    assert found.points == 0, found.says


def test_a_kernel_that_prints_a_programs_line_has_no_points(
    benches: dict[str, Workbench], tmp_path: Path
) -> None:
    lab = lab_named("01")
    tree = dict(given_tree(lab, lab.suite))
    text = tree[lab.files[0]].decode()
    for old, new in (
        ('#include "sys/calls.h"\n', '#include "sys/calls.h"\n\n#include "lib/lib.h"\n'),
        (
            "    (void)regs;\n",
            "    (void)regs;\n"
            + "".join(f'    print("Hello from ring 3: I am process {n}.\\n");\n' for n in (1, 3)),
        ),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    tree[lab.files[0]] = text.encode()
    at_home = grade(lab, {lab.files[0]: text.encode()}, tmp_path / "home")
    assert at_home.full  # the line is there
    found = graded(benches[lab.name], tmp_path / "work", tree)
    assert (found.word, found.points) == ("pass", 0), found.says


def test_the_outcome_of_the_manual_means_nothing(
    benches: dict[str, Workbench], tmp_path: Path
) -> None:
    lab = lab_named("03")
    tree = right(lab)
    text = tree[lab.files[0]].decode()
    ends = "    mov  al, 0x10\n    out  0xf4, al\n"
    tree[lab.files[0]] = text.replace(".dispatch:\n", f".dispatch:\n{ends}", 1).encode()
    found = graded(benches[lab.name], tmp_path, tree)
    assert (found.word, found.points) == ("strange end", 0), found.says


def test_no_two_kernels_have_one_seal(benches: dict[str, Workbench], tmp_path: Path) -> None:
    lab = lab_named("01")
    other = Workbench(lab, tmp_path, sandbox_or_skip())
    seals = []
    for bench in (benches[lab.name], other):
        elf = bench.ours(solved=False) / "kernel.elf"
        seals.append(elf.read_bytes())
    assert seals[0] != seals[1]


# ---- a class ----


def hand_in(top: Path, name: str, lab: Lab, files: Files) -> Path:
    whole = {**handout(lab), **new_notes(lab)}
    whole |= {f"kernel/{path}": data for path, data in files.items()}
    for path, data in whole.items():
        (top / name / path).parent.mkdir(parents=True, exist_ok=True)
        (top / name / path).write_bytes(data)
    return top / name


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in ("lab", "grade", *words)])
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A class of six, two of whom attack the grader."""
    sandbox_or_skip()
    top = tmp_path_factory.mktemp("class")
    lab = lab_named("01")
    solution = right(lab)["sys/table.c"]
    (top / "secret").write_text(CANARY)
    hand_ins = {
        "anna": {"sys/table.c": solution},
        "ben": {"sys/table.c": solution + b"/* mine */\n"},
        "cleo": {},
        "dora": {"sys/table.c": solution + f'#include "{top}/secret"\n'.encode()},
        "<b>emil": {"sys/table.c": b""},
    }
    paths = [hand_in(top, name, lab, files) for name, files in hand_ins.items()]
    bad = top / "fay.tar"
    bad.write_bytes(b"no archive")
    status, text = run(*paths, bad, "--out", top / "report", "--jobs", "1")
    assert status == 0, text
    assert re.search(r"4 graded in .* a minute", text)
    again, text = run(*paths, bad, "--out", top / "report")
    assert (again, "graded" in text) == (0, False), text
    yield top / "report"


def test_a_class_has_a_page_for_each_and_one_for_all(report: Path) -> None:
    rows = list(csv.DictReader((report / "grades.csv").open()))
    assert {row["student"]: (row["points"], row["mistake"]) for row in rows} == {
        "anna": ("10", ""),
        "ben": ("10", ""),
        "cleo": ("0", "as it was handed out"),
        "dora": ("0", "does not build"),
        "<b>emil": ("0", "refused"),
        "fay": ("0", ""),
    }
    page = (report / "index.html").read_text()
    assert "&lt;b&gt;emil" in page and "<b>emil" not in page
    assert "anna, ben" in page and "it is the reference solution" in page
    assert "refused: is no archive that is known" in page
    assert len(list((report / "students").iterdir())) == 6


def test_what_a_hand_in_wants_to_read_is_nowhere_in_the_report(report: Path) -> None:
    texts = [path.read_text() for path in sorted(report.rglob("*")) if path.is_file()]
    assert not [text for text in texts if CANARY in text]
    assert any("No such file or directory" in text for text in texts)


def test_gradescope_gets_its_own_file(report: Path) -> None:
    found = json.loads((report / "gradescope" / "anna" / "results.json").read_text())
    assert (found["score"], sum(test["score"] for test in found["tests"])) == (10, 10)
    assert {"name", "score", "max_score", "output"} <= set(found["tests"][0])


def test_a_report_is_not_written_among_other_files(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    status, text = run(tmp_path, "--out", tmp_path)
    assert (status, "the folder has other files" in text) == (2, True)


def test_without_a_sandbox_nothing_is_graded_unless_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = lab_named("01")
    path = hand_in(tmp_path, "anna", lab, {"sys/table.c": right(lab)["sys/table.c"]})
    tools = tmp_path / "bin"
    tools.mkdir()
    for folder in ("/usr/bin", "/bin"):
        for tool in Path(folder).iterdir():
            if tool.name != "bwrap" and not (tools / tool.name).exists():
                (tools / tool.name).symlink_to(tool)
    monkeypatch.setenv("PATH", str(tools))
    status, text = run(path, "--out", tmp_path / "report")
    assert (status, "there is no sandbox: bubblewrap is missing" in text) == (3, True), text
    assert "--no-sandbox" in text
    status, text = run(path, "--out", tmp_path / "report", "--no-sandbox")
    assert status == 0, text
    assert ",10,10,pass," in (tmp_path / "report/grades.csv").read_text()


def test_a_worker_of_another_tinygate_refuses(tmp_path: Path) -> None:
    task = Task(digest="0", version="0.0 x", lab="01-table", files={}, answers="")
    outcome = Worker(tmp_path).do(task)
    assert (outcome.failed.split(":")[0], outcome.points) == ("the worker has another tinygate", 0)
    assert isinstance(outcome, Outcome) and version() != task.version
