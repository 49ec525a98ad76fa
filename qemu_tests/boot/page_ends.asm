; page_ends.asm: a Multiboot kernel that ends as END says, after a suite's first lines.
;
; What it prints is what a kernel would.

MULTIBOOT_MAGIC         equ 0x1badb002
MULTIBOOT_ADDRESSES     equ 1 << 16         ; flag: the five address fields below are valid

    bits 32
    org 0x100000

header:
    dd MULTIBOOT_MAGIC
    dd MULTIBOOT_ADDRESSES
    dd -(MULTIBOOT_MAGIC + MULTIBOOT_ADDRESSES)
    dd header
    dd header
    dd file_end
    dd file_end
    dd start

start:
    mov  esp, 0x90000
    jmp  END

%macro say 1
    mov  esi, %1
    call puts
%endmacro

passes:
    say  banner
    say  result
    mov  al, 0x10
    jmp  outcome

fails:
    say  banner
    say  failure
    mov  al, 0x10
    jmp  outcome

panics:
    say  banner
    say  reason
    mov  al, 0x11
    jmp  outcome

claims:                                     ; a pass, with the outcome of something else
    say  banner
    say  result
    mov  al, 0x15
    jmp  outcome

two_plans:
    say  banner
    say  plan
    say  result
    mov  al, 0x10
    jmp  outcome

stops_early:
    say  banner
    mov  al, 0x10
    jmp  outcome

starts_again:
    say  banner
    say  result
    say  banner
    jmp  halt

other_kernel:
    say  other
    say  result
    mov  al, 0x10
    jmp  outcome

halts:                                      ; for good
    say  banner
    say  result
    jmp  halt

sleeps:                                     ; until an interrupt comes, which all are masked
    say  banner
    mov  al, 0xff
    out  0x21, al
    out  0xa1, al
    sti
    hlt
    jmp  $

spins:
    say  banner
    say  result
    jmp  $

floods:
    say  banner
.more:
    say  noise
    jmp  .more

says_nothing:
    jmp  $

triple_faults:
    say  banner
    lidt [no_table]
    ud2

resets:
    say  banner
    say  result
    mov  al, 0xfe                           ; the keyboard controller's line to the CPU's reset
    out  0x64, al
    jmp  halt

outcome:
    out  0xf4, al
    say  noise                              ; nothing that follows counts
halt:
    cli
    hlt
    jmp  halt

puts:
    mov  dx, 0x3f8
.next:
    lodsb
    test al, al
    jz   .end
    out  dx, al
    jmp  .next
.end:
    ret

no_table: dw 0, 0, 0
banner:   db "tinygate kernel: step int80, 1 cpu, config 000000000000", 10
plan:     db "KTAP version 1", 10, "1..1", 10, 0
other:    db "tinygate kernel: step int80, 1 cpu, config 111111111111", 10
          db "KTAP version 1", 10, "1..1", 10, 0
result:   db "ok 1 - one", 10, "suite finished: 1 passed, 0 failed", 10, 0
failure:  db "not ok 1 - one", 10, "suite finished: 0 passed, 1 failed", 10, 0
reason:   db "kernel panic: out of coffee", 10, "# eip 0x1", 10, 0
noise:    times 60 db "."
          db 10, 0
file_end:
