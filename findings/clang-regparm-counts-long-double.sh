#!/bin/sh
# clang 14.0.6 and 19.1.7 (Debian 12's and 13's), i386, regparm(3): a `long double` uses up the three registers, though it is
# passed on the stack. The integers behind it are on the stack, too; GCC 12.2.0 and 14.2.0 have them in EAX, EDX and ECX.
#
#     __attribute__((regparm(3))) int take(long double x, int a, int b);
#
#     GCC:    a in %eax, b in %edx          clang:  a at 16(%esp), b at 20(%esp)
#
# Both manuals say "integer" parameters: of GCC "if they are of integral type", of clang "the first three integer parameters
# in EAX, EDX, and ECX". With `float` and `double` clang keeps to that: of all that is no integer it leaves out these two, by
# name, and takes the others, 12 bytes for `long double`, for something that needs registers (classify() in
# clang/lib/CodeGen/Targets/X86.cpp). So it is for `_Complex`, which it even passes in registers.
#
# A caller by one compiler and a function by the other, as with a library built with -mregparm=3, have different arguments;
# nobody says so.
#
# Needs Debian or a derivative with a Debian mirror among apt's sources, on x86-64, and a kernel that runs i386 programs;
# installs nothing, downloads 110 MB.
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
set -- libc6 libstdc++6 libgcc-s1 zlib1g libzstd1 libedit2 libffi8 libxml2 libz3-4 libbsd0 libmd0 liblzma5 libtinfo6 \
    libmpc3 libmpfr6 libgmp10 libisl23
fetch bookworm binutils-x86-64-linux-gnu=2.40-2 libbinutils=2.40-2 libjansson4 cpp-12=12.2.0-14+deb12u1 \
    clang-14=1:14.0.6-12 libclang-cpp14 libllvm14 libicu72 "$@"
fetch trixie cpp-14-x86-64-linux-gnu=14.2.0-19 clang-19=1:19.1.7-3+b1 libclang-cpp19 libllvm19 libicu76 "$@"

cat > caller.c <<'EOF'
__attribute__((regparm(3))) int take(TYPE x, int a, int b);
__asm__(".globl _start\n_start: call run\n movl %eax, %ebx\n movl $1, %eax\n int $0x80");
int run(void) { return take(1, 2, 3); }
EOF
cat > function.c <<'EOF'
__attribute__((regparm(3))) int take(TYPE x, int a, int b) { return a * 10 + b; }
EOF

compile() { # RELEASE COMPILER TYPE FILE: make FILE.o
    case $1-$2 in
        bookworm-gcc) set -- "$@" bookworm lib/gcc/x86_64-linux-gnu/12/cc1 -quiet -m32 ;;
        trixie-gcc) set -- "$@" trixie libexec/gcc/x86_64-linux-gnu/14/cc1 -quiet -m32 ;;
        bookworm-clang) set -- "$@" bookworm lib/llvm-14/bin/clang -cc1 -triple i386-linux-gnu -S ;;
        trixie-clang) set -- "$@" trixie lib/llvm-19/bin/clang -cc1 -triple i386-linux-gnu -S ;;
    esac
    type=$3
    file=$4
    shift 4
    tool "$@" -O1 "-DTYPE=$type" -o "$file.s" "$file.c"
    tool bookworm bin/x86_64-linux-gnu-as --32 -o "$file.o" "$file.s"
}

for release in bookworm trixie; do
    for type in double "long double"; do
        for caller in gcc clang; do
            for function in gcc clang; do
                compile "$release" "$caller" "$type" caller
                compile "$release" "$function" "$type" function
                tool bookworm bin/x86_64-linux-gnu-ld -m elf_i386 -z noexecstack -o program caller.o function.o
                status=0
                ./program || status=$?
                echo "$release, $type, caller by $caller, function by $function: $status"
                if [ "$type" = double ] || [ "$caller" = "$function" ]; then
                    [ "$status" = 23 ]
                else
                    [ "$status" != 23 ]
                fi
            done
        done
    done
done
echo "as described"
