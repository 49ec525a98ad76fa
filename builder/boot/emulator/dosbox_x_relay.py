"""Runs DOSBox-X with the serial line on standard output, for dosbox_x.py. Standard library only.

DOSBox-X has its serial line on a socket, takes an image of 1 MB for a floppy disk, and writes to
the image. So it is given a longer copy, which is a file in memory, as is its configuration:
whatever ends this process, nothing is left. Arguments: disk image, MiB of memory, CPU type.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

CYLINDERS, HEADS, SECTORS = 40, 16, 63  # of a disk that is none of the known floppies
DISK_BYTES = CYLINDERS * HEADS * SECTORS * 512
CONFIGURATION = """\
[sdl]
output=surface
[log]
logfile=
[dosbox]
memsize={memory_mib}
fastbioslogo=true
startbanner=false
quit warning=false
[cpu]
core=normal
cputype={cpu}
cycles=max
[serial]
serial1=nullmodem server:127.0.0.1 port:{port} transparent:1 txdelay:0
[autoexec]
imgmount 2 {disk} -fs none -t hdd -size 512,{sectors},{heads},{cylinders}
boot -l c
"""
OPTIONS = ("-nogui", "-nomenu", "-fastlaunch")


def in_memory(name: str, data: bytes, size: int = 0) -> int:
    """A file without a name on any disk, of at least `size` bytes; its descriptor."""
    number = os.memfd_create(name, 0)
    with os.fdopen(os.dup(number), "wb") as file:
        file.write(data)
    if size > len(data):
        os.truncate(number, size)
    return number


def main(image: str, memory_mib: str, cpu: str) -> int:
    """Run it to its end; its exit status, as a shell would give it."""
    disk = in_memory("disk", Path(image).read_bytes(), DISK_BYTES)
    with socket.create_server(("127.0.0.1", 0)) as server:
        text = CONFIGURATION.format(
            memory_mib=memory_mib,
            cpu=cpu,
            port=server.getsockname()[1],
            disk=f"/proc/{os.getpid()}/fd/{disk}",
            sectors=SECTORS,
            heads=HEADS,
            cylinders=CYLINDERS,
        )
        configuration = in_memory("configuration", text.encode())
        environment = {
            **os.environ,
            "SDL_VIDEODRIVER": "dummy",
            "SDL_AUDIODRIVER": "dummy",
            "HOME": "/proc/self/fdinfo",  # where nothing can be written
            "XDG_CONFIG_HOME": "/proc/self/fdinfo",
        }
        command = ["dosbox-x", "-conf", f"/proc/{os.getpid()}/fd/{configuration}", *OPTIONS]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=2, env=environment
        ) as process:
            server.settimeout(1.0)
            while process.poll() is None:
                try:
                    line, _ = server.accept()
                except TimeoutError:
                    continue
                with line:
                    while data := line.recv(65536):
                        os.write(1, data)
                break
            status = process.wait()
            return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
