#!/bin/sh
# QEMU 10.0.13 (Debian 13's 1:10.0.13+ds-0+deb13u1) sets RF in the EFLAGS that it saves for a hardware interrupt, and
# so a guest's own breakpoint on the next instruction is lost.
#
# RF says "no breakpoint on the next instruction". The CPU saves it set for a fault, whose instruction is begun
# again; for an interrupt that comes between two instructions it saves RF as it is, 0 as a rule (Intel SDM 3B, 17.3.1.1).
# QEMU's emulated CPU (target/i386/tcg/seg_helper.c, do_interrupt_protected) decides by the vector alone: all but
# a few exceptions count as faults, and with them every IRQ and every NMI. IRET loads RF, and the instruction that
# the interrupt came before is executed without its breakpoint. QEMU 7.2 (Debian 12) saves 0.
#
# The guest is a boot sector. It has the debug register DR0 break at `place`, waits until the interrupt controller has a
# timer interrupt, and lets it in by STI and NOP, so that it comes just before `place`:
#
#     7.2.22    IRQ 0, RF saved: 0, then #DB
#     10.0.13   IRQ 0, RF saved: 1
#
# Debuggers and profilers in a guest, and tests of such, miss a breakpoint now and then. Under KVM, and in Bochs, it is as
# in the manual. If the next instruction is INT n, that saves RF, too: a kernel finds it in the flags of a system call.
#
# Needs Debian or a derivative with a Debian mirror among apt's sources, on x86-64, some 300 MB below the folder for
# temporary files; installs nothing.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mirror=$(apt-get indextargets --format '$(ORIGIN) $(SITE) $(REPO_URI)' 'Created-By: Packages' | awk '$1 == "Debian" && /security/ == 0 { print $NF; exit }')
[ -n "$mirror" ] || { echo "no Debian mirror among apt's sources (apt-get update?)"; exit 2; }

fetch() { # RELEASE PACKAGE=VERSION...: unpack packages of a release, and what they need, into $work/RELEASE
    release=$1
    shift
    root=$work/$release
    mkdir -p "$root/apt/lists/partial" "$root/apt/archives/partial"
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
    apt-get -c "$root/apt/conf" -qq -y --no-install-recommends --download-only install "$@" > /dev/null
    for deb in "$root"/apt/archives/*.deb; do
        dpkg-deb -x "$deb" "$root"
    done
    [ -e "$root/lib64" ] || ln -s usr/lib64 "$root/lib64"
}

tool() { # RELEASE PATH ARGUMENT...: a program of that release, by that release's own C library
    root=$work/$1
    path=$2
    shift 2
    "$root/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" \
        "$root/$path" "$@"
}

boot() { # RELEASE PATH: what the boot sector prints there
    QEMU_MODULE_DIR=$work/$1/usr/lib/x86_64-linux-gnu/qemu tool "$1" "$2" -L "$work/$1/usr/share/seabios" -L "$work/$1/usr/share/qemu" \
        -accel tcg -m 4 -display none -nodefaults -no-reboot -debugcon stdio \
        -device isa-debug-exit,iobase=0xf4 -drive "format=raw,file=$work/guest,if=ide" ||
        [ $? -eq 1 ] # the guest wrote 0 there
}

cat > "$work/guest.asm" <<'EOF'
    bits 16
    org  0x7c00
    cli
    xor  ax, ax
    mov  ds, ax
    lgdt [gdt_pointer]
    mov  eax, cr0
    or   al, 1
    mov  cr0, eax
    jmp  8:protected

    bits 32
protected:
    mov  ax, 16
    mov  ds, ax
    mov  es, ax
    mov  ss, ax
    mov  esp, 0x7c00
    mov  edi, 0x1000                ; the IDT: 256 gates that lead to `other`
    mov  ecx, 256
.fill:
    mov  word [edi], other
    mov  word [edi + 2], 8
    mov  dword [edi + 4], 0x8e00
    add  edi, 8
    loop .fill
    mov  word [0x1000 + 1 * 8], debug
    mov  word [0x1000 + 0x20 * 8], clock
    lidt [idt_pointer]

    mov  al, 0x11                   ; the first 8259A: vectors from 0x20 on, only IRQ 0 let in
    out  0x20, al
    mov  al, 0x20
    out  0x21, al
    mov  al, 4
    out  0x21, al
    mov  al, 1
    out  0x21, al
    mov  al, 0xfe
    out  0x21, al

    mov  eax, place                 ; DR0: a breakpoint on the execution of `place`
    mov  dr0, eax
    mov  eax, 2
    mov  dr7, eax

    mov  al, 0x30                   ; channel 0 of the 8254, mode 0: one interrupt, soon
    out  0x43, al
    mov  al, 100
    out  0x40, al
    mov  al, 0
    out  0x40, al
.wait:
    mov  al, 0x0a                   ; until the 8259A has it
    out  0x20, al
    in   al, 0x20
    test al, 1
    jz   .wait

    sti                             ; holds it back for one instruction
    nop
place:
    nop
    cli
    mov  al, 10
    out  0xe9, al
    mov  al, 0
    out  0xf4, al

clock:                              ; EIP, CS, EFLAGS
    mov  esi, irq_text
    call print
    cmp  dword [esp], place
    jne  other
    mov  al, '0'
    test dword [esp + 8], 1 << 16
    jz   .clear
    inc  al
.clear:
    out  0xe9, al
    mov  al, 0x20
    out  0x20, al
    iretd

debug:
    mov  esi, debug_text
    call print
    or   dword [esp + 8], 1 << 16   ; go on behind the breakpoint
    iretd

other:
    mov  al, '?'
    out  0xe9, al
    mov  al, 1
    out  0xf4, al

print:
    lodsb
    test al, al
    jz   .end
    out  0xe9, al
    jmp  print
.end:
    ret

irq_text:   db "IRQ 0, RF saved: ", 0
debug_text: db ", then #DB", 0

    align 8
gdt:
    dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdt_pointer:
    dw 23
    dd gdt
idt_pointer:
    dw 256 * 8 - 1
    dd 0x1000
    times 510 - ($ - $$) db 0
    dw 0xaa55
EOF

cd "$work"
fetch bookworm qemu-system-x86=1:7.2+dfsg-7+deb12u18+b3 nasm=2.16.01-1
fetch trixie qemu-system-x86=1:10.0.13+ds-0+deb13u1
tool bookworm usr/bin/nasm -f bin -o guest guest.asm

check() { # RELEASE PATH EXPECTED
    seen=$(boot "$1" "$2")
    echo "$(tool "$1" "$2" --version | head -n 1): $seen"
    [ "$seen" = "$3" ]
}
check bookworm usr/libexec/qemu-system-i386 "IRQ 0, RF saved: 0, then #DB"
check trixie usr/bin/qemu-system-i386 "IRQ 0, RF saved: 1"
echo "as described"
