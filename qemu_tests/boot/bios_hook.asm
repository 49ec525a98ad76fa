; A boot sector that makes the BIOS other than it is, then runs the real one, which is in sector REAL_LBA. It takes
; over int 13h and int 15h. By -D:
;   KEEP_CARRY                  calls that go well leave the carry flag as they found it
;   FAIL_READS, GOOD_READS      so many reads of the disk fail, after so many that go well
;   A20_OFF, FAIL_2401          address line 20 is off at first, the BIOS cannot switch it on
;   FAIL_E820, FAIL_E801, FAIL_88  the BIOS does not know this call
;   E820_MAP=<dwords>           the memory map: six dwords for each entry, of which E820_WRITES bytes are written
;   E820_COUNT                  how many entries it tells: the last of the map again, if they are more
;   E820_SIGNED                 to so many of them it gives the right signature
;   E820_LATE                   only the call for the entry behind the last one fails: the last one does not tell
;   E801_AX, E801_BX, E801_CX, E801_DX  the answer; without the last two, CX and DX are left alone
;   SIZE_88                     the answer of int 15h AH=88h

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
%ifdef KEEP_CARRY
    pushf
    call far [cs:old_13]
    jc   fail
    iret
%else
    jmp  far [cs:old_13]
%endif

hook_15:
%ifdef FAIL_E820
    cmp  ax, 0xe820
    je   fail
%endif
%ifdef FAIL_E801
    cmp  ax, 0xe801
    je   fail
%endif
%ifdef FAIL_88
    cmp  ah, 0x88
    je   fail
%endif
%ifdef FAIL_2401
    cmp  ax, 0x2401
    je   fail
%endif
%ifdef E820_MAP
    cmp  ax, 0xe820
    je   answer_e820
%endif
%ifdef E801_AX
    cmp  ax, 0xe801
    je   answer_e801
%endif
%ifdef SIZE_88
    cmp  ah, 0x88
    je   answer_88
%endif
    jmp  far [cs:old_15]

fail:
    push bp
    mov  bp, sp
    or   byte [bp + 6], 1                   ; the carry flag that IRET restores
    pop  bp
    mov  ah, 0x86
    iret

succeed:
%ifndef KEEP_CARRY
    push bp
    mov  bp, sp
    and  byte [bp + 6], 0xfe
    pop  bp
%endif
    iret

%ifdef E820_MAP
answer_e820:
%ifdef E820_LATE
    cmp  bx, E820_COUNT
    jae  fail
%endif
    pusha
    push ds
    push 0
    pop  ds
    mov  si, bx
    cmp  si, E820_LAST
    jbe  .there
    mov  si, E820_LAST
.there:
    imul si, si, 24
    add  si, e820_map
    mov  cx, E820_WRITES
    rep  movsb
    pop  ds
    popa
    xor  eax, eax
    cmp  bx, E820_SIGNED
    jae  .wrong
    mov  eax, 0x534d4150
.wrong:
    mov  ecx, E820_WRITES
    inc  bx
%ifndef E820_LATE
    cmp  bx, E820_COUNT
    jb   succeed
    xor  ebx, ebx
%endif
    jmp  succeed
%endif

%ifdef E801_AX
answer_e801:
    mov  ax, E801_AX
    mov  bx, E801_BX
%ifdef E801_CX
    mov  cx, E801_CX
    mov  dx, E801_DX
%endif
    jmp  succeed
%endif

%ifdef SIZE_88
answer_88:
    mov  ax, SIZE_88
    jmp  succeed
%endif

old_13: dd 0
old_15: dd 0
%ifdef FAIL_READS
reads_to_do: db GOOD_READS
reads_to_fail: db FAIL_READS
%endif
%ifdef E820_MAP
e820_map: dd E820_MAP
E820_LAST equ ($ - e820_map) / 24 - 1
%endif
    align 4, db 0
packet: dw 16, 1, 0x7c00, 0
    dq   REAL_LBA
    times 510 - ($ - $$) db 0
    dw   0xaa55
