#!/bin/sh
# BusyBox 1.35.0 and 1.37.0 (Debian 12's and 13's): `cpio -o -H newc` writes symbolic links that are hard links to each
# other with an empty target, all but the last. It says nothing, its status is 0, and what the links lead to is lost.
#
# The content of a file with several names may stand at one of them; BusyBox does so for all that has more than one name,
# but directories. Linux's description of the format (Documentation/driver-api/early-userspace/buffer-format.rst, "Handling
# of hard links") has this for regular files, and adds: "c_filesize must not be zero for a symlink". GNU cpio keeps to that:
#
#     of BusyBox:    lrwxrwxrwx 2 ... 0 b ->         of GNU cpio:    lrwxrwxrwx 2 ... 6 a -> target
#                    lrwxrwxrwx 2 ... 6 a -> target                  lrwxrwxrwx 2 ... 6 b -> target
#
# BusyBox's own `cpio -i` ends at such a link, so that whatever follows is not there, either; GNU cpio leaves it out with a
# message; Linux 6.1 makes a link with an empty target in an initramfs, which symlink() refuses to do. `cp -al` makes
# hard links of the symbolic links in a tree, and `rsync -aH` keeps them; distributions that have BusyBox for cpio make an
# initramfs by it.
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
        "$root/$path" "$@"
}

cd "$work"
fetch bookworm busybox-static=1:1.35.0-4+deb12u1+b1 cpio=2.13+dfsg-7.1 libc6
fetch trixie busybox-static=1:1.37.0-6+b9 cpio=2.15+dfsg-2 libc6

mkdir tree
ln -s target tree/a
cp -al tree/a tree/b # as it does for a whole tree
echo content > tree/target
names='a
b
target'

look() { # RELEASE PATH: the sizes and names in the archive that this cpio writes; what both cpios make of it
    release=$1
    shift
    (cd tree && echo "$names" | tool "$release" "$@" -o -H newc > ../archive 2> /dev/null) || echo failed
    tool "$release" bin/cpio -itv < archive 2> /dev/null | awk '{ print $5, $9, $10, $11 }'
    for reader in "bin/cpio" "bin/busybox cpio"; do
        rm -rf copy && mkdir copy
        (cd copy && tool "$release" $reader -i < ../archive 2> /dev/null) || true
        echo "$reader -i:" $(ls copy)
    done
}

check() { # WHAT SEEN EXPECTED
    echo "$1"
    echo "$2"
    [ "$2" = "$3" ]
}
for release in bookworm trixie; do
    [ "$release" = bookworm ] || { mkdir -p trixie/bin && ln -s ../usr/bin/cpio ../usr/bin/busybox trixie/bin; }
    check "$(tool "$release" bin/busybox | head -n 1)" "$(look "$release" bin/busybox cpio)" "8 target  
0 b -> 
6 a -> target
bin/cpio -i: a target
bin/busybox cpio -i: target"
    check "$(tool "$release" bin/cpio --version | head -n 1)" "$(look "$release" bin/cpio)" "6 a -> target
6 b -> target
8 target  
bin/cpio -i: a b target
bin/busybox cpio -i: a b target"
done
echo "as described"
