"""The page of `tinygate diff --html`: whole, in order, well-formed, and in need of nothing."""

import pytest

from builder.config.load import load_config
from builder.tree.diff import compare
from builder.tree.diff_html import diff_page
from builder.tree.render import render_tree
from builder.tree.step_page import step_page, without_markers
from qemu_tests.kit.html_page import Page, read

NAMES = ("A", "B")
OLD = {"boot/start.asm": b"a\nb\n", "cpu/gone.c": b"x\n", "user/bin/x": b"\xff"}
NEW = {"boot/start.asm": b"a\nB\n", "sys/new.c": b"if (a < b && c) {\n\n}\n", "user/bin/x": b"\xfe"}
TEXT = """# Title

See `sys/new.c` and `sys/none.c`, [way](../way.md), <b>no markup</b>.

| a | b |
|---|---|
| 1 | `x < y` |
"""


@pytest.fixture(scope="module")
def small() -> Page:
    return read(diff_page(NAMES, TEXT, compare(OLD, NEW, NAMES)))


def test_the_text_stands_above_the_files(small: Page) -> None:
    tags = [element.tag for element in small.elements]
    assert tags.index("h1") < tags.index("table") < tags.index("nav") < tags.index("section")
    assert [element.text for element in small.all("h1")] == ["Title"]
    assert [cell.text for cell in small.all("td")] == ["1", "x < y"]
    assert not small.all("b") and "<b>no markup</b>" in small.all("main")[0].text


def test_a_name_of_a_file_of_the_difference_leads_to_it_and_other_links_nowhere(
    small: Page,
) -> None:
    paragraph = small.all("p")[0]
    assert "`" not in paragraph.text and "way" in paragraph.text
    hrefs = [element.attributes["href"] for element in small.all("a")]
    assert hrefs[0] == "#file-sys-new.c" and hrefs.count("#file-sys-none.c") == 0
    anchors = {f"#{element.attributes['id']}" for element in small.all("section")}
    assert set(hrefs) == anchors


def test_the_contents_are_the_files_in_reading_order(small: Page) -> None:
    order = ["boot/start.asm", "cpu/gone.c", "sys/new.c", "user/bin/x"]
    assert [element.text.split()[0] for element in small.all("li")] == order
    assert [element.text.split()[0] for element in small.all("h3")] == order
    assert [element.attributes["class"] for element in small.all("section")] == [
        "changed",
        "removed",
        "new",
        "changed",
    ]
    assert "1 new, 1 removed, 2 changed files" in small.all("nav")[0].text


def test_a_new_file_is_whole_and_of_another_the_difference_is_coloured(small: Page) -> None:
    changed, removed, new, binary = (element.text for element in small.all("pre"))
    assert new == NEW["sys/new.c"].decode()
    assert changed == "@@ -1,2 +1,2 @@\n a\n-b\n+B\n"
    assert removed.endswith("-x\n") and "binary" in binary
    assert [element.text for element in small.all("span", class_="added")] == ["+B\n"]
    assert [element.text for element in small.all("span", class_="removed")] == ["-b\n", "-x\n"]


def test_without_a_text_the_page_is_the_difference() -> None:
    page = read(diff_page(NAMES, "", compare(OLD, NEW, NAMES)))
    assert [element.text for element in page.all("h1")] == ["A to B"]
    assert len(page.all("section")) == 4


@pytest.fixture(scope="module")
def real() -> str:
    old, new = (
        render_tree(load_config(None, [f"kernel.step={step}"])) for step in ("sysenter", "vsyscall")
    )
    return diff_page(("sysenter", "vsyscall"), step_page("sysenter", "vsyscall"), compare(old, new))


def test_the_page_of_a_step_needs_nothing_else(real: str) -> None:
    page = read(real)
    needing = ("script", "link", "img", "iframe", "object", "source")
    assert not [element.tag for element in page.elements if element.tag in needing]
    assert "url(" not in real and "@import" not in real
    assert all(str(a.attributes["href"]).startswith("#file-") for a in page.all("a"))


def test_the_page_of_a_step_is_for_any_screen(real: str) -> None:
    page = read(real)
    assert page.all("meta", name="viewport") and page.all("meta", charset="utf-8")
    (style,) = page.all("style")
    assert "color-scheme: light dark" in style.text and "prefers-color-scheme: dark" in style.text
    assert page.all("html")[0].attributes["lang"] == "en"


def test_a_page_of_a_step_has_no_marks_of_how_it_was_made(real: str) -> None:
    assert "<!--" not in step_page("sysenter", "vsyscall") and "&lt;!--" not in real
    assert step_page("sysenter", "linux") == ""


def test_marks_go_with_the_blank_line_after_them() -> None:
    text = "a\n\n<!-- begin x -->\n\n| t |\n\n<!-- end x -->\n\nb\n"
    assert without_markers(text) == "a\n\n| t |\n\nb\n"
