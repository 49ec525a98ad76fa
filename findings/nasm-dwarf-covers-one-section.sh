#!/bin/sh
# NASM 2.16.01 and 2.16.03 (Debian 12's and 13's): with `-g -F dwarf`, code of every section but the first is outside the
# range of addresses that .debug_info gives for the file. gdb 16.3 shows no lines of it, nor does eu-addr2line 0.192.
#
# DW_AT_low_pc is the first section, and DW_AT_high_pc is the sum of the lengths of all sections behind it: as if they lay
# in a row. DWARF has DW_AT_ranges for what does not (version 3 on, 2.17). The other two tables, .debug_aranges and
# .debug_line, have each section where it is. Of a file whose .text, of 10 bytes, is at 0x10000000 and whose .boot, of 7, is
# at 0x20000000, .debug_info says 0x10000000 to 0x10000011: none of .boot, and 7 bytes of whatever is linked behind .text.
#
# So tools disagree, by what they look at: llvm-addr2line and GNU addr2line 2.44 know the line at 0x20000000; GNU addr2line
# 2.40 knows the file only; eu-addr2line says ??:0; gdb finds the line from its number, not from its address: it stops at a
# breakpoint there and shows no source. Kernels are what has two sections of code in a file. NASM 3.01 does the same.
#
# Needs Debian or a derivative with a Debian mirror among apt's sources, on x86-64; installs nothing, downloads 120 MB.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mirror=$(apt-get indextargets --format '$(ORIGIN) $(SITE) $(REPO_URI)' 'Created-By: Packages' | awk '$1 == "Debian" && /security/ == 0 { print $NF; exit }')
[ -n "$mirror" ] || { echo "no Debian mirror among apt's sources (apt-get update?)"; exit 2; }

fetch() { # RELEASE PACKAGE=VERSION...: unpack packages of a release, and what they need, into $work/RELEASE, by a private apt
    release=$1
    shift
    root=$work/$release
    mkdir -p "$root/apt/lists/partial" "$root/apt/cache/archives/partial"
    : > "$root/apt/status"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" > "$root/apt/sources"
    cat > "$root/apt/conf" <<CONF
Dir::Etc::SourceList "$root/apt/sources";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$root/apt/lists";
Dir::State::status "$root/apt/status";
Dir::Cache "$root/apt/cache";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Debug::NoLocking "true";
Binary::apt-get::APT::Keep-Downloaded-Packages "true";
CONF
    apt-get -c "$root/apt/conf" -qq update
    apt-get -c "$root/apt/conf" -qq --download-only -y install "$@" > "$root/apt/log" 2>&1 || { cat "$root/apt/log"; exit 2; }
    for deb in "$root"/apt/cache/archives/*.deb; do
        dpkg-deb -x "$deb" "$root"
    done
    [ -e "$root/lib64" ] || ln -s usr/lib64 "$root/lib64"
}

tool() { # RELEASE PROGRAM ARGUMENT...: a tool of that release, by that release's own C library
    root=$work/$1
    name=$2
    shift 2
    PYTHONHOME=$root/usr "$root/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" \
        "$root/usr/bin/$name" "$@"
}

cd "$work"
fetch bookworm nasm=2.16.01-1 binutils=2.40-2
fetch trixie nasm=2.16.03-1 binutils=2.44-3 gdb=16.3-1 elfutils=0.192-4 llvm-19=1:19.1.7-3+b1

cat > boot.asm <<'EOF'
    bits 32
    section .text
    global _start
_start:
    mov  eax, 1
    jmp  boot
    section .boot progbits alloc exec nowrite align=16
boot:
    mov  ebx, 42
    int  0x80
EOF

check() { # WHAT SEEN EXPECTED
    echo "$1:" $2
    [ "$(echo $2)" = "$3" ]
}

line() { # RELEASE ADDR2LINE ADDRESS: the line without its folder
    tool "$1" "$2" -e boot "$3" | sed 's/.*[/]//'
}

for release in bookworm trixie; do
    tool "$release" nasm -v
    tool "$release" nasm -g -F dwarf -f elf32 -o boot.o boot.asm
    tool bookworm x86_64-linux-gnu-ld -m elf_i386 -z noexecstack -Ttext 0x10000000 --section-start=.boot=0x20000000 -o boot boot.o
    check "  .debug_info" "$(tool bookworm x86_64-linux-gnu-readelf --debug-dump=info boot |
        awk '/DW_TAG/ { unit = /compile_unit/ } unit && /DW_AT_(low|high)_pc/ { print $2, $NF }')" \
        "DW_AT_low_pc 0x10000000 DW_AT_high_pc 0x10000011"
    check "  .debug_aranges" "$(tool bookworm x86_64-linux-gnu-readelf --debug-dump=aranges boot |
        awk 'NF == 2 && /^ +[12]0000000/')" "10000000 0000000a 20000000 00000007"
    for tool in "bookworm x86_64-linux-gnu-addr2line" "trixie x86_64-linux-gnu-addr2line" "trixie llvm-addr2line-19" "trixie eu-addr2line"; do
        case $tool in
            bookworm*) expected="boot.asm:?" ;;
            *eu-*) expected="??:0" ;;
            *) expected="boot.asm:9" ;;
        esac
        check "  $tool" "$(line $tool 0x10000000) $(line $tool 0x20000000)" "boot.asm:5 $expected"
    done
    check "  gdb" "$(tool trixie gdb -nx -batch --data-directory="$work/trixie/usr/share/gdb" \
        -ex 'break boot.asm:9' -ex 'info line *0x10000000' -ex 'info line *0x20000000' boot 2> said |
        sed 's/ and ends.*//')" "Breakpoint 1 at 0x20000000: file boot.asm, line 9. \
Line 5 of \"boot.asm\" starts at address 0x10000000 <_start> No line number information available for address 0x20000000 <boot>"
    grep -m 1 'in address map, but not in symtab' said
done
echo "as described"
