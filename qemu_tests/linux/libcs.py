"""The C libraries that the test programs are linked with, and what a compiler has to be told.

No wrapper such as musl-gcc is used: each would want its library to be installed. Paths are
`PACKAGE/PATH`, in the unpacked packages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from builder.linux.debian import Unpacked

GCC = "libgcc-12-dev/usr/lib/gcc/i686-linux-gnu/12"
GLIBC = "libc6-dev/usr/lib/i386-linux-gnu"
MUSL = "musl-dev/usr/lib/i386-linux-musl"
DIET = "dietlibc-dev/usr/lib/i386-linux-gnu/diet/lib-i386"
KLIBC = "libklibc-dev/usr/lib/klibc"
KERNEL_HEADERS = ("linux-libc-dev/usr/include", "linux-libc-dev/usr/include/i386-linux-gnu")
GLIBC_HEADERS = (
    "libc6-dev/usr/include",
    "libc6-dev/usr/include/i386-linux-gnu",
    *KERNEL_HEADERS,
)
STATIC = ("-static", "-fno-pie", "-no-pie")
STATIC_PIE = ("-static-pie", "-fPIE")


@dataclass(frozen=True)
class Libc:
    """One way to build a program.

    Attributes:
        name: What the programs built so are called after.
        headers: Folders to include from, first one first.
        flags: For compiler and linker.
        first: Object files that come before the program's own.
        libraries: Archives, searched until nothing is missing any more.
        last: Object files that come after them.
    """

    name: str
    headers: tuple[str, ...]
    flags: tuple[str, ...]
    first: tuple[str, ...]
    libraries: tuple[str, ...]
    last: tuple[str, ...] = ()

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages that it needs."""
        paths = (*self.headers, *self.first, *self.libraries, *self.last)
        return tuple(sorted({path.partition("/")[0] for path in paths}))


LIBCS = (
    Libc(
        "glibc",
        GLIBC_HEADERS,
        STATIC,
        (f"{GLIBC}/crt1.o", f"{GLIBC}/crti.o", f"{GCC}/crtbeginT.o"),
        (f"{GLIBC}/libm.a", f"{GLIBC}/libc.a", f"{GCC}/libgcc.a", f"{GCC}/libgcc_eh.a"),
        (f"{GCC}/crtend.o", f"{GLIBC}/crtn.o"),
    ),
    Libc(
        "glibc-pie",
        GLIBC_HEADERS,
        STATIC_PIE,
        (f"{GLIBC}/rcrt1.o", f"{GLIBC}/crti.o", f"{GCC}/crtbeginS.o"),
        (f"{GLIBC}/libm.a", f"{GLIBC}/libc.a", f"{GCC}/libgcc.a", f"{GCC}/libgcc_eh.a"),
        (f"{GCC}/crtendS.o", f"{GLIBC}/crtn.o"),
    ),
    Libc(
        "musl",
        ("musl-dev/usr/include/i386-linux-musl",),
        STATIC,
        (f"{MUSL}/crt1.o", f"{MUSL}/crti.o"),
        (f"{MUSL}/libc.a", f"{GCC}/libgcc.a"),
        (f"{MUSL}/crtn.o",),
    ),
    Libc(
        "musl-pie",
        ("musl-dev/usr/include/i386-linux-musl",),
        STATIC_PIE,
        (f"{MUSL}/rcrt1.o", f"{MUSL}/crti.o"),
        (f"{MUSL}/libc.a", f"{GCC}/libgcc.a"),
        (f"{MUSL}/crtn.o",),
    ),
    Libc(
        "diet",
        ("dietlibc-dev/usr/include/diet", "dietlibc-dev/usr/include"),
        (*STATIC, "-fno-stack-protector"),
        (f"{DIET}/start.o",),
        (f"{DIET}/libpthread.a", f"{DIET}/libm.a", f"{DIET}/libc.a", f"{GCC}/libgcc.a"),
    ),
    Libc(
        "klibc",
        (
            f"{KLIBC}/include/arch/i386",
            f"{KLIBC}/include/bits32",
            f"{KLIBC}/include",
            *KERNEL_HEADERS,
        ),
        # Its functions take their arguments in registers.
        (
            *STATIC,
            "-fno-stack-protector",
            "-fwrapv",
            "-fno-builtin-bcmp",
            "-mregparm=3",
            "-D_REGPARM=3",
            "-D_BITSIZE=32",
            "-D__KLIBC__=2",
            "-D__KLIBC_MINOR__=0",
        ),
        (f"{KLIBC}/lib/crt0.o",),
        (f"{KLIBC}/lib/libc.a", f"{GCC}/libgcc.a"),
    ),
)

# Libraries that are linked with glibc: headers and archives, beside glibc's own.
LIBRARIES = {
    "lua": (
        ("liblua5.4-dev/usr/include", "liblua5.4-dev/usr/include/i386-linux-gnu"),
        ("liblua5.4-dev/usr/lib/i386-linux-gnu/liblua5.4.a",),
    ),
    "sqlite": (
        ("libsqlite3-dev/usr/include",),
        ("libsqlite3-dev/usr/lib/i386-linux-gnu/libsqlite3.a",),
    ),
}


def find_libc(name: str, library: str = "") -> Libc:
    """The row of LIBCS with this name; with one of LIBRARIES added, if one is named.

    Raises:
        KeyError: There is none of that name.
    """
    found = {each.name: each for each in LIBCS}[name]
    if not library:
        return found
    headers, archives = LIBRARIES[library]
    return replace(
        found, headers=(*found.headers, *headers), libraries=(*archives, *found.libraries)
    )


def compiler_arguments(
    libc: Libc, packages: Mapping[str, Unpacked], sources: Sequence[Path], headers_of_gcc: Path
) -> list[str]:
    """What a gcc gets to build a program, but for the name of the result.

    Args:
        libc: The way to build it.
        packages: At least those of `libc.packages`, by name.
        sources: The program's C files.
        headers_of_gcc: The folder with stddef.h and others that belong to the compiler.
    """

    def place(path: str) -> str:
        package, _, rest = path.partition("/")
        return str(packages[package].root / rest)

    arguments = ["-nostdinc", "-nostdlib", *libc.flags]
    for folder in [*map(place, libc.headers), str(headers_of_gcc)]:
        arguments += ["-isystem", folder]
    arguments += [*map(place, libc.first), *map(str, sources)]
    arguments += ["-Wl,--start-group", *map(place, libc.libraries), "-Wl,--end-group"]
    return [*arguments, *map(place, libc.last)]
