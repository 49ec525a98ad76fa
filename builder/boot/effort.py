"""What a running process has done, where nothing inside it counts: from Linux's /proc.

Neither figure grows because others want the CPU, too.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

_FILE_BYTES = 4096  # more than any of those that are read
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_STATE, _UTIME, _STIME = 0, 11, 12  # in what follows the command's name in stat, see proc(5)
_WAITED_NS, _TURNS = 1, 2  # in schedstat
# A Linux without scheduler statistics does not say how long a process waited for a CPU: then it
# was asleep for less than it seems, by a factor that nobody knows.
_SURE = 0.1


@dataclass(frozen=True)
class Effort:
    """Two figures of which only differences mean something.

    Attributes:
        cpu_s: Seconds of CPU time that it has used.
        asleep_s: Seconds in which none of its threads had anything to do; never too many.
    """

    cpu_s: float
    asleep_s: float


NOTHING = Effort(0.0, 0.0)


class EffortMeter:
    """Reads the effort of one process."""

    def __init__(self, pid: int) -> None:
        """`pid` need not be there any more when it is read; `last` is the last that was read."""
        self._folder = f"/proc/{pid}"
        self._began_s = time.monotonic()
        self._waited_ns: dict[str, int] = {}  # of each thread, also of those that have ended
        self._is_told = False  # how long it waited for a CPU
        self.last = NOTHING

    def read(self) -> Effort:
        """Its effort so far; the same as before if it has ended."""
        now_s = time.monotonic() - self._began_s
        self._folder = _worker(self._folder)
        process = _fields(f"{self._folder}/stat")
        if not process:
            return self.last
        cpu_s = (int(process[_UTIME]) + int(process[_STIME])) / _TICKS_PER_S
        asleep_s = self.last.asleep_s
        if not self._look_at_threads():
            waited_s = sum(self._waited_ns.values()) / 1e9
            sure = 1.0 if self._is_told else _SURE
            asleep_s = max(asleep_s, (now_s - cpu_s - waited_s) * sure)
        self.last = Effort(cpu_s, asleep_s)
        return self.last

    def _look_at_threads(self) -> bool:
        """Note how long they have waited; True if one has something to do.

        Linux says how long that one has been waiting when its turn has come, not before.
        """
        busy = False
        try:
            with os.scandir(f"{self._folder}/task") as entries:
                threads = [entry.name for entry in entries]
        except OSError:
            return False
        for thread in threads:
            files = f"{self._folder}/task/{thread}"
            busy |= _fields(f"{files}/stat")[_STATE:1] == ["R"]
            if turns := _fields(f"{files}/schedstat"):
                self._is_told |= int(turns[_TURNS]) > 0
                self._waited_ns[thread] = int(turns[_WAITED_NS])
        return busy


def _worker(process: str) -> str:
    """The process itself; of one in a sandbox what bubblewrap, which only waits, has started."""
    if _text(f"{process}/comm") != "bwrap\n":
        return process
    children = _text(f"{process}/task/{process.rpartition('/')[2]}/children").split()
    return _worker(f"/proc/{children[0]}") if children else process


def _fields(path: str) -> list[str]:
    """What stands in a file of /proc behind the command's name; empty if it is gone."""
    return _text(path).rpartition(")")[2].split()


def _text(path: str) -> str:
    """What stands in a file of /proc; empty if it is gone.

    By the plain calls: a boot on a busy computer is looked at hundreds of times.
    """
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return ""
    try:
        return os.read(fd, _FILE_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""  # it went meanwhile
    finally:
        os.close(fd)
