; user/faults.asm: programs that must be killed, as the builder's table of faults says.
;
; Not here, because a program of this kernel cannot raise them:
;   #NP  There is no descriptor in the GDT that is not present; entries not in use are of type 0,
;        which is #GP.
;   #SS  All segments are flat: no limit to exceed, none absent. A null SS is #GP.
;   #MF, #XM  CR0.EM forbids the x87 (#NM comes first) and CR4.OSFXSR is not set (SSE is #UD).
;   #DF, #MC, NMI  Not raised by instructions.

%include "user/fault.inc"

    bits 32

; ---- what an instruction may raise anywhere

FAULT divide
    xor  edx, edx
    mov  eax, 1
    xor  ecx, ecx
    div  ecx
    SURVIVED

FAULT divide_overflow
    mov  edx, 1                             ; 2^32 / 1 does not fit EAX
    xor  eax, eax
    mov  ecx, 1
    div  ecx
    SURVIVED

FAULT trap_flag
    pushfd
    or   dword [esp], EFLAGS_TF
    popfd
    nop                                     ; the trap comes after this
    SURVIVED

FAULT icebp
    db   0xf1                               ; INT1: needs no DPL 3 in its gate (SDM 2A, INT1)
    SURVIVED

FAULT int3
    int3
    SURVIVED

FAULT into
    mov  al, 0x7f
    add  al, 1
    into
    SURVIVED

FAULT bound
    push dword 10                           ; upper bound
    push dword 0                            ; lower bound
    mov  eax, 11
    bound eax, [esp]
    SURVIVED

FAULT ud2
    ud2
    SURVIVED

FAULT lock_nop
    db   0xf0, 0x90                         ; LOCK NOP: no memory to lock
    SURVIVED

FAULT x87
    fld1
    SURVIVED

FAULT mmx
    pxor mm0, mm0                           ; CR0.EM: #UD, where the x87 has #NM (SDM 3A table 12-1)
    SURVIVED

FAULT sse
    xorps xmm0, xmm0                        ; CR4.OSFXSR = 0
    SURVIVED

FAULT alignment
    push eax
    push eax
    pushfd
    or   dword [esp], EFLAGS_AC
    popfd
    mov  eax, [esp + 1]
    SURVIVED

; ---- segments

FAULT segment
    mov  eax, GDT_ENTRIES * 8 | 3
    mov  ds, eax
    SURVIVED

FAULT empty_segment
    mov  eax, 6 * 8 | 3                     ; the first TLS entry: nobody set it
    mov  ds, eax
    SURVIVED

FAULT local_segment
    mov  eax, 7                             ; in the LDT: there is none
    mov  gs, eax
    SURVIVED

FAULT kernel_segment
    mov  eax, SEL_KERNEL_DATA
    mov  ds, eax
    SURVIVED

FAULT stack_segment
    xor  eax, eax
    mov  ss, eax
    SURVIVED

FAULT null_segment
    xor  eax, eax
    mov  ds, eax                            ; allowed; using it is not
    mov  eax, [ds:0x08048000]
    SURVIVED

FAULT far_jump
    jmp  SEL_KERNEL_CODE:.to
.to:
    SURVIVED

FAULT iret_kernel
    pushfd
    push dword SEL_KERNEL_CODE              ; to ring 0, by its own doing
    push dword .to
    iretd
.to:
    SURVIVED

FAULT iret_nested
    pushfd
    or   dword [esp], EFLAGS_NT
    popfd
    iretd                                   ; back to the previous task: tss.link is 0, none
    SURVIVED

; ---- privileges

FAULT hlt
    hlt
    SURVIVED

FAULT cli
    cli
    SURVIVED

FAULT mov_cr0
    mov  eax, cr0
    SURVIVED

FAULT mov_dr7
    mov  eax, dr7
    SURVIVED

FAULT lidt
    lidt [esp]
    SURVIVED

FAULT port
    in   al, 0x60
    SURVIVED

FAULT int_0x20
    int  0x20                               ; the timer's gate has DPL 0
    SURVIVED

FAULT int_8
    int  8
    SURVIVED

FAULT int_14
    int  14                                 ; would lack the error code that the handler expects
    SURVIVED

FAULT int_0x30
    int  0x30                               ; no gate at all
    SURVIVED

; ---- pages

FAULT read_kernel
    mov  eax, [KERNEL_BASE + KERNEL_LOAD_ADDR]
    SURVIVED

FAULT write_kernel
    mov  dword [KERNEL_BASE + KERNEL_LOAD_ADDR], 0
    SURVIVED

FAULT jump_kernel
    mov  eax, KERNEL_BASE + KERNEL_LOAD_ADDR
    jmp  eax

FAULT kernel_stack
    mov  esp, KERNEL_STACKS_BASE + PAGE_SIZE + KERNEL_STACK_SIZE
    push eax                                ; some process's kernel stack
    SURVIVED

FAULT last_byte
    mov  al, [0xffffffff]
    SURVIVED

FAULT null
    mov  eax, [0]
    SURVIVED

FAULT null_offset
    mov  eax, [USER_LOWEST_ADDR - 4]        ; a member of a large structure at NULL
    SURVIVED

FAULT jump_null
    xor  eax, eax
    jmp  eax

FAULT write_text
    mov  dword [fault_write_text], 0
    SURVIVED

FAULT stack_overflow
    mov  esp, USER_STACK_LOWEST + PAGE_SIZE ; all but the last page is left out
.next:
    push eax
    jmp  .next
