#!/bin/sh
# LLVM's assembler, 14.0.6 and 19.1.7 (Debian 12's and 13's): the segment of XLAT's operand is lost. GNU as (2.40, 2.44)
# writes it as a prefix.
#
#     xlat %cs:(%ebx)    xlat byte ptr cs:[ebx]     GNU as:  2e d7     LLVM:  d7
#
# XLAT reads a byte of a table at DS:EBX; what its operand can change is the segment, which a prefix overrides (SDM, volume 2,
# XLAT/XLATB). LLVM takes the operand and drops all of it, in both syntaxes, so that the byte comes from DS. Its warning,
# "memory operand is only for determining the size, (R|E)BX will be used for the location", says nothing of the segment, and
# comes for operands without one, too. The prefix written apart (`cs xlatb`) stays, and so does the segment of LODS. LLVM
# 22.1.8 does the same.
#
# What is concerned is code whose table is in its own segment or in that of a thread (FS, GS), boot sectors for one.
#
# Shown by the bytes, and by Unicorn 2.1.4 in 16-bit mode, with CS, and so the table, at another place than DS.
#
# Needs Debian or a derivative with a Debian mirror among apt's sources, on x86-64, and python3 with pip; installs nothing.
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
set -- libc6 libstdc++6 libgcc-s1 zlib1g libzstd1 libedit2 libffi8 libxml2 libz3-4 libbsd0 libmd0 liblzma5 libtinfo6 libjansson4
fetch bookworm binutils-x86-64-linux-gnu=2.40-2 libbinutils=2.40-2 llvm-14=1:14.0.6-12 libllvm14 libicu72 "$@"
fetch trixie binutils-x86-64-linux-gnu=2.44-3 libbinutils=2.44-3 libsframe1 llvm-19=1:19.1.7-3+b1 libllvm19 libicu76 "$@"
python3 -m pip install --quiet --disable-pip-version-check --target python unicorn==2.1.4

cat > execute.py <<'EOF'
import pathlib
import unicorn
from unicorn.x86_const import UC_X86_REG_AX, UC_X86_REG_BX, UC_X86_REG_CS, UC_X86_REG_DS
cpu = unicorn.Uc(unicorn.UC_ARCH_X86, unicorn.UC_MODE_16)
cpu.mem_map(0, 0x10000)
cpu.mem_write(0x1000, pathlib.Path("code.bin").read_bytes())  # 100:0
cpu.mem_write(0x1100 + 5, b"C")
cpu.mem_write(0x2100 + 5, b"D")
cpu.reg_write(UC_X86_REG_CS, 0x100)
cpu.reg_write(UC_X86_REG_DS, 0x200)
cpu.reg_write(UC_X86_REG_BX, 0x100)
cpu.reg_write(UC_X86_REG_AX, 5)
cpu.emu_start(0x1000, 0x10000, count=1)
print("from " + {"C": "CS", "D": "DS"}[chr(cpu.reg_read(UC_X86_REG_AX))])
EOF

look() { # RELEASE PATH ARGUMENT...: what this assembler makes of code.s
    tool "$@" -o code.o code.s > said 2>&1
    ! grep -i segment said # of which nothing is said
    tool bookworm bin/x86_64-linux-gnu-objcopy -O binary -j .text code.o code.bin
    od -An -v -tx1 code.bin | xargs
}
check() { # WHAT SEEN EXPECTED
    echo "  $1: $2"
    [ "$2" = "$3" ]
}
executed() {
    PYTHONPATH=python python3 execute.py
}
both() { # GNU'S LLVM'S [EXECUTED]: the bytes; whether to execute them, too
    cat code.s
    for release in bookworm trixie; do
        [ "$release" = bookworm ] && llvm=14 || llvm=19
        gnu=$(tool "$release" bin/x86_64-linux-gnu-as --version | head -n 1)
        check "$gnu" "$(look "$release" bin/x86_64-linux-gnu-as --32)" "$1"
        [ $# = 2 ] || check "executed" "$(executed)" "from CS"
        check "llvm-mc $llvm" "$(look "$release" "lib/llvm-$llvm/bin/llvm-mc" --triple=i386 --filetype=obj)" "$2"
        [ $# = 2 ] || check "executed" "$(executed)" "from $3"
    done
}

printf '.code32\nxlat %%cs:(%%ebx)\nxlatb %%fs:(%%ebx)\nlods %%fs:(%%esi), %%al\n' > code.s
both "2e d7 64 d7 64 ac" "d7 d7 64 ac"
printf '.intel_syntax noprefix\n.code32\nxlat byte ptr cs:[ebx]\nlods al, byte ptr fs:[esi]\n' > code.s
both "2e d7 64 ac" "d7 64 ac"
printf '.code16\nxlat %%cs:(%%bx)\n' > code.s
both "2e d7" "d7" DS
printf '.code16\ncs xlatb\n' > code.s
both "2e d7" "2e d7" CS
echo "as described"
