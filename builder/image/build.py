"""From a configuration to kernel.elf and disk.img: render, run make, check what came out."""

import os
import re
import shlex
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from builder.config.keys import KernelConfig
from builder.errors import BuildError, FileError, UserError
from builder.image import size_check
from builder.image.disk_check import check_image
from builder.image.elf_check import check_kernel
from builder.image.section_check import misplaced_sections
from builder.model.kernel import KernelModel, build_model
from builder.tools import commands, toolchain
from builder.tools.whole_file import write_whole
from builder.tree.render import render_model, write_tree

TREE_NAME = "kernel"
ERROR_LINES_SHOWN = 12
DISK_FREE_MIN_BYTES = 1 << 12
# What a make around us, or a user's habit, would have our make do.
PLAIN_MAKE = dict.fromkeys(("MAKEFLAGS", "GNUMAKEFLAGS", "MAKEFILES", "MAKELEVEL"), "")


@dataclass(frozen=True)
class BuildResult:
    """What a build left in its output folder."""

    kernel_elf: Path  # with symbols
    disk_img: Path
    tree: Path  # the rendered sources, and what make made of them
    changed: bool  # False: everything was as it should be already


def make_command(
    tree: Path,
    *,
    jobs: int,
    cc: str | None,
    verbose: bool,
    werror: bool = False,
    debug: bool = True,
    launcher: str = "",
) -> list[str]:
    """The command that builds a rendered tree with the tools of this machine.

    Errors: ToolError if one is missing or too old.
    """
    compiler = toolchain.find_compiler(cc)
    tools = toolchain.require(toolchain.NASM, toolchain.MAKE)
    nm = re.sub(r"objcopy$", "nm", compiler.objcopy)
    return [
        tools["make"].path,
        "--no-print-directory",
        "-C",
        str(tree),
        f"-j{jobs}",
        f"CC={launcher} {compiler.make_value}" if launcher else f"CC={compiler.make_value}",
        f"LD={shlex.quote(compiler.ld)}",
        f"OBJCOPY={shlex.quote(compiler.objcopy)}",
        f"NM={shlex.quote(nm)}",
        f"NASM={shlex.quote(tools['nasm'].path)}",
        *(["WERROR=-Werror"] if werror else []),
        *([] if debug else ["DEBUG="]),
        *(["V=1"] if verbose else ["-s"]),
        "image",
    ]


def build_commands(
    _: KernelConfig, out_dir: Path, *, jobs: int | None = None, cc: str | None = None
) -> list[list[str]]:
    """What `build_kernel` runs once the tree is written, for a dry run."""
    tree = out_dir / TREE_NAME
    make = make_command(tree, jobs=jobs or os.cpu_count() or 1, cc=cc, verbose=False)
    return [make, ["cp", str(tree / "kernel.elf"), str(tree / "disk.img"), str(out_dir)]]


def _copy_if_changed(source: Path, target: Path) -> bool:
    """Make `target` a copy of `source`."""
    data = source.read_bytes()
    if target.is_file() and target.read_bytes() == data:
        return False
    if not target.is_file():
        target.unlink(missing_ok=True)  # a pipe would wait for a reader
    write_whole(target, data)
    return True


def _forget_the_future(tree: Path) -> None:
    """Have make compile all of a tree again in which a file is later than now.

    The clock was set back: what was compiled until then looks newer to make than what changes now.
    """
    now = time.time()
    later = [path for path in tree.rglob("*") if path.is_file() and path.stat().st_mtime > now]
    if not later:
        return
    if (tree / "obj").is_dir():
        shutil.rmtree(tree / "obj")
    for path in later:
        if path.exists():
            os.utime(path)


def _explain(output: str) -> str:
    """The lines of make's output that name an error, or its last ones."""
    lines = [line for line in output.splitlines() if line.strip()]
    wanted = [line for line in lines if re.search(r"error|undefined|No space left", line)]
    return "\n       ".join((wanted or lines)[-ERROR_LINES_SHOWN:])


def _run_make(command: list[str], tree: Path) -> None:
    done = commands.run(command, env=PLAIN_MAKE)
    if done.ok:
        return
    output = done.stdout + done.stderr
    # Not every tool says why it could not write.
    if "No space left on device" in output or shutil.disk_usage(tree).free < DISK_FREE_MIN_BYTES:
        fix = "make room, or choose another folder"
        raise FileError("the disk is full", where=str(tree), fix=fix)
    raise BuildError(
        "the kernel does not build",
        where=str(tree),
        why=_explain(output),
        fix=f"see the whole of it: make -C {tree} V=1",
    )


def _check(model: KernelModel, tree: Path, *, suite: str, hold_to_budget: bool) -> None:
    """The built files against the model; BuildError names each difference."""
    kernel = tree / "kernel.elf"
    check_kernel(kernel, model)
    try:
        info = check_image(tree / "disk.img", kernel)
    except UserError as error:  # damage that the user did: here it is the build's
        raise BuildError(error.what, where=error.where, why=error.why, fix=error.fix) from error
    stripped = tree / "obj" / "boot" / "kernel.stripped"  # in an image with a loader
    if stripped.exists() and (problems := misplaced_sections(stripped.read_bytes())):
        raise BuildError(
            "objcopy has moved the kernel",
            where=str(stripped),
            why="; ".join(problems),
            fix="use another release of binutils",
        )
    if hold_to_budget:
        own_bytes = _own_bytes(tree, model.files)
        loaded = size_check.loaded_bytes(kernel)
        size_check.check(model, suite, loaded, info.used_bytes, own_bytes)


def _own_bytes(tree: Path, names: tuple[str, ...]) -> int:
    return sum((tree / "user" / "bin" / name).stat().st_size for name in names)


def build_kernel(
    config: KernelConfig,
    out_dir: Path,
    *,
    jobs: int | None = None,
    cc: str | None = None,
    verbose: bool = False,
    werror: bool = False,
    debug: bool = True,
    launcher: str = "",
) -> BuildResult:
    """Render, build and check the kernel of `config` in `out_dir`.

    Args:
        config: What to build.
        out_dir: Gets `kernel/` (the tree), `kernel.elf` and `disk.img`.
        jobs: Parallel jobs of make; the number of CPUs by default.
        cc: C compiler to use instead of the one that is found.
        verbose: Let make show its commands.
        werror: Be as strict as CI: warnings are errors, and so is a kernel that is larger than its
            budget, if no compiler is named. What other compilers make of it may be larger.
        debug: With lines and types for gdb, which take a tenth of the time.
        launcher: What is to start the C compiler, such as ccache.

    Raises:
        UserError, ToolError, BuildError, FileError: each says what to do. kernel.elf and disk.img
            of an earlier build are then gone: nothing old is taken for the new.
    """
    tree = out_dir / TREE_NAME
    targets = (out_dir / "kernel.elf", out_dir / "disk.img")
    try:
        with ThreadPoolExecutor(1) as pool:  # tools are tried while the tree is rendered
            command = pool.submit(
                make_command,
                tree,
                jobs=jobs or os.cpu_count() or 1,
                cc=cc,
                verbose=verbose,
                werror=werror,
                debug=debug,
                launcher=launcher,
            )
            _forget_the_future(tree)
            model = build_model(config)
            changed = write_tree(render_model(model, config), tree) > 0
        _run_make(command.result(), tree)
        strict = werror and cc is None
        _check(model, tree, suite=config.programs.suite, hold_to_budget=strict)
        for target in targets:
            changed |= _copy_if_changed(tree / target.name, target)
    except OSError as error:
        _remove(targets)
        raise FileError(
            f"cannot write the build: {error.strerror}",
            where=str(error.filename2 or error.filename or out_dir),
            fix="make room there, or choose another folder with --out",
        ) from error
    except BaseException:
        _remove(targets)
        raise
    return BuildResult(targets[0], targets[1], tree, changed)


def _remove(paths: tuple[Path, ...]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
