#!/bin/sh
# pyelftools 0.33 (0.29, 0.31 and 0.32 as well): the decoded table of call frame information has a wrong place of the frame
# (CFA) behind DW_CFA_def_cfa_sf. Its offset is multiplied by the alignment factor of code instead of the one of data.
#
# DWARF (version 5, 6.4.2.2) calls the operand of DW_CFA_def_cfa_sf and of DW_CFA_def_cfa_offset_sf "signed and factored";
# what is factored in a rule is so by data_alignment_factor. It is -4 on i386, and the other one 1. With a CFA of EBP - 8:
#
#     .cfi_def_cfa %ebp, -8      readelf, llvm-dwarfdump: ebp-8      get_decoded(): ebp+2
#
# GNU as writes this instruction for every .cfi_def_cfa with a negative offset, and then .cfi_def_cfa_offset's, which
# pyelftools decodes rightly (since 0.32). Its own listing of the instructions (describe_CFI_instructions(), and `readelf.py
# --debug-dump=frames`) says -8, too; the table (`--debug-dump=frames-interp`) says +2. What follows from the CFA, the return
# address among it, is looked for at another place, without an error.
#
# Needs Debian or a derivative with a Debian mirror among apt's sources, on x86-64, and python3 (3.10 or later) with pip;
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
python3 -m pip install --quiet --disable-pip-version-check --target python pyelftools==0.33

cat > code.s <<'EOF'
function:
    .cfi_startproc
    nop
    .cfi_def_cfa %ebp, -8
    nop
    .cfi_def_cfa_offset -12
    nop
    .cfi_def_cfa %ebp, 8
    ret
    .cfi_endproc
EOF
tool bookworm bin/x86_64-linux-gnu-as --32 -o code.o code.s

cat > decode.py <<'EOF'
from elftools.dwarf.callframe import FDE
from elftools.dwarf.descriptions import describe_CFI_CFA_rule, describe_CFI_instructions, set_global_machine_arch
from elftools.elf.elffile import ELFFile
set_global_machine_arch("x86")
with open("code.o", "rb") as file:
    for entry in ELFFile(file).get_dwarf_info().EH_CFI_entries():
        if isinstance(entry, FDE):
            print(*(describe_CFI_CFA_rule(row["cfa"]) for row in entry.get_decoded().table))
            print(*(line.strip() for line in describe_CFI_instructions(entry).splitlines() if "_sf" in line), sep="\n")
EOF
check() { # WHAT SEEN EXPECTED
    echo "$1: $2"
    [ "$2" = "$3" ]
}
for release in bookworm trixie; do
    check "$(tool "$release" bin/x86_64-linux-gnu-readelf --version | head -n 1)" \
        "$(tool "$release" bin/x86_64-linux-gnu-readelf --debug-dump=frames-interp code.o |
            awk '/FDE/ { rows = 1 } rows && /^0000000[0-9] e/ { print $2 }' | xargs)" "esp+4 ebp-8 ebp-12 ebp+8"
    [ "$release" = bookworm ] && llvm=14 || llvm=19
    check "llvm-dwarfdump $llvm" "$(tool "$release" "lib/llvm-$llvm/bin/llvm-dwarfdump" --eh-frame code.o |
        sed -n '/FDE/,$ s/.*: CFA=\([^:]*\):.*/\1/p' | xargs)" "ESP+4 EBP-8 EBP-12 EBP+8"
done
check "pyelftools" "$(PYTHONPATH=python python3 decode.py)" "esp+4 ebp+2 ebp-12 ebp+8
DW_CFA_def_cfa_sf: r5 (ebp) ofs -8
DW_CFA_def_cfa_offset_sf: -12"
echo "as described"
