"""What the tests of `tinygate exec` share: the probe, and the command in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import IO

from builder.boot.patience import BACKSTOP_S
from qemu_tests.linux.build_programs import HERE, Compiler, build_bare

ROOT = HERE.parents[1]
File = int | IO[bytes]


@dataclass(frozen=True)
class Exec:
    """Runs the command with a cache of its own, where its kernels are.

    Attributes:
        probe: exec_probe.c, compiled.
        cache: The folder that TINYGATE_CACHE names.
    """

    probe: Path
    cache: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment of the command."""
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
        return {**os.environ, "PYTHONPATH": path, "TINYGATE_CACHE": str(self.cache)}

    def words(self, *words: str | Path) -> list[str]:
        """The command with these words behind `tinygate exec`."""
        return [sys.executable, "-m", "builder", "exec", *map(str, words)]

    def start(
        self, *words: str | Path, stdin: File = PIPE, stdout: File = PIPE, stderr: File = PIPE
    ) -> subprocess.Popen[bytes]:
        """Begin."""
        command = self.words(*words)
        return subprocess.Popen(
            command, stdin=stdin, stdout=stdout, stderr=stderr, env=self.env, bufsize=0
        )

    def run(
        self,
        *words: str | Path,
        given: bytes = b"",
        stdin: File = PIPE,
        stdout: File = PIPE,
        stderr: File = PIPE,
    ) -> subprocess.CompletedProcess[bytes]:
        """To its end, with `given` as standard input unless that is another file."""
        with self.start(*words, stdin=stdin, stdout=stdout, stderr=stderr) as process:
            try:
                text = given if stdin == PIPE else None
                out, err = process.communicate(text, timeout=BACKSTOP_S)
            except BaseException:
                process.kill()
                raise
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def probed(self, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run the probe with these arguments."""
        return self.run(self.probe, *words, given=given)


def make_exec(folder: Path) -> Exec:
    """The command, its kernel built: the first one of a session waits, and no test counts that."""
    made = Exec(build_bare(HERE / "exec_probe.c", Compiler()), folder)
    done = made.probed()
    assert (done.returncode, done.stdout) == (0, b"hello\n"), done.stderr.decode()
    return made
