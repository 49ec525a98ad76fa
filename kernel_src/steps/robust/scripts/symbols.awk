# scripts/symbols.awk: makes of `nm -n kernel` a table of the functions' addresses, for NASM.
# See kernel/backtrace.c.

BEGIN {
    print "    section .symbols progbits alloc noexec nowrite align=1"
    print "    global symbols"
    print "symbols:"
}

$3 == "kernel_text_start" {
    last = $1
}

# Text symbols. What has a dot is a local label of NASM's, or a variant that GCC made of a function.
# The functions of sys/table.c are one: what each calls has a name of its own, right before it.
# What comes before the text runs before paging is on: nothing can be printed there.
last != "" && $2 ~ /^[tT]$/ {
    split($3, part, ".")
    sub(/^call_.*/, "call", part[1])
    if (part[1] != name && part[1] != "") {
        name = part[1]
        print "    dw 0x" $1 " - 0x" last
        print "    db \"" name "\", 0"
        last = $1
    }
}

END {
    print "    db 0, 0, 0"
}
