"""A planned course: what it consists of, what it costs, and what is said of a plan that is none."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from builder.cli.app import app
from builder.errors import UserError
from builder.labs.classroom.class_report import (
    difference,
    grades_csv,
    gradescope_results,
    report_files,
    slug,
)
from builder.labs.classroom.course_files import course_files
from builder.labs.classroom.course_plan import EXAMPLE, Plan, read_plan
from builder.labs.classroom.gradebook import Gradebook, gradebook
from builder.labs.classroom.lateness import Times, in_words, late_by, read_times
from builder.labs.classroom.submission import HandIn, Submission
from builder.labs.classroom.work import Outcome, Part
from builder.labs.handout import handout, solved_tree
from builder.labs.lab_course import lab_named

TABLE = lab_named("01-table")
FRAME = lab_named("03-frame")
PLAN = """
title = "A <class>"
install = "pip install ./tinygate.whl"
text = "Read *this* first."
[[lab]]
name = "01-table"
points = 5
deadline = 2027-01-15T23:59:00
[[lab]]
name = "03-frame"
free_hints = 1
hint_price = 0.5
text = "Mind the **order**."
"""


def plan(tmp_path: Path, text: str = PLAN) -> Plan:
    path = tmp_path / "course.toml"
    path.write_text(text)
    return read_plan(path)


def test_a_course_has_pages_folders_and_solutions_apart(tmp_path: Path) -> None:
    files = course_files(plan(tmp_path))
    page = files["pages/03-frame.html"].decode()
    for part in ("What the CPU does not save", "<strong>order</strong>", "costs 0.5", "1 are free"):
        assert part in page
    index = files["index.html"].decode()
    assert "A &lt;class&gt;" in index and "2027-01-15 23:59" in index and "15 points" in index
    right = solved_tree(FRAME, "demo")[FRAME.files[0]]
    assert files[f"solutions/03-frame/{FRAME.files[0]}"] == right
    assert "+    push edi" in files["solutions/03-frame/solution.diff"].decode()
    for path, data in files.items():
        if path.startswith(("pages/", "handouts/03-frame")):
            assert right not in data, f"{path} has the solution"


def test_a_handed_out_folder_is_that_of_lab_new(tmp_path: Path) -> None:
    files = course_files(plan(tmp_path))
    for path, data in handout(TABLE).items():
        assert files[f"handouts/01-table/{path}"] == data
    with zipfile.ZipFile(io.BytesIO(files["handouts/01-table.zip"])) as archive:
        assert json.loads(archive.read("01-table/.lab/notes.json"))["lab"] == "01-table"
        assert archive.read("01-table/README.md") == files["handouts/01-table/README.md"]


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    assert course_files(plan(tmp_path)) == course_files(plan(tmp_path))


def test_labs_as_a_table(tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(course_files(plan(tmp_path))["labs.csv"].decode())))
    assert [(row["lab"], row["points"], row["due"]) for row in rows] == [
        ("01-table", "5", "2027-01-15 23:59"),
        ("03-frame", "10", ""),
    ]


def test_github_classroom_has_a_grader_for_each_part(tmp_path: Path) -> None:
    text = course_files(plan(tmp_path))["classroom/03-frame/.github/workflows/classroom.yml"]
    said = text.decode()
    assert said.count("uses: classroom-resources/autograding-command-grader@v1") == 2
    assert "max-score: 7\n" in said and "max-score: 3\n" in said
    assert "pip install ./tinygate.whl" in said
    assert "PART-2_RESULTS: ${{ steps.part-2.outputs.result }}\n" in said
    assert "runners: part-1,part-2\n" in said
    assert "{%" not in said
    # The grader hands a command no variables of the runner's.
    assert "$RUNNER_TEMP" not in said and said.count("${{ runner.temp }}/check.json") == 3


def test_github_classroom_knows_whole_points_only(tmp_path: Path) -> None:
    for points, shown in (("20", [14, 6]), ("5", [7, 3])):
        text = PLAN.replace('name = "03-frame"\n', f'name = "03-frame"\npoints = {points}\n')
        files = course_files(plan(tmp_path, text))
        said = files["classroom/03-frame/.github/workflows/classroom.yml"].decode()
        assert [int(n) for n in re.findall(r"max-score: (.*)", said)] == shown
        assert ("these are those of the lab itself, of 10" in said) == (points == "5")


def test_gradescope_is_given_one_file(tmp_path: Path) -> None:
    files = course_files(plan(tmp_path))
    with zipfile.ZipFile(io.BytesIO(files["gradescope/03-frame.zip"])) as archive:
        modes = {row.filename: row.external_attr >> 16 for row in archive.infolist()}
        assert modes == {"setup.sh": 0o755, "run_autograder": 0o755}
        for name in modes:
            assert archive.read(name) == files[f"gradescope/03-frame/{name}"]


def test_scripts_for_gradescope_are_scripts(tmp_path: Path) -> None:
    files = course_files(plan(tmp_path))
    for name in ("setup.sh", "run_autograder"):
        script = files[f"gradescope/03-frame/{name}"]
        assert subprocess.run(["sh", "-n"], input=script).returncode == 0
    begin = b"<<'END'\n"
    inner = files["gradescope/03-frame/run_autograder"].split(begin)[1].split(b"END\n")[0]
    assert plan(tmp_path, inner.decode()).lab == (
        plan(tmp_path).lab[1].model_copy(update={"text": "", "points": 10}),
    )


def test_without_a_way_to_install_there_is_nothing_for_other_places(tmp_path: Path) -> None:
    files = course_files(plan(tmp_path, EXAMPLE))
    assert {path.partition("/")[0] for path in files} == {
        *("index.html", "labs.csv", "pages", "handouts", "solutions"),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "lab: Field required"),
        ("lab = []", "lab: Tuple should have at least 1 item"),
        ("[[lab]]\nname = 3", "lab.0.name: Input should be a valid string"),
        ('[[lab]]\nname = "01-table"\nponts = 3', "lab.0.ponts: Extra inputs"),
        ('[[lab]]\nname = "01-table"\npoints = -1', "lab.0.points: Input should be greater"),
        ('[[lab]]\nname = "01"\n[[lab]]\nname = "01-table"', "lab 01-table is there twice"),
        ("[[lab", "Expected"),
        ('install = "a\\nb"\n[[lab]]\nname = "01"', "install: String should match"),
    ],
)
def test_a_plan_that_is_none_says_where(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError, match="is no course") as caught:
        plan(tmp_path, text)
    assert said in caught.value.why


def test_a_plan_that_names_no_lab_names_those_near(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such lab") as caught:
        plan(tmp_path, '[[lab]]\nname = "01-tabel"')
    assert "01-table" in caught.value.fix


# ---- points ----


def outcome(hand_in: HandIn, *earned: int, **fields: object) -> Outcome:
    parts = tuple(
        Part(title=part.title, points=part.points, earned=got, lines=(f"GOOD     {part.title}",))
        for part, got in zip(hand_in.lab.part, earned, strict=False)
    )
    given = {"word": "pass", "parts": parts, **fields}
    return Outcome(digest=hand_in.digest, version="1", lab=hand_in.lab.name, **given)  # type: ignore[arg-type]


def hand_in(student: str, text: str, *, hints: int = 0) -> HandIn:
    return HandIn(student, FRAME, {FRAME.files[0]: text.encode()}, hints=hints)


def book_of(tmp_path: Path, *pairs: tuple[HandIn, Outcome | None]) -> Gradebook:
    submissions = [Submission(one.student, (one,)) for one, _ in pairs]
    outcomes = {one.digest: came for one, came in pairs if came is not None}
    return gradebook(submissions, outcomes, plan(tmp_path))


def test_hints_cost_what_the_plan_says_and_never_more_than_there_is(tmp_path: Path) -> None:
    for earned, hints, points in ((7, 0, 7), (7, 1, 7), (7, 3, 6), (0, 9, 0), (1, 99, 0)):
        one = hand_in("a", "x", hints=hints)
        book = book_of(tmp_path, (one, outcome(one, earned)))
        assert book.students[0].score == points


def test_the_same_is_without_blanks_and_comments_and_not_what_was_handed_out(
    tmp_path: Path,
) -> None:
    right = solved_tree(FRAME, FRAME.suite)[FRAME.files[0]].decode()
    given = handout(FRAME)[f"kernel/{FRAME.files[0]}"].decode()
    texts = {
        **{"a": right, "b": right.replace("    push edi", "  push  edi ; mine")},
        **{"c": given, "d": given, "e": right + "    nop\n", "f": right + "nop ; x\n"},
    }
    pairs = [(hand_in(name, text), None) for name, text in texts.items()]
    book = book_of(tmp_path, *pairs)
    planned = book.plan.lab[1]
    assert book.same(planned) == [(("a", "b"), True), (("e", "f"), False)]
    same = {row["student"]: row["same as"] for row in csv.DictReader(io.StringIO(grades_csv(book)))}
    assert (same["a"], same["c"]) == ("b", "")
    assert f"<p>{len(book.students)} students; " in report_files(book)["index.html"].decode()
    page = report_files(book)["students/e.html"].decode()
    assert "f</a>" not in page and "same, but for" not in page, "a page is of one student"


def test_mistakes_are_counted_by_what_is_wrong(tmp_path: Path) -> None:
    a, b, c, d = (hand_in(name, name) for name in "abcd")
    book = book_of(
        tmp_path,
        (a, outcome(a, 0, mistake="two arguments changed round", word="fail")),
        (b, outcome(b, 0, word="hang")),
        (c, outcome(c, 0, mistake="two arguments changed round", word="fail")),
        (d, outcome(d, 0, failed="the process that grades has ended")),
    )
    assert book.mistakes(book.plan.lab[1]) == [
        *(("two arguments changed round", 2), ("hang", 1), ("not graded", 1)),
    ]
    assert "not graded: the process" in grades_csv(book)


def test_what_strangers_wrote_is_text_in_pages_and_no_formula_in_tables(tmp_path: Path) -> None:
    evil = "=<script>alert(1)</script>"
    one = hand_in(evil, "; <script>alert(2)</script>\x1b[2J\n", hints=2)
    book = book_of(tmp_path, (one, outcome(one, 7, summary=evil)))
    files = report_files(book)
    for path, data in files.items():
        if path.endswith(".html"):
            assert b"<script>" not in data and b"\x1b" not in data
    assert [path for path in files if ".." in path or "<" in path] == []
    assert next(csv.DictReader(io.StringIO(grades_csv(book))))["student"] == f"'{evil}"
    assert "alert(2)" in difference(book.students[0].entries[0])


def test_words_that_no_solution_needs_are_shown(tmp_path: Path) -> None:
    right = solved_tree(FRAME, FRAME.suite)[FRAME.files[0]].decode()
    evil = right + "    mov al, 0x10\n    out 0xf4, al ; print\n"
    book = book_of(tmp_path, (hand_in("good", right), None), (hand_in("evil", evil), None))
    assert [student.entries[0].notable for student in book.students] == [(), ("0xf4", "out")]
    pages = report_files(book)
    assert b"0xf4, out" in pages["index.html"] and b"0xf4, out" in pages["students/evil.html"]
    assert b"Look at what" not in pages["students/good.html"]


@pytest.mark.parametrize(
    ("lab", "hidden", "words"),
    [
        ("01", 'char *a = "/*"; outb(0xf4, 1); char *b = "*/";', ("0xf4", "outb")),
        ("01", "ou\\\ntb(0xf4, 1);", ("0xf4", "outb")),
        ("01", "// \\\noutb\nktap_ok(1);", ("ktap_ok",)),
        ("01", "__asm(1); __attribute((x)); _Pragma(1)", ("_Pragma", "__asm", "__attribute")),
        ("03", "mov eax, `;`\n db 1 ; out", ("db",)),
        ("01", "extern int x; int y = *(int *)0xC0100000u;", ("0xC0100000u", "extern")),
        ("01", "int y = *(int *)(KERNEL_BASE + 1);", ("KERNEL_BASE",)),
    ],
)
def test_words_that_are_hidden_are_shown_too(
    tmp_path: Path, lab: str, hidden: str, words: tuple[str, ...]
) -> None:
    given = lab_named(lab)
    right = solved_tree(given, given.suite)[given.files[0]].decode()
    one = HandIn("a", given, {given.files[0]: f"{right}{hidden}\n".encode()})
    (student,) = book_of(tmp_path, (one, None)).students
    assert student.entries[0].notable == words
    assert not student.entries[0].as_solution


# ---- who was late ----

DUE = datetime.datetime(2027, 1, 15, 23, 59)


def times(tmp_path: Path, text: str) -> Times:
    path = tmp_path / "times.csv"
    path.write_bytes(text.encode())
    return read_times(path)


@pytest.mark.parametrize(
    ("came", "said"),
    [
        ("2027-01-15T23:59:00", ""),
        ("2027-01-15T23:59:01", "1 min"),
        ("2027-01-16 03:04", "3 h 5 min"),
        ("2027-01-18T01:59:00", "2 d 2 h"),
        ("2027-01-17T00:09:00", "1 d"),
    ],
)
def test_how_late_it_was_is_said(tmp_path: Path, came: str, said: str) -> None:
    found = times(tmp_path, f"\ufeffname,time,student\r\nA,{came}, anna \r\n")
    assert in_words(late_by(found.rows["anna", ""], DUE)) == said


def test_time_zones_are_heeded_and_a_day_ends_at_midnight(tmp_path: Path) -> None:
    zone = datetime.timezone(datetime.timedelta(hours=2))
    found = times(tmp_path, "student,time\na,2027-01-15T22:00:00Z\nb,2027-01-15T23:30:00+02:00\n")
    assert in_words(late_by(found.rows["a", ""], DUE.replace(tzinfo=zone))) == "1 min"
    assert in_words(late_by(found.rows["b", ""], DUE.replace(tzinfo=zone))) == ""
    day, hour = datetime.date(2027, 1, 15), datetime.timedelta(hours=1)
    end = datetime.datetime(2027, 1, 16)
    assert (in_words(late_by(end, day)), in_words(late_by(end + hour, day))) == ("", "1 h")


def test_a_lab_may_have_a_time_of_its_own(tmp_path: Path) -> None:
    found = times(tmp_path, "student,time,lab\na,2027-01-15,\na,2027-01-16,03\nb,2027-01-17,01\n")
    days = {
        (name, lab.name): came.day
        for name in "ab"
        for lab in (TABLE, FRAME)
        if (came := found.of(name, lab))
    }
    assert days == {("a", TABLE.name): 15, ("a", FRAME.name): 16, ("b", TABLE.name): 17}
    with pytest.raises(UserError, match="no such lab"):
        times(tmp_path, "student,time,lab\na,2027-01-15,99\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no column is called student"),
        ("student;time\na;2027-01-15\n", "no column is called student"),
        ("student,when\n", "no column is called time"),
        ("student,time\na,yesterday\n", "line 2: Invalid isoformat string: 'yesterday'"),
        ("student,time\na\n", "line 2: Invalid isoformat string: ''"),
        ("student,time\na,2027-01-15\na,2027-01-16\n", "line 3: a is there twice"),
        ("student,time\na,0001-01-01\n", "line 2: "),
    ],
)
def test_a_table_of_times_that_is_none_says_where(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(UserError, match="is no table of times") as caught:
        times(tmp_path, text)
    assert why in caught.value.why


def test_who_was_late_is_in_the_report_and_has_the_same_points(tmp_path: Path) -> None:
    text = PLAN.replace(
        'name = "03-frame"\n', 'name = "03-frame"\ndeadline = 2027-01-15T23:59:00\n'
    )
    ones = [hand_in(name, name) for name in ("anna", "ben", "cleo")]
    came = times(tmp_path, "student,time\nanna,2027-01-15T20:00\nben,2027-01-16T01:00\n")
    submissions = [Submission(one.student, (one,)) for one in ones]
    outcomes = {one.digest: outcome(one, 7) for one in ones}
    book = gradebook(submissions, outcomes, plan(tmp_path, text), came)
    rows = list(csv.DictReader(io.StringIO(grades_csv(book))))
    assert [(row["points"], row["late minutes"]) for row in rows] == [
        *(("7", "0"), ("7", "61"), ("7", "")),
    ]
    pages = {path: " ".join(data.decode().split()) for path, data in report_files(book).items()}
    assert "Due 2027-01-15 23:59: 1 late; of 1 it is not known." in pages["index.html"]
    assert pages["index.html"].count("late: 1 h 1 min") == 1
    assert "Late by 1 h 1 min. It was due 2027-01-15 23:59." in pages["students/ben.html"]
    assert "Late" not in pages["students/anna.html"] + pages["students/cleo.html"]
    unknown = gradebook(submissions, outcomes, plan(tmp_path, text))
    assert b"who was late is not known without --times" in report_files(unknown)["index.html"]


def test_times_that_say_nothing_about_the_class_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "anna").mkdir()
    table, course = tmp_path / "times.csv", tmp_path / "course.toml"
    table.write_text("student,time\nben,2027-01-15\n")
    for text, said in (
        ('[[lab]]\nname = "01"\n', "there is no deadline to compare times with"),
        (PLAN, "no hand-in is of a student in the table"),
    ):
        course.write_text(text)
        words = ["grade", tmp_path / "anna", "--course", course, "--times", table]
        words += ["--out", tmp_path / "report"]
        result = CliRunner().invoke(app, ["lab", *map(str, words)])
        assert (result.exit_code, said in result.output) == (2, True), result.output
    assert not (tmp_path / "report").exists()


def test_gradescope_gets_the_points_of_the_plan(tmp_path: Path) -> None:
    one = hand_in("a", "x", hints=3)
    book = book_of(tmp_path, (one, outcome(one, 7)))
    found = gradescope_results(book, book.students[0])
    assert (found["score"], found["output"]) == (6, "03-frame: 3 hints, which cost 1")
    assert [(test["score"], test["max_score"]) for test in found["tests"]] == [(7, 7)]


def test_a_students_page_has_the_points_of_the_plan(tmp_path: Path) -> None:
    text = PLAN.replace('name = "03-frame"\n', 'name = "03-frame"\npoints = 5\n')
    one = hand_in("a", "x", hints=3)
    book = gradebook([Submission("a", (one,))], {one.digest: outcome(one, 7)}, plan(tmp_path, text))
    page = " ".join(report_files(book)["students/a.html"].decode().split())
    assert "3.5 of 3.5</span> every argument" in page and "2.5 of 5 points" in page
    assert "the folder says: 3, which cost 1." in page


def test_names_of_pages_are_never_those_of_others() -> None:
    names = ["a", "a b", "a-b", "a/b", "../x", "", ".", "ä", "a" * 99, "a" * 98]
    slugs = [slug(name) for name in names]
    assert len(set(slugs)) == len(names)
    assert not [one for one in slugs if "/" in one or one.startswith(".") or not one]


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in ("lab", "course", *words)])
    return result.exit_code, result.output


def test_the_verb_writes_a_course_and_no_half_of_one(tmp_path: Path) -> None:
    status, example = run("--example")
    assert (status, example) == (0, EXAMPLE)
    path = tmp_path / "course.toml"
    path.write_text(example)
    assert run(path, "--out", tmp_path / "course")[0] == 0
    made = tmp_path / "course/handouts/01-table/kernel/sys/table.c"
    assert stat.S_ISREG(made.stat().st_mode)
    assert run(path, "--out", tmp_path / "course")[0] == 0
    path.write_text("")
    status, text = run(path, "--out", tmp_path / "other")
    assert (status, "is no course" in text, (tmp_path / "other").exists()) == (2, True, False)
    assert run()[0] == 2
    assert run(path, "--out", tmp_path)[0] == 2
