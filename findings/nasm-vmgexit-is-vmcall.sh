#!/bin/sh
# NASM 2.16.01 and 2.16.03 (Debian 12's and 13's): `vmgexit` becomes f2 0f 01 c1, which is VMCALL behind a prefix that it does
# not have. GNU as (2.40, 2.44) writes f3 0f 01 d9.
#
# AMD's manual (volume 3, VMGEXIT) has it as VMMCALL, 0f 01 d9, behind F2 or F3: a processor without the instruction executes
# VMMCALL. NASM has the two bytes of Intel's VMCALL, 0f 01 c1, instead, and its disassembler believes it:
#
#                     NASM and ndisasm     GNU as and objdump
#     f3 0f 01 d9     rep vmmcall          vmgexit
#     f2 0f 01 c1     vmgexit              repnz vmcall
#
# A guest of SEV-ES that asks its hypervisor for something by `vmgexit` executes an instruction of the other maker's instead.
# Sources for NASM that need it, such as EDK2's, say `rep vmmcall`. NASM 3.01 does the same.
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

tool() { # RELEASE PATH ARGUMENT...: a tool of that release, by that release's own C library
    root=$work/$1
    path=$2
    shift 2
    "$root/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" \
        "$root/usr/$path" "$@"
}

cd "$work"
fetch bookworm nasm=2.16.01-1 binutils-x86-64-linux-gnu=2.40-2 libbinutils=2.40-2 libjansson4 libc6 zlib1g libzstd1
fetch trixie nasm=2.16.03-1 binutils-x86-64-linux-gnu=2.44-3 libbinutils=2.44-3 libsframe1 libjansson4 libc6 zlib1g libzstd1

check() { # WHAT SEEN EXPECTED
    echo "$1: $2"
    [ "$2" = "$3" ]
}
bytes() {
    od -An -v -tx1 code | xargs
}
echo vmgexit > code.s
{ echo bits 32; cat code.s; } > code.asm
for release in bookworm trixie; do
    nasm=$(tool "$release" bin/nasm -v | cut -d' ' -f1-3)
    gnu=$(tool "$release" bin/x86_64-linux-gnu-as --version | head -n 1)
    tool "$release" bin/x86_64-linux-gnu-as --32 -o code.o code.s
    tool "$release" bin/x86_64-linux-gnu-objcopy -O binary -j .text code.o code
    check "$gnu, vmgexit" "$(bytes)" "f3 0f 01 d9"
    check "$nasm, ndisasm of that" "$(tool "$release" bin/ndisasm -b 32 code | xargs)" "00000000 F30F01D9 rep vmmcall"
    tool "$release" bin/nasm -f bin -o code code.asm
    check "$nasm, vmgexit" "$(bytes)" "f2 0f 01 c1"
    check "$gnu, objdump of that" "$(tool "$release" bin/x86_64-linux-gnu-objdump -D -b binary -m i386 code |
        awk -F '\t' '/^ +0:/ { print $3 }' | xargs)" "repnz vmcall"
done
echo "as described"
