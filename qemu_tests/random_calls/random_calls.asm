; SYSENTER at random addresses of ring 3, with random registers, flags and segments.
;
; Told by NASM's -D: SEED (not 0), CALLS, and MOVED, by how much the kernel's way back moves ESP: 16
; where it leads through the vsyscall page, which pops four words; 0 in step sysenter, where it does
; not. With DEADLY, one call in 64 is made by a child, and one that it does not survive: EBP may be
; anything.
;
; A call comes back to what lies at EBP, whatever that is. So all words there are 0x0a0a0a0a, at any
; alignment, and at that address is `back`. It looks at every register, and stops at the first call
; that went wrong: it prints its number, by which it can be found again.

    bits 32

%define FILL 0x0a0a0a0a
%define ARENA_BYTES 65536
%define FLAGS_MASK 0x00244cd5               ; ID, AC, NT, OF, DF, SF, ZF, AF, PF, CF
%define FLAG_AC 0x00040000
%define LIMIT 0x400                         ; no kernel has a call of such a number
%define SIGNAL_MASK 0x7f                    ; of a wait status: what ended it

%define NR_exit 1
%define NR_write 4
%define NR_wait4 114
%define NR_vfork 190

    section .text

    global _start
_start:
    mov  edi, code
    mov  ecx, (ARENA_BYTES + 64) / 4
    mov  eax, FILL
    rep  stosd
    mov  edi, stack
    mov  ecx, (ARENA_BYTES + 64) / 4
    rep  stosd

next:
    mov  esp, own_stack_end
    mov  eax, [calls]
    cmp  eax, CALLS
    jae  well
    inc  dword [calls]

    ; Where SYSENTER is.
    call random
    and  eax, ARENA_BYTES - 1
    lea  edi, [code + eax]
    mov  [target], edi
    mov  word [edi], 0x340f

    ; What the registers hold: bits that mean nothing, or a number that a kernel has.
    mov  ecx, 5
.registers:
    call random
    mov  [values + ecx * 4 - 4], eax
    loop .registers
    call random
    mov  [number], eax
    test eax, 7
    jz   .number_known
    call random
    and  eax, NUMBERS - 1
    movzx eax, word [numbers + eax * 2]
    mov  [number], eax
.number_known:
    or   dword [values], 0x40000000         ; EBX: no file, and nobody's port
    call random
    and  eax, FLAGS_MASK
    or   eax, 2
    mov  [flags], eax
    call random
    and  eax, ARENA_BYTES - 1
    test dword [flags], FLAG_AC             ; POP of an unaligned word is #AC then
    jz   .ebp_known
    and  eax, ~3
.ebp_known:
    add  eax, stack
    mov  [frame], eax
    call random
    and  eax, 3
    mov  ax, [selectors + eax * 2]
    mov  [data], ax
    call random
    and  eax, 3
    mov  ax, [selectors + eax * 2]
    mov  [extra], ax
    call random
    mov  [garbage], eax
%ifdef DEADLY
    call random
    test eax, 63
    jz   deadly
%endif

make:
    push dword [flags]
    mov  ebx, [values]
    mov  ecx, [values + 4]
    mov  edx, [values + 8]
    mov  esi, [values + 12]
    mov  edi, [values + 16]
    mov  ebp, [frame]
    mov  eax, [number]
    mov  es, [extra]
    mov  fs, [extra]
    popfd
    mov  esp, [garbage]
    mov  ds, [data]
    jmp  [cs:target]

; Here it comes back. ESP is whatever it is, DS may be null, flags are the program's.
    section .back progbits alloc exec nowrite align=1
back:
    mov  [ss:got + 0], ebx
    mov  [ss:got + 4], ecx
    mov  [ss:got + 8], edx
    mov  [ss:got + 12], esi
    mov  [ss:got + 16], edi
    mov  [ss:got + 20], ebp
    mov  [ss:got + 24], esp
    mov  [ss:got + 28], eax
    mov  esp, own_stack_end
    pushfd
    push ds
    push es
    push fs
    push ss
    pop  ds
    push ss
    pop  es
    push dword 2
    popfd
    jmp  look

    section .text

look:
    cmp  dword [is_child], 0                ; EBP was by chance one that will do
    je   .of_parent
    ud2
.of_parent:
    mov  edi, [target]
    mov  word [edi], FILL & 0xffff
    movzx eax, word [own_stack_end - 8]
    cmp  ax, [data]
    jne  wrong
    movzx eax, word [own_stack_end - 12]
    cmp  ax, [extra]
    jne  wrong
    movzx eax, word [own_stack_end - 16]
    cmp  ax, [extra]
    jne  wrong
    mov  eax, [own_stack_end - 4]
    xor  eax, [flags]
    test eax, FLAGS_MASK
    jnz  wrong
    mov  esi, values
    mov  edi, got
    cmpsd                                   ; EBX
    jne  wrong
%if MOVED
    mov  eax, FILL
    scasd                                   ; ECX, EDX: popped by the page
    jne  wrong
    scasd
    jne  wrong
    cmp  [got + 20], eax
    jne  wrong
%endif
    mov  eax, [values + 12]
    cmp  [got + 12], eax
    jne  wrong
    mov  eax, [values + 16]
    cmp  [got + 16], eax
    jne  wrong
    mov  eax, [frame]
    add  eax, MOVED
    cmp  [got + 24], eax
    jne  wrong
    cmp  dword [number], LIMIT
    jb   next
    cmp  dword [got + 28], -38              ; -ENOSYS
    je   next

wrong:
    mov  esi, bad
    jmp  tell
well:
    mov  esi, good
tell:
    lodsd
    xchg eax, ebp                           ; the exit status
    lea  edi, [esi + 10]                    ; where the number's digits end
    mov  eax, [calls]
    mov  ecx, 10
.digit:
    xor  edx, edx
    div  ecx
    add  dl, '0'
    dec  edi
    mov  [edi], dl
    test eax, eax
    jnz  .digit
    mov  eax, NR_write
    mov  ebx, 1
    mov  ecx, esi
    mov  edx, LINE_BYTES
    int  0x80
    mov  eax, NR_exit
    mov  ebx, ebp
    int  0x80

%ifdef DEADLY
; A child, in the same memory, makes a call behind which there is nothing; it must be killed.
deadly:
    mov  eax, NR_vfork
    int  0x80
    test eax, eax
    jnz  .parent
    inc  dword [is_child]
    call random
    mov  [frame], eax
    call random
    test eax, 1
    jz   make
    shr  eax, 1
    and  eax, EDGES - 1
    mov  ecx, [edges + eax * 4]
    mov  [frame], ecx
    jmp  make
.parent:
    mov  dword [is_child], 0
    mov  ebx, eax
    mov  ecx, status
    xor  edx, edx
    xor  esi, esi
    mov  eax, NR_wait4
    int  0x80
    mov  edi, [target]
    mov  word [edi], FILL & 0xffff
    cmp  eax, ebx
    jne  wrong
    test dword [status], SIGNAL_MASK
    jz   wrong
    jmp  next
%endif

; Changes EAX, by xorshift (George Marsaglia, 2003), and flags.
random:
    push edx
    mov  eax, [state]
    mov  edx, eax
    shl  edx, 13
    xor  eax, edx
    mov  edx, eax
    shr  edx, 17
    xor  eax, edx
    mov  edx, eax
    shl  edx, 5
    xor  eax, edx
    mov  [state], eax
    pop  edx
    ret

    section .data
    align 4
state: dd SEED
calls: dd 0
good:  dd 0
       db "         0"
       db " random calls went as they must"
       db 10
bad:   dd 1
       db "         0"
       db "th random call went wrong, alas", 10
LINE_BYTES equ $ - bad - 4

; None of these sleeps, waits, ends the program or changes its memory.
numbers:
    dw 20, 20, 20, 4, 6, 101, 158, 0x3ff
NUMBERS equ ($ - numbers) / 2
; Not 1 to 3: of a null selector IRET to ring 3 leaves 0 (SDM 2A, IRET).
selectors:
    dw 0, 0x73, 0x79, 0x7b
edges:
    dd 0, 4, 0xfff, 0xbffffff9, 0xbffffffc, 0xbffffffd, 0xbffffffe, 0xbfffffff
    dd 0xc0000000, 0xc0100000, 0xf0000ffc, 0xf0001f00, 0xffffe000, 0xffffeffd, 0xfffffffc, 0xffffffff
EDGES equ ($ - edges) / 4

    section .bss
    align 4
values:  resd 5                             ; EBX, ECX, EDX, ESI, EDI
got:     resd 8                             ; the same, EBP, ESP, EAX
number:  resd 1
flags:   resd 1
frame:   resd 1                             ; EBP
garbage: resd 1                             ; ESP
target:  resd 1
status:  resd 1
is_child: resd 1
data:    resw 1
extra:   resw 1
         resd 64
own_stack_end:
code:    resb ARENA_BYTES + 64
stack:   resb ARENA_BYTES + 64
