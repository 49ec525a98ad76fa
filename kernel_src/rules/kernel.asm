; kernel.asm: runs each rule of the table by itself, and prints what came of it.
;
; A rule is some instructions (rules.inc, made from the table of rules): `setup` runs in ring 0,
; then
; `code` runs where the rule says, with everything else as it is for every rule. What ends it:
;
;   a fault         #GP(0) in cs 1b        vector, error code, CS of the instruction
;   SYSENTER        entered ...            `entry`, or what is there by default, was reached
;   its own end     ran ...                in ring 3, 2 or 1, in V86 mode or in real mode
;                   done ...               in ring 0
;
; then the registers that the rule shows, and where #DB and interrupts came. Whether that is right
; is
; for who reads it: this kernel knows nothing of what is expected, and is the same for every
; machine.

%include "rule_layout.inc"
%include "macros.inc"

bits 32
org KERNEL_ADDR

; ---- the ELF file: one segment, which is all of it ----

elf_header:
    db   0x7f, "ELF", 1, 1, 1
    times 9 db 0
    dw   2, 3                                   ; an executable, for i386
    dd   1, start, elf_program - $$, 0, 0
    dw   52, 32, 1, 40, 0, 0
elf_program:
    dd   1, 0, KERNEL_ADDR, KERNEL_ADDR, IMAGE_END - KERNEL_ADDR, memory_end - KERNEL_ADDR, 7, 4096

align 4
    dd   0x1badb002, 0, -0x1badb002             ; Multiboot

; ---- start ----

start:
    cli
    mov  esp, stack_end
    push dword 2                                ; NT may be set, and the first IRET is a task's then
    popfd
    mov  edi, IMAGE_END                         ; whoever loaded it need not have cleared this
    mov  ecx, (memory_end - IMAGE_END) / 4
    xor  eax, eax
    rep  stosd
    call serial_set_up
    call tables_make
    call paging_on
    call pic_set_up
    mov  esi, text_banner
    call puts
    call cpu_look
    mov  esi, text_plan
    call puts
    call msrs_at_reset
    mov  dword [index], 0
next_rule:
    mov  eax, [index]
    cmp  eax, RULE_COUNT
    jae  the_end
    imul ebx, eax, ROW_SIZE
    add  ebx, rule_table
    mov  [row], ebx
    cmp  byte [rule_skips + eax], 0
    jne  .skipped
    mov  esi, text_comment                      ; so that one can see at which rule a machine ends
    call puts
    mov  esi, [ebx + ROW_NAME]
    call puts
    call newline
    jmp  run_rule
.skipped:
    call say_ok
    mov  esi, text_skip
    call puts
    inc  dword [index]
    jmp  next_rule

the_end:
    mov  esi, text_finished
    call puts
    mov  edx, 0x3fd
.drain:
    in   al, dx                                 ; Bochs loses what is still in the UART
    test al, 0x40
    jz   .drain
    mov  al, 0x10
    out  0xf4, al
.halt:
    cli
    hlt
    jmp  .halt

; ---- one rule ----

run_rule:
    mov  edi, saved
    mov  ecx, (saved_end - saved) / 4
    xor  eax, eax
    rep  stosd
    mov  dword [start_flags], 2
    mov  dword [start_esp], user_stack_end
    mov  dword [end_kind], END_DONE
    mov  ebx, [row]
    mov  eax, SEL_KCODE                         ; the MSRs, if this CPU has them
    mov  ecx, 0x174
    call msr_try_write
    mov  eax, entry_stack_end
    inc  ecx
    call msr_try_write
    mov  eax, [ebx + ROW_ENTRY]
    inc  ecx
    call msr_try_write
    call [ebx + ROW_SETUP]
    mov  ebx, [row]
    movzx eax, byte [ebx + ROW_MODE]
    jmp  [modes + eax * 4]

modes:
    dd   mode_ring0, mode_ring1, mode_ring2, mode_ring3, mode_code16, mode_v86, mode_real

mode_ring0:
    push dword [ebx + ROW_CODE]
    push dword [start_flags]
    popfd
    ret

%macro OUTWARD 3                                ; code, data, data of DS to GS
    mov  eax, %3
    push dword %2
    push dword [start_esp]
    push dword [start_flags]
    push dword %1
    push dword [ebx + ROW_CODE]
    jmp  outward
%endmacro

mode_ring1:
    OUTWARD SEL_CODE1, SEL_DATA1, SEL_DATA1
mode_ring2:
    OUTWARD SEL_CODE2, SEL_DATA2, SEL_DATA2
mode_ring3:
    OUTWARD SEL_UCODE, SEL_UDATA, SEL_UDATA

mode_code16:
    mov  eax, [ebx + ROW_CODE]                  ; a segment that begins with the rule's code
    mov  edi, gdt + (SEL_CODE16 & ~7)
    call set_base
    mov  eax, SEL_UDATA
    push dword SEL_UDATA
    push dword [start_esp]
    push dword [start_flags]
    push dword SEL_CODE16
    push dword 0
outward:
    mov  ds, eax
    mov  es, eax
    mov  fs, eax
    mov  gs, eax
    mov  eax, 0xa0a0a0a0
    mov  ebx, 0xb0b0b0b0
    mov  ecx, 0xc0c0c0c0
    mov  edx, 0xd0d0d0d0
    mov  esi, 0xc1c1c1c1
    mov  edi, 0xd1d1d1d1
    mov  ebp, 0xe1e1e1e1
    iretd

mode_v86:
    mov  eax, [ebx + ROW_CODE]
    shr  eax, 4
    mov  edx, user_stack >> 4
    push edx                                    ; GS, FS, DS, ES, SS
    push edx
    push edx
    push edx
    push edx
    push dword USER_STACK_SIZE
    mov  ecx, [start_flags]
    or   ecx, FLAG_VM
    push ecx
    push eax
    push dword 0
    iretd

; ---- what ends a rule ----

; Where SYSENTER leads by default. CS, SS and the stack are flat, whatever the MSRs say; DS may be
; 0.
entered:
    mov  [ss:saved + S_EAX], eax
    mov  eax, esp
    mov  [ss:saved + S_ESP], eax
    mov  esp, scratch_end                       ; the entry stack may be none
    pushfd
    pop  eax
    mov  [ss:saved + S_FL], eax
    mov  dword [ss:end_kind], END_ENTERED
    jmp  registers_of_ring0
done:
    mov  [ss:saved + S_EAX], eax
    mov  eax, esp
    mov  [ss:saved + S_ESP], eax
    mov  esp, scratch_end
    pushfd
    pop  eax
    mov  [ss:saved + S_FL], eax
registers_of_ring0:
    push dword 2                                ; no single step, no NT from here on
    popfd
    mov  [ss:saved + S_EBX], ebx
    mov  [ss:saved + S_ECX], ecx
    mov  [ss:saved + S_EDX], edx
    mov  [ss:saved + S_ESI], esi
    mov  [ss:saved + S_EDI], edi
    mov  [ss:saved + S_EBP], ebp
    xor  eax, eax
    mov  ax, cs
    mov  [ss:saved + S_CS], eax
    mov  ax, ss
    mov  [ss:saved + S_SS], eax
    mov  ax, ds
    mov  [ss:saved + S_DS], eax
    mov  ax, es
    mov  [ss:saved + S_ES], eax
    mov  ax, fs
    mov  [ss:saved + S_FS], eax
    mov  ax, gs
    mov  [ss:saved + S_GS], eax
    jmp  SEL_KCODE:finish

finish:                                         ; CPL 0, flat CS, end_kind is known
    mov  eax, SEL_KDATA
    mov  ss, eax
    mov  esp, stack_end
    mov  ds, eax
    mov  es, eax
    mov  fs, eax
    mov  gs, eax
    push dword 2
    popfd
    cld
    xor  eax, eax
    mov  dr7, eax
    str  [saved + S_TR]
    call tables_make                            ; as they were: descriptors, TSSs, the page table
    call paging_on
    mov  al, 0xff
    out  0x21, al
    call irq_drop
    call say_ok
    call say_end
    call newline
    inc  dword [index]
    jmp  next_rule

; Where SYSEXIT leads, and what leaves ring 3 by a jump.
user_end:
    int  VECTOR_END

%include "faults.inc"
%include "tables.inc"
%include "say.inc"
%include "real.inc"

; ---- the rules ----

%include "rules.inc"

align 16
image_end:
IMAGE_END equ KERNEL_ADDR + (image_end - elf_header)

absolute IMAGE_END
alignb 4096
page_directory:     resd 1024
page_table:         resd 1024
page_supervisor:    resb 4096                   ; mapped for ring 0 only
page_missing:       resb 4096                   ; not mapped
user_stack:         resb USER_STACK_SIZE
user_stack_end:     resb 16                     ; what pops too much reads here
entry_stack:        resb 1024
entry_stack_end:    resb 16
stack:              resb 2048
stack_end:          resb 16
scratch:            resb 256
scratch_end:        resb 16
stack_df:           resb 512
stack_df_end:
stack_task:         resb 512
stack_task_end:
stack_other:        resb 512
stack_other_end:
gdt:                resb GDT_SIZE
ldt:                resb 64
idt:                resb IDT_SIZE
tss:                resb TSS_AREA               ; with an I/O bitmap for all ports
tss_task:           resb 128
tss_df:             resb 128
tss_other:          resb 128
saved:              resd S_COUNT
events:             resd 2 * EVENTS_MAX         ; kind and DR6, EIP
event_count:        resd 1
fixup:              resd 1
saved_end:
row:                resd 1
index:              resd 1
end_kind:           resd 1
fault_vector:       resd 1
start_flags:        resd 1
start_esp:          resd 1
gdt_at:             resd 2
idt_at:             resd 2
reset_msrs:         resd 3
has_debug:          resd 1
cpu_words:          resd 8
alignb 4096
memory_end:
