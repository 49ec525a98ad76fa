"""What the book consists of: its chapters in reading order, and what stands in each. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from builder.config.keys import KernelConfig
from builder.config.step import Step
from builder.model.kernel import KernelModel
from builder.model.way_parts import WAY
from builder.tree.picture import FIRST, pictures
from builder.tree.picture.memory_map import memory_picture
from builder.tree.picture.shapes import Picture
from builder.tree.picture.way import way_picture
from builder.tree.readme import FOLLOW, STEPS, Folder, reading_order, way_numbers
from builder.tree.step_page import step_page
from builder.xray.book.book_tables import ShownTable, tables_of
from builder.xray.book.line_rows import NumberedLine, numbered_lines, rows_by_file
from builder.xray.page.table import Effect, effects_of
from builder.xray.record import Record, Row

FRONT, PICTURES_CHAPTER, CALL = "index", "pictures", "call"  # chapters that others lead to
SOURCE_FOLDER = "src/"
FILES_OF_CODE = (".c", ".h", ".asm", ".inc")


@dataclass(frozen=True)
class Kernel:
    """What the book is about.

    Attributes:
        config: That it is made of.
        model: Likewise.
        files: Its tree.
        record: Of one call; None if there is none.
    """

    config: KernelConfig
    model: KernelModel
    files: Mapping[str, bytes]
    record: Record | None

    @property
    def digest(self) -> str:
        """Of the configuration, as the kernel itself prints it."""
        return self.config.digest


@dataclass(frozen=True)
class Front:
    """The title page.

    Attributes:
        about: A sentence about the step.
        follow: Files to follow one call through, as Markdown; may be empty.
        numbers: What the numbers of the way mean, as Markdown.
        lines: Of C and assembly, all of them.
    """

    about: str
    follow: str
    numbers: str
    lines: int


@dataclass(frozen=True)
class Prose:
    """A page of the documentation, as Markdown."""

    text: str


@dataclass(frozen=True)
class Drawn:
    """A picture, the name of its file, and what is to be said of it."""

    file: str
    picture: Picture
    remark: str


@dataclass(frozen=True)
class Pictures:
    """All pictures."""

    drawn: tuple[Drawn, ...]


@dataclass(frozen=True)
class Tables:
    """All tables."""

    tables: tuple[ShownTable, ...]


@dataclass(frozen=True)
class CallRow:
    """A row of the record; `leads` says that the book has the file that it comes from."""

    row: Row
    effects: tuple[Effect, ...]
    leads: bool


@dataclass(frozen=True)
class CallPart:
    """Rows of one part of the way."""

    title: str
    rows: tuple[CallRow, ...]


@dataclass(frozen=True)
class SeenCall:
    """The record."""

    record: Record
    parts: tuple[CallPart, ...]


@dataclass(frozen=True)
class Source:
    """A file; `seen` says that the record has rows of it."""

    path: str
    text: str
    lines: tuple[NumberedLine, ...]
    seen: bool


Content = Front | Prose | Pictures | Tables | SeenCall | Source


@dataclass(frozen=True)
class Chapter:
    """A chapter.

    Attributes:
        name: Path of its page without `.html`.
        title: In the contents.
        note: Behind the title; may be empty.
        part: Of the book, that it lies in; empty for the title page.
        content: What stands in it.
    """

    name: str
    title: str
    note: str
    part: str
    content: Content

    @property
    def template(self) -> str:
        """File of its template, below templates/_docs/."""
        return f"book/{type(self.content).__name__.lower()}.html.j2"


def chapters_of(kernel: Kernel) -> tuple[Chapter, ...]:
    """All chapters."""
    return tuple(
        itertools.chain(
            [Chapter(FRONT, "A kernel to read", "", "", _front(kernel))],
            _prose(kernel.model),
            _to_look_up(kernel),
            _sources(kernel),
        )
    )


def _front(kernel: Kernel) -> Front:
    step = kernel.model.step
    stops = FOLLOW.get(step, ())
    follow = "".join(f"1. `{stop.path}` ({stop.numbers}): {stop.text}\n" for stop in stops)
    texts = (data for path, data in kernel.files.items() if path.endswith(FILES_OF_CODE))
    return Front(STEPS[step], follow, way_numbers(step), sum(text.count(b"\n") for text in texts))


def _prose(model: KernelModel) -> Iterator[Chapter]:
    """The pages of all steps up to this one."""
    for old, new in itertools.pairwise(Step):
        text = step_page(old.value, new.value) if new <= Step(model.step) else ""
        if text:
            title = f"From {old} to {new}"
            yield Chapter(f"steps/{old}-{new}", title, "", "How it has grown", Prose(text))


def _to_look_up(kernel: Kernel) -> Iterator[Chapter]:
    part, record = "To look at", kernel.record
    yield Chapter(PICTURES_CHAPTER, "Pictures", "", part, Pictures(tuple(_drawn(kernel.model))))
    shown = tables_of(kernel.config, kernel.model, record.tables.msr if record else {})
    note = "what the hardware and the ABI fix, and kernel.toml"
    yield Chapter("tables", "Tables", note, part, Tables(shown))
    if record:
        title = f"One call: {record.call.name or record.call.number}"
        note = f"all {len(record.rows):,} instructions, into the kernel and back"
        yield Chapter(CALL, title, note, part, SeenCall(record, _parts(record, kernel.files)))


def _drawn(model: KernelModel) -> Iterator[Drawn]:
    of_vsyscall = "" if model.step == Step.VSYSCALL else "It is drawn as in step `vsyscall`."
    yield Drawn("way.svg", way_picture(model), of_vsyscall)
    yield Drawn("memory.svg", memory_picture(model), "")
    if Step(model.step) >= FIRST:
        remark = "`sysenter.stack` chooses one of the three."
        yield Drawn("stacks.svg", pictures()["stacks.svg"], remark)


def _parts(record: Record, files: Mapping[str, bytes]) -> tuple[CallPart, ...]:
    titles = {part.number: f"{part.number}: {part.title.replace('`', '')}" for part in WAY}
    grouped: list[tuple[str, list[CallRow]]] = []
    for row in record.rows:
        title = titles.get(row.way, row.context)
        if not grouped or grouped[-1][0] != title:
            grouped.append((title, []))
        grouped[-1][1].append(CallRow(row, effects_of(row), row.file in files))
    return tuple(CallPart(title, tuple(rows)) for title, rows in grouped)


def _sources(kernel: Kernel) -> Iterator[Chapter]:
    """The files in reading order."""
    rows = rows_by_file(kernel.record.rows if kernel.record else ())
    folders: Sequence[Folder] = reading_order(kernel.files)
    for folder in folders:
        name = f"{folder.path}/" if folder.path != "." else "The rest"
        for file in folder.files:
            for path in file.paths:
                text = kernel.files[path].decode(errors="replace")
                own = rows.get(path, {})
                lines = numbered_lines(text, path, own)
                note = file.text if path == file.paths[0] else ""
                content = Source(path, note, lines, bool(own))
                yield Chapter(SOURCE_FOLDER + path, path, note, f"{name}: {folder.text}", content)
