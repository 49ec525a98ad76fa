; A boot sector that makes the BIOS worse than it is, then runs the real one: it takes over int 13h and int 15h and
; fails the calls chosen by -D FAIL_E820, FAIL_2401, FAIL_READS=<how many> (after GOOD_READS=<how many>); -D A20_OFF
; switches address line 20 off first; -D ODD_E820 answers with a memory map of its own, and with the signature
; -D E820_ANSWER. The real boot sector is in sector REAL_LBA.

    bits 16
    org  0x600

    cli
    xor  ax, ax
    mov  ds, ax
    mov  es, ax
    mov  ss, ax
    mov  sp, 0x7c00
    cld
    mov  si, 0x7c00                         ; out of the way of the sector that belongs there
    mov  di, 0x600
    mov  cx, 256
    rep movsw
    jmp  0:.moved
.moved:
    sti
    mov  ah, 0x42
    mov  si, packet
    int  0x13
    mov  eax, [0x13 * 4]
    mov  [old_13], eax
    mov  eax, [0x15 * 4]
    mov  [old_15], eax
    mov  dword [0x13 * 4], hook_13
    mov  dword [0x15 * 4], hook_15
%ifdef A20_OFF
    in   al, 0x92
    and  al, 0xfc
    out  0x92, al
%endif
    jmp  0:0x7c00

hook_13:
%ifdef FAIL_READS
    cmp  ah, 0x42
    jne  .old
    cmp  byte [cs:reads_to_do], 0
    jne  .do
    cmp  byte [cs:reads_to_fail], 0
    je   .old
    dec  byte [cs:reads_to_fail]
    jmp  fail
.do:
    dec  byte [cs:reads_to_do]
.old:
%endif
    jmp  far [cs:old_13]

hook_15:
%ifdef ODD_E820
    cmp  ax, 0xe820
    jne  .not_map
    push si
    push ds
    push 0
    pop  ds
    imul si, bx, 20
    add  si, odd_map
    mov  cx, 20
    rep movsb
    pop  ds
    pop  si
    sub  di, 20
    inc  bx
    cmp  bx, (odd_map.end - odd_map) / 20
    jb   .more
    xor  ebx, ebx
.more:
    mov  eax, E820_ANSWER
    mov  ecx, 20
    push bp
    mov  bp, sp
    and  byte [bp + 6], 0xfe
    pop  bp
    iret
.not_map:
%endif
%ifdef FAIL_E820
    cmp  ax, 0xe820
    je   fail
%endif
%ifdef FAIL_2401
    cmp  ax, 0x2401
    je   fail
%endif
    jmp  far [cs:old_15]

fail:
    push bp
    mov  bp, sp
    or   byte [bp + 6], 1                   ; the carry flag that IRET restores
    pop  bp
    mov  ah, 0x2a
    iret

old_13: dd 0
old_15: dd 0
%ifdef FAIL_READS
reads_to_do: db GOOD_READS
reads_to_fail: db FAIL_READS
%endif
%ifdef ODD_E820
odd_map:                                    ; base, length, type; a gap at 7 MiB, and nothing in order
    dq   0x800000, 0x200000
    dd   1
    dq   0x400000, 0x300000
    dd   1
    dq   0x700000, 0x100000
    dd   2
    dq   0x000000, 0x9f000
    dd   1
    dq   0x080000, 0x380000                 ; begins below 1 MiB and reaches beyond
    dd   1
    dq   0x100000000, 0x10000000
    dd   1
    dq   0x0f0000, 0x200000                 ; not to be used
    dd   2
    dq   0x0e0000, 0x020000                 ; ends at 1 MiB
    dd   1
.end:
%endif
    align 4, db 0
packet: dw 16, 1, 0x7c00, 0
    dq   REAL_LBA
    times 510 - ($ - $$) db 0
    dw   0xaa55
