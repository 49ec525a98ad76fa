; entry/traps.asm: where the CPU goes for exceptions and interrupts.
;
; The CPU pushes EFLAGS, CS and EIP, before them ESP and SS if it came from ring 3, and for some
; exceptions an error code after them. The entry points here make one shape of it, struct pt_regs,
; and call C.

%include "include/constants.inc"

    section .text

    global exception_entries
    global irq_timer
    global irq_serial
    global irq_spurious
    extern nmi_entry
    extern trap_enter
    extern return_from_trap
    extern trap_1_at_sysenter
    extern sysenter_entry
    global trap_common

; Each macro adds a row to the table of entry points, by vector:
    section .rodata
    align 4
exception_entries:

; ENTRY_ELSEWHERE label: somewhere else; 0: nowhere, as there is a task instead.
%macro ENTRY_ELSEWHERE 1
    section .rodata
    dd   %1
    section .text
%endmacro

; ENTRY vector: an entry point, trap_<vector>, for an exception without an error code.
%macro ENTRY 1
    ENTRY_ELSEWHERE trap_%1
trap_%1:
    push dword 0                            ; in its place, so that every frame has the same shape
    push dword %1
    jmp  trap_common
%endmacro

; ENTRY_WITH_ERROR vector: the same where the CPU has pushed one.
%macro ENTRY_WITH_ERROR 1
    ENTRY_ELSEWHERE trap_%1
trap_%1:
    push dword %1
    jmp  trap_common
%endmacro

; ENTRY_AT_SYSENTER vector: the same without an error code, for one that may hit the first
; instruction of sysenter_entry, where ESP is not yet on a process's stack.
%macro ENTRY_AT_SYSENTER 1
    ENTRY_ELSEWHERE trap_%1
trap_%1:
    cmp  dword [esp], sysenter_entry
    jne  %%usual
    cmp  word [esp + 4], SEL_KERNEL_CODE    ; a program may jump there too, but not in ring 0
    je   trap_%1_at_sysenter
%%usual:
    push dword 0
    push dword %1
    jmp  trap_common
%endmacro

; Exceptions (SDM 3A 6.15; 28 to 30 are AMD's, APM 2 8.2).
    ENTRY             0                     ; #DE divide error
    ENTRY_AT_SYSENTER 1                     ; #DB debug exception
    ENTRY_ELSEWHERE   nmi_entry             ; non-maskable interrupt
    ENTRY             3                     ; #BP breakpoint
    ENTRY             4                     ; #OF overflow
    ENTRY             5                     ; #BR bound range exceeded
    ENTRY             6                     ; #UD invalid opcode
    ENTRY             7                     ; #NM device not available
    ENTRY_ELSEWHERE   0                     ; #DF double fault
    ENTRY             9                     ; coprocessor segment overrun
    ENTRY_WITH_ERROR  10                    ; #TS invalid TSS
    ENTRY_WITH_ERROR  11                    ; #NP segment not present
    ENTRY_WITH_ERROR  12                    ; #SS stack-segment fault
    ENTRY_WITH_ERROR  13                    ; #GP general protection
    ENTRY_WITH_ERROR  14                    ; #PF page fault
    ENTRY             15                    ; reserved exception 15
    ENTRY             16                    ; #MF x87 floating-point error
    ENTRY_WITH_ERROR  17                    ; #AC alignment check
    ENTRY             18                    ; #MC machine check
    ENTRY             19                    ; #XM SIMD floating-point exception
    ENTRY             20                    ; #VE virtualization exception
    ENTRY_WITH_ERROR  21                    ; #CP control protection exception
    ENTRY             22                    ; reserved exception 22
    ENTRY             23                    ; reserved exception 23
    ENTRY             24                    ; reserved exception 24
    ENTRY             25                    ; reserved exception 25
    ENTRY             26                    ; reserved exception 26
    ENTRY             27                    ; reserved exception 27
    ENTRY             28                    ; #HV hypervisor injection exception
    ENTRY_WITH_ERROR  29                    ; #VC VMM communication exception
    ENTRY_WITH_ERROR  30                    ; #SX security exception
    ENTRY             31                    ; reserved exception 31

; Interrupts, as an exception without an error code. cpu/idt.c knows them by name.
irq_timer:
    push dword 0                            ; line 0: the timer
    push dword 0x20
    jmp  trap_common
irq_serial:
    push dword 0                            ; line 4: the first serial port
    push dword 0x24
    jmp  trap_common
irq_spurious:
    push dword 0                            ; line 7: a request that went away
    push dword 0x27
    jmp  trap_common

; trap_common: the rest of struct pt_regs.
;
;   ESP  vector, error code or 0, EIP, CS, EFLAGS, and from ring 3 ESP and SS
trap_common:
    push fs                                 ; the vector stands where gs belongs, for now
    push es
    push ds
    push eax
    push ebp
    push edi
    push esi
    push edx
    push ecx
    push ebx
    cld
    mov  eax, SEL_USER_DATA                 ; whatever the program had in DS and ES
    mov  ds, eax
    mov  es, eax
    mov  eax, esp
    mov  edx, [esp + PT_GS]
    mov  [esp + PT_GS], gs
    push edx
    push eax
    call trap_enter                         ; (struct pt_regs *, vector)
    add  esp, 8
    jmp  return_from_trap
