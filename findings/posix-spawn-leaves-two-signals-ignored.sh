#!/bin/sh
# glibc 2.36 (Debian 12's 2.36-9+deb12u14): a program that posix_spawn() starts has signals 32 and 33 ignored, although
# nobody asked for that and its parent ignores neither. With glibc 2.41 (Debian 13's 2.41-12+deb13u5) it has not.
#
# These two are the C library's own: pthread_cancel() and setuid() in all threads. In the new process, which still shares
# its parent's memory, posix_spawn() sets every signal that has a handler back to its default, but these two to "ignored",
# and what is ignored stays so over execve(), in all that the program starts as well. With clone3() and
# CLONE_CLEAR_SIGHAND, which the newer one uses where the kernel has it, they are at their default.
#
# So what a program finds of its signals at the start depends on who started it: make starts commands by posix_spawn(),
# a shell by fork(). A record of what sigaction() returns for each signal, made below make, differs from one made by
# hand; and where 33 (musl: the cancelling one) or 32 (musl: timers) are meant for another C library, they begin ignored.
#
# Shown by one and the same make (Debian 12's 4.3-4.1) on both C libraries, and by a shell (dash) beside it.
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


ignored_below() { # RELEASE PROGRAM ARGUMENT...: SigIgn of what Debian 12's program starts on that release's C library
    root=$work/$1
    name=$2
    shift 2
    "$root/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" \
        "$work/bookworm/$name" "$@" | awk '{ print $2 }'
}

cd "$work"
fetch bookworm libc6=2.36-9+deb12u14 make=4.3-4.1 dash=0.5.12-2
fetch trixie libc6=2.41-12+deb13u5
printf 'all:\n\t@grep SigIgn /proc/self/status\n' > Makefile

check() { # WHAT SEEN EXPECTED
    echo "$1: SigIgn $2"
    [ "$2" = "$3" ]
}
check "glibc 2.36, make" "$(ignored_below bookworm usr/bin/make -s)" 0000000180000000
check "glibc 2.41, make" "$(ignored_below trixie usr/bin/make -s)" 0000000000000000
check "glibc 2.36, dash" "$(ignored_below bookworm bin/dash -c 'grep SigIgn /proc/self/status; :')" 0000000000000000
echo "as described"
