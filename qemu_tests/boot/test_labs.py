"""Labs that are true: as handed out each fails in its way, each solution has all points."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builder.cli.app import app
from builder.labs.grader import Grade, grade, shown_errors
from builder.labs.handout import given_tree, handout, solved_tree
from builder.labs.hints import hints_for
from builder.labs.lab import Files, Lab, Mistake, changed
from builder.labs.lab_course import lab_named, labs
from qemu_tests.boot.lab_answers import RIGHT, WRONG, OtherAnswer
from qemu_tests.kit.kernels import Lab as Kernels

LABS = labs()
MISTAKES = [(lab, mistake) for lab in LABS for mistake in lab.mistake]
FIRST = LABS[0]
ON_CPUS = [(lab, cpu) for lab in LABS for cpu in lab.cpus]


def is_beside_the_gap(lab: Lab, mistake: Mistake) -> bool:
    """Can it be made by who has not filled in what is missing?"""
    gaps = [(row.file, row.old) for row in lab.change] + [
        (row.file, row.new) for row in lab.solution
    ]
    return not any(
        file == change.file and (line in gap or gap in line)
        for change in mistake.change
        for line in filter(str.strip, change.old.splitlines())
        for file, text in gaps
        for gap in filter(str.strip, text.splitlines())
    )


def named(value: object) -> str | None:
    if isinstance(value, Lab | Mistake):
        return value.name.replace(" ", "-")
    return None


def graded(
    kernels: Kernels, lab: Lab, tree: Files, answers: dict[str, str] | None = None, cpu: str = ""
) -> Grade:
    """All hand-ins of a lab in one folder: most of what is compiled is the same."""
    with kernels.locked(f"lab-{lab.name}") as folder:
        return grade(lab, {path: tree[path] for path in lab.files}, folder, answers, cpu=cpu)


def right_answers(lab: Lab) -> dict[str, str]:
    return {question.key: question.answer for question in lab.question}


@pytest.mark.parametrize("given", LABS, ids=named)
def test_as_handed_out_it_fails_in_its_way(lab: Kernels, given: Lab) -> None:
    found = graded(lab, given, given_tree(given, given.suite))
    assert found.word in given.word.split("|"), found.says
    assert found.untouched
    assert found.points == 0, found.parts
    assert not any(part.earned for part in found.parts)


@pytest.mark.parametrize(("solved", "cpu"), ON_CPUS, ids=named)
def test_the_solution_has_all_points(lab: Kernels, solved: Lab, cpu: str) -> None:
    tree = solved_tree(solved, solved.suite)
    found = graded(lab, solved, tree, right_answers(solved), cpu)
    assert found.full, found.says


@pytest.mark.parametrize(("of", "mistake"), MISTAKES, ids=named)
def test_a_known_mistake_gets_its_own_hint(lab: Kernels, of: Lab, mistake: Mistake) -> None:
    tree = changed(solved_tree(of, of.suite), mistake.change)
    found = graded(lab, of, tree, right_answers(of) | dict(mistake.answers))
    assert not found.full
    assert hints_for(found).about == mistake.name, found.says


@pytest.mark.parametrize(
    ("of", "mistake"), [row for row in MISTAKES if is_beside_the_gap(*row)], ids=named
)
def test_a_mistake_gives_no_points_to_who_has_done_nothing_else(
    lab: Kernels, of: Lab, mistake: Mistake
) -> None:
    tree = changed(given_tree(of, of.suite), mistake.change)
    assert graded(lab, of, tree, dict(mistake.answers)).points == 0


def test_what_an_assembler_says_is_named_first() -> None:
    said = "table.c: Assembler messages:\n/t/table.c:3: Error: no such instruction: `mvo %eax'\n"
    assert shown_errors(said, Path("/t")) == ["table.c:3: Error: no such instruction: `mvo %eax'"]


@pytest.mark.parametrize("other", RIGHT, ids=lambda other: f"{other.lab}-{other.what}")
def test_another_right_answer_has_all_points(lab: Kernels, other: OtherAnswer) -> None:
    of = lab_named(other.lab)
    found = graded(lab, of, changed(given_tree(of, of.suite), other.change))
    assert found.full, found.says


@pytest.mark.parametrize("other", WRONG, ids=lambda other: f"{other.lab}-{other.what}")
def test_another_wrong_answer_is_told_what_is_so(lab: Kernels, other: OtherAnswer) -> None:
    of = lab_named(other.lab)
    found = graded(lab, of, changed(given_tree(of, of.suite), other.change))
    assert (found.points, hints_for(found).about) == (other.points, other.about), found.says
    lines = [line for part in found.parts for line in part.lines]
    assert any(other.shows in line for line in lines), lines


@pytest.mark.parametrize("whole", LABS, ids=named)
def test_what_is_the_students_is_the_same_in_the_tree_that_checks(whole: Lab) -> None:
    read, checking = given_tree(whole, "demo"), given_tree(whole, whole.suite)
    assert {path: read[path] for path in whole.files} == {p: checking[p] for p in whole.files}
    assert {change.file for change in whole.solution} <= set(whole.files)
    assert {key for part in whole.part for key in part.answers} == {q.key for q in whole.question}
    for change in whole.change if whole.suite == "checks" else ():
        assert change.file in whole.files


@pytest.mark.parametrize("whole", LABS, ids=named)
def test_no_page_has_the_lines_that_are_asked_for(whole: Lab) -> None:
    page = handout(whole)["README.md"].decode()
    given, solved = given_tree(whole, "demo"), solved_tree(whole, "demo")
    for path in whole.files:
        new = set(solved[path].decode().splitlines()) - set(given[path].decode().splitlines())
        assert not [line for line in new if len(line.strip()) > 4 and line.strip() in page]
    asked = handout(whole).get("answers.txt", b"").decode()
    answers = [question.answer for question in whole.question if len(question.answer) > 6]
    assert not [answer for answer in answers if answer in page + asked]


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in ("lab", *words)])
    return result.exit_code, result.output


def test_a_student_goes_from_the_page_to_the_solution(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert run("new", "01", folder)[0] == 0
    status, text = run("check", folder)
    assert (status, "points: 0 of 10" in text) == (1, True)
    status, text = run("hint", folder)
    assert f"hint 1 of 4: {FIRST.hints[0]}" in text
    assert run("solution", folder)[0] == 2
    table = folder / "kernel/sys/table.c"
    table.write_bytes(solved_tree(FIRST, "demo")["sys/table.c"])
    status, text = run("check", folder)
    assert (status, "points: 10 of 10" in text) == (0, True)
    assert "+    [20] = call_getpid," in run("solution", folder)[1]
    assert re.search(r"01-table .*done, 1 hint\b", run("list", tmp_path)[1])


def test_answers_are_compared_with_the_kernel_and_not_shown(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    run("new", "10", folder)
    answers = folder / "answers.txt"
    blank = answers.read_text()
    answers.write_text(blank.replace("vector =", "vector = 14").replace("cr2 =", "cr2 = c0100000"))
    status, text = run("check", folder)
    assert (status, "points: 2 of 10" in text) == (1, True)
    assert "BAD      cr2: c0100000" in text
    assert "c010000c" not in text


def test_answers_that_name_where_a_value_comes_from(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    run("new", "25", folder)
    answers = folder / "answers.txt"
    wrong = {"words": "5  # all of them", "esp": "esp0 - 20", "eflags": "eflags & ~200"}
    answers.write_text("".join(f"{key} = {value}\n" for key, value in wrong.items()))
    text = run("check", folder)[1]
    assert "GOOD     words: 5\n" in text
    assert "BAD      esp: esp0 - 20\n" in text
    assert "MISSING  eflags: eflags & ~200 is neither a number nor a sum of names" in text
    assert "MISSING  eip: no line `eip = ...` has an answer" in text
    assert "In which base?" in run("hint", folder)[1]
    answers.write_text(
        "\ufeff"  # as some editors begin a file
        + "".join(f"{row.key.title()}={row.answer.upper()}\n" for row in lab_named("25").question),
        encoding="utf-8",
    )
    assert "points: 10 of 10" in run("check", folder)[1]
    assert "\nesp = esp0 - 14\n" in run("solution", folder)[1]


def test_a_question_that_is_not_answered_has_hints_of_its_own(lab: Kernels) -> None:
    asked = lab_named("25")
    answers = right_answers(asked)
    del answers["pushed_esp"]
    found = hints_for(graded(lab, asked, {}, answers))
    assert (found.about, found.texts) == ("pushed_esp", asked.question[3].hints)


def test_a_secret_that_was_written_down_is_another_one(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    run("new", "09", folder)
    thief = folder / "kernel/user/trespass.c"
    thief.write_text(thief.read_text().replace('%06x\\n", 0', '%06x\\n", 0xc0ffee'))
    assert "0xc0ffee" in thief.read_text()
    assert "points: 0 of 10" in run("check", folder)[1]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("13-sti", "entry/sysenter_entry.asm:"),
        ("12-arg", "entry/sysenter_entry.asm:61: "),
        ("04-esp0", "proc/process.c:"),  # what comes of it is seen elsewhere
        ("10-what", "the answers are in"),
        ("25-old", "tinygate xray --step vsyscall --program cost --call getpid --gate int80 "),
    ],
)
def test_the_line_is_the_last_hint(tmp_path: Path, name: str, line: str) -> None:
    folder = tmp_path / "mine"
    run("new", name, folder)
    for _ in range(3):
        run("hint", folder)
    assert f"the last hint: {line}" in run("hint", folder)[1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\x7fELF\0\xff", "is no text"),
        (b"a\0b", "is no text"),
        (b"/" * 300_000, "is too large"),
        (b"long sys_getpid(void) {", "does not build"),
    ],
    ids=["empty", "binary", "zero", "enormous", "truncated"],
)
def test_what_cannot_be_a_hand_in_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    folder = tmp_path / "mine"
    run("new", "01", folder)
    (folder / "kernel/sys/table.c").write_bytes(content)
    status, text = run("check", folder)
    assert status != 0
    assert said in text


def as_link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def as_nothing(path: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize("lab", ["01", "25"])
@pytest.mark.parametrize(
    ("make_it", "said"),
    [
        (as_link, "is not a file of its own"),
        (Path.mkdir, "is not a file of its own"),
        (os.mkfifo, "is not a file of its own"),
        (as_nothing, "cannot be read"),
    ],
    ids=["link", "folder", "fifo", "nothing"],
)
def test_only_files_are_taken(
    tmp_path: Path, lab: str, make_it: Callable[[Path], None], said: str
) -> None:
    folder = tmp_path / "mine"
    run("new", lab, folder)
    theirs = folder / ("answers.txt" if lab == "25" else "kernel/sys/table.c")
    theirs.unlink()
    make_it(theirs)
    status, text = run("check", folder)
    assert (status, said in text) == (2, True), text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"esp = \xff", "is no text"),
        (b"esp = 1\n" * 40_000, "is too large"),
        (b"words = 5\nesp = " + b"9" * 101, "answers.txt:2: is no answer"),
    ],
    ids=["empty", "binary", "enormous", "long"],
)
def test_what_cannot_be_answers_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    folder = tmp_path / "mine"
    run("new", "25", folder)
    (folder / "answers.txt").write_bytes(content)
    status, text = run("check", folder)
    assert (status, said in text) == (2, True), text


@pytest.mark.parametrize(
    "answer", ["0x" + "f" * 98, "9" * 100, "1e999", "-inf", "nan", "= 5", "e-"]
)
def test_a_strange_answer_is_wrong_and_nothing_else(lab: Kernels, answer: str) -> None:
    for asked in (lab_named("24"), lab_named("25")):
        answers = {question.key: answer for question in asked.question}
        assert graded(lab, asked, {}, answers).points == 0


def test_what_a_kernel_prints_does_nothing_to_the_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    run("new", "08", folder)
    process = folder / "kernel/sys/process.c"
    loud = 'print("    not ok 1 - \\033[2J\\n");\n    process_end('
    code = process.read_text()
    assert code.count("process_end(") == 1
    process.write_text('#include "lib/lib.h"\n' + code.replace("process_end(", loud))
    text = run("check", folder)[1]
    assert "BAD      hello: \\x1b[2J" in text
    assert "\033" not in text


@pytest.mark.parametrize("notes", [b"", b"{", b'{"lab": "no-such"}', b'{"lab": 1}', b"\xff"])
def test_damaged_notes_are_named(tmp_path: Path, notes: bytes) -> None:
    folder = tmp_path / "mine"
    run("new", "01", folder)
    (folder / ".lab/notes.json").write_bytes(notes)
    status, text = run("check", folder)
    assert (status, "error: " in text) == (2, True), text


def make(folder: Path, target: str) -> tuple[int, str]:
    done = subprocess.run(
        ["make", "-s", "-C", folder, target, "TINYGATE="],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_make_alone_does_not_pass_what_it_cannot_check(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    run("new", "09", folder)
    status, text = make(folder, "check")
    assert (status, "needs tinygate" in text) == (2, True)
    assert "without which nothing is checked here" in (folder / "README.md").read_text()


def test_make_alone_checks_too(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    run("new", "03", folder)
    status, text = make(folder, "check")
    assert status != 0
    assert "BAD      ok [0-9]+ - registers and arguments" in text
    assert "lowest address" in make(folder, "hint")[1]
    path = "entry/int80_entry.asm"
    (folder / "kernel" / path).write_bytes(solved_tree(lab_named("03"), "demo")[path])
    status, text = make(folder, "check")
    assert (status, "GOOD" in text) == (0, True), text


@pytest.mark.parametrize("whole", LABS, ids=named)
def test_what_is_to_be_read_is_there(whole: Lab) -> None:
    files = handout(whole)
    texts = [*whole.read, whole.task, whole.next, *whole.hints]
    named_files = {path for text in texts for path in re.findall(r"`(kernel/[\w./]+)`", text)}
    elsewhere = {"kernel/user/faults.asm"}  # a page says itself that it is not there
    assert named_files - elsewhere <= set(files)
    for line in whole.read:
        what, _, about = line.partition(": ")
        for path in re.findall(r"`(kernel/[\w./]+)`", what):
            for word in re.findall(r"`([^`]+)`", about):
                wanted = f"{word} {{" if word.startswith("struct ") else word.removesuffix("()")
                assert wanted in files[path].decode(), f"{path} has no {word}"
