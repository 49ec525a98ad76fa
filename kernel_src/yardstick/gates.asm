; gates.asm: the bare gate kernel, tinygate's yardstick for a system call.
;
; How much of a null system call is the gate itself, and how much is the kernel behind it? This
; kernel has nothing but the gates: no drivers, no processes, no memory protection, one program in
; ring 3 that calls getpid() 100,000 times by each of them and reads the CPU's tick counter before
; and after.
;
;   gates.asm           this file: from Multiboot to ring 3, and the CPU's tables
;   gates_entries.inc   the entries whose cost is measured, and the vsyscall page's stub
;   gates_program.inc   the program in ring 3: checks, measures, prints, ends
;
;   nasm -f bin gates.asm -o gates.bin && qemu-system-i386 -cpu pentium3 -kernel gates.bin \
;       -serial stdio -display none -device isa-debug-exit,iobase=0xf4,iosize=4
;
; It prints (under QEMU's `-icount shift=0`, where one tick is one instruction of the guest):
;
;   # cost loop          3.00   the measuring loop alone: mov eax; dec; jnz
;   # cost bare-sysenter 7.00   and SYSENTER, SYSEXIT, with the two moves that SYSEXIT asks for
;   # cost bare-int80    5.00   and int 0x80, IRET
;   # cost page          50.00  and the stub, a full frame, a call by table, SYSEXIT
;   # cost int80         23.00  and int 0x80, the same frame and call, IRET
;
; SDM is the Intel 64 and IA-32 Architectures Software Developer's Manual.

    bits 32
    org 0x100000                            ; 1 MiB: where Multiboot files may begin

; The order of four descriptors is SYSENTER's and SYSEXIT's, which take only the first of them from
; an MSR and find the others at +8, +16 and +24 (SDM vol. 2, SYSENTER and SYSEXIT). The numbers are
; Linux's.
SEL_KERNEL_CODE         equ 0x60            ; GDT entry 12
SEL_KERNEL_DATA         equ 0x68            ; entry 13
SEL_USER_CODE           equ 0x70 | 3        ; entry 14; the low two bits are the privilege level
SEL_USER_DATA           equ 0x78 | 3        ; entry 15
SEL_TSS                 equ 0x80            ; entry 16

MSR_IA32_SYSENTER_CS    equ 0x174           ; SDM vol. 4, table 2-2
MSR_IA32_SYSENTER_ESP   equ 0x175
MSR_IA32_SYSENTER_EIP   equ 0x176

VECTOR_SYSCALL          equ 0x80
VECTOR_CHOOSE           equ 0x81            ; this kernel's own: choose the entries to be measured
IDT_VECTORS             equ 0x82            ; any other vector means that something went wrong
GATE_INTERRUPT          equ 0x8e00          ; interrupt gate, 32-bit, DPL 0 (SDM vol. 3, 6.11)
GATE_DPL3               equ 0x6000          ; ring 3 may use it with `int`

TSS_ESP0                equ 4               ; SDM vol. 3, figure 8-2
TSS_SS0                 equ 8
TSS_IO_BITMAP           equ 102
TSS_SIZE                equ 104

EFLAGS_IF               equ 1 << 9          ; interrupts on
EFLAGS_IOPL3            equ 3 << 12         ; ring 3 may use the ports: there are no drivers
CR0_PG                  equ 1 << 31
CR0_WP                  equ 1 << 16
CR4_PSE                 equ 1 << 4          ; pages of 4 MiB
PAGE_ALL                equ 0x87            ; present, writable, user, 4 MiB

COM1                    equ 0x3f8           ; transmit register of the first serial port
PIC1_MASK               equ 0x21
PIC2_MASK               equ 0xa1
OUTCOME_PORT            equ 0xf4            ; isa-debug-exit: QEMU ends with status code * 2 + 1
OUTCOME_FINISHED        equ 0x10            ; status 33
OUTCOME_PANIC           equ 0x11            ; status 35

MULTIBOOT_MAGIC         equ 0x1badb002      ; empty.asm explains these fields
MULTIBOOT_ADDRESSES     equ 1 << 16

    section .text align=16
header:     dd MULTIBOOT_MAGIC, MULTIBOOT_ADDRESSES, -(MULTIBOOT_MAGIC + MULTIBOOT_ADDRESSES)
    dd header, header, file_end, bss_end, start

; Multiboot starts us in 32-bit protected mode, paging off, interrupts off, flat segments whose
; descriptors we may not rely on, ESP unknown.
start:
    cld
    mov esp, kernel_stack_end
    mov al, 0xff                            ; no device interrupts: they would be measured too
    out PIC1_MASK, al
    out PIC2_MASK, al

    lgdt [gdt_pointer]
    jmp SEL_KERNEL_CODE:.reload             ; CS is only loaded by a far jump
.reload:
    mov eax, SEL_KERNEL_DATA
    mov ss, eax
    mov eax, SEL_USER_DATA                  ; flat like the kernel's own, so that entries need not
    mov ds, eax                             ; load a segment register on the way in or out
    mov es, eax
    mov fs, eax
    mov gs, eax

    ; `int` from ring 3 takes its stack from the TSS, SYSENTER from an MSR: the same one
    mov dword [tss + TSS_ESP0], kernel_stack_end
    mov dword [tss + TSS_SS0], SEL_KERNEL_DATA
    mov word [tss + TSS_IO_BITMAP], TSS_SIZE ; no bitmap
    ; A descriptor holds its base in three pieces (SDM vol. 3, 3.4.5).
    mov eax, tss
    mov [gdt + SEL_TSS + 2], ax
    shr eax, 16
    mov [gdt + SEL_TSS + 4], al
    mov [gdt + SEL_TSS + 7], ah
    mov eax, SEL_TSS
    ltr ax

    xor ebx, ebx                            ; every vector is a fault...
.vector:
    mov eax, fault
    mov ecx, GATE_INTERRUPT
    call idt_set
    inc ebx
    cmp ebx, IDT_VECTORS
    jb .vector
    mov ebx, VECTOR_CHOOSE                  ; ...but this one; choose_entries sets VECTOR_SYSCALL
    mov eax, choose_entries
    mov ecx, GATE_INTERRUPT | GATE_DPL3
    call idt_set
    lidt [idt_pointer]

    mov dword [page_directory], PAGE_ALL    ; the first 4 MiB at their own address, open to ring 3
    mov eax, page_directory
    mov cr3, eax
    mov eax, cr4
    or eax, CR4_PSE
    mov cr4, eax
    mov eax, cr0
    or eax, CR0_PG | CR0_WP
    mov cr0, eax

    mov ecx, MSR_IA32_SYSENTER_CS
    mov eax, SEL_KERNEL_CODE
    xor edx, edx                            ; the upper half of all three is 0
    wrmsr
    mov ecx, MSR_IA32_SYSENTER_ESP
    mov eax, kernel_stack_end
    wrmsr                                   ; MSR_IA32_SYSENTER_EIP is set by choose_entries

    ; To ring 3 by the only instruction that starts a program there: IRET, from a frame as `int`
    ; would have left it.
    push SEL_USER_DATA
    push user_stack_end
    push EFLAGS_IF | EFLAGS_IOPL3
    push SEL_USER_CODE
    push program
    iretd

; Write one gate of the IDT. EBX = vector, EAX = handler, CX = type and DPL. Changes EAX.
idt_set:
    ; A gate, too, holds its address in pieces (SDM vol. 3, 6.11).
    mov [idt + ebx * 8], ax
    mov word [idt + ebx * 8 + 2], SEL_KERNEL_CODE
    mov [idt + ebx * 8 + 4], cx
    shr eax, 16
    mov [idt + ebx * 8 + 6], ax
    ret

; VECTOR_CHOOSE: the next calls go to EBX by SYSENTER and to ECX by int 0x80. Changes EAX, ECX, EDX.
choose_entries:
    push ebx
    push ecx
    mov eax, ebx
    mov ecx, MSR_IA32_SYSENTER_EIP
    xor edx, edx
    wrmsr
    pop eax
    mov ebx, VECTOR_SYSCALL
    mov ecx, GATE_INTERRUPT | GATE_DPL3
    call idt_set
    pop ebx
    iretd

; Any exception, and a segment register that is not as this kernel needs it.
fault:
    mov esi, .text
    call print
    mov al, OUTCOME_PANIC
    out OUTCOME_PORT, al
.stop:
    hlt
    jmp .stop
    section .data align=16
.text:      db "kernel panic: unexpected exception", 10, 0

    align 8
gdt:        times SEL_KERNEL_CODE / 8 dq 0
    dq 0x00cf9a000000ffff                   ; kernel code: limit 4 GiB, DPL 0, execute and read
    dq 0x00cf92000000ffff                   ; kernel data: read and write
    dq 0x00cffa000000ffff                   ; user code: DPL 3
    dq 0x00cff2000000ffff                   ; user data
    dq 0x0000890000000000 | (TSS_SIZE - 1)  ; available 32-bit TSS; its base is written at run time
gdt_end:
gdt_pointer:
    dw gdt_end - gdt - 1
    dd gdt
idt_pointer:
    dw IDT_VECTORS * 8 - 1
    dd idt

    section .bss align=4096                 ; all zero: Multiboot clears it
; The widest alignment first (ALIGNB is no help here: NASM 2.16.01 warns about what its own macro
; expands to).
page_directory:
    resb 4096
    resb 4096
kernel_stack_end:
    resb 4096
user_stack_end:
idt:        resb IDT_VECTORS * 8
tss:        resb TSS_SIZE

%include "gates_entries.inc"
%include "gates_program.inc"

    section .data
    align 4
file_end:
    section .bss
bss_end:
