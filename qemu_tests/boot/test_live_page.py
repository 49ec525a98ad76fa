"""Kernels that run in a page, in a real Chromium, from a disk and from a server: their verdicts."""

from __future__ import annotations

import functools
import http.server
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from builder.boot.emulator import Machine
from builder.boot.verdict_words import MEANING, Word
from builder.config.step import Step
from builder.linux.shell.userland import PACKAGE, make_userland
from builder.tools.npm_package import V86, XTERM
from builder.tree.render import render_tree, write_tree
from builder.tree.step_page import STEP_TEXTS
from builder.xray.book.binding import STYLE
from builder.xray.book.contents import Kernel as KernelOfBook
from builder.xray.book.lesson_site import LessonStep, about_step, pages_beside, site_of
from builder.xray.find_call import Wanted
from builder.xray.live.live_files import LiveKernel, LiveStep, live_files
from builder.xray.live.variants import ADDRESS, NO_RAM_DISK, STACK, SUITE, Variant
from builder.xray.make_record import Subject, make_record
from qemu_tests.kit.browser import chromium
from qemu_tests.kit.kernels import Change, Kernel, Lab
from qemu_tests.linux.fetched import fetched
from qemu_tests.unit.test_book import dead_links

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GETPID = 20
BOOT_MS = 300_000  # of waiting for a verdict: its end means that something is broken, not slow
WIDTHS_PX = (360, 800, 1400, 2200)
# Of each step, what its page lets one choose here.
CHOICES: dict[Step, list[dict[str, str]]] = {
    Step.INT80: [{SUITE: "demo"}],
    Step.SYSENTER: [{SUITE: "demo"}],
    Step.VSYSCALL: [{SUITE: "demo"}, {SUITE: "checks"}],
    Step.ROBUST: [
        {SUITE: suite, STACK: stack, ADDRESS: "random"}
        for suite in ("demo", "echo")
        for stack in ("tss-end", "per-switch")
    ],
    Step.PROCESSES: [{SUITE: "demo"}],
    Step.LINUX: [{}],
}


@dataclass(frozen=True)
class Site:
    """A site in its folder, and the kernels in it by step, in the order of CHOICES."""

    folder: Path
    kernels: dict[Step, list[Kernel]]


def packages() -> dict[str, Path]:
    """Folders of v86 and xterm.js; the test is skipped if they have not been fetched."""
    folders = {package.name: package.folder() for package in (V86, XTERM)}
    missing = [name for name, folder in folders.items() if not folder.is_dir()]
    if missing:
        pytest.skip(f"{', '.join(missing)} not fetched: {XTERM.fetch_command}")
    return folders


@pytest.fixture(scope="module")
def site(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with a book of one step, and kernels of all."""
    folders = packages()
    told = told_of(lab)
    kernels = {
        step: [
            lab.kernel(f"kernel.step={step}", *(f"{k}={v}" for k, v in values.items()))
            for values in choices
        ]
        for step, choices in CHOICES.items()
    }
    live = [live_step(step, kernels[step], told) for step in CHOICES]
    files = site_of([LessonStep(told, *STEP_TEXTS["vsyscall"])], live, folders)
    folder = tmp_path_factory.mktemp("a site")
    write_tree(files, folder)
    return Site(folder, kernels)


@pytest.fixture(scope="module")
def one_step(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site that is nothing but the page of the smallest kernel."""
    kernels = [lab.kernel("kernel.step=int80")]
    files = live_files([live_step(Step.INT80, kernels)], packages(), STYLE, "none")
    folder = tmp_path_factory.mktemp("one step")
    write_tree({**files, STYLE: b""}, folder)
    return folder


def told_of(lab: Lab) -> KernelOfBook:
    """What the book is about."""
    kernel = lab.kernel("kernel.step=vsyscall", debug=True)
    machine = Machine(kernel.config.machine.cpu, kernel.config.machine.memory_mib)
    subject = Subject(kernel.model, kernel.config.digest, machine, kernel.tree)
    record = make_record(subject, Wanted("hello", GETPID))
    return KernelOfBook(kernel.config, kernel.model, render_tree(kernel.config), record)


def live_step(step: Step, kernels: list[Kernel], told: KernelOfBook | None = None) -> LiveStep:
    about = told if told and told.model.step == step else None
    return LiveStep(
        name=step.value,
        about=about_step(*STEP_TEXTS[step.value]),
        kernels=tuple(
            LiveKernel(
                Variant(tuple(values.items())), kernel.config.digest, kernel.elf.read_bytes()
            )
            for values, kernel in zip(CHOICES[step], kernels, strict=True)
        ),
        memory_mib=kernels[0].config.machine.memory_mib,
        beside=pages_beside(about) if about else (),
        shown=about.digest if about else "",
        ram_disk=make_userland(fetched([PACKAGE])[PACKAGE]) if step is Step.LINUX else None,
    )


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("home")) as started:
        yield started


Opens = Callable[..., "Page"]


@pytest.fixture
def opens(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Opens]:
    """Opens a step's page; what the console says, or what leaves the site, is an error."""
    trouble: list[str] = []
    contexts = []

    def open_it(step: str, root: str = "", **how: Any) -> Page:
        root = root or request.getfixturevalue("site").folder.as_uri()
        contexts.append(browser.new_context(**how))
        page = contexts[-1].new_page()
        page.set_default_timeout(BOOT_MS)
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("requestfailed", lambda request: trouble.append(request.url))
        page.on(
            "request", lambda request: is_ours(request.url, root) or trouble.append(request.url)
        )
        page.goto(f"{root}/{step}/live.html")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert trouble == []


def is_ours(url: str, root: str) -> bool:
    """A blob is made by the page itself: v86's clock is a worker."""
    return url.startswith((root, "blob:"))


def verdict(page: Page) -> str:
    """What it comes to, once it has ended."""
    page.locator("#verdict").wait_for()
    return page.locator("#verdict p").first.inner_text()


def boot(page: Page) -> str:
    page.get_by_role("button", name="Boot").click()
    return verdict(page)


def transcript(page: Page) -> str:
    return page.locator("#transcript").text_content() or ""


# ---- kernels ----


@pytest.mark.parametrize("step", [step for step in Step if step < Step.LINUX])
def test_each_step_boots_to_its_verdict(opens: Opens, site: Site, step: Step) -> None:
    page = opens(step.value)
    suite = site.kernels[step][0].model.suite
    assert boot(page) == f"pass: {len(suite)} tests ok"
    assert page.locator("#results li").all_inner_texts() == [f"ok: {e.title}" for e in suite]
    assert page.locator("#verdict").get_attribute("data-family") == "success"
    assert "suite finished" in page.locator("#terminal").inner_text()


@pytest.fixture
def served(site: Site) -> Iterator[str]:
    handler = functools.partial(Quiet, directory=site.folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A web server that says nothing, and has no picture for the tab."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """As always; browsers ask for that picture without being told of one."""
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()


def test_it_is_the_same_from_a_server(opens: Opens, served: str) -> None:
    assert boot(opens("vsyscall", served)) == "pass: 4 tests ok"


def test_a_box_chooses_the_kernel(opens: Opens, site: Site) -> None:
    page = opens("robust")
    for kernel, values in zip(site.kernels[Step.ROBUST], CHOICES[Step.ROBUST], strict=True):
        for key, value in values.items():
            page.get_by_label(key).select_option(value)
        if values[SUITE] == "demo":
            assert boot(page) == "pass: 5 tests ok"
            assert f"config {kernel.config.digest}" in transcript(page)
    stacks = {kernel.config.sysenter.stack for kernel in site.kernels[Step.ROBUST]}
    assert len(stacks) == 2


def test_another_choice_ends_the_machine(opens: Opens) -> None:
    page = opens("robust")
    page.get_by_label(SUITE).select_option("echo")
    page.get_by_role("button", name="Boot").click()
    page.get_by_text("It waits for what you type.").wait_for()
    page.get_by_label(SUITE).select_option("demo")
    assert "another kernel has been chosen" in page.locator("#state").inner_text()
    assert not page.locator("#verdict").is_visible()
    assert boot(page) == "pass: 5 tests ok"


def wait_for_reader(page: Page) -> None:
    page.get_by_label(SUITE).select_option("echo")
    page.get_by_role("button", name="Boot").click()
    page.get_by_text("It waits for what you type.").wait_for()


def test_a_line_typed_into_the_serial_line_reaches_the_program(opens: Opens) -> None:
    page = opens("robust")
    wait_for_reader(page)
    page.keyboard.type("hallo, kernel")
    for _ in range(6):
        page.keyboard.press("Backspace")
    page.keyboard.type("world")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+d")
    assert verdict(page) == "pass: 1 test ok"
    assert "Ctrl-D ends\nhallo, world\nok 1 - echo\n" in transcript(page)


def test_a_line_typed_into_the_box_reaches_it_too(opens: Opens) -> None:
    page = opens("robust")
    wait_for_reader(page)
    page.get_by_label("Type a line").fill("größer")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Ctrl-D").click()
    assert verdict(page) == "pass: 1 test ok"
    assert "Ctrl-D ends\ngrößer\nok 1 - echo\n" in transcript(page)


def test_without_an_answer_there_is_no_verdict(opens: Opens) -> None:
    page = opens("robust")
    wait_for_reader(page)
    assert page.locator("#results li").count() == 0
    assert not page.locator("#verdict").is_visible()
    page.get_by_role("button", name="Stop").click()
    assert verdict(page) == "stopped: no verdict: you have stopped the machine"
    assert page.locator("#verdict").get_attribute("data-family") == "none"


def test_who_cannot_wait_may_stop_and_boot_again(opens: Opens) -> None:
    page = opens("vsyscall")
    page.evaluate(
        """async () => {
            for (let time = 0; time < 3; time += 1) {
                document.getElementById("boot").click();
            }
            for (let turn = 0; turn < 20; turn += 1) {
                document.getElementById("stop").click();
                await new Promise((done) => setTimeout(done));
            }
            document.getElementById("boot").click();
        }"""
    )
    page.get_by_text("pass: 4 tests ok").wait_for()


def test_a_shell_answers_and_ends(opens: Opens) -> None:
    page = opens("linux")
    page.get_by_role("button", name="Boot").click()
    screen = page.locator("#terminal .xterm-rows")
    screen.get_by_text("tinygate:~#").first.wait_for()
    page.locator("#terminal").click()
    page.keyboard.type("echo $((6 * 7))")
    page.keyboard.press("Enter")
    screen.get_by_text("42", exact=True).wait_for()
    page.keyboard.type("stty size; powero")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert verdict(page) == "shell: the machine was switched off"
    assert " 100" in transcript(page), "the shell knows the width"


def test_linux_runs_its_demonstration_without_a_ram_disk(opens: Opens, site: Site) -> None:
    page = opens("linux")
    page.get_by_label("initial RAM disk").select_option(NO_RAM_DISK)
    assert boot(page) == f"pass: {len(site.kernels[Step.LINUX][0].model.suite)} tests ok"


# ---- what does not pass ----

ENDS = {
    "passes": Word.PASS,
    "fails": Word.FAIL,
    "panics": Word.PANIC,
    "claims": Word.STRANGE_END,
    "two_plans": Word.BAD_KTAP,
    "stops_early": Word.CUT_OFF,
    "starts_again": Word.TWO_BANNERS,
    "halts": Word.HANG,
    "sleeps": Word.HANG,
    "spins": Word.HANG,
    "floods": Word.FLOOD,
    "says_nothing": Word.NO_BOOT,
    "triple_faults": Word.EMULATOR,  # v86 gives up
    "resets": Word.RESET,
}
# Less patience than readers have.
SOON = """() => {
    for (const phase of Object.values(tinygate.rules.limits)) {
        for (const limit of phase.silent) {
            limit.most = { asleep_s: 1, instructions: 5_000_000 }[limit.unit];
        }
    }
}"""


def give(page: Page, kernel: Path) -> str:
    """Boot a file of the reader's."""
    page.get_by_text("A kernel of your own").click()
    page.locator("#own").set_input_files(kernel)
    return verdict(page)


@pytest.mark.parametrize("end", ENDS)
def test_an_end_has_its_word(opens: Opens, one_step: Path, tmp_path: Path, end: str) -> None:
    source, kernel = Path(__file__).with_name("page_ends.asm"), tmp_path / "kernel.bin"
    subprocess.run(["nasm", "-f", "bin", f"-DEND={end}", "-o", kernel, source], check=True)
    page = opens("int80", one_step.as_uri())
    page.evaluate(SOON)
    assert give(page, kernel).startswith(f"{ENDS[end].value}: ")
    family = page.locator("#verdict").get_attribute("data-family")
    assert family == MEANING[ENDS[end]][0].value
    assert (family == "success") == (end == "passes")
    assert page.locator("#details").is_visible() == (end != "passes")


def test_another_kernel_than_the_one_that_was_chosen_is_named(opens: Opens, site: Site) -> None:
    page = opens("int80")
    digest = site.kernels[Step.INT80][0].config.digest
    other = site.kernels[Step.SYSENTER][0].elf.read_bytes()
    page.evaluate(
        """async ([root, name, bytes]) => {
            await tinygate.image(root, name);
            const packed = new Blob([Uint8Array.from(bytes)]).stream()
                .pipeThrough(new CompressionStream("gzip"));
            const all = new Uint8Array(await new Response(packed).arrayBuffer());
            tinygate.images[name] = btoa([...all].map((b) => String.fromCharCode(b)).join(""));
        }""",
        ["../live/", digest, list(other)],
    )
    assert boot(page).startswith("wrong kernel: another kernel answered: tinygate kernel: step sys")


DAMAGES = {
    "no way back": Change("entry/sysenter_entry.asm", "    sysexit\n", "    ud2\n"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_kernel_does_not_pass(opens: Opens, lab: Lab, name: str) -> None:
    healthy = lab.kernel("kernel.step=sysenter")
    damaged = lab.damaged(healthy, f"in-a-page-{name.replace(' ', '-')}", [DAMAGES[name]])
    result = lab.boot(damaged, "damaged-for-a-page")
    said = give(opens("sysenter"), damaged.elf)
    assert not result.verdict.passed and said.startswith(f"{result.verdict.word.value}: ")


def test_what_is_no_kernel_is_not_started(opens: Opens, tmp_path: Path) -> None:
    file = tmp_path / "kernel.toml"
    file.write_text("[kernel]\n")
    page = opens("int80")
    page.locator("#own").set_input_files(file)
    state = page.get_by_text("It does not boot: kernel.toml has no Multiboot header")
    state.wait_for()
    assert not page.locator("#verdict").is_visible()


def test_checks_that_v86_cannot_pass_are_not_said_to_pass(opens: Opens) -> None:
    page = opens("vsyscall")
    page.get_by_label(SUITE).select_option("checks")
    assert boot(page).startswith("emulator failed: the emulator ended with status 2: rpl < cpl")
    assert page.locator("#results .bad").count() > 0


# ---- the page ----


def test_the_call_and_the_book_stand_beside_it(opens: Opens) -> None:
    page = opens("vsyscall", viewport={"width": 1600, "height": 900})
    inside = page.frame_locator("iframe")
    inside.get_by_role("slider", name="instruction").wait_for()
    page.get_by_role("link", name="The kernel as a book").click()
    inside.get_by_role("heading", name="A kernel to read").wait_for()
    assert not page.locator("#other").is_visible()
    page.get_by_label(SUITE).select_option("checks")
    assert page.locator("#other").is_visible(), "another kernel than that of the call"


def test_in_a_narrow_window_a_link_leads_to_its_page(opens: Opens) -> None:
    page = opens("vsyscall", viewport={"width": 400, "height": 800})
    assert not page.locator("iframe").is_visible()
    page.get_by_role("link", name="One call, to be played").click()
    page.wait_for_url("**/vsyscall/xray.html")
    page.get_by_role("link", name="vsyscall, running").click()
    page.wait_for_url("**/vsyscall/live.html")


def test_every_link_of_the_site_leads_somewhere(site: Site) -> None:
    files = {path.relative_to(site.folder).as_posix(): path for path in site.folder.rglob("*")}
    made = {name: path.read_bytes() for name, path in files.items() if path.is_file()}
    assert dead_links(made) == []


def test_the_browser_itself_lets_no_request_out(browser: Browser, one_step: Path) -> None:
    page = browser.new_page()
    page.goto(f"{one_step.as_uri()}/int80/live.html")
    held = page.evaluate(
        """() => new Promise((held) => {
            document.addEventListener("securitypolicyviolation",
                (event) => held(event.effectiveDirective));
            fetch("http://127.0.0.1:9/").then(() => held("sent"), () => {});
        })"""
    )
    page.close()
    assert held == "connect-src"


def test_the_page_says_what_v86_cannot_do(opens: Opens) -> None:
    page = opens("vsyscall")
    page.get_by_text("What kind of machine this is").click()
    assert page.get_by_text("v86 has no single step and no debug registers").is_visible()
    assert page.get_by_text("records made in QEMU").is_visible()


def test_the_keyboard_alone_boots_and_leaves_the_serial_line(opens: Opens) -> None:
    page = opens("robust")
    page.get_by_label(SUITE).focus()
    page.keyboard.press("ArrowDown")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "boot"
    page.keyboard.press("Enter")
    page.get_by_text("It waits for what you type.").wait_for()
    assert page.locator("#terminal").evaluate("e => e.contains(document.activeElement)")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "line", "a Tab goes on in the page"
    page.locator("#terminal").click()
    page.keyboard.press("Control+]")
    assert page.evaluate("document.activeElement.id") == "stop"
    page.keyboard.press("Enter")
    assert verdict(page).startswith("stopped: ")


@pytest.mark.parametrize("width", WIDTHS_PX)
@pytest.mark.parametrize("step", ["vsyscall", "robust"])
def test_no_page_is_wider_than_the_window(opens: Opens, step: str, width: int) -> None:
    page = opens(step, viewport={"width": width, "height": 800}, color_scheme="dark")
    assert boot(page).startswith("pass")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
