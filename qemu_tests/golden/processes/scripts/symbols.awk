# scripts/symbols.awk: makes of `nm -n kernel` a table of the functions' addresses, for NASM.
# See kernel/backtrace.c.

BEGIN {
    print "    section .symbols progbits alloc noexec nowrite align=4"
    print "    global symbols"
    print "symbols:"
}

# Text symbols. What has a dot is a local label of NASM's, or a variant that GCC made of a function.
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
}
