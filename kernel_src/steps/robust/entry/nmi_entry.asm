; entry/nmi_entry.asm: the non-maskable interrupt: a memory or bus error, or somebody's button.

    section .text

    global nmi_entry
    extern nmi_count

; nmi_entry: between any two instructions, in ring 3 or 0, whatever EFLAGS.IF says (SDM 3A 6.7).
;
; The CPU did:      push EFLAGS, CS, EIP, before them ESP and SS if it came from ring 3; keep
;                   further NMIs out until the next IRET.
; The CPU did not:  ask whether this is a good moment. The kernel may hold a lock, or be on a stack
;                   of a few words.
;
; So it is counted, and that is all: no stack is needed beyond the frame, and nothing is changed but
; the flags, which IRET restores. SS is the kernel's, while DS may be the program's.
nmi_entry:
    inc  dword [ss:nmi_count]
    iretd
