"""page: the verb that makes a site of the lesson: books, calls, and the kernels themselves."""

from pathlib import Path
from typing import TYPE_CHECKING

from builder.cli import options, ui
from builder.cli.book_verb import BookFolder, check_folder, kernel_of_book, write_pages
from builder.cli.choice import BUILD_DIR, choose
from builder.cli.guard import verb
from builder.cli.kernel_verbs import How, make
from builder.errors import DebianUnavailableError, ExitCode, FileError, ToolError

if TYPE_CHECKING:
    from builder.config.step import Step
    from builder.xray.book.contents import Kernel
    from builder.xray.live.live_files import LiveStep

KERNELS_DIR = BUILD_DIR / "live"  # of all kernels that a page lets its reader choose among


@verb
def page(
    out: BookFolder,
    config: options.Config = None,
    set_: options.Set = None,
    cc: options.Cc = None,
    verbose: options.Verbose = False,
) -> int:
    """Make a site of the lesson: books, calls to be played, and the kernels, running in it."""
    from builder.config.step import Step
    from builder.tree.step_page import LAST_OF_THE_LESSON, STEP_TEXTS
    from builder.xray.book.lesson_site import LessonStep, site_of

    check_folder(out)
    how = How(cc=cc, verbose=verbose)
    lesson = {
        step: kernel_of_book(choose(config, step.value, set_ or ()), how)
        for step in Step
        if step <= LAST_OF_THE_LESSON
    }
    folders, why = packages()
    live = [
        _live_step(step, lesson.get(step), config, tuple(set_ or ()), how)
        for step in Step
        if folders
    ]
    steps = [LessonStep(kernel, *STEP_TEXTS[step.value]) for step, kernel in lesson.items()]
    write_pages(site_of(steps, live, folders, why), out)
    return ExitCode.OK


def packages() -> tuple[dict[str, Path], str]:
    """Folders of what the kernels run in; or none, and why: a site can do without."""
    from builder.tools.npm_package import V86, XTERM

    found = {}
    try:
        with ui.progress("looking for v86 and xterm.js"):
            for package in (V86, XTERM):
                found[package.name] = package.fetch()
    except (ToolError, FileError) as error:
        ui.say(f"the kernels will not run in the page: {error.in_one_line()}")
        return {}, error.what
    return found, ""


def _live_step(
    step: "Step", book: "Kernel | None", config: Path | None, overrides: tuple[str, ...], how: How
) -> "LiveStep":
    """A step with all its kernels, built."""
    from builder.config.step import Step
    from builder.tree.step_page import STEP_TEXTS
    from builder.xray.book.lesson_site import about_step, pages_beside
    from builder.xray.live.live_files import LiveKernel, LiveStep
    from builder.xray.live.variants import variants_of

    kernels = []
    for number, variant in enumerate(variants_of(step)):
        chosen = (*overrides, *variant.overrides)
        folder = KERNELS_DIR / f"{step.value}-{number}"
        built = make(choose(config, step.value, chosen, folder), how)
        kernels.append(LiveKernel(variant, built.config.digest, built.kernel_elf.read_bytes()))
        memory_mib = built.config.machine.memory_mib
    return LiveStep(
        name=step.value,
        about=about_step(*STEP_TEXTS[step.value]),
        kernels=tuple(kernels),
        memory_mib=memory_mib,
        beside=pages_beside(book) if book else (),
        shown=book.digest if book else "",
        ram_disk=_ram_disk() if step >= Step.LINUX else None,
    )


def _ram_disk() -> bytes | None:
    """With busybox; or none, and a line that says why."""
    from builder.linux import debian
    from builder.linux.shell.userland import PACKAGE, make_userland

    try:
        with ui.progress("looking for busybox") as update:
            got = debian.fetch(debian.named([PACKAGE]), progress=update)
    except DebianUnavailableError as error:
        ui.say(f"no shell in the page: {error.in_one_line()}; the demonstration runs instead")
        return None
    return make_userland(got[PACKAGE])
