#!/bin/sh
# GNU ld 2.40 and 2.44 (Debian 12's and 13's): `AT` in PHDRS, with a load address below the address that the program runs
# at, which is what it is for, makes a program whose segment holds zeros where its sections should be. ld says nothing.
#
# The manual ("PHDRS") calls it "identical to the AT command used as an output section attribute", which it overrides. It
# sets p_paddr, but the sections of the segment keep load addresses equal to their own, LOADADDR() says so too, and ld fills
# the segment up to these with zeros. p_offset and p_vaddr belong to the zeros. With .data at 0x10007000 and AT(0x10001000):
#
#     GNU ld:             LOAD 0x002000 0x10007000 0x10001000 0x06004   .data at 10007000, offset 008000
#     GNU ld, AT (.data): LOAD 0x002000 0x10007000 0x10001000 0x00004   .data at 10007000, offset 002000
#     ld.lld:             LOAD 0x002000 0x10007000 0x10001000 0x00004   .data at 10007000, offset 002000
#
# A loader puts .data 0x6000 too high, so that the program reads 0. readelf and objdump show .data in its segment, at its
# address. The file grows by the difference: for a kernel at 0xc0100000 that is loaded at 0x100000 it would be 3 GiB. With a
# load address above, ld says "lma 0x... adjusted to", and all is well but LOADADDR(). binutils 2.47 does the same.
#
# Needs Debian or a derivative with a Debian mirror among apt's sources, on x86-64, and a kernel that runs i386 programs;
# installs nothing.
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
    cat > "$root/apt/conf" <<CONF
Dir::Etc::SourceList "$root/apt/sources";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$root/apt/lists";
Dir::State::status "$root/apt/status";
Dir::Cache "$root/apt";
APT::Architecture "amd64";
APT::Sandbox::User "root";
CONF
    apt-get -c "$root/apt/conf" -qq update
    (cd "$root/debs" && apt-get -c "$root/apt/conf" -qq download "$@")
    for deb in "$root"/debs/*.deb; do
        dpkg-deb -x "$deb" "$root"
    done
    [ -e "$root/lib64" ] || ln -s usr/lib64 "$root/lib64"
}

tool() { # RELEASE PROGRAM ARGUMENT...: a tool of that release, by that release's own C library
    root=$work/$1
    name=$2
    shift 2
    "$root/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" \
        "$root/usr/bin/$name" "$@"
}

cd "$work"
set -- libc6 zlib1g libzstd1 libjansson4
fetch bookworm binutils-x86-64-linux-gnu=2.40-2 libbinutils=2.40-2 "$@"
fetch trixie binutils-x86-64-linux-gnu=2.44-3 libbinutils=2.44-3 libsframe1 lld-19=1:19.1.7-3+b1 libllvm19 libicu76 \
    libstdc++6 libgcc-s1 libedit2 libffi8 libxml2 libz3-4 libbsd0 libmd0 liblzma5 libtinfo6 "$@"

cat > program.s <<'EOF'
    .globl _start
_start:
    mov $1, %eax
    mov status, %ebx
    int $0x80
    .data
status:
    .long 42
    .section .note.GNU-stack, ""
EOF
cat > phdrs.ld <<'EOF'
ENTRY(_start)
PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD AT(0x10001000) FLAGS(6); }
SECTIONS
{
    . = 0x10000000;
    .text : { *(.text) } :text
    . = 0x10007000;
    .data : { *(.data) } :data
    load_address = LOADADDR(.data);
    /DISCARD/ : { *(.note .note.*) }
}
EOF
sed 's/\.data :/& AT(0x10001000)/; s/PT_LOAD AT(0x10001000)/PT_LOAD/' phdrs.ld > section.ld
tool bookworm x86_64-linux-gnu-as --32 -o program.o program.s

look() { # RELEASE LINKER SCRIPT: the second segment; address and offset of .data; LOADADDR(.data); the program's status
    tool "$1" "$2" -m elf_i386 -T "$3" -o program program.o > said 2>&1
    cat said # nothing, or what is looked for is not there
    tool bookworm x86_64-linux-gnu-readelf -W -l program | awk '$1 == "LOAD" && $3 == "0x10007000" { print $1, $2, $3, $4, $5 }'
    tool bookworm x86_64-linux-gnu-readelf -W -S program |
        awk '{ sub(/^ *\[ *[0-9]+\] */, "") } $1 == ".data" { print $1, $3, $4 }'
    tool bookworm x86_64-linux-gnu-nm program | awk '$3 == "load_address" { print $1 }'
    status=0
    ./program || status=$?
    echo "status $status"
}

check() { # WHAT SEEN EXPECTED
    echo "$1:" $2
    [ "$2" = "$3" ]
}
good='LOAD 0x002000 0x10007000 0x10001000 0x00004
.data 10007000 002000'
for release in bookworm trixie; do
    tool "$release" x86_64-linux-gnu-ld --version | head -n 1
    check "  AT in PHDRS" "$(look "$release" x86_64-linux-gnu-ld phdrs.ld)" "LOAD 0x002000 0x10007000 0x10001000 0x06004
.data 10007000 008000
10007000
status 0"
    check "  AT at .data" "$(look "$release" x86_64-linux-gnu-ld section.ld)" "$good
10001000
status 42"
done
tool trixie ld.lld-19 --version
check "  AT in PHDRS" "$(look trixie ld.lld-19 phdrs.ld)" "$good
10007000
status 42"
echo "as described"
