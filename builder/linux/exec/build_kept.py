"""Builds the kernel of `tinygate exec` into the cache: slow, and done seldom."""

from __future__ import annotations

from pathlib import Path

from builder.config.load import load_config
from builder.errors import FileError, tell
from builder.image.build import build_kernel
from builder.linux.exec import kept_kernel
from builder.tools.folder_lock import alone_in

FIX = "see to it that it can be written, or set TINYGATE_CACHE to another folder"


def overrides(cpus: int, strace: bool) -> tuple[str, ...]:
    """The configuration of that kind of kernel, as for --set."""
    more = ("host.trace=true",) if strace else ()
    return (*kept_kernel.OVERRIDES, f"cpu.count={cpus}", *more)


def build(folder: str, cpus: int, strace: bool) -> None:
    """Make the kernel and its stamp in `folder`, unless another process has just done so.

    Raises:
        TinygateError: What loading, rendering and building name.
        FileError: The folder cannot be written to.
    """
    place = Path(folder)
    with alone_in(place, fix=FIX):
        print_ = kept_kernel.fingerprint(kept_kernel.sources())
        if kept_kernel.is_current(folder, print_):
            return
        tell(f"tinygate exec: building its kernel in {folder}, this once")
        stamp = place / kept_kernel.STAMP_NAME
        try:
            stamp.unlink(missing_ok=True)
            result = build_kernel(load_config(None, overrides(cpus, strace)), place / "build")
            stripped = result.tree / "obj" / "boot" / "kernel.stripped"
            new = place / f".{kept_kernel.ELF_NAME}"
            new.write_bytes(stripped.read_bytes())  # QEMU need not read the symbols
            new.replace(place / kept_kernel.ELF_NAME)
            stamp.write_text(kept_kernel.stamp(folder, print_), encoding="utf-8")
        except FileError as error:
            error.fix = FIX  # the builder's own names an option that exec has not
            raise
        except OSError as error:
            raise FileError(
                "the kernel cannot be kept", where=folder, why=str(error.strerror), fix=FIX
            ) from error
