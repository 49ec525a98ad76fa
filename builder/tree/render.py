"""From a configuration to the kernel's source tree: files of all layers, overlaid.

Pure up to `write_tree`: the same configuration gives the same bytes, whatever the folder, user or
clock.
"""

import os
import re
import tempfile
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
)
from jinja2.bccache import Bucket

from builder.config.keys import KernelConfig
from builder.errors import BuildError, FileError
from builder.model.constant import ConstantGroup
from builder.model.kernel import KernelModel, build_model
from builder.model.layers import folder_of
from builder.model.syscalls import structs_of
from builder.tools.resources import data_dir
from builder.tree.readme import tree_readme
from builder.tree.user_programs import user_programs

COLUMNS = 100  # no line of a rendered file is longer
CONSTANT_FILES = {"include/constants.h": (".c", ".h"), "include/constants.inc": (".asm", ".inc")}


def column(text: object, width: int) -> str:
    """Jinja filter: pad `text` with blanks to `width`, so that what follows stands in a column."""
    return str(text).ljust(width)


def noted(code: str, comment: str, width: int, begin: str = "/* ", end: str = " */") -> str:
    """Jinja filter: `code`, and behind it `comment`, if any, in a column of its own at `width`."""
    return f"{code.ljust(width)}{begin}{comment}{end}" if comment else code


def c_wrap(line: str, indent: int = 0) -> str:
    """Jinja filter: a C declaration or call, broken at its commas as clang-format would.

    Args:
        line: Without the blanks before it.
        indent: How many blanks the template puts before it.
    """
    opened = indent + line.index("(") + 1
    lines = [" " * indent]
    for part in re.split(r"(?<=,) ", line):
        joint = "" if lines[-1].isspace() or not lines[-1] else " "
        if len(lines[-1]) + len(joint) + len(part) > COLUMNS:
            lines.append(" " * opened + part)
        else:
            lines[-1] += joint + part
    return "\n".join(lines)[indent:]


def c_fill(words: Iterable[str], indent: int) -> str:
    """Jinja filter: elements of an initialiser, as many on a line as fit it.

    Args:
        words: The elements, without the commas.
        indent: How many blanks stand before each line.
    """
    lines: list[str] = []
    for word in words:
        if lines and indent + len(lines[-1]) + len(word) + 2 <= COLUMNS:
            lines[-1] += f" {word},"
        else:
            lines.append(f"{word},")
    return f"\n{' ' * indent}".join(lines)


def make_list(words: Iterable[str], indent: int) -> str:
    """Jinja filter: words of a make variable, on continued lines that all begin at `indent`."""
    # Room for what continues a line; no word may be cut at its hyphens.
    rows = textwrap.wrap(" ".join(words), COLUMNS - indent - 2, break_on_hyphens=False)
    return f" \\\n{' ' * indent}".join(rows)


def hexadecimal(value: int, digits: int = 0) -> str:
    """Jinja filter: `value` as C and NASM write it, e.g. 0x00100000."""
    return f"0x{value:0{digits}x}"


def c_string(text: str) -> str:
    """Jinja filter: `text` as a C string literal, with bytes that C could misread in octal."""
    plain = (
        chr(b) if 0x20 <= b < 0x7F and chr(b) not in '"\\?' else f"\\{b:03o}" for b in text.encode()
    )
    return f'"{"".join(plain)}"'


class _Compiled(BytecodeCache):
    """Templates that this process has compiled: whoever renders several trees compiles once."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def _environment(loader: BaseLoader) -> Environment:
    environment = Environment(
        loader=loader,
        bytecode_cache=_COMPILED,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
        newline_sequence="\n",
    )
    environment.filters["column"] = column
    environment.filters["noted"] = noted
    environment.filters["c_wrap"] = c_wrap
    environment.filters["c_fill"] = c_fill
    environment.filters["structs_of"] = structs_of
    environment.filters["make_list"] = make_list
    environment.filters["hex"] = hexadecimal
    environment.filters["c_string"] = c_string
    return environment


def _files_below(folder: Path) -> list[PurePosixPath]:
    """Every file of an overlay folder, sorted, relative to it. A missing folder has none."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(PurePosixPath(path.relative_to(folder).as_posix()) for path in found)


def _is_fragment(path: PurePosixPath) -> bool:
    """A name that begins with an underscore is a part of other templates, not of the tree."""
    return path.name.startswith("_")


def used_constants(groups: tuple[ConstantGroup, ...], text: str) -> tuple[ConstantGroup, ...]:
    """The groups with only the constants that occur in `text`; empty groups are dropped."""
    words = set(re.findall(r"\b[A-Z_][A-Za-z0-9_]*\b", text))
    kept = (
        ConstantGroup(g.title, g.source, tuple(c for c in g.constants if c.name in words))
        for g in groups
    )
    return tuple(group for group in kept if group.constants)


def _code_of(files: Mapping[str, bytes], suffixes: tuple[str, ...]) -> str:
    """What the files of these suffixes say outside comments: only that needs a constant."""
    chosen = (data.decode() for path, data in sorted(files.items()) if path.endswith(suffixes))
    comment = r";.*" if ".asm" in suffixes else r"(?s)/\*.*?\*/"
    return re.sub(comment, "", "\n".join(chosen))


@dataclass(frozen=True)
class Source:
    """Where a file of a rendered tree comes from."""

    folder: str  # templates or kernel_src
    layer: str

    @property
    def is_template(self) -> bool:
        """Is it rendered, not copied?"""
        return self.folder == "templates"

    def of(self, path: str) -> str:
        """The file that makes `path`, relative to the project."""
        suffix = ".j2" if self.is_template else ""
        return f"{self.folder}/{folder_of(self.layer)}/{path}{suffix}"


def tree_sources(layers: tuple[str, ...]) -> dict[str, Source]:
    """Every path of a tree and what makes it: the last layer that has it, template or not."""
    sources = {}
    for layer in layers:
        for path in _files_below(data_dir("kernel_src") / folder_of(layer)):
            sources[str(path)] = Source("kernel_src", layer)
        for path in _files_below(data_dir("templates") / folder_of(layer)):
            if path.suffix == ".j2" and not _is_fragment(path):
                sources[str(path.with_suffix(""))] = Source("templates", layer)
    return sources


def _is_wanted(path: str, model: KernelModel) -> bool:
    """False for a program's source that this kernel does not make a program of."""
    parent, _, name = path.rpartition("/")
    if parent != "user" or not name.endswith((".c", ".asm")):
        return True
    return path.rpartition(".")[0] in {s for program in model.programs for s in program.sources}


def model_sources(model: KernelModel) -> dict[str, Source]:
    """Every path of the tree of `model`, sorted, and what makes it; README.md is not among them."""
    sources = tree_sources(model.layers)
    return {path: sources[path] for path in sorted(sources) if _is_wanted(path, model)}


def _render_files(model: KernelModel, context: dict[str, Any]) -> dict[str, bytes]:
    folders = [data_dir("templates") / folder_of(layer) for layer in model.layers]
    # The last layer that has a template of a name wins, for files and for included fragments alike.
    environment = _environment(
        ChoiceLoader([FileSystemLoader(folder) for folder in reversed(folders)])
    )
    files: dict[str, bytes] = {}
    late = []
    for path, source in model_sources(model).items():
        if not source.is_template:
            files[path] = (data_dir("kernel_src") / folder_of(source.layer) / path).read_bytes()
        elif path in CONSTANT_FILES:
            late.append(path)
        else:
            files[path] = _render_one(environment, f"{path}.j2", context)
    # The two headers of constants hold just what the other files use.
    constants = {}
    for path in late:
        groups = used_constants(model.constants, _code_of(files, CONSTANT_FILES[path]))
        constants[path] = _render_one(environment, f"{path}.j2", {**context, "groups": groups})
    return files | constants


def _render_one(environment: Environment, name: str, context: dict[str, Any]) -> bytes:
    try:
        return environment.get_template(name).render(context).encode()
    except TemplateError as error:
        raise BuildError(
            f"template does not render: {error}", where=f"templates/**/{name}"
        ) from error


def render_tree(config: KernelConfig) -> dict[str, bytes]:
    """What `render_model` makes of the model of `config`."""
    return render_model(build_model(config), config)


def render_model(model: KernelModel, config: KernelConfig) -> dict[str, bytes]:
    """Render the source tree of the kernel that `config` describes, and `model` is the model of.

    Returns: path in the tree (POSIX, relative) -> content, sorted by path.
    Errors: UserError for a program of the user's that cannot be loaded; BuildError for a broken
    template.
    """
    context: dict[str, Any] = {"model": model, "config": config}
    files = _render_files(model, context) | user_programs(
        config, {program.name for program in model.programs}
    )
    files["README.md"] = tree_readme(model, files)
    return dict(sorted(files.items()))


def write_tree(files: Mapping[str, bytes], out_dir: Path, what: str = "the kernel tree") -> int:
    """Make `out_dir` hold exactly `files` (and what make built); returns how many changed.

    A file whose content is already there keeps its time stamp, so that make rebuilds only what
    changed. Each file is written under another name and renamed: an interrupted run leaves no half
    file.
    """
    changed = 0
    manifest = out_dir / ".files"
    try:
        old = set(manifest.read_text().splitlines()) if manifest.exists() else set()
        for stale in sorted(old - set(files)):
            (out_dir / stale).unlink(missing_ok=True)
            # Else make would take what it built from this file for up to date with another of the
            # same name.
            (out_dir / "obj" / stale).with_suffix(".o").unlink(missing_ok=True)
            changed += 1
        for path, data in files.items():
            changed += _write_if_changed(out_dir / path, data)
        _write_if_changed(manifest, "".join(f"{path}\n" for path in files).encode())
    except OSError as error:
        raise FileError(
            f"cannot write {what}: {error.strerror}",
            where=str(error.filename2 or error.filename or out_dir),
            fix="see to it that it can be written, or choose another folder",
        ) from error
    return changed


def _write_if_changed(path: Path, data: bytes) -> bool:
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True
