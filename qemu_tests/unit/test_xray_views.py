"""Views of a record, without a machine: folds, replay, quiz, timeline, the page's text."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from builder.cli import xray_verbs
from builder.cli.xray_views import require_functions, run_quiz, write_views
from builder.errors import FileError, UserError
from builder.tree.picture import pictures
from builder.xray.folding import Fold, fold, inside
from builder.xray.page.colour import coloured
from builder.xray.page.compose import page_of
from builder.xray.page.listing import AROUND_LINES, listings
from builder.xray.page.table import effects_of, sections
from builder.xray.quiz import is_right, questions, value_of
from builder.xray.record import ByCpu, Record, Row, Word
from builder.xray.replay import Replay
from builder.xray.terminal_view import Line, lines_of
from builder.xray.timeline import WIDTH_PX, timeline_picture
from qemu_tests.kit.records import CODE_ADDR, ESP0, REGISTERS, USER_ESP, c_row, record_of, row, word

PUSH = row(
    ring=3, way=2, text="push ecx", registers={"esp": (USER_ESP, USER_ESP - 4)},
    writes=(word(USER_ESP - 4, 7, "saved ECX (page)"),),
)  # fmt: skip
SYSENTER = row(
    ring=3, way=3, text="sysenter", flags={"IF": (1, 0)},
    registers={"esp": (USER_ESP - 4, ESP0), "cs": (0x73, 0x60)},
    cpu=(
        ByCpu("cs", "MSR 174h", 0x60, 0x60, "SDM 2B"),
        ByCpu("esp", "MSR 175h", ESP0, ESP0, "SDM 2B"),
    ),
)  # fmt: skip
CALLED = (
    c_row("sys_getpid", 1),
    c_row("current", 2),
    c_row("current", 2),
    c_row("sys_getpid", 1, registers={"eax": (0, 3)}),
)
BACK = row(way=8, text="sysexit", registers={"esp": (ESP0, USER_ESP - 4)})
RECORD = record_of((PUSH, SYSENTER, *CALLED, BACK))


# ---- folds ----


def test_what_is_to_be_unfolded_must_have_been_called() -> None:
    called = {row.function for row in RECORD.rows if row.is_c}
    require_functions(RECORD, frozenset({"all", *called}))
    with pytest.raises(UserError, match="goes through no such C function") as caught:
        require_functions(RECORD, frozenset({"nowhere"}))
    assert caught.value.where == "--unfold nowhere"
    assert all(name in caught.value.why for name in called) and called


def folds_of(items: tuple[Row | Fold, ...]) -> list[Fold]:
    return [item for item in items if isinstance(item, Fold)]


def test_a_function_that_a_function_calls_is_a_fold_in_it() -> None:
    (outer,) = folds_of(fold(RECORD.rows))
    assert (outer.title, len(outer.rows)) == ("sys_getpid(), current()", 4)
    (inner,) = folds_of(inside(outer))
    assert (inner.title, len(inner.rows)) == ("current()", 2)
    assert [type(item) for item in inside(outer)] == [Row, Fold, Row]


def test_a_loop_opens_into_its_rows_and_a_handler_into_what_it_calls() -> None:
    loop = [row(address=CODE_ADDR + at % 2, branch=1) for at in range(8)]
    handler = [row(branch=1, address=CODE_ADDR + 64), *loop, c_row("irq", 1, branch=1)]
    (branch,) = folds_of(fold(record_of(handler).rows))
    assert branch.kind == "branch"
    assert [item.kind for item in folds_of(inside(branch))] == ["loop", "function"]
    first = folds_of(inside(branch))[0]
    assert inside(first) == first.rows


def test_every_row_is_in_the_table_once_however_deep() -> None:
    lines = [line for section in sections(RECORD.rows) for line in section.lines]
    assert [line.first for line in lines if line.opens is None] == [1, 2, 3, 4, 5, 6, 7]
    assert [line.within for line in lines if line.opens is None] == [
        (), (), (0,), (0, 1), (0, 1), (0,), (),
    ]  # fmt: skip
    assert [section.title for section in sections(RECORD.rows)][:2] == [
        "2: what a stub saves for SYSENTER",
        "3: the instruction that enters the kernel",
    ]


def test_a_fold_says_what_is_different_behind_it() -> None:
    there_and_back = (
        c_row("f", 1, registers={"ebx": (0, 5)}, flags={"ZF": (0, 1)}),
        c_row("f", 1, registers={"ebx": (5, 0), "eax": (0, 9)}, writes=(word(16, 1),)),
    )
    line = sections(record_of(there_and_back).rows)[0].lines[0]
    assert [(effect.what, effect.value) for effect in line.effects] == [
        ("2 instructions, rows 1 to 2, 1 memory write", ""),
        ("eax 00000000 →", "00000009"),
        ("ZF 0 →", "1"),
    ]


# ---- replay ----


def test_a_replay_has_registers_flags_words_and_names() -> None:
    replay = Replay(RECORD)
    assert replay.flags["IF"] == 1
    assert (replay.name(USER_ESP + 16), replay.name(USER_ESP - 4)) == ("argc", "")
    for made in RECORD.rows[:2]:
        replay.apply(made)
    assert (replay.registers["esp"], replay.registers["cs"], replay.flags["IF"]) == (ESP0, 0x60, 0)
    assert replay.word(USER_ESP - 4) == 7
    assert replay.name(USER_ESP - 4) == "saved ECX (page)"
    assert replay.word(0x1000) is None


def test_what_was_written_in_one_piece_too_long_is_not_known_behind_it() -> None:
    replay = Replay(RECORD)
    replay.apply(row(writes=(Word(USER_ESP, 2, "", None, 0x1234),)))
    assert replay.word(USER_ESP) == 0x1234
    replay.apply(row(writes=(Word(USER_ESP, 16, "", None, None),)))
    assert replay.word(USER_ESP) is None


def test_a_word_that_is_only_read_has_its_name_from_the_start() -> None:
    read = row(reads=(Word(ESP0, 4, "process.work", 0, 0),))
    assert Replay(record_of([read])).name(ESP0) == "process.work"


# ---- the quiz ----

ANSWERS = [
    ("bfffff4c", True),
    ("0xBFFFFF4C", True),
    (" esp - 4 ", True),
    ("esp-8+4", True),
    ("-4 + esp", True),
    ("esp", False),
    ("esp - 4 -", False),
    ("four", False),
    ("eip - 4", False),
]


@pytest.mark.parametrize(("text", "right"), ANSWERS)
def test_an_answer_is_a_sum_of_numbers_and_registers(text: str, right: bool) -> None:
    question = questions(PUSH)[0]
    assert is_right(question, text, Replay(RECORD).registers) is right


def test_a_sum_wraps_as_the_registers_do() -> None:
    question = replace(questions(PUSH)[0], value=0xFFFFFFFC)
    assert is_right(question, "eax - 4", REGISTERS)
    assert value_of("", REGISTERS) is None


def test_what_changes_is_asked_for_in_the_order_in_which_it_is_shown() -> None:
    asked = questions(PUSH)
    assert [(q.what, q.before, q.answer) for q in asked] == [
        ("esp", "bfffff50", "bfffff4c"),
        ("[bfffff4c saved ECX (page)]", "00000000", "00000007"),
    ]
    keys = [effect.key for effect in effects_of(PUSH)]
    assert [key for question in asked for key in question.hides] == keys


def test_of_what_the_cpu_does_by_itself_that_is_asked_for() -> None:
    assert [q.what for q in questions(SYSENTER)] == ["cs (MSR 174h)", "esp (MSR 175h)"]
    assert [q.hides for q in questions(SYSENTER)] == [("c:0",), ("c:1",)]


def quiz(answers: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    def show(lines: object) -> None:
        for line in lines:  # type: ignore[attr-defined]
            assert isinstance(line, Line)
            print(line.text)

    left = iter(answers)
    score = run_quiz(RECORD, frozenset(), show, lambda: next(left, ""))
    return str(score), capsys.readouterr().out


def test_the_terminal_shows_a_value_when_it_was_said_and_counts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    score, text = quiz(["1\n", "esp - 4\n", "\n", "?\n"], capsys)
    assert score == "1 said, 1 shown, 1 wrong"
    asked = text.index("esp: bfffff50 -> ?")
    assert text.index("no; once more") > asked
    assert text.index("right: bfffff4c") < text.index("it is 00000007")
    assert "esp bfffff50 -> bfffff4c" in text  # the row as ever, behind its questions
    assert "[bfffff4c] 00000007 saved ECX (page)" in text  # what ? shows
    assert text.rstrip().endswith(f"ended in row 2: {score}")
    assert "c0110fe0" not in text, "not yet said"


def test_a_quiz_that_is_answered_to_the_end_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    score, text = quiz(["\n"] * 5, capsys)
    assert score == "0 said, 5 shown, 0 wrong"
    assert text.rstrip().endswith(score)
    assert "4 instructions, rows 3 to 6" in text


# ---- the timeline ----


def test_the_timeline_has_a_tick_for_each_instruction_and_a_box_for_each_fold() -> None:
    picture = timeline_picture(RECORD)
    assert sum(not line.head for line in picture.lines) == 3
    assert sum(line.head for line in picture.lines) == 1  # into the kernel
    assert [box.style for box in picture.boxes].count("slot-cpu") == 1
    assert [badge.number for badge in picture.badges] == [2, 3, 7, 8]


@pytest.mark.parametrize("count", [1, 60, 700])
def test_the_timeline_stays_on_its_paper(count: int) -> None:
    picture = timeline_picture(record_of([row()] * count))
    boxes = [box for box in picture.boxes if box.style == "plain"]
    assert max(box.right for box in boxes) <= picture.width
    assert picture.width == WIDTH_PX or count == 700
    xs = [line.points[0][0] for line in picture.lines]
    assert len(set(xs)) == count, "two ticks at one place"
    assert boxes[0].x <= min(xs) and max(xs) <= boxes[0].right


def test_a_handler_has_a_lane_of_its_own() -> None:
    came = row(event="interrupt 0x20")
    handler = [row(branch=1, way=0)] * 3
    picture = timeline_picture(record_of([came, *handler, row()]))
    names = [text.text for text in picture.texts if text.style == "band-name"]
    assert names == ["ring 0", "in between"]
    assert sum(line.head for line in picture.lines) == 2


# ---- the page ----


class Elements(HTMLParser):
    """What stands in a page: names of elements with their attributes, ids, and rows' texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _, attrs in self.found if "id" in attrs]


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(RECORD, {"entry/entry.asm": "nop ; a & b\n" * 40})


def test_the_page_needs_nothing_else(page: str) -> None:
    elements = Elements(page).found
    assert not [tag for tag, _ in elements if tag in ("link", "img", "iframe", "object", "base")]
    outside = [
        value
        for _, attrs in elements
        for name, value in attrs.items()
        if name in ("src", "href") and not (value or "").startswith("#")
    ]
    assert outside == []
    assert not re.search(r"@import|url\((?!#)|fetch\(|XMLHttpRequest|WebSocket", page)
    assert "default-src 'none'" in page


def test_its_ids_are_its_own_and_every_row_is_in_it_without_a_script(page: str) -> None:
    ids = Elements(page).ids
    assert len(ids) == len(set(ids))
    assert {f"r{made.number}" for made in RECORD.rows} <= set(ids)
    assert [attrs for tag, attrs in Elements(page).found if tag == "tr" and "hidden" in attrs] == []


def test_what_the_script_plays_is_the_record(page: str) -> None:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert len(data["rows"]) == len(RECORD.rows)
    assert data["rows"][0]["w"] == [[USER_ESP - 4, 4, 7, "saved ECX (page)"]]
    assert data["folds"] == [[3, 6, []], [4, 5, [0]]]
    assert [part["path"] for part in data["rows"] if part["way"] == 8] == ["fast"]


def hostile(record: Record) -> Record:
    first = replace(record.rows[0], source="</script><b>&", text="<i>", symbol='"><u>')
    return replace(record, rows=(first, *record.rows[1:]), cut="</script><b>")


def test_text_of_a_record_is_text_in_the_page(page: str) -> None:
    made = page_of(hostile(RECORD), {})
    assert not [tag for tag, _ in Elements(made).found if tag == "u"]
    assert "&lt;/script&gt;&lt;b&gt;" in made
    assert made.count("</script>") == page.count("</script>")


@pytest.mark.parametrize(("step", "times"), [("sysenter", 1), ("vsyscall", 0), ("linux", 0)])
def test_a_step_that_differs_from_the_picture_is_told(step: str, times: int) -> None:
    record = replace(RECORD, kernel=replace(RECORD.kernel, step=step))
    assert page_of(record, {}).count("Here there is no page") == times


def test_every_part_of_the_way_can_be_lit() -> None:
    lit = {(part.number, part.path) for part in pictures()["way.svg"].parts}
    for way in range(1, 10):
        for path in ("fast", "old"):
            both = (way, "both") in lit
            assert both or (way, path) in lit, (way, path)


def test_the_listing_has_the_lines_around_those_that_were_executed() -> None:
    rows = record_of([row(line=30), row(line=31), row(line=80)]).rows
    (listing,) = listings(rows, {"entry/entry.asm": "nop\n" * 100})
    numbers = [line.number for line in listing.lines]
    assert numbers == [*range(30 - AROUND_LINES, 32 + AROUND_LINES), *range(73, 88)]
    assert [line.number for line in listing.lines if line.executed] == [30, 31, 80]
    assert [line.number for line in listing.lines if line.skipped] == [30 - AROUND_LINES, 73]


def test_without_the_file_the_listing_has_the_records_lines() -> None:
    (listing,) = listings(record_of([row(line=30, source="<ecx>")]).rows, {})
    assert [(line.number, "&lt;" in line.html) for line in listing.lines] == [(30, True)]


@pytest.mark.parametrize(
    ("text", "path", "shown"),
    [
        ("push ecx ; why", "a.asm", '<span class="s-comment">; why</span>'),
        ("int f(void);", "a.c", '<span class="s-type">int</span>'),
        ("/* a\nb */ x", "a.c", '<span class="s-comment">b */</span> x'),
        ("a < b", "a.c", "a &lt; b"),
    ],
)
def test_lines_are_coloured(text: str, path: str, shown: str) -> None:
    lines = coloured(text, path)
    assert len(lines) == text.count("\n") + 1
    assert shown in lines[-1]


# ---- the files ----


def test_page_and_timeline_are_written(tmp_path: Path) -> None:
    html, svg = tmp_path / "call.html", tmp_path / "call.svg"
    write_views(RECORD, None, html, svg)
    assert html.read_text(encoding="utf-8") == page_of(RECORD, {})
    assert svg.read_text(encoding="utf-8") == timeline_picture(RECORD).svg()
    assert ET.fromstring(svg.read_text(encoding="utf-8")).tag.endswith("svg")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be written: No such file") as caught:
        write_views(RECORD, None, tmp_path / "none" / "call.html", None)
    assert caught.value.where == str(tmp_path / "none" / "call.html")


@pytest.mark.parametrize(
    ("step", "gate", "words"),
    [
        ("int80", "int80", "int 0x80"),
        ("sysenter", "page", "SYSENTER"),  # it has no page yet
        ("vsyscall", "page", "the page"),
        ("sysenter", "int80", "int 0x80"),
    ],
)
def test_the_way_in_is_called_what_it_is_in_that_step(step: str, gate: str, words: str) -> None:
    call = replace(RECORD.call, program="hello", number=20, name="getpid", gate=gate)
    record = replace(RECORD, kernel=replace(RECORD.kernel, step=step), call=call)
    assert record.title == f"hello: getpid (20) by {words}"
    assert next(iter(lines_of(record, frozenset()))).text.startswith(record.title)


@pytest.mark.parametrize("number", ["4294967295", "4294967296"])
def test_a_number_that_eax_cannot_hold_is_no_call(number: str) -> None:
    subject: Any = SimpleNamespace(model=SimpleNamespace(syscalls=(), step="int80"))
    asked: Any = SimpleNamespace(call=number, gate="", program="", nth=1)
    if number == "4294967295":
        assert xray_verbs._wanted(subject, asked).number == 0xFFFFFFFF
    else:
        with pytest.raises(UserError, match="no such system call"):
            xray_verbs._wanted(subject, asked)
