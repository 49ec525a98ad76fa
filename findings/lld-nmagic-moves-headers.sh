#!/bin/sh
# LLD 14.0.6 (Debian 12's 1:14.0.6-12) and 19.1.7 (Debian 13's 1:19.1.7-3+b1): with `-n` (nmagic) and a linker script whose
# first segment holds the ELF header and the program headers (FILEHDR PHDRS), the segment is not where the script says,
# and its p_vaddr and p_offset differ modulo p_align, which the ELF specification forbids. Linux does not start it.
#
# The script says `. = 0x08048000 + SIZEOF_HEADERS;`, and .text, aligned to 16, comes 12 bytes behind that:
#
#     GNU ld -n:  LOAD 0x000000 0x08048000 ... 0x10     .text at 08048060, offset 000060
#     ld.lld -n:  LOAD 0x000000 0x0804800c ... 0x10     .text at 08048060, offset 000054
#     ld.lld:     LOAD 0x000000 0x08048000 ... 0x1000   .text at 08048060, offset 000060
#
# LLD puts the headers right before the lowest section, rounded down to the largest page size, which is 1 with -n; so
# what the alignment of .text leaves free is not before .text, but before the headers. A loader that maps pages cannot
# put byte 0 of a file 12 bytes into one: execve() fails. A program that reads its own headers where the script, and GNU
# ld, have them, finds other bytes. There is no diagnostic. Without -n, or if .text needs no gap, all is well.
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
set -- libc6 libstdc++6 libgcc-s1 zlib1g libzstd1 libedit2 libffi8 libxml2 libz3-4 libbsd0 libmd0 liblzma5 libtinfo6
fetch bookworm lld-14=1:14.0.6-12 libllvm14 libicu72 binutils-x86-64-linux-gnu=2.40-2 libbinutils=2.40-2 libjansson4 "$@"
fetch trixie lld-19=1:19.1.7-3+b1 libllvm19 libicu76 "$@"

cat > program.s <<'EOF'
    .globl _start
    .p2align 4
_start:
    mov $1, %eax
    mov $42, %ebx
    int $0x80
EOF
cat > program.ld <<'EOF'
ENTRY(_start)
PHDRS { text PT_LOAD FILEHDR PHDRS FLAGS(5); }
SECTIONS
{
    . = 0x08048000 + SIZEOF_HEADERS;
    .text : { *(.text) } :text
    /DISCARD/ : { *(.note .note.*) }
}
EOF
tool bookworm x86_64-linux-gnu-as --32 -o program.o program.s

look() { # RELEASE LINKER OPTION...: p_offset, p_vaddr, p_align; address and offset of .text; what Linux makes of it
    release=$1
    linker=$2
    shift 2
    tool "$release" "$linker" -m elf_i386 "$@" -T program.ld -o program program.o
    tool bookworm x86_64-linux-gnu-readelf -W -l program | awk '$1 == "LOAD" { print $1, $2, $3, $NF }'
    tool bookworm x86_64-linux-gnu-readelf -W -S program |
        awk '{ sub(/^ *\[ *[0-9]+\] */, "") } $1 == ".text" { print $1, $3, $4 }'
    status=0
    ./program 2> said || status=$?
    if [ "$status" = 42 ]; then echo "runs"; else echo "not started"; fi
}

check() { # WHAT SEEN EXPECTED
    echo "$1:" $2
    [ "$2" = "$3" ]
}
good='.text 08048060 000060
runs'
check "GNU ld 2.40 -n" "$(look bookworm x86_64-linux-gnu-ld -n)" "LOAD 0x000000 0x08048000 0x10
$good"
for release in bookworm trixie; do
    [ "$release" = bookworm ] && lld=ld.lld-14 || lld=ld.lld-19
    tool "$release" "$lld" --version
    check "$lld -n" "$(look "$release" "$lld" -n)" "LOAD 0x000000 0x0804800c 0x10
.text 08048060 000054
not started"
    check "$lld" "$(look "$release" "$lld")" "LOAD 0x000000 0x08048000 0x1000
$good"
done
echo "as described"
