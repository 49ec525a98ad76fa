"""The book of a kernel: whole, in order, every link leads somewhere, lines to rows and back."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from builder.cli import book_verb, page_verb
from builder.cli.choice import choose
from builder.cli.kernel_verbs import Built, How
from builder.config.load import load_config
from builder.errors import MachineryError, ToolError, UserError
from builder.model.kernel import build_model
from builder.tools import commands
from builder.tools.npm_package import NpmPackage
from builder.tools.process_group import Completed
from builder.tree.readme import reading_order
from builder.tree.render import render_tree
from builder.xray import make_record
from builder.xray.book.binding import WHOLE, XRAY, book_of
from builder.xray.book.contents import Kernel
from builder.xray.book.lesson_site import LessonStep, site_of
from builder.xray.book.line_rows import TOLD_MAX, numbered_lines, rows_by_file, spans
from builder.xray.book.print_pdf import print_pdf
from builder.xray.record import Record, write_record
from qemu_tests.kit.html_page import Page, read
from qemu_tests.kit.records import record_of, row, word

ENTRY = "entry/sysenter_entry.asm"
CONFIG = load_config(None, ["kernel.step=vsyscall"])
FILES = render_tree(CONFIG)
LINES = FILES[ENTRY].decode().splitlines()
CODE = [number for number, line in enumerate(LINES, start=1) if line.startswith("    push")]
LOOP, ONCE = CODE[0], CODE[1]
RECORD = record_of(
    (
        row(file="user/lib/system_call.asm", line=1, ring=3, way=1),
        row(file=ENTRY, line=ONCE, writes=(word(0xC0110FC0, 0x7B, "pt_regs.ss"),)),
        *[row(file=ENTRY, line=LOOP, registers={"ecx": (2, 1)})] * (TOLD_MAX + 1),
        row(file="elsewhere.c", line=7, symbol="memcpy+0x3", way=8),
        row(file="", line=0, symbol="nowhere", way=9),
    )
)


def kernel_of(record: Record | None, step: str = "vsyscall") -> Kernel:
    config = load_config(None, [f"kernel.step={step}"])
    return Kernel(config, build_model(config), render_tree(config), record)


@pytest.fixture(scope="module")
def book() -> dict[str, bytes]:
    return book_of(kernel_of(RECORD))


@pytest.fixture(scope="module")
def pages(book: dict[str, bytes]) -> dict[str, Page]:
    return pages_of(book)


def pages_of(book: Mapping[str, bytes]) -> dict[str, Page]:
    return {
        path: page_of(data)
        for path, data in book.items()
        if path.endswith(".html") and not path.endswith(XRAY)
    }


@cache
def page_of(data: bytes) -> Page:
    return read(data.decode())


def page_of_file(path: str) -> str:
    return f"src/{path}.html"


def dead_links(book: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Page and link of those that lead to no file of the book, or to no place on its page."""
    pages = pages_of(book)
    ids = {path: {e.attributes.get("id") for e in page.elements} for path, page in pages.items()}
    dead = []
    for path, page in pages.items():
        for element in page.elements:
            for link in (element.attributes.get(name) for name in ("href", "src")):
                if link is None:
                    continue
                file, _, anchor = link.partition("#")
                target = posixpath.join(posixpath.dirname(path), file) if file else path
                target = posixpath.normpath(target)
                if target not in book or (anchor and anchor not in ids[target]):
                    dead.append((path, link))
    return dead


def test_every_link_leads_to_a_place_in_the_folder(book: dict[str, bytes]) -> None:
    assert dead_links(book) == []
    assert dead_links({**book, WHOLE: b'<a href="https://example.org/">x</a>'}) != []
    assert dead_links({**book, WHOLE: b'<a href="#nowhere">x</a>'}) != []


@pytest.mark.parametrize("step", ["int80", "robust"])
def test_so_it_is_in_other_steps_and_without_a_record(step: str) -> None:
    made = book_of(kernel_of(None, step))
    assert dead_links(made) == []
    assert "call.html" not in made and XRAY not in made


def test_every_file_of_the_tree_stands_in_it_in_reading_order(pages: dict[str, Page]) -> None:
    expected = [
        path for folder in reading_order(FILES) for file in folder.files for path in file.paths
    ]
    assert set(expected) == {p for p in FILES if not p.endswith(".md")}
    links = [e.attributes["href"] for e in pages["index.html"].all("a")]
    listed = [link for link in links if str(link).startswith("src/")]
    assert listed[-len(expected) :] == [page_of_file(path) for path in expected]
    path, walked = "index.html", []
    while following := pages[path].all("a", rel="next"):
        path = posixpath.normpath(
            posixpath.join(posixpath.dirname(path), str(following[0].attributes["href"]))
        )
        walked.append(path)
    assert walked[-len(expected) :] == [page_of_file(path) for path in expected]


def lines_on(page: Page) -> list[str]:
    """The text of each line of a file, without its number and its rows."""
    lines = []
    for element in page.all("span"):
        if str(element.attributes.get("class", "")).split()[:1] == ["l"]:
            rest = element.text
            number = str(len(lines) + 1)
            assert rest.startswith(number)
            lines.append(rest.removeprefix(number).rstrip("\n"))
    return lines


@pytest.mark.parametrize("path", ["cpu/gdt.c", "Makefile", "kernel.ld", "boot/bootsect.asm"])
def test_a_file_is_there_to_the_last_letter(pages: dict[str, Page], path: str) -> None:
    assert lines_on(pages[page_of_file(path)]) == FILES[path].decode().splitlines()


def test_a_line_leads_to_its_rows_and_each_row_back(pages: dict[str, Page]) -> None:
    source, call = pages[page_of_file(ENTRY)], pages["call.html"]
    rows = source.all("a", class_="row")
    assert [(e.text, e.attributes["href"]) for e in rows] == [
        (f"3-{3 + TOLD_MAX}", "../../call.html#r3"),
        ("2", "../../call.html#r2"),
    ]
    links = [link for e in call.all("a") if "#L" in (link := str(e.attributes["href"]))]
    back = f"src/{ENTRY}.html#L"
    assert links == ["src/user/lib/system_call.asm.html#L1", f"{back}{ONCE}"] + [
        f"{back}{LOOP}"
    ] * (TOLD_MAX + 1)
    assert "memcpy+0x3" in call.all("main")[0].text, "a row from elsewhere leads nowhere"


def test_the_call_that_can_be_played_leads_to_the_lines_too(book: dict[str, bytes]) -> None:
    links = {e.attributes["href"] for e in read(book[XRAY].decode()).all("a", class_="place")}
    assert links == {
        "src/user/lib/system_call.asm.html#L1",
        f"src/{ENTRY}.html#L{ONCE}",
        f"src/{ENTRY}.html#L{LOOP}",
    }


def test_what_a_row_did_stands_below_its_line_but_not_what_a_loop_did(
    pages: dict[str, Page],
) -> None:
    told = [e.text for e in pages[page_of_file(ENTRY)].all("span", class_="did")]
    assert told == ["[c0110fc0 pt_regs.ss] = 0000007b"]
    assert pages[page_of_file(ENTRY)].all("input", type="checkbox")
    assert not pages[page_of_file("cpu/gdt.c")].all("input")


def test_the_whole_book_is_one_page_whose_places_have_one_name(pages: dict[str, Page]) -> None:
    ids = [e.attributes["id"] for e in pages[WHOLE].elements if "id" in e.attributes]
    assert len(ids) == len(set(ids)) > 2000
    assert len(pages[WHOLE].all("article")) == len(pages) - 1


def test_names_of_files_in_prose_lead_to_them(pages: dict[str, Page]) -> None:
    page = pages["steps/sysenter-vsyscall.html"]
    assert page.all("a", href=f"../src/{ENTRY}.html")
    assert pages["index.html"].all("a", href="pictures.html")
    assert "steps/vsyscall-robust.html" not in pages


def test_pages_need_no_network_and_no_script(pages: dict[str, Page]) -> None:
    needing = ("script", "iframe", "object", "source")
    for path, page in pages.items():
        assert not [e.tag for e in page.elements if e.tag in needing], path
        assert page.all("meta", name="viewport") and page.all("html", lang="en"), path


def test_rows_that_follow_each_other_are_a_span() -> None:
    assert spans([]) == ()
    assert spans([1, 2, 3, 7, 9, 10]) == ((1, 3), (7, 7), (9, 10))


def test_lines_have_their_rows() -> None:
    found = rows_by_file(RECORD.rows)
    assert sorted(found[ENTRY]) == sorted({LOOP, ONCE}) and "" not in found
    lines = numbered_lines(FILES[ENTRY].decode(), ENTRY, found[ENTRY])
    assert [line.number for line in lines if line.spans] == sorted({LOOP, ONCE})


# ---- the site of the lesson ----


@pytest.fixture(scope="module")
def site() -> dict[str, bytes]:
    steps = [
        LessonStep(kernel_of(None, "int80"), "`int 0x80`", "the old way"),
        LessonStep(kernel_of(RECORD, "sysenter"), "SYSENTER", "the *fast* way"),
    ]
    return site_of(steps)


def test_every_link_of_the_site_leads_somewhere(site: dict[str, bytes]) -> None:
    assert dead_links(site) == []


def test_the_site_has_of_each_step_what_there_is(site: dict[str, bytes]) -> None:
    page = read(site["index.html"].decode())
    assert [e.text for e in page.all("h2")] == ["1. int80", "2. sysenter", "The picture"]
    links = [e.attributes["href"] for e in page.all("a")]
    assert links == [
        "int80/index.html",
        "sysenter/index.html",
        f"sysenter/{XRAY}",
        "int80-sysenter.html",
        "sysenter/pictures/way.svg",
    ]
    assert page.all("code")[0].text == "int 0x80" and page.all("em")[0].text == "fast"
    assert b"entry/sysenter_entry.asm" in site["int80-sysenter.html"]


def test_each_page_of_the_site_leads_back_to_its_beginning(site: dict[str, bytes]) -> None:
    pages = {path for path in site if path.endswith(".html")} - {"index.html"}
    for path in pages - {f"{step}/{WHOLE}" for step in ("int80", "sysenter")}:
        links = [str(e.attributes["href"]) for e in page_of(site[path]).all("a")]
        assert f"{'../' * path.count('/')}index.html" in links, path


def test_a_site_without_machines_says_why() -> None:
    steps = [LessonStep(kernel_of(None, "int80"), "", "")]
    page = read(site_of(steps, why_not_live="npm did not answer")["index.html"].decode())
    texts = [" ".join(e.text.split()) for e in page.all("p")]
    assert any(
        "do not run in this page, as npm did not answer when it was made" in t for t in texts
    )


# ---- the verbs ----


def test_of_a_kernel_without_such_a_call_there_is_a_book_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(*_: object, **__: object) -> Record:
        raise UserError("the kernel ended before that call")

    monkeypatch.setattr(make_record, "make_record", never)
    monkeypatch.setattr(book_verb, "make", lambda *_: Built(CONFIG, tmp_path, changed=False))
    assert book_verb.kernel_of_book(choose(), How()).record is None
    assert "without a call" in capsys.readouterr().err


def test_a_folder_with_somebodys_files_is_left_alone(tmp_path: Path) -> None:
    book_verb.check_folder(tmp_path / "new")
    book_verb.check_folder(tmp_path)
    (tmp_path / "mine.txt").touch()
    with pytest.raises(UserError, match="not of a book"):
        book_verb.check_folder(tmp_path)
    (tmp_path / ".files").touch()
    book_verb.check_folder(tmp_path)


def test_a_record_of_another_kernel_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "call.json"
    write_record(RECORD, file)
    with pytest.raises(UserError, match="another kernel"):
        book_verb.read_record_of(file, CONFIG)
    ours = replace(RECORD, kernel=replace(RECORD.kernel, digest=CONFIG.digest))
    write_record(ours, file)
    assert book_verb.read_record_of(file, CONFIG) == ours


def test_without_chromium_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    book_verb.print_book(tmp_path, tmp_path / "book.pdf", verbose=True)
    (line,) = capsys.readouterr().err.splitlines()
    assert "book.pdf: not printed, as Chromium is missing: " in line and "chromium" in line
    assert not (tmp_path / "book.pdf").exists()


@pytest.mark.parametrize("status", [0, 1])
def test_a_chromium_that_prints_nothing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    def nothing(*_: object, **__: object) -> Completed:
        return Completed(commands.Command(("chromium",)), status, "", "no display")

    monkeypatch.setattr(commands, "run", nothing)
    with pytest.raises(MachineryError, match="no display"):
        print_pdf("chromium", tmp_path / WHOLE, tmp_path / "book.pdf")


def test_without_npm_there_is_a_line_that_says_why_and_no_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_network(package: NpmPackage) -> Path:
        raise ToolError(f"npm did not give {package.name}", why="no network", fix="go online")

    monkeypatch.setattr(NpmPackage, "fetch", no_network)
    assert page_verb.packages() == ({}, "npm did not give v86")
    said = "the kernels will not run in the page: npm did not give v86: no network; go online\n"
    assert capsys.readouterr().err == said
