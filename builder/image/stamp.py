"""Says in a few milliseconds whether a finished build is still what its inputs would make.

A stamp in the output folder holds a digest of everything that went into the build (the request, the
generator's own files, the tools) and one of each file that came out. Files are compared by content,
so that neither a copied nor a damaged file is taken for another; only the tools, which are large,
are compared by path, size and time. Standard library only: it runs before any slow import.
"""

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

STAMP_NAME = ".current"
FORMAT = 1
ABSENT = "absent"  # stands for the digest of a file that cannot be read; no content has it
SOURCE_SUFFIXES_IGNORED = (".pyc",)


@dataclass(frozen=True)
class Request:
    """What was asked for, and with what: all that decides what a build makes."""

    config: Path | None
    overrides: tuple[str, ...]
    sources: tuple[Path, ...]  # folders of the generator: package, templates, kernel sources
    tools: str  # toolchain.identity()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, or ABSENT; also for a device or a FIFO, which may never end."""
    if not path.is_file():
        return ABSENT
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ABSENT


def _files_below(folder: Path) -> Iterable[Path]:
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (
            Path(base, name) for name in sorted(names) if not name.endswith(SOURCE_SUFFIXES_IGNORED)
        )


def request_digest(request: Request) -> str:
    """One digest over the request: equal means that a build would start from the same bytes."""
    lines = [
        f"format {FORMAT}",
        f"python {sys.version_info[:2]}",
        request.tools,
        f"config {request.config} {file_digest(request.config) if request.config else ''}",
        *(f"set {text!r}" for text in request.overrides),
    ]
    for number, folder in enumerate(request.sources):
        lines += [
            f"{number} {path.relative_to(folder)} {file_digest(path)}"
            for path in _files_below(folder)
        ]
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()


def _read(out_dir: Path) -> Mapping[str, object]:
    """The stamp of `out_dir`; empty if there is none or it is not whole."""
    try:
        stamp = json.loads((out_dir / STAMP_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _all_match(digests: object, base: Path) -> bool:
    """True if `digests` is a non-empty table of path -> digest, and every file has its own."""
    if not isinstance(digests, dict) or not digests:
        return False
    return all(
        digest != ABSENT and file_digest(base / path) == digest for path, digest in digests.items()
    )


def is_current(out_dir: Path, request: Request) -> bool:
    """True if `out_dir` holds, undamaged, all that building `request` would put there."""
    stamp = _read(out_dir)
    if not stamp or stamp.get("request") != request_digest(request):
        return False  # without a stamp nothing need be read
    programs = stamp.get("programs")
    programs_match = programs == {} or _all_match(programs, Path())
    return programs_match and _all_match(stamp.get("outputs"), out_dir)


def forget(out_dir: Path) -> None:
    """Remove the stamp, before a build begins, so that one cut short never looks finished."""
    (out_dir / STAMP_NAME).unlink(missing_ok=True)


def write(
    out_dir: Path, request: str, outputs: Iterable[Path], programs: Mapping[str, str]
) -> None:
    """Write the stamp of a finished build.

    Args:
        out_dir: The output folder.
        request: request_digest() as it was when the build began; a file edited since differs.
        outputs: Every file that was made; each is below `out_dir`.
        programs: Files of the user's that the kernel was made from, absolute path -> digest, as
            they were when the build began.
    """
    stamp = {
        "request": request,
        "programs": dict(programs),
        "outputs": {str(path.relative_to(out_dir)): file_digest(path) for path in outputs},
    }
    handle, temporary = tempfile.mkstemp(dir=out_dir, prefix=f"{STAMP_NAME}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(stamp, file, indent=1)
        Path(temporary).replace(out_dir / STAMP_NAME)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
