"""The pictures: what is committed is what the model draws, and it can be read."""

import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from builder.config.load import load_config
from builder.model.kernel import build_model
from builder.model.layout import PT_REGS, Field
from builder.model.memory import Region
from builder.tree.picture import pictures
from builder.tree.picture.memory_map import access_text, memory_picture, size_text
from builder.tree.picture.shapes import LINE_PX, Box, Picture, Text
from builder.tree.picture.stacks import stacks_picture
from builder.tree.picture.way import way_picture
from builder.tree.render import render_tree

PICTURES = pictures()
NAMES = sorted(PICTURES)
MODEL = build_model(load_config(None, ()))
ROBUST = build_model(load_config(None, ["kernel.step=robust"]))
INSET_PX = 2  # how far a text must stay away from the edge of the paper
BANDS = ("paper", "user", "cpu", "kernel")  # backgrounds, which texts may leave


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_file_is_what_the_model_draws(name: str, project_root: Path) -> None:
    committed = (project_root / "docs" / name).read_text(encoding="utf-8")
    assert committed == PICTURES[name].svg(), "run `python -m builder.cli.docs`"


def test_there_is_no_other_picture(project_root: Path) -> None:
    assert sorted(path.name for path in (project_root / "docs").glob("*.svg")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_is_well_formed_and_stands_alone(name: str) -> None:
    svg = PICTURES[name].svg()
    root = ET.fromstring(svg)
    assert root.tag.endswith("svg")
    assert int(root.attrib["width"]) <= 1000
    assert not re.search(r"href|@import|<script|<image", svg)
    assert set(re.findall(r"https?://\S+?\"", svg)) == {'http://www.w3.org/2000/svg"'}


@pytest.mark.parametrize("name", NAMES)
def test_has_a_title_and_a_description_for_who_cannot_see_it(name: str) -> None:
    tags = {
        child.tag.rpartition("}")[2]: child.text for child in ET.fromstring(PICTURES[name].svg())
    }
    assert tags["title"] and len(tags["desc"] or "") > 80


def _extent(text: Text) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the letters."""
    return text.left, text.y - 9, text.left + text.width, text.y + 3


@pytest.mark.parametrize("name", NAMES)
def test_no_two_texts_overlap(name: str) -> None:
    for one, other in itertools.combinations(PICTURES[name].all_texts, 2):
        left, top, right, bottom = _extent(one)
        left2, top2, right2, bottom2 = _extent(other)
        apart = right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top
        assert apart, f"{one.text!r} overlaps {other.text!r}"


@pytest.mark.parametrize("name", NAMES)
def test_every_text_lies_on_the_paper_and_in_its_box(name: str) -> None:
    picture = PICTURES[name]
    boxes = [box for box in picture.boxes if box.style not in BANDS]
    for text in picture.all_texts:
        left, top, right, bottom = _extent(text)
        assert left >= INSET_PX and right <= picture.width - INSET_PX, text.text
        assert top >= INSET_PX and bottom <= picture.height - INSET_PX, text.text
        for box in boxes:
            touches = left < box.right and right > box.x and top < box.bottom and bottom > box.y
            inside = left >= box.x and right <= box.right and top >= box.y and bottom <= box.bottom
            assert not touches or inside, f"{text.text!r} crosses the edge of a box"


@pytest.mark.parametrize("name", NAMES)
def test_every_arrow_joins_two_boxes_by_straight_lines(name: str) -> None:
    picture = PICTURES[name]
    boxes = [box for box in picture.boxes if box.style not in BANDS]
    for line in picture.lines:
        for end in (line.points[0], line.points[-1]):
            assert any(box.has_on_edge(end) for box in boxes), f"{end} is on no box's edge"
        for (x1, y1), (x2, y2) in itertools.pairwise(line.points):
            assert (x1 == x2) != (y1 == y2), f"{line.points} is crooked"


@pytest.mark.parametrize("name", NAMES)
def test_no_arrow_runs_through_a_text_or_a_box(name: str) -> None:
    picture = PICTURES[name]
    boxes = [box for box in picture.boxes if box.style not in BANDS]
    for line in picture.lines:
        for (x1, y1), (x2, y2) in itertools.pairwise(line.points):
            low_x, high_x, low_y, high_y = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
            for text in picture.texts:
                left, top, right, bottom = _extent(text)
                clear = high_x <= left or low_x >= right or high_y <= top or low_y >= bottom
                assert clear, f"an arrow runs through {text.text!r}"
            for box in boxes:
                clear = (
                    high_x <= box.x or low_x >= box.right or high_y <= box.y or low_y >= box.bottom
                )
                assert clear, f"an arrow runs through a box at {box.x}, {box.y}"


def test_the_way_shows_every_word_of_pt_regs_at_its_offset() -> None:
    texts = [text.text for text in PICTURES["way.svg"].texts]
    for placed in MODEL.layout("pt_regs").placed:
        assert placed.field.name in texts
        assert f"+{placed.offset}" in texts


def test_the_way_shows_the_selectors_and_the_msrs() -> None:
    all_text = "\n".join(text.text for text in PICTURES["way.svg"].texts)
    for word in (
        "0x60",
        "0x68",
        "0x73",
        "0x7b",
        "MSR 0x174",
        "MSR 0x175",
        "MSR 0x176",
        "IDT[0x80]",
    ):
        assert word in all_text


def test_the_way_has_the_numbers_that_the_page_and_the_entry_point_have(project_root: Path) -> None:
    numbers = sorted(badge.number for badge in PICTURES["way.svg"].badges)
    page = (project_root / "docs" / "way.md").read_text(encoding="utf-8")
    assert [int(n) for n in re.findall(r"^(\d)\. ", page, re.MULTILINE)] == numbers
    entry = render_tree(load_config(None, ()))["entry/sysenter_entry.asm"].decode()
    in_head = [int(n) for n in re.findall(r"^;   (\d)  ", entry, re.MULTILINE)]
    assert in_head and set(in_head) <= set(numbers)


def test_the_way_pushes_in_the_order_of_the_entry_point() -> None:
    """Each register once: what the picture says of sysenter_entry is what its source does."""
    texts = [text.text for text in PICTURES["way.svg"].texts if text.text.startswith("push ")]
    drawn = [word.strip("[],") for text in texts for word in text.partition(", ")[0].split()[1:]]
    first = drawn.index("ss")
    names = [placed.field.name for placed in reversed(MODEL.layout("pt_regs").placed)]
    assert drawn[first : first + len(names)] == names


def test_a_longer_frame_gives_another_picture() -> None:
    longer = replace(PT_REGS, fields=(Field("first", "uint32_t", 4, ""), *PT_REGS.fields))
    others = tuple(layout for layout in MODEL.layouts if layout.c_name != "pt_regs")
    texts = [text.text for text in way_picture(replace(MODEL, layouts=(longer, *others))).texts]
    assert "first" in texts and "+68" in texts


def test_the_memory_map_has_every_region_and_address() -> None:
    texts = [text.text for text in PICTURES["memory.svg"].texts]
    for region in MODEL.regions:
        assert {region.name, region.comment, f"{region.start:08x}"} <= set(texts)


def test_the_memory_map_has_a_hole_where_nothing_is() -> None:
    regions = (
        Region(0, 4096, "low", "r", "at the bottom"),
        Region(8192, 1 << 32, "high", "rw", "to the top"),
    )
    picture = memory_picture(replace(MODEL, regions=regions))
    assert [box.style for box in picture.boxes[1:4]] == ["slot-cpu", "hole", "slot-cpu"]


def test_one_region_can_fill_all_of_memory() -> None:
    picture = memory_picture(
        replace(MODEL, regions=(Region(0, 1 << 32, "all", "rwxu", "everything"),))
    )
    assert "4 GiB" in [text.text for text in picture.texts]


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (4096, "one page"),
        (65536, "64 KiB"),
        (0x400000, "4 MiB"),
        (0x30000000, "768 MiB"),
        (12, "12 bytes"),
    ],
)
def test_sizes_are_for_people(size: int, text: str) -> None:
    assert size_text(size) == text


def test_access_is_said_in_words() -> None:
    assert access_text("r-xu") == "ring 3: read, execute"
    assert access_text("rw-") == "ring 0 only: read, write"
    assert access_text("-") == "nobody: every access is a page fault"


@pytest.mark.parametrize(
    ("name", "style", "text", "edge"),
    [
        ("per-switch", "slot-kernel", "struct process", "bottom"),
        ("esp0-word", "slot-cpu", "esp0", "bottom"),
        ("tss-end", "slot-emergency", "emergency stack", "y"),
    ],
)
def test_the_msr_points_where_its_design_says(name: str, style: str, text: str, edge: str) -> None:
    model = build_model(load_config(None, ["kernel.step=robust", f"sysenter.stack={name}"]))
    picture = stacks_picture({name: model})
    label = next(each for each in picture.texts if each.text == text)
    box = next(
        b
        for b in picture.boxes
        if b.style == style and b.y < label.y < b.bottom and b.x < label.x < b.right
    )
    x, y = next(line.points[-1] for line in picture.lines if line.style == "fast")
    assert x in (box.x, box.right) and y == getattr(box, edge)


def test_the_distance_is_the_one_that_the_entry_point_uses() -> None:
    texts = [text.text for text in PICTURES["stacks.svg"].texts]
    distance = (
        ROBUST.constant("CPU_EMERGENCY_STACK_END")
        - ROBUST.constant("CPU_TSS")
        - ROBUST.constant("TSS_ESP0")
    )
    assert f"mov esp, [esp - {distance}]" in texts


def test_a_card_keeps_the_indentation_of_its_lines() -> None:
    picture = Picture(100, 100, "t", "d")
    picture.card(Box(10, 10, 80, 80), "title", ("one", "  two"))
    one, two = picture.texts[-2:]
    assert (two.text, two.y - one.y) == ("two", LINE_PX)
    assert two.x - one.x == 14


def test_markup_in_a_text_is_only_text() -> None:
    picture = Picture(100, 100, "a < b & c", "d")
    assert "a &lt; b &amp; c" in picture.svg()
