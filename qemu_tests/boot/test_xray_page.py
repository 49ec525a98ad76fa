"""The page of a call, in a real Chromium, from a file: forward, back, folds, quiz, print."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from builder.boot.emulator import Machine
from builder.model.layout import PT_REGS
from builder.xray.find_call import Wanted
from builder.xray.folding import Fold, fold
from builder.xray.make_record import Subject, make_record
from builder.xray.page.compose import page_of
from builder.xray.page.listing import read_sources
from builder.xray.quiz import Question, questions
from builder.xray.record import Record
from builder.xray.replay import Replay
from qemu_tests.kit.browser import chromium
from qemu_tests.kit.kernels import Lab
from qemu_tests.unit.test_xray_views import ANSWERS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

WRITE, GETPID = 4, 20
PAGE_BYTES_MAX = 300 * 1024
WIDE = {"width": 1440, "height": 900}
WIDTHS_PX = (360, 700, 1000, 1440, 2200)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("home")) as started:
        yield started


def recorded(lab: Lab, wanted: Wanted, *overrides: str, **how: Any) -> tuple[Record, str]:
    """A call, and its page."""
    kernel = lab.kernel(*overrides, debug=True)
    machine = Machine(kernel.config.machine.cpu, kernel.config.machine.memory_mib)
    subject = Subject(kernel.model, kernel.config.digest, machine, kernel.tree)
    record = make_record(subject, wanted, **how)
    return record, page_of(record, read_sources(record.rows, kernel.tree))


@pytest.fixture(scope="module")
def getpid(lab: Lab) -> tuple[Record, str]:
    return recorded(lab, Wanted("hello", GETPID), "kernel.step=vsyscall")


@pytest.fixture(scope="module")
def write(lab: Lab) -> tuple[Record, str]:
    """Functions in functions, loops, and a timer interrupt on the way."""
    return recorded(lab, Wanted("hello", WRITE), "kernel.step=robust", timer_at=20)


Opens = Callable[..., "Page"]


@pytest.fixture
def opens(browser: Browser, tmp_path: Path) -> Iterator[Opens]:
    """Opens a page's text from a file; whatever the console or the network sees is an error."""
    trouble: list[str] = []
    contexts = []

    def open_it(text: str, place: str = "", **how: Any) -> Page:
        path = tmp_path / "a call.html"
        path.write_text(text, encoding="utf-8")
        context = browser.new_context(**{"viewport": WIDE, **how})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: trouble.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
        page.on("request", lambda request: seen(request.url))
        page.goto(path.as_uri() + place)
        return page

    def seen(url: str) -> None:
        if not url.startswith("file:"):
            trouble.append(f"request: {url}")

    yield open_it
    for context in contexts:
        context.close()
    assert trouble == []


def where(page: Page) -> str:
    return page.locator("#where").inner_text()


def shown(page: Page) -> str:
    """All that the panes say."""
    return page.locator("#panes").inner_text()


def registers(page: Page) -> dict[str, int]:
    rows = page.locator("#registers [data-register]").all_inner_texts()
    return {name: int(value, 16) for name, value in (row.split() for row in rows)}


def lit(page: Page) -> set[str]:
    parts = page.locator("#picture .part.lit")
    return set(parts.evaluate_all("parts => parts.map(part => part.dataset.number)"))


def paths(page: Page) -> set[str]:
    parts = page.locator("#picture .part.lit")
    return set(parts.evaluate_all("parts => parts.map(part => part.dataset.path)"))


def test_its_size_is_that_of_a_small_picture(getpid: tuple[Record, str]) -> None:
    assert len(getpid[1].encode()) <= PAGE_BYTES_MAX


def test_forward_it_shows_what_the_record_says(getpid: tuple[Record, str], opens: Opens) -> None:
    record, text = getpid
    page = opens(text)
    page.keyboard.press("Home")
    replay = Replay(record)
    assert where(page) == "before the call"
    assert registers(page) == replay.registers
    for item in fold(record.rows):
        rows = item.rows if isinstance(item, Fold) else (item,)
        for row in rows:
            replay.apply(row)
        page.keyboard.press("ArrowRight")
        assert registers(page) == replay.registers, rows
        assert lit(page) == {str(rows[0].way)}
        assert paths(page) <= {"fast", "both"}
        assert where(page).endswith(f"ring {rows[0].ring}")
    assert where(page) == f"{len(record.rows)} of {len(record.rows)}, ring 3"
    page.keyboard.press("ArrowRight")
    assert where(page).startswith(f"{len(record.rows)} of"), "there is no more"


def test_the_older_gate_has_its_own_side_of_the_picture(lab: Lab, opens: Opens) -> None:
    record, text = recorded(lab, Wanted("cost", GETPID, "int80"), "kernel.step=vsyscall")
    page = opens(text)
    seen = []
    for row in record.rows:
        page.get_by_role("slider", name="instruction").fill(str(row.number))
        seen.append((lit(page), paths(page)))
    assert {number for numbers, _ in seen for number in numbers} == {"3", "5", "7", "8"}
    assert {path for _, found in seen for path in found} == {"old", "both"}


def test_back_is_the_same_as_forward(getpid: tuple[Record, str], opens: Opens) -> None:
    page = opens(getpid[1])
    page.keyboard.press("Home")
    forward = [shown(page)]
    while not where(page).startswith(f"{len(getpid[0].rows)} of"):
        page.keyboard.press("ArrowRight")
        forward.append(shown(page))
    assert len(set(forward)) == len(forward), "each instruction shows something"
    back = [shown(page)]
    while where(page) != "before the call":
        page.keyboard.press("ArrowLeft")
        back.append(shown(page))
    assert back == forward[::-1]


def test_the_slider_goes_to_any_place(getpid: tuple[Record, str], opens: Opens) -> None:
    page = opens(getpid[1])
    slider = page.get_by_role("slider", name="instruction")
    slider.fill("23")
    assert where(page) == "23 of 57, ring 0"
    assert slider.get_attribute("aria-valuetext") == "23 of 57, ring 0"
    at_23 = shown(page)
    slider.fill("50")
    assert registers(page)["edx"] == 0xFFFFE009
    slider.fill("23")
    assert shown(page) == at_23


def test_keys_go_to_the_ends_and_the_parts(getpid: tuple[Record, str], opens: Opens) -> None:
    page = opens(getpid[1])
    assert where(page) == "1 of 57, ring 3"
    for key, part, place in [
        ("PageDown", "2: what a stub saves for SYSENTER", "2 of"),
        ("PageDown", "3: the instruction that enters the kernel", "6 of"),
        ("PageUp", "2: what a stub saves for SYSENTER", "2 of"),
        ("End", "9: what the stub restores", "57 of"),
        ("PageUp", "8: the way back", "42 of"),
        ("Home", "1: the call", "before"),
    ]:
        page.keyboard.press(key)
        assert page.locator("#part").inner_text() == part
        assert where(page).startswith(place)


def test_it_plays_and_pauses(getpid: tuple[Record, str], opens: Opens) -> None:
    page = opens("", "")
    page.clock.install()
    page = opens_at(page, getpid[1])
    # Else it would run on between two lines of this test, the more so on a busy machine.
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 60)
    page.keyboard.press("Space")
    assert page.get_by_role("button", name="pause").is_visible()
    page.clock.run_for(2_000)
    assert where(page).startswith("3 of")
    page.keyboard.press("Space")
    page.clock.run_for(5_000)
    assert where(page).startswith("3 of")
    page.get_by_role("button", name="play").click()
    page.clock.run_for(120_000)
    assert where(page).startswith("57 of")
    assert page.get_by_role("button", name="play").is_visible(), "it stops at the end"


def opens_at(page: Page, text: str) -> Page:
    """The same page with another text."""
    Path(page.evaluate("decodeURIComponent(location.pathname)")).write_text(text, encoding="utf-8")
    page.reload()
    return page


def test_an_address_and_a_number_lead_to_a_row(getpid: tuple[Record, str], opens: Opens) -> None:
    page = opens(getpid[1], "#r7")
    assert where(page).startswith("7 of")
    assert page.evaluate("scrollY") == 0, "the panes are in sight, not the table"
    page.locator("#rows").get_by_role("link", name="53", exact=True).click()
    assert where(page).startswith("53 of")
    assert page.evaluate("scrollY") == 0
    current = page.locator("tr[aria-current]")
    assert current.get_attribute("id") == "r53"
    assert "SDM 2B, SYSEXIT" in page.locator("#instruction").inner_text()


def test_words_of_the_stacks_have_their_names(getpid: tuple[Record, str], opens: Opens) -> None:
    page = opens(getpid[1], "#r28")
    kernel = page.locator("#kernel-stack tbody tr")
    names = [line.split("\t")[2] for line in kernel.all_inner_texts() if line.count("\t") == 2]
    frame = [name for name in names if name.startswith("pt_regs.")]
    assert frame == [f"pt_regs.{placed.field.name}" for placed in reversed(PT_REGS.placed)]
    top = page.locator("#kernel-stack .top")
    assert top.inner_text().split("\t") == ["c0110f9c", "00000000", "pt_regs.ebx"]
    assert "changed" in (top.get_attribute("class") or "").split()
    program = page.locator("#program-stack .top").inner_text()
    assert program.endswith("saved EBP (page)")


def test_the_source_stands_at_the_line(getpid: tuple[Record, str], opens: Opens) -> None:
    record, text = getpid
    page = opens(text, "#r23")
    row = record.rows[22]
    line = page.locator("#source .now")
    assert line.is_visible()
    assert line.inner_text().split() == [str(row.line), *row.source.split()]
    assert page.locator("#source-title").inner_text() == f"Source {row.file}"
    box, pane = line.bounding_box(), page.locator("#source").bounding_box()
    assert box and pane and pane["y"] < box["y"] < pane["y"] + pane["height"] - box["height"]


def test_folds_open_and_close(write: tuple[Record, str], opens: Opens) -> None:
    record, text = write
    call = next(row for row in record.rows if row.is_c)
    page = opens(text, f"#r{call.number}")
    inside = page.locator(f"#r{call.number}")
    assert not inside.is_visible()
    assert " to " in where(page), "a closed fold is one step"
    page.keyboard.press("Enter")
    assert inside.is_visible()
    assert where(page).startswith(f"{call.number} of")
    fold = page.locator("tr.fold", has_text="call_write()").first
    fold.get_by_role("button", name="close").click()
    assert not inside.is_visible()
    page.locator("#instruction").get_by_role("button", name="open").click()
    assert inside.is_visible()
    page.get_by_role("button", name="open all").click()
    rows = page.locator("#rows tr.row")
    assert rows.count() == len(record.rows)
    assert page.locator("#rows tr[hidden]").count() == 0
    page.get_by_role("button", name="close all").click()
    assert page.locator("#rows tr.row[hidden]").count() > 0


def test_past_an_opened_loop_the_state_is_the_same(write: tuple[Record, str], opens: Opens) -> None:
    page = opens(write[1])
    page.keyboard.press("End")
    closed = registers(page)
    page.get_by_role("button", name="open all").click()
    slider = page.get_by_role("slider", name="instruction")
    slider.fill("100")
    replay = Replay(write[0])
    for row in write[0].rows[:100]:
        replay.apply(row)
    assert registers(page) == replay.registers
    slider.press("End")
    assert registers(page) == closed


def test_a_handler_stands_beside_the_way(write: tuple[Record, str], opens: Opens) -> None:
    branch = next(row for row in write[0].rows if row.branch)
    page = opens(write[1], f"#r{branch.number}")
    assert page.locator("#part").inner_text() == f"{branch.context}, beside the way"
    assert lit(page) == set()


def start_quiz(page: Page) -> Locator:
    page.get_by_role("switch", name="quiz").check()
    return page.locator("#answer")


def test_the_quiz_keeps_values_back_until_they_are_said_and_counts(
    getpid: tuple[Record, str], opens: Opens
) -> None:
    page = opens(getpid[1])
    before = registers(opens(getpid[1], "#r0"))
    box = start_quiz(page)
    assert page.evaluate("document.activeElement.id") == "answer"
    esp, address = questions(getpid[0].rows[0])
    assert not tells(page, esp) and registers(page) == before
    box.fill("12")
    box.press("Enter")
    assert page.locator("#score").inner_text() == "0 said, 0 shown, 1 wrong"
    assert not tells(page, esp)
    box.fill("esp - 4")
    box.press("Enter")
    assert page.locator("#judged").inner_text() == f"Right: esp is {esp.answer}."
    assert page.locator("#score").inner_text() == "1 said, 0 shown, 1 wrong"
    assert tells(page, esp) and not tells(page, address)
    page.get_by_role("button", name="one instruction forward").click()
    assert where(page).startswith("1 of"), "not yet"
    assert page.evaluate("document.activeElement.id") == "answer"
    box.press("Enter")
    assert page.locator("#judged").inner_text() == f"{address.what} is {address.answer}."
    assert page.locator("#score").inner_text() == "1 said, 1 shown, 1 wrong"
    assert registers(page)["esp"] == esp.value
    page.keyboard.press("ArrowRight")
    assert where(page).startswith("2 of")
    assert not tells(page, questions(getpid[0].rows[1])[0])
    page.keyboard.press("Tab")
    page.get_by_role("switch", name="quiz").uncheck()
    assert tells(page, questions(getpid[0].rows[1])[0])


def tells(page: Page, question: Question) -> bool:
    """Does anything that can be seen or heard hold the answer, in the panes or in the table?

    But for the addresses of words: those of a stack are always there.
    """
    values = page.locator("#registers, #instruction, .stack .value, #question, #news")
    texts = values.all_inner_texts()
    effects = page.locator("tr[aria-current] .effects [data-key]")
    texts += [effect.inner_text() for effect in effects.all() if effect.is_visible()]
    return any(question.answer in text for text in texts)


@pytest.mark.parametrize(("text", "right"), ANSWERS)
def test_the_page_reads_an_answer_as_the_terminal_does(
    getpid: tuple[Record, str], opens: Opens, text: str, right: bool
) -> None:
    page = opens(getpid[1])
    assert questions(getpid[0].rows[0])[0].answer == "bfffff4c", "that of the table of answers"
    box = start_quiz(page)
    box.fill(text)
    box.press("Enter")
    said = page.locator("#score").inner_text()
    assert said == ("1 said, 0 shown, 0 wrong" if right else "0 said, 0 shown, 1 wrong")


def test_a_whole_quiz_can_be_answered(getpid: tuple[Record, str], opens: Opens) -> None:
    record, text = getpid
    page = opens(text)
    page.get_by_role("button", name="open all").click()
    box = start_quiz(page)
    asked = 0
    for row in record.rows:
        for question in questions(row):
            box.fill(question.answer)
            box.press("Enter")
            asked += 1
        assert where(page).startswith(f"{row.number} of")
        page.keyboard.press("ArrowRight")
    assert page.locator("#score").inner_text() == f"{asked} said, 0 shown, 0 wrong"


def test_without_javascript_it_is_the_whole_table(write: tuple[Record, str], opens: Opens) -> None:
    page = opens(write[1], java_script_enabled=False)
    assert not page.locator("#controls").is_visible()
    assert page.locator("noscript p").is_visible()
    # Nothing is evaluated in such a page; what has a place on it is seen.
    rows = page.locator("#rows tr.row")
    assert rows.count() == len(write[0].rows)
    for number in (0, 100, len(write[0].rows) - 1):
        assert rows.nth(number).is_visible()


def test_on_paper_every_row_is_there_in_dark_ink(write: tuple[Record, str], opens: Opens) -> None:
    page = opens(write[1], color_scheme="dark")
    dark = background(page)
    page.emulate_media(media="print", color_scheme="dark")
    assert background(page) != dark
    assert not page.locator("#controls").is_visible()
    assert page.locator("#picture svg").is_visible()
    assert page.locator("#rows tr:not(:visible)").count() == 0
    assert page.pdf().startswith(b"%PDF")


LONG_ROWS = 5_000
KEY_MS_MAX = 50.0  # of the page's own CPU time, which does not grow because others want the CPU
KEY_PRESSES = 11


def test_a_key_is_answered_soon_in_a_long_record(getpid: tuple[Record, str], opens: Opens) -> None:
    """The middle one of some presses of each key that moves; what was drawn is part of it."""
    record = getpid[0]
    rows = itertools.islice(itertools.cycle(record.rows), LONG_ROWS)
    many = tuple(replace(row, number=number) for number, row in enumerate(rows, start=1))
    page = opens(page_of(replace(record, rows=many), {}))
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy_ms() -> float:
        drawn = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
        page.evaluate(drawn)
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(m["value"] for m in metrics if m["name"] == "TaskDuration")) * 1000

    for key in ("End", "Home", "ArrowRight", "ArrowLeft", "PageDown"):
        spent = []
        for _ in range(KEY_PRESSES):
            before = busy_ms()
            page.keyboard.press(key)
            spent.append(busy_ms() - before)
        assert statistics.median(spent) < KEY_MS_MAX, f"{key}: {spent}"
    assert f"of {LONG_ROWS}, ring" in where(page)


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_light_and_dark_are_what_the_reader_has(getpid: tuple[Record, str], opens: Opens) -> None:
    light, dark = (
        background(opens(getpid[1], color_scheme="light")),
        background(opens(getpid[1], color_scheme="dark")),
    )
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(13, 17, 23)")


@pytest.mark.parametrize("width", WIDTHS_PX)
def test_nothing_sticks_out(write: tuple[Record, str], opens: Opens, width: int) -> None:
    page = opens(write[1], "#r6", viewport={"width": width, "height": 800})
    page.get_by_role("button", name="open all").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    out = page.evaluate(
        """() => [...document.querySelectorAll("#panes section, #tables, table, button")]
        .filter(e => e.offsetWidth && e.scrollWidth > e.clientWidth + 1 && e.tagName === "SECTION")
        .map(e => e.id || e.textContent.slice(0, 40))"""
    )
    assert out == []


def test_who_cannot_see_it_hears_what_happens(getpid: tuple[Record, str], opens: Opens) -> None:
    page = opens(getpid[1], "#r6")
    news = page.locator("#news")
    assert (news.get_attribute("role"), news.get_attribute("aria-live")) == ("status", "polite")
    page.keyboard.press("ArrowRight")
    assert news.inner_text() == (
        "7 of 57, ring 0; 4: how the kernel stack is found; mov esp, dword [esp - 0x164]; "
        "esp c0108968 → c0110fe0; [c0108804 tss.esp0] is c0110fe0"
    )
    names = page.locator("button").evaluate_all(
        "all => all.map(e => e.getAttribute('aria-label') ?? e.textContent.trim())"
    )
    assert all(names)
    for region in ("Instruction", "Registers", "Kernel stack", "Program stack"):
        assert page.get_by_role("region", name=region, exact=True).count() == 1, region
    assert page.get_by_role("img", name="Into the kernel and back").count() == 1
    assert page.get_by_role("table").count() >= 9


def test_a_keyboard_reaches_every_control(getpid: tuple[Record, str], opens: Opens) -> None:
    page = opens(getpid[1])
    assert page.evaluate("document.activeElement.id") == "slider"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert where(page).startswith("57 of"), "the button before it"
    reached = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
    assert {"slider", "pace", "quiz", "larger", "source"} <= set(reached)
    page.locator("#pace").focus()
    page.keyboard.press("ArrowLeft")
    assert where(page).startswith("57 of"), "an arrow in a list is the list's"


def test_a_damaged_kernels_disagreement_is_shown(getpid: tuple[Record, str], opens: Opens) -> None:
    record = getpid[0]
    row = record.rows[5]
    part = replace(row.cpu[2], value=0x1234)
    rows = list(record.rows)
    rows[5] = replace(row, cpu=(*row.cpu[:2], part, *row.cpu[3:]))
    page = opens(page_of(replace(record, rows=tuple(rows), cut="after 57"), {}), "#r6")
    assert page.get_by_text("The record ends too early: after 57").is_visible()
    assert page.get_by_text("the CPU did not do as the manual says").is_visible()
    assert "by the manual 00001234" in page.locator("#instruction").inner_text()
