#!/bin/sh
# LLVM's assembler, 14.0.6 and 19.1.7 (Debian 12's and 13's), in Intel syntax: instructions that leave their operand size to
# the mode have another size than the mode's. Stack frames are other ones than the source says; there is no diagnostic.
#
#     .code32   IRET, PUSHF, POPF, PUSH and POP of a segment register:  16 bits wide, with a prefix 66
#     .code16   CALL to a label, RET, RETF:                             32 bits wide, with a prefix 66
#
# The SDM (volume 1, 3.6, "Operand-Size and Address-Size Attributes") has the size follow from the mode where nothing says
# otherwise; NASM and GNU as, in its Intel syntax, do that. LLVM itself does it in AT&T syntax, and in Intel syntax for PUSHA,
# POPA, ENTER, LEAVE, and for what is missing in each of the lines above (IRET in 16-bit code, RET in 32-bit code). 14.0.6
# has FS and GS right, 19.1.7 has all six wrong.
#
#     push ds; pop eax      takes 4 bytes where 2 were put         iret      pops 6 bytes of the 12 that the CPU pushed
#     call ax; ret          returns to 4 bytes of address where the call put 2
#
# Whoever makes a kernel's entry code in Intel syntax (Rust's asm! has that by default, clang by -masm=intel) gets these.
# LLVM 22.1.8 does the same.
#
# Shown by the bytes, and by Unicorn 2.1.4, which executes them.
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
fetch bookworm nasm=2.16.01-1 binutils-x86-64-linux-gnu=2.40-2 libbinutils=2.40-2 llvm-14=1:14.0.6-12 libllvm14 libicu72 "$@"
fetch trixie nasm=2.16.03-1 binutils-x86-64-linux-gnu=2.44-3 libbinutils=2.44-3 libsframe1 llvm-19=1:19.1.7-3+b1 libllvm19 \
    libicu76 "$@"
python3 -m pip install --quiet --disable-pip-version-check --target python unicorn==2.1.4

cat > execute.py <<'EOF'
import pathlib
import sys
import unicorn
from unicorn.x86_const import UC_X86_REG_EAX, UC_X86_REG_EIP, UC_X86_REG_ESP
mode = {"16": unicorn.UC_MODE_16, "32": unicorn.UC_MODE_32}[sys.argv[1]]
cpu = unicorn.Uc(unicorn.UC_ARCH_X86, mode)
cpu.mem_map(0, 0x20000)  # a CPU has #GP behind the limit of CS in 16-bit mode
cpu.mem_write(0x1000, pathlib.Path("code.bin").read_bytes())
cpu.mem_write(0x8000, b"\x01\x00" * 4)
cpu.reg_write(UC_X86_REG_ESP, 0x8000)
cpu.reg_write(UC_X86_REG_EAX, 0x1003)
cpu.emu_start(0x1000, 0x20000, count=int(sys.argv[2]))
print(f"eip {cpu.reg_read(UC_X86_REG_EIP):#x}, esp {cpu.reg_read(UC_X86_REG_ESP):#x}")
EOF

check() { # WHAT SEEN EXPECTED
    echo "$1: $2"
    [ "$2" = "$3" ]
}

look() { # BITS SOURCE BYTES LLVM14'S LLVM19'S: what each assembler makes of the instructions, separated by semicolons
    bits=$1
    { echo "    bits $bits"; echo "$2" | tr ';' '\n'; } > code.asm
    { printf '.intel_syntax noprefix\n.code%s\n' "$bits"; echo "$2" | tr ';' '\n'; } > code.s
    echo ".code$bits: $2"
    for release in bookworm trixie; do
        tool "$release" bin/nasm -f bin -o code.bin code.asm
        check "  $(tool "$release" bin/nasm -v | cut -d' ' -f1-3)" "$(bytes)" "$3"
        tool "$release" bin/x86_64-linux-gnu-as --32 -o code.o code.s
        link
        check "  $(tool "$release" bin/x86_64-linux-gnu-as --version | head -n 1)" "$(bytes)" "$3"
        if [ "$release" = bookworm ]; then llvm=14 expected=$4; else llvm=19 expected=$5; fi
        tool "$release" "lib/llvm-$llvm/bin/llvm-mc" --triple=i386 --filetype=obj -o code.o code.s > said 2>&1
        cat said # nothing, or what is looked for is not there
        link
        check "  llvm-mc $llvm" "$(bytes)" "$expected"
    done
}
bytes() { # those of code.bin
    od -An -v -tx1 code.bin | xargs
}
link() { # code.o to code.bin, at 0, where a call to 0x10 leads to a label there
    tool bookworm bin/x86_64-linux-gnu-ld -m elf_i386 --oformat binary -Ttext 0 -e 0 -o code.bin code.o
}
execute() { # BITS COUNT: where that many instructions of code.bin lead to
    PYTHONPATH=python python3 execute.py "$@"
}

look 32 'iret' cf '66 cf' '66 cf'
look 32 'pushf;popf' '9c 9d' '66 9c 66 9d' '66 9c 66 9d'
look 32 'push cs;push ss;push ds;push es' '0e 16 1e 06' '66 0e 66 16 66 1e 66 06' '66 0e 66 16 66 1e 66 06'
look 32 'pop ss;pop ds;pop es' '17 1f 07' '66 17 66 1f 66 07' '66 17 66 1f 66 07'
look 32 'push fs;push gs;pop fs;pop gs' '0f a0 0f a8 0f a1 0f a9' '0f a0 0f a8 0f a1 0f a9' \
    '66 0f a0 66 0f a8 66 0f a1 66 0f a9'
look 32 'pusha;popa;ret;retf;leave;enter 8,0' '60 61 c3 cb c9 c8 08 00 00' '60 61 c3 cb c9 c8 08 00 00' \
    '60 61 c3 cb c9 c8 08 00 00'
look 16 'ret;ret 4;retf;retf 4' 'c3 c2 04 00 cb ca 04 00' '66 c3 66 c2 04 00 66 cb 66 ca 04 00' \
    '66 c3 66 c2 04 00 66 cb 66 ca 04 00'
look 16 'label: call label' 'e8 fd ff' '66 e8 fa ff ff ff' '66 e8 fa ff ff ff'
look 16 'iret;pushf;popf;push ds;pop ds;leave' 'cf 9c 9d 1e 1f c9' 'cf 9c 9d 1e 1f c9' 'cf 9c 9d 1e 1f c9'

echo "executed, the last line of each by LLVM:"
look 32 'push ds;pop eax' '1e 58' '66 1e 58' '66 1e 58'
check "  after both" "$(execute 32 2)" "eip 0x1003, esp 0x8002"
look 16 'call ax;hlt;ret' 'ff d0 f4 c3' 'ff d0 f4 66 c3' 'ff d0 f4 66 c3'
check "  after call and ret, which should lead to 0x1002" "$(execute 16 2)" "eip 0x11002, esp 0x8002"
echo "as described"
