#!/bin/sh
# GNU objcopy 2.44 (Debian 13's binutils 2.44-3): `objcopy -S`, and so `-g` and `strip`, moves the first segment of
# a program in memory, not in the file, where it drops an empty PT_LOAD behind it.
#
# The input is what GNU ld itself makes of a linker script with two segments, of which the first holds the ELF header
# and the program headers (FILEHDR PHDRS) and the second is for data, and of a program that has none, linked by
# `ld -n`. objcopy leaves the empty segment out, which makes the program headers 0x20 bytes shorter, and raises
# p_vaddr by as much; p_offset of the segment stays 0 and so does the place of every byte in the file:
#
#     before: LOAD 0x000000 0x08048000, LOAD 0x00007b 0x00000000, .text at 08048074, offset 000074
#     after:  LOAD 0x000000 0x08048020,                           .text at 08048074, offset 000074
#
# A loader puts .text 0x20 bytes too high, and the entry point is not where the program begins. Sections and symbols
# say what they said before, so that objdump and gdb show nothing wrong. binutils 2.40 (Debian 12) keeps the segment
# and its address. Linking by `ld -s` instead of stripping is not concerned.
#
# Needs Debian or a derivative with a Debian mirror among apt's sources, on x86-64; installs nothing.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mirror=$(apt-get indextargets --format '$(ORIGIN) $(SITE) $(REPO_URI)' 'Created-By: Packages' | awk '$1 == "Debian" && /security/ == 0 { print $NF; exit }')
[ -n "$mirror" ] || { echo "no Debian mirror among apt's sources (apt-get update?)"; exit 2; }

fetch() { # RELEASE PACKAGE=VERSION...: unpack packages of a release into $work/RELEASE, by a private apt
    release=$1
    shift
    root=$work/$release
    mkdir -p "$root/apt/lists/partial" "$root/apt/archives/partial" "$root/debs"
    : > "$root/apt/status"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" > "$root/apt/sources"
    cat > "$root/apt/conf" <<EOF
Dir::Etc::SourceList "$root/apt/sources";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$root/apt/lists";
Dir::State::status "$root/apt/status";
Dir::Cache "$root/apt";
APT::Architecture "amd64";
APT::Sandbox::User "root";
EOF
    apt-get -c "$root/apt/conf" -qq update
    (cd "$root/debs" && apt-get -c "$root/apt/conf" -qq download "$@")
    for deb in "$root"/debs/*.deb; do
        dpkg-deb -x "$deb" "$root"
    done
}

tool() { # RELEASE NAME ARGUMENT...: a tool of that release, by that release's own C library
    root=$work/$1
    name=$2
    shift 2
    "$root/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" \
        "$root/usr/bin/x86_64-linux-gnu-$name" "$@"
}

fetch trixie binutils-x86-64-linux-gnu=2.44-3 libbinutils=2.44-3 libsframe1=2.44-3 libc6 zlib1g libzstd1 libjansson4
fetch bookworm binutils-x86-64-linux-gnu=2.40-2 libbinutils=2.40-2 libc6 zlib1g libzstd1 libjansson4
for root in "$work/trixie" "$work/bookworm"; do # Debian 13's packages have the loader below /usr only
    [ -e "$root/lib64" ] || ln -s usr/lib64 "$root/lib64"
done

cat > "$work/program.s" <<'EOF'
    .globl _start
_start:
    mov $1, %eax
    int $0x80
EOF
cat > "$work/program.ld" <<'EOF'
ENTRY(_start)
PHDRS
{
    text PT_LOAD FILEHDR PHDRS FLAGS(5);
    data PT_LOAD FLAGS(6);
}
SECTIONS
{
    . = 0x08048000 + SIZEOF_HEADERS;
    .text : { *(.text) } :text
    . += 4096;
    .data : { *(.data) } :data
    .bss : { *(.bss) } :data
}
EOF

place() { # RELEASE FILE: p_offset and p_vaddr of each PT_LOAD, then address and offset of .text
    tool "$1" readelf -W -l "$2" | awk '$1 == "LOAD" { print $1, $2, $3 }'
    tool "$1" readelf -W -S "$2" | awk '{ sub(/^ *\[ *[0-9]+\] */, "") } $1 == ".text" { print $1, $3, $4 }'
}

kept='LOAD 0x000000 0x08048000
LOAD 0x00007b 0x00000000
.text 08048074 000074'
moved='LOAD 0x000000 0x08048020
.text 08048074 000074'

cd "$work"
for release in trixie bookworm; do
    tool "$release" as --32 -o program.o program.s
    tool "$release" ld -m elf_i386 -n -T program.ld -o program.elf program.o
    tool "$release" objcopy -S program.elf program.stripped
    tool "$release" objcopy --version | head -n 1
    place "$release" program.elf
    echo "after objcopy -S:"
    place "$release" program.stripped
    [ "$(place "$release" program.elf)" = "$kept" ]
    [ "$release" = trixie ] && after=$moved || after=$kept
    [ "$(place "$release" program.stripped)" = "$after" ]
done
echo "as described"
