#!/bin/sh
# LLVM's assembler, 14.0.6 and 19.1.7 (Debian 12's and 13's), makes LEAVE and ENTER 16 bits wide behind `.code16gcc`, where
# GNU as (2.40, 2.44) makes them 32 bits wide. A function that ends in `leave; ret` returns to a wrong address.
#
# The directive is for what GCC writes for -m16: 32-bit code that runs in real mode. The manual of GNU as ("Writing 16-bit
# Code") lists what is 32 bits wide there so that the stack is as in 32-bit code: call, ret, enter, leave, push, pop, pusha,
# popa, pushf, popf. LLVM has the directive for the same code, and keeps to the list but for these two: what `push %ebp` put
# on the stack in 4 bytes LEAVE takes from it in 2, and the 32-bit RET behind it takes two bytes of EBP for its own:
#
#     GNU as:  66 c9 leave    returns, ESP as before
#     LLVM:    c9    leave    goes on at 0x10060000 instead of 0x1006
#
# There is no diagnostic. `gcc -m16 -S` writes `leave` without a size, too: what it wrote is other code by clang or by as.
# (IRET is the other way round: 16 bits wide by GNU as, with a warning, 32 by LLVM.) LLVM 22.1.8 does the same.
#
# Shown by Unicorn 2.1.4 in 16-bit mode, which executes a call of such a function at 0x1000.
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

cat > code.s <<'EOF'
    .code16gcc
    call function                   # at 0x1000, 6 bytes
    hlt
function:
    push %ebp
    mov %esp, %ebp
    sub $8, %esp
    leave
    ret
    enter $8, $0                    # not executed
EOF
cat > execute.py <<'EOF'
import pathlib
import unicorn
from unicorn.x86_const import UC_X86_REG_EIP, UC_X86_REG_ESP
cpu = unicorn.Uc(unicorn.UC_ARCH_X86, unicorn.UC_MODE_16)
cpu.mem_map(0, 0x10000)
cpu.mem_map(0x10060000, 0x1000)  # where it goes on otherwise; a CPU has #GP there, behind the limit of CS
cpu.mem_write(0x1000, pathlib.Path("code.bin").read_bytes())
cpu.reg_write(UC_X86_REG_ESP, 0x8000)
cpu.emu_start(0x1000, 0x10000, count=6)
print(f"eip {cpu.reg_read(UC_X86_REG_EIP):#x}, esp {cpu.reg_read(UC_X86_REG_ESP):#x}")
EOF

look() { # RELEASE PATH ARGUMENT...: the bytes of LEAVE, RET and ENTER, and where the function returns to
    tool "$@" -o code.o code.s > said 2>&1
    cat said # nothing, or what is looked for is not there
    tool bookworm bin/x86_64-linux-gnu-objcopy -O binary -j .text code.o code.bin
    tool bookworm bin/x86_64-linux-gnu-objdump -d -m i8086 code.o | awk -F '\t' '/leave|ret|enter/ { print $2 "," }'
    PYTHONPATH=python python3 execute.py
}

check() { # WHAT SEEN EXPECTED
    echo "$1:" $2
    [ "$(echo $2)" = "$3" ]
}
for release in bookworm trixie; do
    check "$(tool "$release" bin/x86_64-linux-gnu-as --version | head -n 1)" \
        "$(look "$release" bin/x86_64-linux-gnu-as --32)" "66 c9 , 66 c3 , 66 c8 08 00 00 , eip 0x1006, esp 0x8000"
    [ "$release" = bookworm ] && llvm=14 || llvm=19
    check "llvm-mc $llvm" "$(look "$release" "lib/llvm-$llvm/bin/llvm-mc" --triple=i386 --filetype=obj)" \
        "c9 , 66 c3 , c8 08 00 00 , eip 0x10060000, esp 0x7ffe"
done
echo "as described"
