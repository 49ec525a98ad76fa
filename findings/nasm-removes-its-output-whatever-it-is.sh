#!/bin/sh
# NASM 2.16.01 (Debian 12's 2.16.01-1) and 2.16.03 (Debian 13's 2.16.03-1): after an error NASM removes the file that
# -o names, whatever kind of file that is and whether or not it was there before.
#
# An assembler must not leave half an object behind, and others take away what they have made, too. But GNU as
# looks first whether it is an ordinary file, and leaves a device alone; NASM does not look. Who checks a source
# by `nasm -o /dev/null FILE` as root, as in a container or a package build, has no /dev/null any more after the
# first mistake in it, and the next program that writes there makes an ordinary file, which fills the disk.
#
# Shown with a FIFO in a folder of our own, with somebody at its other end: NASM removes it, GNU as (2.40) keeps it.
# The sources are valid files with an unknown instruction in them, which both assemblers report as an error.
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
    [ -e "$root/lib64" ] || ln -s usr/lib64 "$root/lib64"
}

tool() { # RELEASE NAME ARGUMENT...: a tool of that release, by that release's own C library
    root=$work/$1
    name=$2
    shift 2
    "$root/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" \
        "$root/usr/bin/$name" "$@"
}

kind_after() { # COMMAND...: what is left of the FIFO "out" after the command, which must fail
    mkfifo out
    sleep 60 < out & # somebody who reads, or to open it would wait
    reader=$!
    if "$@" 2> said; then
        echo "no error was reported"
        exit 1
    fi
    kill "$reader" 2> /dev/null || true
    grep -i -m 1 -E 'error|no such' said >&2
    if [ -p out ]; then echo kept; else echo removed; fi
    rm -f out
}

cd "$work"
fetch bookworm nasm=2.16.01-1 binutils-x86-64-linux-gnu=2.40-2 libbinutils=2.40-2 libc6 zlib1g libzstd1 libjansson4
fetch trixie nasm=2.16.03-1 libc6
printf '    no_such_instruction eax, 1\n' > mistake.asm
printf '    no_such_instruction %%eax, 1\n' > mistake.s

for release in bookworm trixie; do
    seen=$(kind_after tool "$release" nasm -f elf32 -o out mistake.asm)
    echo "$(tool "$release" nasm -v | cut -d' ' -f1-3): $seen"
    [ "$seen" = removed ]
done
seen=$(kind_after tool bookworm x86_64-linux-gnu-as --32 -o out mistake.s)
echo "$(tool bookworm x86_64-linux-gnu-as --version | head -n 1): $seen"
[ "$seen" = kept ]
echo "as described"
