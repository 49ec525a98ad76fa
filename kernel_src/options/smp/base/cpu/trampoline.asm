; cpu/trampoline.asm: the first instructions of each CPU but the first one.

%include "include/constants.inc"

    section .rodata

    global smp_trampoline
    global smp_trampoline_end
    extern smp_arrived
    extern smp_idle
    extern smp_cpu_main
    extern boot_page_directory
    extern gdt_image

    bits 16

; smp_trampoline: copied to SMP_TRAMPOLINE_ADDR; entered by a STARTUP message (SDM 3A 8.4.4.1).
;
; The CPU did:      begin in real mode, as after a reset: 16 bits, no paging, interrupts off.
;                   CS = SMP_TRAMPOLINE_ADDR / 16, IP = 0.
; The CPU did not:  set up any other register.
smp_trampoline:
    cli
    cld
    mov  ax, cs
    mov  ds, ax
    o32 lgdt [.gdtr - smp_trampoline]
    mov  eax, cr0
    or   eax, CR0_PE
    mov  cr0, eax
    jmp  dword SEL_KERNEL_CODE:SMP_TRAMPOLINE_ADDR + .protected - smp_trampoline

.gdtr:
    dw GDT_ENTRIES * 8 - 1
    dd gdt_image - KERNEL_BASE              ; there is no paging yet

    bits 32

.protected:
    mov  eax, SEL_KERNEL_DATA
    mov  ss, eax
    mov  eax, SEL_USER_DATA                 ; as in boot/start.asm
    mov  ds, eax
    mov  es, eax
    mov  ebx, 1
    lock xadd [smp_arrived - KERNEL_BASE], ebx ; EBX: our number
    cmp  ebx, CPU_COUNT
    jae  .surplus
    xor  eax, eax
    mov  fs, eax
    mov  gs, eax
    mov  eax, boot_page_directory - KERNEL_BASE
    mov  cr3, eax
    mov  eax, cr0
    or   eax, CR0_PG
    mov  cr0, eax
    mov  esp, [smp_idle + ebx * 4]
    xor  ebp, ebp
    push ebx
    mov  eax, smp_cpu_main
    call eax                                ; (number); not relative, since this is a copy

.surplus:                                   ; the kernel was built for fewer, or did not wait
    cli
    hlt
    jmp  .surplus
smp_trampoline_end:
