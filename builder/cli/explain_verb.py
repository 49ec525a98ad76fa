"""explain: the verb that says why a kernel does not pass."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from builder.cli import options, ui
from builder.cli.choice import choose
from builder.cli.guard import verb
from builder.cli.kernel_verbs import machine_of
from builder.cli.said_config import said_config
from builder.errors import ExitCode, UserError
from builder.tools import toolchain

if TYPE_CHECKING:
    from builder.boot.run import RunResult
    from builder.xray.explain import Explanation
    from builder.xray.named_build import Built

Target = Annotated[
    Path, typer.Argument(metavar="TREE|ELF", help="The kernel's source tree, or its kernel.elf.")
]


@verb
def explain(
    target: Target,
    config: options.Config = None,
    step: options.Step = None,
    set_: options.Set = None,
    as_json: options.Json = False,
    verbose: options.Verbose = False,
) -> int:
    """Say where a kernel that does not pass parts from a healthy one of its configuration."""
    from builder.boot.emulator import BootImage
    from builder.boot.run import run_image
    from builder.image.build import build_kernel
    from builder.model.kernel import build_model
    from builder.xray.explain import explain as explain_kernel
    from builder.xray.named_build import NamedBuild, OnlyKernel
    from builder.xray.side import Side
    from builder.xray.suspects import first_other_part, good_results

    toolchain.require(toolchain.QEMU)
    with (
        tempfile.TemporaryDirectory(prefix="tinygate-") as folder,
        ui.progress("building", shown=not verbose) as say,
    ):
        work = Path(folder)
        ours = _built(target, work / "ours")
        chosen = said_config(ours.kernel, choose(config, step, set_ or ()), target)
        if chosen is None:
            raise UserError(
                "the kernel does not say what it was made of",
                where=str(target),
                why="there is no `config` in its first line of output",
                fix="leave that line as it was rendered",
            )
        model = build_model(chosen)
        machine = machine_of(chosen)

        def booted(kernel: Path) -> "RunResult":
            image = BootImage("kernel", kernel)
            runs = work / "runs"
            return run_image(machine, image, transcript_dir=runs, name="explain", elf_path=kernel)

        say("booting")
        result = booted(ours.kernel)
        build = build_kernel(chosen, work / "healthy")
        # Of the same kind as ours: a build with lines for assembly has more symbols.
        healthy: Built = (
            OnlyKernel(build.kernel_elf)
            if target.is_file()
            else NamedBuild(build.tree, work / "named")
        )
        results = good_results(result.transcript.text)
        if results is None:
            theirs = booted(healthy.kernel).transcript.text
            results = first_other_part(result.transcript.text, theirs)
        found = None
        if results is not None:
            say("comparing with a healthy kernel")
            found = explain_kernel(
                Side(ours, machine, model), Side(healthy, machine, model), results
            )
    if as_json:
        line = found.line if found else None
        ui.print_json(
            {
                "verdict": result.verdict.word.value,
                "summary": result.verdict.summary,
                "file": line.file if line else "",
                "line": line.line if line else 0,
                "text": found.text if found else "",
            }
        )
    else:
        print(f"verdict: {result.verdict.word.value}: {result.verdict.summary}")
        print(_in_words(found, same=results is None))
    return ExitCode.OK if result.verdict.passed and found is None else ExitCode.VERDICT


def _in_words(found: "Explanation | None", *, same: bool) -> str:
    if same:
        return "nothing to explain: it passes, and prints what a healthy one does"
    if found is None:
        return (
            "not explained: until the failure both kernels execute the same instructions; see the "
            "verdict, and `tinygate debug`"
        )
    return str(found)


def _built(target: Path, folder: Path) -> "Built":
    """The kernel with its names, built in a folder of its own if there is a tree."""
    from builder.xray.named_build import NamedBuild, OnlyKernel

    if target.is_file():
        return OnlyKernel(target)
    tree = target / "kernel" if (target / "kernel/Makefile").is_file() else target
    if not (tree / "Makefile").is_file() or not (tree / "kernel.ld").is_file():
        raise UserError(
            "is no kernel's source tree" if target.exists() else "there is no such folder or file",
            where=str(target),
            why="a tree has a Makefile and a kernel.ld",
            fix="name the folder that `tinygate new` or `tinygate render` made, or a kernel.elf",
        )
    folder.mkdir()
    return NamedBuild(tree, folder)
