"""The book of a kernel that was built and booted: rows and lines fit; its pages in Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from builder.boot.emulator import Machine
from builder.tools.tool import CHROMIUM, find_tool
from builder.tree.render import render_tree, write_tree
from builder.xray.book.binding import WHOLE, book_of
from builder.xray.book.contents import Kernel
from builder.xray.book.print_pdf import print_pdf
from builder.xray.find_call import Wanted
from builder.xray.make_record import Subject, make_record
from builder.xray.record import Record
from qemu_tests.kit.browser import chromium
from qemu_tests.kit.html_page import read
from qemu_tests.kit.kernels import Lab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GETPID = 20
PATH = "src/entry/sysenter_entry.asm.html"
WIDTHS_PX = (360, 800, 1600)
PAGES_MIN = 50  # of paper


@dataclass(frozen=True)
class MadeBook:
    """A book in its folder, and the record in it."""

    folder: Path
    record: Record


@pytest.fixture(scope="module")
def book(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> MadeBook:
    kernel = lab.kernel("kernel.step=vsyscall", debug=True)
    machine = Machine(kernel.config.machine.cpu, kernel.config.machine.memory_mib)
    subject = Subject(kernel.model, kernel.config.digest, machine, kernel.tree)
    record = make_record(subject, Wanted("hello", GETPID))
    files = render_tree(kernel.config)
    folder = tmp_path_factory.mktemp("a book")
    write_tree(book_of(Kernel(kernel.config, kernel.model, files, record)), folder)
    return MadeBook(folder, record)


def test_each_row_leads_to_the_line_that_it_came_from(book: MadeBook) -> None:
    call = read((book.folder / "call.html").read_text())
    links = [link for e in call.all("a") if "#L" in (link := str(e.attributes["href"]))]
    assert links == [f"src/{row.file}.html#L{row.line}" for row in book.record.rows]
    assert f"src/{PATH.removeprefix('src/')}" in {link.partition("#")[0] for link in links}
    for row in book.record.rows:
        page = read((book.folder / f"src/{row.file}.html").read_text())
        (line,) = page.all("span", id=f"L{row.line}")
        assert row.source.strip() in line.text
        numbers = [re.fullmatch(r"(\d+)(?:-(\d+))?", e.text) for e in page.all("a", class_="row")]
        found = [(int(n[1]), int(n[2] or n[1])) for n in numbers if n]
        assert any(first <= row.number <= last for first, last in found), row.number


def test_it_is_printed_with_no_path_of_this_machine(book: MadeBook, tmp_path: Path) -> None:
    found = find_tool(CHROMIUM)
    if not found.ok:
        pytest.skip(f"Chromium is {found.status}: make setup TOOLS=all")
    pdf = tmp_path / "book.pdf"
    print_pdf(found.path, book.folder / WHOLE, pdf)
    data = pdf.read_bytes()
    assert data.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", data)) > PAGES_MIN
    assert b"file://" not in data and str(book.folder).encode() not in data


# ---- in a browser ----


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("home")) as started:
        yield started


Opens = Callable[..., "Page"]


@pytest.fixture
def opens(browser: Browser, book: MadeBook) -> Iterator[Opens]:
    """Opens a page of the book; whatever the console sees, or leaves the folder, is an error."""
    trouble: list[str] = []
    contexts = []
    root = book.folder.as_uri()

    def open_it(path: str, **how: Any) -> Page:
        contexts.append(browser.new_context(**how))
        page = contexts[-1].new_page()
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("requestfailed", lambda request: trouble.append(request.url))
        page.on(
            "request",
            lambda request: request.url.startswith(root) or trouble.append(request.url),
        )
        page.goto(f"{root}/{path}")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert trouble == []


def test_from_the_contents_to_a_line_to_its_row_and_back(opens: Opens, book: MadeBook) -> None:
    page = opens("index.html")
    page.locator(f"nav a[href='{PATH}']").click()
    assert page.url.endswith(PATH)
    first = next(row for row in book.record.rows if f"src/{row.file}.html" == PATH)
    page.locator("a.row").first.click()
    assert page.url.endswith(f"call.html#r{first.number}")
    row = page.locator(f"#r{first.number}")
    assert row.evaluate("e => e.matches(':target')") and row.is_visible()
    row.locator("a").click()
    assert page.url.endswith(f"{PATH}#L{first.line}")
    line = page.locator(f"#L{first.line}")
    assert line.evaluate("e => e.matches(':target') && e.getBoundingClientRect().top > 20")


def test_from_the_call_that_is_played_to_a_line(opens: Opens, book: MadeBook) -> None:
    page = opens("xray.html")
    first = book.record.rows[0]
    page.locator("#r1 a.place").click()
    assert page.url.endswith(f"src/{first.file}.html#L{first.line}")


def test_what_the_call_did_can_be_left_out(opens: Opens) -> None:
    page = opens(PATH)
    told = page.locator(".did")
    assert told.count() > 20 and told.first.is_visible()
    page.locator(".switch input").uncheck()
    assert not any(told.nth(number).is_visible() for number in range(told.count()))


@pytest.mark.parametrize("width", WIDTHS_PX)
@pytest.mark.parametrize("path", ["index.html", "call.html", "tables.html", "pictures.html", PATH])
def test_no_page_is_wider_than_the_window(opens: Opens, path: str, width: int) -> None:
    page = opens(path, viewport={"width": width, "height": 800}, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
