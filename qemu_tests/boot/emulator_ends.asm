; emulator_ends.asm: a boot sector that ends as END says, in real mode, after a suite's first lines.
;
; What it prints is what a kernel would.

bits 16
org 0x7c00

start:
    xor  ax, ax
    mov  ds, ax
    mov  es, ax
    mov  ss, ax
    mov  sp, start
    cld
    mov  dx, 0x3fb                          ; LCR: the divisor, then 8 bits, no parity
    mov  al, 0x83
    out  dx, al
    mov  dx, 0x3f8
    mov  al, 1
    out  dx, al
    mov  dx, 0x3f9
    xor  al, al
    out  dx, al
    mov  dx, 0x3fb
    mov  al, 0x03
    out  dx, al
    jmp  END

passes:
    mov  si, banner
    call puts
    mov  si, result
    call puts
    mov  al, 0x10
    jmp  outcome

fails:
    mov  si, banner
    call puts
    mov  si, failure
    call puts
    mov  al, 0x10
    jmp  outcome

panics:
    mov  si, banner
    call puts
    mov  si, reason
    call puts
    mov  al, 0x11
    jmp  outcome

stands_still:
    mov  si, banner
    call puts
    jmp  halt

spins:
    mov  si, banner
    call puts
    jmp  $

triple_faults:
    mov  si, banner
    call puts
    mov  eax, cr0
    or   al, 1                              ; v86 looks at the limit in protected mode only
    mov  cr0, eax
    lidt [no_table]
    ud2

resets:
    mov  si, banner
    call puts
    mov  al, 0xfe                           ; the keyboard controller's line to the CPU's reset
    out  0x64, al
    jmp  halt

goes_on:                                    ; as one that has come to its end and does not know
    mov  si, banner
    call puts
    mov  si, result
    call puts
    mov  si, failure
    call puts
    jmp  halt

outcome:
    out  0xf4, al
halt:
    cli
    hlt
    jmp  halt

puts:
    mov  dx, 0x3fd
.wait:
    in   al, dx
    test al, 0x20
    jz   .wait
    lodsb
    mov  dx, 0x3f8
    out  dx, al
    cmp  byte [si], 0
    jne  puts
    ret

no_table: dw 0, 0, 0
banner:   db "tinygate kernel: step int80, 1 cpu, config 000000000000", 10
          db "KTAP version 1", 10, "1..1", 10, 0
result:   db "ok 1 - one", 10, "suite finished: 1 passed, 0 failed", 10, 0
failure:  db "not ok 1 - one", 10, "suite finished: 0 passed, 1 failed", 10, 0
reason:   db "kernel panic: out of coffee", 10, "# eip 0x1", 10, 0
times 510 - ($ - $$) db 0
dw 0xaa55
