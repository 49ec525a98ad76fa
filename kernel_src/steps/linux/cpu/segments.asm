; cpu/segments.asm: loading segment registers with what may have become no selector.
;
; A thread's TLS entries are its own to change, also while FS or GS names one: loading the register
; again then faults in the kernel. It gets 0 instead, and the program will fault when it uses it.

%include "include/constants.inc"

    section .text

    global segment_load_fs
    global segment_load_gs

; void segment_load_fs(uint32_t selector)
segment_load_fs:
    mov  eax, [esp + 4]
.load:
    mov  fs, eax
    ret
.bad:
    xor  eax, eax
    jmp  .load

; void segment_load_gs(uint32_t selector)
segment_load_gs:
    mov  eax, [esp + 4]
.load:
    mov  gs, eax
    ret
.bad:
    xor  eax, eax
    jmp  .load

    section .fixups progbits alloc noexec nowrite align=4

    dd segment_load_fs.load, segment_load_fs.bad
    dd segment_load_gs.load, segment_load_gs.bad
