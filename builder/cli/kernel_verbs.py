"""render, build, image: the verbs that make a kernel."""

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from builder.cli import options, ui
from builder.cli.choice import Choice, choose
from builder.cli.guard import verb
from builder.config.keys import KernelConfig
from builder.config.load import load_config
from builder.errors import ExitCode
from builder.image import stamp
from builder.tools.folder_lock import alone_in

if TYPE_CHECKING:
    from builder.boot.emulator import Machine

TREE_NAME, ELF_NAME, DISK_NAME = "kernel", "kernel.elf", "disk.img"


@dataclass(frozen=True)
class How:
    """How to build; nothing here but `cc` changes what comes out."""

    jobs: int | None = None
    cc: str | None = None
    verbose: bool = False
    dry_run: bool = False
    werror: bool = False


@dataclass(frozen=True)
class Built:
    """A finished build in its output folder."""

    config: KernelConfig
    out: Path
    changed: bool

    @property
    def kernel_elf(self) -> Path:
        """The linked kernel with its symbols."""
        return self.out / ELF_NAME

    @property
    def disk_img(self) -> Path:
        """The raw disk image."""
        return self.out / DISK_NAME


def machine_of(config: KernelConfig) -> "Machine":
    """The computer that the configuration asks for."""
    from builder.boot.emulator import Machine

    return Machine(
        cpu=config.machine.cpu, memory_mib=config.machine.memory_mib, cpus=config.cpu.count
    )


def make(choice: Choice, how: How) -> Built:
    """Build what `choice` says, unless it is there already.

    Raises:
        TinygateError: Any of the kinds that loading, rendering and building name.
    """
    config = load_config(choice.config, choice.overrides)
    if how.dry_run:
        _print_commands(choice, config, how)
        return Built(config, choice.out, changed=False)
    # A build that was allowed to warn does not answer for one that is not.
    overrides = (*choice.overrides, *(["--werror"] if how.werror else []))
    # Taken before anything is read, so that a file edited during the build counts as changed.
    request = replace(choice.request(how.cc or ""), overrides=overrides)
    with alone_in(choice.out):
        changed = not stamp.is_current(choice.out, request) and _build(choice, request, config, how)
    return Built(config, choice.out, changed)


def _build(choice: Choice, request: stamp.Request, config: KernelConfig, how: How) -> bool:
    """Build, and remember what for. Returns False if the files were as they should be already."""
    digest = stamp.request_digest(request)
    programs = {str(path.absolute()): stamp.file_digest(path) for path in config.program_paths}
    stamp.forget(choice.out)
    from builder.image.build import build_kernel

    with ui.progress(f"building {choice.out}", shown=not how.verbose):
        result = build_kernel(
            config,
            choice.out,
            jobs=how.jobs,
            cc=how.cc,
            verbose=how.verbose,
            werror=how.werror,
        )
    outputs = [result.kernel_elf, result.disk_img, *_files_of(result.tree)]
    stamp.write(choice.out, digest, outputs, programs)
    return result.changed


def _files_of(tree: Path) -> list[Path]:
    return sorted(path for path in tree.rglob("*") if path.is_file())


def _print_commands(choice: Choice, config: KernelConfig, how: How) -> None:
    """What `make` would do, as lines to paste."""
    from builder.image.build import build_commands

    print(shlex.join(["tinygate", "render", *choice.arguments()]))
    for command in build_commands(config, choice.out, jobs=how.jobs, cc=how.cc):
        print(shlex.join(command))


def _finish(built: Built, paths: list[Path], *, as_json: bool) -> int:
    """The last line of build and image."""
    if as_json:
        ui.print_json(
            {
                "kernel_elf": str(built.kernel_elf),
                "disk_img": str(built.disk_img),
                "tree": str(built.out / TREE_NAME),
                "changed": built.changed,
                "config": built.config.digest,
            }
        )
    elif built.changed:
        print(ui.sizes(paths))
    else:
        print(f"{paths[-1]} is up to date")
    return ExitCode.OK


@verb
def render(
    config: options.Config = None,
    step: options.Step = None,
    set_: options.Set = None,
    out: options.Out = None,
    as_json: options.Json = False,
    dry_run: options.DryRun = False,
    verbose: options.Verbose = False,
) -> int:
    """Write the kernel's source tree, without building it."""
    choice = choose(config, step, set_ or (), out)
    loaded = load_config(choice.config, choice.overrides)
    if dry_run:
        print(shlex.join(["tinygate", "render", *choice.arguments()]))
        return ExitCode.OK
    from builder.tree.render import render_tree, write_tree

    files = render_tree(loaded)
    tree = choice.out / TREE_NAME
    with alone_in(choice.out):
        stamp.forget(choice.out)
        changed = write_tree(files, tree)
    if as_json:
        ui.print_json({"tree": str(tree), "files": sorted(files), "changed": changed})
        return ExitCode.OK
    if verbose:
        print("\n".join(str(tree / path) for path in sorted(files)))
    print(f"{tree}: {len(files)} files, {changed} changed")
    return ExitCode.OK


@verb
def build(
    config: options.Config = None,
    step: options.Step = None,
    set_: options.Set = None,
    out: options.Out = None,
    jobs: options.Jobs = None,
    cc: options.Cc = None,
    werror: options.Werror = False,
    as_json: options.Json = False,
    dry_run: options.DryRun = False,
    verbose: options.Verbose = False,
) -> int:
    """Render the tree and build kernel.elf from it."""
    built = make(choose(config, step, set_ or (), out), How(jobs, cc, verbose, dry_run, werror))
    return ExitCode.OK if dry_run else _finish(built, [built.kernel_elf], as_json=as_json)


@verb
def image(
    config: options.Config = None,
    step: options.Step = None,
    set_: options.Set = None,
    out: options.Out = None,
    jobs: options.Jobs = None,
    cc: options.Cc = None,
    werror: options.Werror = False,
    as_json: options.Json = False,
    dry_run: options.DryRun = False,
    verbose: options.Verbose = False,
) -> int:
    """Render, build kernel.elf, and make the bootable disk image."""
    built = make(choose(config, step, set_ or (), out), How(jobs, cc, verbose, dry_run, werror))
    paths = [built.kernel_elf, built.disk_img]
    return ExitCode.OK if dry_run else _finish(built, paths, as_json=as_json)
