#!/bin/sh
# MOV to and from control and debug registers whose ModR/M byte has a mod field other than 3: ndisasm 2.16.01 and 2.16.03
# and llvm-mc 14.0.6 and 19.1.7 do not know the instruction; objdump 2.40 and Capstone 5.0.9 do, and CPUs execute it.
#
# These instructions have no memory operand. The SDM (volume 2, MOV--Move to/from Control Registers) says that the two
# bits of the mod field are ignored, and QEMU's TCG, here as Unicorn 2.1.4, keeps to that: 0f 20 00 takes 3 bytes and
# puts CR0 into EAX, as 0f 20 c0 does. ndisasm prints `db 0x0f` and takes the rest for other instructions, `and [eax],al`:
# a listing of what changes paging shows an AND to memory. LLVM says "invalid instruction encoding".
#
# Who compares disassemblers or emulators by random bytes, or reads what an encoder made that leaves the field 0, meets
# this.
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
set -- libc6 libstdc++6 libgcc-s1 zlib1g libzstd1 libedit2 libffi8 libxml2 libz3-4 libbsd0 libmd0 liblzma5 libtinfo6
fetch bookworm nasm=2.16.01-1 llvm-14=1:14.0.6-12 libllvm14 libicu72 libjansson4 libcurl4 \
    binutils-x86-64-linux-gnu=2.40-2 libbinutils=2.40-2 "$@"
fetch trixie nasm=2.16.03-1 llvm-19=1:19.1.7-3+b1 libllvm19 libicu76 "$@"
python3 -m pip install --quiet --disable-pip-version-check --target python capstone==5.0.9 unicorn==2.1.4

octal() { # HEX BYTES: as printf's format
    for byte in "$@"; do printf '\\%03o' "0x$byte"; done
}

check() { # WHAT SEEN EXPECTED
    echo "$1: $2"
    [ "$2" = "$3" ]
}

cat > capstone_says.py <<'EOF'
import sys, capstone
code = bytes.fromhex(sys.argv[1])
for one in capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_32).disasm(code, 0):
    print(one.mnemonic, one.op_str.replace(" ", ""))
EOF
cat > execute.py <<'EOF'
import sys, unicorn
from unicorn.x86_const import UC_X86_REG_EAX, UC_X86_REG_EIP
code = bytes.fromhex(sys.argv[1])
cpu = unicorn.Uc(unicorn.UC_ARCH_X86, unicorn.UC_MODE_32)
cpu.mem_map(0x1000, 0x1000)
cpu.mem_write(0x1000, code)
cpu.reg_write(UC_X86_REG_EAX, 0xDEADBEEF)
cpu.emu_start(0x1000, 0x2000, count=1)
print(f"eax {cpu.reg_read(UC_X86_REG_EAX):#x}, {cpu.reg_read(UC_X86_REG_EIP) - 0x1000} bytes")
EOF

look() { # BYTES TEXT KNOWN: all disassemblers on one instruction, which some know only if KNOWN is yes
    bytes=$1
    text=$2
    known=$3
    echo "$bytes"
    printf "$(octal $bytes)" > code
    check "  objdump" "$(tool bookworm bin/x86_64-linux-gnu-objdump -D -b binary -m i386 -M intel code |
        awk -F '\t' '/^ +0:/ { sub(/ +/, " ", $3); print $3 }')" "$text"
    check "  Capstone" "$(PYTHONPATH=python python3 capstone_says.py "$(echo $bytes | tr -d ' ')")" "$text"
    for release in bookworm trixie; do
        if [ "$known" = yes ]; then expected=$text; else expected="db 0x0f"; fi
        check "  $(tool "$release" bin/nasm -v | cut -d' ' -f1-3), ndisasm" \
            "$(tool "$release" bin/ndisasm -b 32 code | awk 'NR == 1 { print $3, $4 }')" "$expected"
        [ "$release" = bookworm ] && llvm=14 || llvm=19
        said=$(echo "$bytes" | sed 's/[^ ]*/0x&/g' | tool "$release" "lib/llvm-$llvm/bin/llvm-mc" --disassemble \
            --triple=i386 --output-asm-variant=1 2>&1 | grep -v '\.text' | head -n 1 | sed 's/^[ \t]*//; s/[ \t]/ /; s/, /,/')
        if [ "$known" = yes ]; then expected=$text; else expected="<stdin>:1:1: warning: invalid instruction encoding"; fi
        check "  llvm-mc $llvm" "$said" "$expected"
    done
}

look "0f 20 c0" "mov eax,cr0" yes
look "0f 20 00" "mov eax,cr0" no
look "0f 20 40" "mov eax,cr0" no
look "0f 22 18" "mov cr3,eax" no
look "0f 21 38" "mov eax,dr7" no
for bytes in 0f20c0 0f2000 0f2040 0f2080; do
    check "$bytes executed" "$(PYTHONPATH=python python3 execute.py "$bytes")" "eax 0x11, 3 bytes"
done
echo "as described"
