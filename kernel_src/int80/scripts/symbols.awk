# scripts/symbols.awk: from `nm -n kernel` to a table of the functions' addresses and names, in NASM.
# See kernel/backtrace.c.

BEGIN {
    print "    section .symbols progbits alloc noexec nowrite align=4"
    print "    global symbols"
    print "symbols:"
}

# Text symbols. What follows a dot is a local label of NASM's or a variant that GCC made of one function.
$2 ~ /^[tT]$/ {
    split($3, part, ".")
    if (part[1] != name && part[1] != "") {
        name = part[1]
        print "    dd 0x" $1 ", name_" count + 0
        names[count++] = name
    }
}

END {
    print "    dd 0, 0"
    for (i = 0; i < count; i++) {
        print "name_" i ": db \"" names[i] "\", 0"
    }
    print "    section .note.GNU-stack noalloc noexec nowrite progbits"
}
