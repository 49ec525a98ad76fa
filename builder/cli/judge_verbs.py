"""run and debug: the verbs that boot a kernel."""

import os
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from builder.cli import linux_shell, options, ui
from builder.cli.choice import Choice, choose
from builder.cli.guard import verb
from builder.cli.kernel_verbs import ELF_NAME, TREE_NAME, Built, How, machine_of, make
from builder.config.keys import KernelConfig
from builder.config.load import load_config
from builder.config.step import Step
from builder.errors import ExitCode, UserError
from builder.tools import toolchain

# Where `debug` stops, on the way in and out. A step has only some of them.
BREAKPOINTS = ("__kernel_vsyscall", "sysenter_entry", "SYSENTER_RETURN")
FIRST_STEP_BREAKPOINTS = ("int80_entry",)

Image = Annotated[
    Path | None, typer.Option("--image", help="Boot this disk image or ELF kernel; build nothing.")
]
Kernel = Annotated[
    bool, typer.Option("--kernel", help="Boot kernel.elf by QEMU's -kernel, not the disk image.")
]
EmulatorName = Annotated[
    str | None, typer.Option("--emulator", help="Short for --set machine.emulator=...")
]
Demo = Annotated[
    bool, typer.Option("--demo", help="Step linux: no shell, but the demonstration, judged.")
]


def kind_of(path: Path) -> str:
    """What `path` is to an emulator: "kernel" for an ELF file, else "disk".

    Raises:
        UserError: There is no such file, or it is not an ordinary one.
    """
    if not path.is_file():
        raise UserError(
            "is not a file" if path.exists() else "there is no such file",
            where=f"--image {path}",
            fix="name a disk image or an ELF kernel; `tinygate image` makes both",
        )
    with path.open("rb") as file:
        return "kernel" if file.read(4) == b"\x7fELF" else "disk"


def _prepare(
    choice: Choice, how: How, image: Path | None, kernel: bool
) -> tuple[KernelConfig, Built | None, Path, str]:
    """Build, unless an image is given: configuration, build, file to boot, its kind."""
    if image is not None:
        return load_config(choice.config, choice.overrides), None, image, kind_of(image)
    built = make(choice, how)
    from_elf = kernel or built.config.machine.boot == "kernel"
    path = built.kernel_elf if from_elf else built.disk_img
    return built.config, built, path, "kernel" if from_elf else "disk"


@verb
def run(
    config: options.Config = None,
    step: options.Step = None,
    set_: options.Set = None,
    out: options.Out = None,
    image: Image = None,
    kernel: Kernel = False,
    emulator: EmulatorName = None,
    demo: Demo = False,
    jobs: options.Jobs = None,
    cc: options.Cc = None,
    as_json: options.Json = False,
    dry_run: options.DryRun = False,
    verbose: options.Verbose = False,
) -> int:
    """Boot the disk image, show its serial line live, and judge it; step linux: open a shell."""
    from builder.boot.emulator import EMULATORS, BootImage
    from builder.boot.run import run_image
    from builder.boot.verdict import expected_of
    from builder.model.kernel import build_model
    from builder.tools import commands

    chosen = []
    if emulator is not None:
        options.require_emulator(emulator)
        chosen.append(f"machine.emulator={emulator}")
    choice = choose(config, step, [*chosen, *(set_ or ())], out)
    on = EMULATORS[load_config(choice.config, choice.overrides).machine.emulator]
    if not dry_run:
        on.require()  # rather now than after the build
    loaded, built, path, kind = _prepare(choice, How(jobs, cc, verbose, dry_run), image, kernel)
    has_shell = on.name == "qemu" and linux_shell.has_shell(loaded)
    if built and has_shell and not demo and not as_json:
        is_terminal = linux_shell.is_terminal()
        initrd = linux_shell.make_initrd(choice.out, is_terminal=is_terminal, dry=dry_run)
        if initrd is not None:
            return linux_shell.open_shell(loaded, built.kernel_elf, initrd, choice.out, dry_run)
    machine = machine_of(loaded)
    boot = BootImage("kernel" if kind == "kernel" else "disk", path)
    runner = commands.DryRunner(show=print) if dry_run else commands.SystemRunner()
    with commands.use(runner):
        result = run_image(
            machine,
            boot,
            transcript_dir=choice.out / "runs",
            name="run",
            elf_path=built.kernel_elf if built else (path if kind == "kernel" else None),
            expected=expected_of(build_model(loaded), is_it=built is not None),
            live=None if as_json else ui.live,
            emulator=on,
        )
    if dry_run:
        return ExitCode.OK
    if as_json:
        ui.print_json(
            {
                "passed": result.verdict.passed,
                "verdict": result.verdict.word.value,
                "summary": result.verdict.summary,
                "details": [str(detail) for detail in result.verdict.details],
                "advice": result.verdict.advice,
                "transcript": str(result.transcript_path),
                "reproduce": result.reproduce,
                "debug": result.debug,
            }
        )
    else:
        sys.stdout.flush()
        if not result.verdict.passed:
            ui.say(f"\n{result.explain()}\n")
            _say_if_damaged(image)
            if path.suffix == ".elf" or built:
                explained = shlex.quote(str(choice.out / TREE_NAME if built else path))
                ui.say(f"where it parts from a healthy kernel: tinygate explain {explained}\n")
        print(f"verdict: {result.verdict.word.value}: {result.verdict.summary}")
    return _exit_code(result.verdict.word.name)


def _say_if_damaged(image: Path | None) -> None:
    """Name the damage of a disk image of the user's that did not pass, if it has one."""
    from builder.image.disk_check import check_image

    if image is not None and kind_of(image) == "disk":
        try:
            check_image(image)
        except UserError as error:
            ui.say(f"note: {error}\n")


def _exit_code(word: str) -> int:
    """Exit code for a verdict's word."""
    if word == "PASS":
        return ExitCode.OK
    return ExitCode.EMULATOR if word in ("EMULATOR", "KILLED") else ExitCode.VERDICT


def breakpoints_in(elf_path: Path) -> dict[str, str]:
    """The places of BREAKPOINTS that this kernel has, or the one gate of the first step.

    Returns:
        Name -> gdb location. Names in the vsyscall page belong to no section of the file (the page
        is made at boot), and gdb takes no name for them, only the address.
    """
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import SymbolTableSection

    places: dict[str, str] = {}
    with elf_path.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        symbols = table.iter_symbols() if isinstance(table, SymbolTableSection) else ()
        for symbol in symbols:
            absolute = symbol["st_shndx"] == "SHN_ABS"
            places[symbol.name] = f"*{symbol['st_value']:#x}" if absolute else symbol.name
    found = [name for name in BREAKPOINTS if name in places] or FIRST_STEP_BREAKPOINTS
    return {name: places[name] for name in found if name in places}


def _serial_path(out: Path) -> str:
    """Where the serial line goes while gdb has the terminal: to the same terminal, or a file."""
    try:
        return os.ttyname(sys.stdout.fileno())
    except OSError:
        folder = out / "runs"
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder / "debug.serial")


@verb
def debug(
    config: options.Config = None,
    step: options.Step = None,
    set_: options.Set = None,
    out: options.Out = None,
    kernel: Kernel = False,
    jobs: options.Jobs = None,
    cc: options.Cc = None,
    dry_run: options.DryRun = False,
    verbose: options.Verbose = False,
) -> int:
    """Boot stopped, with gdb attached and breakpoints on the way into the kernel and back."""
    from builder.boot.emulator import EMULATORS, BootImage
    from builder.boot.run import debug_command, debug_line
    from builder.tools import commands

    choice = choose(config, step, set_ or (), out)
    if not dry_run:
        toolchain.require(toolchain.QEMU)  # rather now than after the build
    loaded, built, path, kind = _prepare(choice, How(jobs, cc, verbose, dry_run), None, kernel)
    machine = machine_of(loaded)
    on = EMULATORS[loaded.machine.emulator]
    boot = BootImage("kernel" if kind == "kernel" else "disk", path)
    elf_path = choice.out / ELF_NAME
    if dry_run or built is None:
        if elf_path.exists():
            stops = list(breakpoints_in(elf_path).values())
        else:
            is_first = loaded.kernel.step < Step.SYSENTER
            stops = list(FIRST_STEP_BREAKPOINTS if is_first else BREAKPOINTS)
        print(debug_line(machine, boot, elf_path, stops, emulator=on))
        return ExitCode.OK
    toolchain.require(toolchain.GDB, toolchain.QEMU)
    places = breakpoints_in(elf_path)
    ui.say(f"gdb stops before the first instruction; breakpoints: {', '.join(places)}; c continues")
    command = debug_command(
        machine,
        boot,
        elf_path,
        list(places.values()),
        serial_path=_serial_path(choice.out),
        emulator=on,  # QEMU: the others say that gdb cannot be attached
        gdb_commands=[f"directory {choice.out.absolute() / TREE_NAME}"],
    )
    commands.foreground(command)
    return ExitCode.OK
