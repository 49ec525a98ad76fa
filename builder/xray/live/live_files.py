"""The files of kernels that run in a page: the pages, and the scripts and images that they load.

Everything is a script, as a page that is opened from a disk can fetch nothing else; an image is
base64 of gzip. Pure.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from markupsafe import Markup

from builder.boot.emulator.base import Exit, ExitKind
from builder.boot.page_rules import page_rules
from builder.config.reference import keys
from builder.linux.shell.attend import ESCAPE_NAME, command_line, ending_of
from builder.linux.shell.user_terminal import Size
from builder.model.outcomes import OUTCOMES
from builder.tools.npm_package import (
    LICENSE,
    V86,
    V86_SCRIPT,
    V86_WASM,
    XTERM,
    XTERM_SCRIPT,
    XTERM_STYLE,
    NpmPackage,
)
from builder.tools.resources import data_dir
from builder.tree.page_template import page_template
from builder.xray.live.variants import BUSYBOX, NO_RAM_DISK, RAM_DISK, Variant

FOLDER = "live/"
IMAGES = f"{FOLDER}images/"
LIVE_PAGE = "live.html"
RULES = "rules.js"
OWN_SCRIPTS = ("ktap.js", "judge.js", "watch.js", "machine.js", "page.js")
STYLE = "live.css"
SHELL_MEMORY_MIB = 64  # v86 gives a machine with a RAM disk no less
TERMINAL = Size(rows=24, columns=100)


@dataclass(frozen=True)
class LiveKernel:
    """One kernel that can be chosen: its file, and the digest of its configuration."""

    variant: Variant
    digest: str
    elf: bytes


@dataclass(frozen=True)
class LiveStep:
    """A step, and all its kernels.

    Attributes:
        name: Of the step, and of the folder of its page.
        about: What it adds and teaches.
        kernels: The one that is shown first at the front.
        memory_mib: Of the machine.
        beside: Pages of the site about this step: what each is, and its path from the site's root.
        shown: Digest of the kernel that those are about; empty if there are none.
        ram_disk: That a shell is booted from; None if there is none.
    """

    name: str
    about: Markup
    kernels: tuple[LiveKernel, ...]
    memory_mib: int
    beside: tuple[tuple[str, str], ...] = ()
    shown: str = ""
    ram_disk: bytes | None = None


@dataclass(frozen=True)
class Option:
    """A box of the page."""

    name: str
    help: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Start:
    """What is started for some choice in all boxes, as the script takes it."""

    values: tuple[str, ...]
    image: str
    banner: str
    waitsForKeys: bool
    memoryMib: int
    initrd: str = ""
    commandLine: str = ""
    isShell: bool = False


def live_files(
    steps: Sequence[LiveStep], folders: Mapping[str, Path], style: str, title: str
) -> dict[str, bytes]:
    """All files by their paths in the site.

    Args:
        steps: In their order.
        folders: Name of each package that is used -> where its files are.
        style: Path of the site's style sheet.
        title: Of the site's first page.
    """
    made = {f"{FOLDER}{path}": data for path, data in _scripts(folders)}
    for step in steps:
        made[f"{step.name}/{LIVE_PAGE}"] = _page(step, [each.name for each in steps], style, title)
        images = {kernel.digest: kernel.elf for kernel in step.kernels}
        if step.ram_disk:
            images[_ram_disk_name(step)] = step.ram_disk
        made |= {f"{IMAGES}{name}.js": _image(name, data) for name, data in images.items()}
    return made


def _scripts(folders: Mapping[str, Path]) -> Iterator[tuple[str, bytes]]:
    """What all pages load, and the licences of what is not ours."""
    rules = json.dumps(page_rules(), separators=(",", ":"))
    yield RULES, f"globalThis.tinygate = {{ rules: {rules} }};\n".encode()
    for name in (*OWN_SCRIPTS, STYLE):
        yield name, (data_dir("templates") / "_docs/live" / name).read_bytes()
    v86, xterm = folders[V86.name], folders[XTERM.name]
    for path in (v86 / V86_SCRIPT, xterm / XTERM_SCRIPT, xterm / XTERM_STYLE):
        # Their source maps are not here, and a browser would look for them.
        text = path.read_text(encoding="utf-8")
        lines = (line for line in text.splitlines(True) if not line.startswith("//# sourceMapping"))
        yield path.name, "".join(lines).encode()
    yield "images/v86.js", _image("v86", (v86 / V86_WASM).read_bytes())
    yield "LICENSES.txt", "\n".join(_licence(each, folders) for each in (V86, XTERM)).encode()


def _licence(package: NpmPackage, folders: Mapping[str, Path]) -> str:
    text = (folders[package.name] / LICENSE).read_text(encoding="utf-8")
    return f"{package.name} {package.version}\n\n{text}"


def _image(name: str, data: bytes) -> bytes:
    packed = base64.b64encode(gzip.compress(data, mtime=0)).decode()
    return f"tinygate.images[{json.dumps(name)}] = {json.dumps(packed)};\n".encode()


def _ram_disk_name(step: LiveStep) -> str:
    return f"{step.name}-ram-disk"


def _page(step: LiveStep, names: Sequence[str], style: str, title: str) -> bytes:
    starts = list(_starts(step))
    data = {
        "root": f"../{FOLDER}",
        "starts": [asdict(start) for start in starts],
        "shown": step.shown,
        "endings": _endings(),
        "terminal": {"rows": TERMINAL.rows, "columns": TERMINAL.columns},
    }
    return (
        page_template("live/page.html.j2")
        .render(
            step=step,
            title=title,
            names=names,
            live=LIVE_PAGE,
            options=list(_options(step)),
            has_checks=any(("checks" in start.values) for start in starts),
            has_shell=step.ram_disk is not None,
            scripts=(XTERM_SCRIPT, RULES, *OWN_SCRIPTS),
            styles=(f"../{style}", f"../{FOLDER}{XTERM_STYLE}", f"../{FOLDER}{STYLE}"),
            folder=f"../{FOLDER}",
            escape=ESCAPE_NAME,
            data=Markup(json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")),
        )
        .encode()
    )


def _options(step: LiveStep) -> Iterator[Option]:
    """The boxes; an option with one value is none."""
    about = {key.dotted: key.info.description or "" for key in keys()}
    for number, (name, _) in enumerate(step.kernels[0].variant.values):
        values = dict.fromkeys(kernel.variant.values[number][1] for kernel in step.kernels)
        yield Option(name, about[name], tuple(values))
    if step.ram_disk:
        text = "What the machine is started with, beside the kernel."
        yield Option(RAM_DISK, text, (BUSYBOX, NO_RAM_DISK))


def _starts(step: LiveStep) -> Iterator[Start]:
    for kernel in step.kernels:
        values = tuple(value for _, value in kernel.variant.values)
        banner = rf"\bconfig {kernel.digest}\b"
        waits = kernel.variant.waits_for_keys
        usual = Start(values, kernel.digest, banner, waits, step.memory_mib)
        if step.ram_disk is None:
            yield usual
            continue
        yield Start(
            (*values, BUSYBOX),
            kernel.digest,
            banner,
            waitsForKeys=True,
            memoryMib=SHELL_MEMORY_MIB,
            initrd=_ram_disk_name(step),
            commandLine=command_line(TERMINAL, "xterm-256color"),
            isShell=True,
        )
        yield Start((*values, NO_RAM_DISK), kernel.digest, banner, waits, step.memory_mib)


def _endings() -> dict[str, object]:
    """How a machine with a shell has ended, in the words of `tinygate run`."""
    by_code = {out.code: ending_of(Exit(ExitKind.OUTCOME, out.code)) for out in OUTCOMES}
    return {
        "outcomes": {code: {"text": e.text, "good": not e.code} for code, e in by_code.items()},
        "RESET": ending_of(Exit(ExitKind.RESET)).text,
        "EMULATOR_ERROR": ending_of(Exit(ExitKind.ERROR)).text,
    }
