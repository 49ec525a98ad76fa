#!/bin/sh
# QEMU 7.2.22 and 10.0.13 (Debian 12's and 13's): `-kernel` does not find a Multiboot header that ends within the last 36
# of the file's first 8192 bytes. GRUB 2.06 and 2.12 do, and boot the file.
#
# The Multiboot specification (0.6.96, 3.1) wants the header within the first 8192 bytes, at a multiple of 4. A header
# whose flags ask for neither addresses nor a video mode is 12 bytes long, so its last place is 8180. QEMU looks from 0 to
# 8140 only: it takes the longest header, 48 bytes, for every header. What it says of a kernel whose header lies at 8144
# to 8180 is "Error loading uncompressed kernel without PVH ELF Note", which is about another protocol; as of QEMU 11.1
# still so. A linker script that lets some sections come before the header's meets this when they grow: grub-file goes
# on saying that the kernel is a Multiboot kernel, GRUB boots it, and -kernel does not.
#
# Shown with one and the same kernel, whose header is moved: it ends QEMU by the device isa-debug-exit, with status 33.
#
# Needs Debian or a derivative with a Debian mirror among apt's sources, on x86-64; installs nothing, downloads 250 MB.
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
    libraries=$root/usr/lib/x86_64-linux-gnu
    QEMU_MODULE_DIR=$libraries/qemu "$root/lib64/ld-linux-x86-64.so.2" --library-path \
        "$libraries:$root/lib/x86_64-linux-gnu:$libraries/pulseaudio:$libraries/blas:$libraries/lapack" \
        "$root/usr/bin/$name" "$@"
}

kernel() { # OFFSET: make "kernel", whose Multiboot header is at that place in the file
    cat > kernel.s <<SOURCE
    .globl _start
_start:
    mov \$0x10, %eax
    out %eax, \$0xf4
1:  hlt
    jmp 1b
    .org $1 - 0x54
    .long 0x1badb002, 0, -0x1badb002
    .org 0x3000, 0
SOURCE
    tool bookworm x86_64-linux-gnu-as --32 -o kernel.o kernel.s
    tool bookworm x86_64-linux-gnu-ld -m elf_i386 -n --no-warn-rwx-segments -T kernel.ld -o kernel kernel.o
}

emulate() { # RELEASE OPTION...: the exit status of QEMU
    root=$work/$1
    shift
    set -- -L "$root/usr/share/qemu" -L "$root/usr/share/seabios" -nodefaults -no-user-config -display none -no-reboot \
        -device isa-debug-exit,iobase=0xf4,iosize=4 "$@"
    status=0
    tool "${root##*/}" qemu-system-x86_64 "$@" 2> said || status=$?
    echo "$status"
}

grub_finds() { # RELEASE: yes or no
    if tool "$1" grub-file --is-x86-multiboot kernel; then echo yes; else echo no; fi
}

check() { # WHAT SEEN EXPECTED
    echo "$1: $2"
    [ "$2" = "$3" ]
}

cd "$work"
set -- qemu-system-x86 grub-common grub-pc-bin xorriso
fetch bookworm "$@" binutils
fetch trixie "$@"

cat > kernel.ld <<'EOF'
ENTRY(_start)
PHDRS { all PT_LOAD FILEHDR PHDRS FLAGS(7); }
SECTIONS { . = 0x100000 + SIZEOF_HEADERS; .text : { *(.text) } :all /DISCARD/ : { *(.note .note.*) } }
EOF
printf 'multiboot (cd)/kernel\nboot\n' > grub.cfg

for release in bookworm trixie; do
    tool "$release" qemu-system-x86_64 --version | head -n 1
    tool "$release" grub-mkimage --version
    for offset in 8140 8144 8180; do
        kernel "$offset"
        check "header at $offset, grub-file finds it" "$(grub_finds "$release")" yes
        [ "$offset" = 8140 ] && expected=33 || expected=1
        check "header at $offset, status of QEMU -kernel" "$(emulate "$release" -kernel kernel)" "$expected"
        cat said
    done
    grep -q 'without PVH ELF Note' said
    tool "$release" grub-mkimage -d "$work/$release/usr/lib/grub/i386-pc" -O i386-pc-eltorito -p / -c grub.cfg \
        -o core.img biosdisk iso9660 multiboot
    rm -rf disc && mkdir disc && cp kernel core.img disc
    tool "$release" xorriso -as mkisofs -quiet -b core.img -no-emul-boot -boot-load-size 4 -boot-info-table \
        -o disc.iso disc
    check "header at 8180, booted by GRUB" "$(emulate "$release" -vga std -cdrom disc.iso)" 33
    kernel 8184
    check "header at 8184, which is too far: grub-file finds it" "$(grub_finds "$release")" no
done
echo "as described"
