"""From a configuration to the kernel's source tree: files of all layers, overlaid.

Pure up to `write_tree`: the same configuration gives the same bytes, whatever the folder, user or
clock.
"""

import errno
import os
import re
import stat
import tempfile
import textwrap
from collections.abc import Iterable, Mapping
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

from builder.config import KernelConfig
from builder.errors import BuildError, FileError, UserError
from builder.model.constant import ConstantGroup
from builder.model.kernel import KernelModel, build_model
from builder.model.syscalls import structs_of
from builder.reading import tree_readme
from builder.resources import data_dir

COLUMNS = 100  # no line of a rendered file is longer
PROGRAM_BYTES_MAX = 1 << 24
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


def _render_templates(model: KernelModel, context: dict[str, Any]) -> dict[str, bytes]:
    folders = [data_dir("templates") / layer for layer in model.layers]
    # The last layer that has a template of a name wins, for files and for included fragments alike.
    environment = _environment(
        ChoiceLoader([FileSystemLoader(folder) for folder in reversed(folders)])
    )
    names = sorted(
        {path for folder in folders for path in _files_below(folder) if path.suffix == ".j2"}
    )
    files: dict[str, bytes] = {}
    late = [name for name in names if str(name.with_suffix("")) in CONSTANT_FILES]
    for name in [n for n in names if n not in late and not _is_fragment(n)]:
        files[str(name.with_suffix(""))] = _render_one(environment, str(name), context)
    return files | _render_constants(environment, files, late, context)


def _render_one(environment: Environment, name: str, context: dict[str, Any]) -> bytes:
    try:
        return environment.get_template(name).render(context).encode()
    except TemplateError as error:
        raise BuildError(
            f"template does not render: {error}", where=f"templates/*/{name}"
        ) from error


def _render_constants(
    environment: Environment,
    files: dict[str, bytes],
    names: list[PurePosixPath],
    context: dict[str, Any],
) -> dict[str, bytes]:
    """The two headers of constants, made last because they hold just what the other files use."""
    model: KernelModel = context["model"]
    all_files = {**_plain_files(model), **files}
    rendered = {}
    for name in names:
        path = str(name.with_suffix(""))
        groups = used_constants(model.constants, _code_of(all_files, CONSTANT_FILES[path]))
        rendered[path] = _render_one(environment, str(name), {**context, "groups": groups})
    return rendered


def _plain_files(model: KernelModel) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for layer in model.layers:
        folder = data_dir("kernel_src") / layer
        files.update({str(path): (folder / path).read_bytes() for path in _files_below(folder)})
    return files


def _check_ordinary(path: Path) -> None:
    """OSError for what could be read without end: a device, a FIFO, a file of any size."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EINVAL, "it is not an ordinary file", str(path))
    if status.st_size > PROGRAM_BYTES_MAX:
        raise OSError(
            errno.EFBIG, "it is larger than any program that a kernel can hold", str(path)
        )


def _user_programs(config: KernelConfig, built_in: set[str]) -> dict[str, bytes]:
    """The user's own programs as files of the tree, each one that the kernel can load."""
    from builder.elfcheck import check_user_program

    files = {}
    for name in config.programs.files:
        path = config.folder / name
        try:
            _check_ordinary(path)
            data = path.read_bytes()
        except OSError as error:
            raise UserError(
                "cannot read the program",
                where=f"[programs] files: {path}",
                why=error.strerror or str(error),
                fix="name an existing static i386 ELF file, relative to kernel.toml",
            ) from error
        check_user_program(data, str(path))
        if path.name in built_in:
            raise UserError(
                f"there is a built-in program called {path.name}",
                where=f"[programs] files: {path}",
                why="each program of a kernel has a name of its own",
                fix='rename the file, or set programs.suite to "none"',
            )
        files[f"user/bin/{path.name}"] = data
    return files


def render_tree(config: KernelConfig) -> dict[str, bytes]:
    """Render the source tree of the kernel that `config` describes.

    Returns: path in the tree (POSIX, relative) -> content, sorted by path.
    Errors: UserError for a program of the user's that cannot be loaded; BuildError for a broken
    template.
    """
    model = build_model(config)
    context: dict[str, Any] = {"model": model, "config": config}
    files = (
        _plain_files(model)
        | _render_templates(model, context)
        | _user_programs(config, {program.name for program in model.programs})
    )
    files["README.md"] = tree_readme(model, files)
    return dict(sorted(files.items()))


def write_tree(files: Mapping[str, bytes], out_dir: Path) -> int:
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
            f"cannot write the kernel tree: {error.strerror}",
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
