; user/start_entry.asm: the first instruction of `start`: stores every register before all else.

%include "include/constants.inc"

    section .text.start_checked progbits alloc exec nowrite align=16

    global start_checked
    global start_registers
    extern _start

start_checked:
    mov  [start_registers.eax], eax
    mov  [start_registers.ebx], ebx
    mov  [start_registers.ecx], ecx
    mov  [start_registers.edx], edx
    mov  [start_registers.esi], esi
    mov  [start_registers.edi], edi
    mov  [start_registers.ebp], ebp
    mov  [start_registers.esp], esp
    pushfd
    pop  dword [start_registers.eflags]
    mov  [start_registers.ds], ds           ; the upper halves stay 0: they are in .bss
    mov  [start_registers.es], es
    mov  [start_registers.fs], fs
    mov  [start_registers.gs], gs
    jmp  _start

    section .bss

start_registers:                            ; struct registers, see user/include/checks.h
.eax:    resd 1
.ebx:    resd 1
.ecx:    resd 1
.edx:    resd 1
.esi:    resd 1
.edi:    resd 1
.ebp:    resd 1
.eflags: resd 1
.ds:     resd 1
.es:     resd 1
.fs:     resd 1
.gs:     resd 1
.esp:    resd 1
