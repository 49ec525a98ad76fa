"""Somebody at the keyboard: what is typed, and when; the same on every kernel.

Each step waits for what tells that the guest has come to rest: keys that arrive while a shell
changes between editing a line itself and leaving that to the kernel would be a matter of luck.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pexpect
from pexpect.popen_spawn import PopenSpawn

from builder.boot.effort import EffortMeter
from builder.boot.emulator import BootImage, Machine, Qemu
from builder.boot.patience import Limit, Meter, Reading, timeout_scale
from builder.linux.shell.attend import command_line
from builder.linux.shell.user_terminal import Size

# Of a silent machine: a step takes milliseconds, sleeps for a second at most, and Debian's kernel
# boots in ten seconds.
LIMIT = Limit(cpu_s=120, asleep_s=30)
LOOK_S = 0.1  # between two looks at what the machine does
# busybox's shell asks the terminal where the cursor is, once it is ready and nothing is typed.
READY = r"tinygate:\S+ \x1b\[6n"
LINE = command_line(Size(30, 100), "xterm")


@dataclass(frozen=True)
class Step:
    """Keys, and the regular expression of what is then waited for."""

    keys: str
    then: str = READY


def cooked(command: str) -> Step:
    """Start a command, and wait until the kernel edits the lines."""
    return Step(f"echo g''o; {command}\r", r"\ngo\r\n")


def line(keys: str, shown: str) -> Step:
    """A line for a program that repeats it, and how it arrives there."""
    return Step(f"{keys}\r", re.escape(f"\n{shown}\r\n"))


def shown(text: str) -> Step:
    """A command, and nothing else."""
    return Step(f"{text}\r")


EDITING_BY_THE_SHELL = (
    # Left five times, backspace, right, home, four times delete; then the end, and the last line.
    Step("echo xworld" + "\x1b[D" * 5 + "\x7f\x1b[C\x01" + "\x1b[3~" * 4 + "echo\x05!\r"),
    Step("\x1b[A\r"),
    Step("ec\tx hi\x17you\x15echo killed\r"),
    Step("echo not this\x03"),
)
EDITING_BY_THE_KERNEL = (
    cooked("cat"),
    line("abx\x7fc", "abc"),
    line("foo bar baz\x17qux", "foo bar qux"),
    line("foo bar-baz.q \x17\x17X", "foo bar-X"),
    line("gone\x15here", "here"),
    line("a\x16\x03b\x16\x7f\x7fz", "a\x03bz"),
    line("tab\there\x7f\x7f\x7f\x7f\x7fX", "tabX"),
    line("\ta\tb\x7f\x7f\x7f\x7fc", "c"),
    line("again\x12!", "again!\r\nagain!"),  # the kernel shows it anew, then the program
    Step("part\x04", "partpart"),
    Step("\x04"),
)
SIGNALS = (
    Step("sh -c 'echo g''o; sleep 100'\r", r"\ngo\r\n"),
    Step("\x03"),
    shown("echo $?"),
    Step("trap 'echo caught' INT; sh -c 'echo g''o; sleep 100'\r", r"\ngo\r\n"),
    Step("\x03"),
    shown("trap - INT"),
)
JOBS = (
    shown('f() { while read x; do echo "$1$x"; done; }'),
    cooked("f a | f b | f c"),
    line("one", "cbaone"),
    Step("\x1a"),
    shown("jobs"),
    Step("fg\r", r"f c\r\n"),
    line("two", "cbatwo"),
    Step("\x04"),
    Step("sh -c 'echo g''o; cat; echo no'\r", r"\ngo\r\n"),
    Step("\x1a"),
    Step("fg\r", r'echo no"\r\n'),
    line("on", "on"),  # what fg shows comes before it lets the job have the terminal
    Step("\x03"),
    shown("sleep 100 &"),
    shown("jobs"),
    shown("kill %1; wait"),
    shown("(sleep 1; echo late) & wait; echo done"),
    shown("stty tostop; echo written & sleep 1"),
    shown("jobs"),
    shown("fg"),
    shown("stty -tostop"),
)
FILES = (
    shown("cd /tmp; seq 1 1000 | grep 7 | wc -l"),
    shown("wc -l </etc/passwd >n 2>&1; cat n; ls nothing 2>e; cat e; echo more >>n; cat n"),
    Step("cat >here <<END\r", "> \x1b\\[6n"),
    Step("one $((1 + 1))\r", "> \x1b\\[6n"),
    shown("END"),
    shown("cat here; exec 3>f; echo three >&3; exec 3>&-; cat f"),
    shown("tar cf t.tar here f && tar tf t.tar; md5sum here; gzip -c here | zcat"),
    Step("vi new\r", "- new 1/1"),
    Step("i", "I new 1/1"),
    Step("hello world\rsecond\x7fd line\x1b", r"- new \[Modified\] 2/2"),
    Step(":1\r", "1/2"),
    Step("A!", "!"),
    Step("\x1b", r"- new \[Modified\] 1/2"),
    Step(":wq\r"),
    shown("cat new; tty; id"),
)
INPUT = (
    Step("echo g''o; read -p name: x\r", r"\ngo\r\nname:"),
    Step("me\x7fy\r"),
    Step("stty -echo; echo g''o; read x; stty echo\r", r"\ngo\r\n"),
    Step("secret\r"),
    shown("echo $x; read -t 1 x; echo $?; sh -c 'exit 7'; echo $?; nothing; echo $?"),
    Step("sh\r"),
    shown("exit 3"),
    shown("echo $?"),
)
PARTS = {
    "editing by the shell": EDITING_BY_THE_SHELL,
    "editing by the kernel": EDITING_BY_THE_KERNEL,
    "signals": SIGNALS,
    "jobs": JOBS,
    "files": FILES,
    "input": INPUT,
}
# How vi redraws depends on how many keys it finds at once; its file is what counts.
REDRAWN = re.compile(r"\x1b\[\?1049h.*?\x1b\[\?1049l", re.DOTALL)


def play_all(machine: Machine, kernel: Path, initrd: Path, line: str = "") -> dict[str, list[str]]:
    """Boot, play every part, switch off; what was printed, line by line."""
    player = Player(machine, kernel, initrd, line)
    try:
        texts = {name: player.play(steps) for name, steps in PARTS.items()}
        player.end("poweroff\r")
    finally:
        player.kill()
    return {name: text.splitlines() for name, text in texts.items()}


class Player:
    """A booted machine at whose keyboard the steps are typed."""

    def __init__(
        self, machine: Machine, kernel: Path, initrd: Path, line: str = "", limit: Limit = LIMIT
    ) -> None:
        """Boot, and wait for the first prompt.

        The machine has the host's clock, so it is measured by its effort: a step has failed if
        that reaches `limit` without output.
        """
        image = BootImage("kernel", kernel, initrd, f"{line} {LINE}".strip())
        argv = Qemu().command(machine, image)
        self.guest = PopenSpawn(argv, timeout=LOOK_S, encoding="latin-1")
        self.effort = EffortMeter(self.guest.proc.pid)
        self._limit = limit.times(timeout_scale())
        try:
            self.play([Step("")])
        except BaseException:
            self.kill()
            raise

    def play(self, steps: Sequence[Step]) -> str:
        """Type; what the machine printed, with vi's screens taken out."""
        text = ""
        for step in steps:
            self.guest.send(step.keys)
            came = self._wait_for(step, step.then, pexpect.EOF)
            assert came == 0, f"{step}: the machine ended, and printed {self.guest.before!r}"
            text += self.guest.before + self.guest.after
        return REDRAWN.sub("", text).replace("\r\n", "\n")

    def end(self, keys: str) -> int:
        """Type these keys, and wait for the end of the emulator; its exit status."""
        self.guest.send(keys)
        self._wait_for(Step(keys, "the end"), pexpect.EOF)
        return int(self.guest.wait())

    def _wait_for(self, step: Step, *wanted: object) -> int:
        """Which of `wanted` has come. AssertionError if the machine hangs."""
        meter, printed = Meter(self._limit, counts=False), ""
        while (found := self.guest.expect([*wanted, pexpect.TIMEOUT])) == len(wanted):
            if self.guest.before != printed:
                meter, printed = Meter(self._limit, counts=False), self.guest.before
            spent = meter.add(Reading(self.effort.read()))
            assert not spent, f"{step}: no output for {spent}; the machine printed {printed!r}"
        return int(found)

    def kill(self) -> None:
        """End it whatever it does."""
        self.guest.proc.kill()
        self.guest.proc.wait()
