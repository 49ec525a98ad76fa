; user/faults_io_bitmap.asm: ports that a program did not ask for, next to those that it did.
;
; An access of 2 or 4 bytes needs as many bits, and the CPU always reads two bytes of the bitmap:
; behind its last there must be one more, of ones, inside the TSS limit (SDM 1 19.5.2).

%include "user/fault.inc"

    bits 32

%define POST_PORT 0x80                      ; diagnostics: reading it does nothing

; IOPERM first, count, allow: exits with status 2 if it is refused.
%macro IOPERM 3
    mov  ebx, %1
    mov  ecx, %2
    mov  edx, %3
    mov  eax, NR_ioperm
    int  0x80
    test eax, eax
    jz   %%done
    mov  ebx, 2
    mov  eax, NR_exit
    int  0x80
%%done:
%endmacro

FAULT port_inherited                        ; the program before this one had it
    in   al, POST_PORT
    SURVIVED

FAULT port_neighbour
    IOPERM POST_PORT, 1, 1
    in   al, POST_PORT
    in   al, POST_PORT + 1
    SURVIVED

FAULT port_word
    IOPERM POST_PORT, 1, 1
    in   ax, POST_PORT
    SURVIVED

FAULT port_taken_back
    IOPERM POST_PORT, 8, 1
    IOPERM POST_PORT + 3, 1, 0
    in   al, POST_PORT + 2
    in   al, POST_PORT + 4
    in   al, POST_PORT + 3
    SURVIVED

FAULT port_last_word
    IOPERM 0, 65536, 1
    mov  edx, 0xffff
    in   al, dx
    in   ax, dx                             ; 0xffff and 0x10000
    SURVIVED

FAULT port_last_dword
    IOPERM 0, 65536, 1
    mov  edx, 0xfffc
    in   eax, dx
    mov  edx, 0xfffd
    in   eax, dx                            ; up to 0x10000
    SURVIVED

FAULT port_outcome
    IOPERM 0, 65536, 1
    mov  edx, OUTCOME_PORT - 1
    in   al, dx
    mov  edx, OUTCOME_PORT
    in   al, dx                             ; only the kernel says how the run ended
    SURVIVED

FAULT port_outcome_3
    IOPERM 0, 65536, 1
    mov  edx, OUTCOME_PORT + 4
    in   al, dx
    mov  edx, OUTCOME_PORT + 3
    in   al, dx
    SURVIVED

; Two processes for checks/io_switch.c. This one has a port, and keeps it while the other runs.
FAULT port_owner
    IOPERM POST_PORT, 1, 1
    mov  edi, 50
.next:
    in   al, POST_PORT
    mov  eax, NR_sched_yield
    int  0x80
    dec  edi
    jnz  .next
    xor  ebx, ebx
    mov  eax, NR_exit
    int  0x80

; This one has none, and tries after the other has used its own.
FAULT port_thief
    mov  edi, 20
.next:
    mov  eax, NR_sched_yield
    int  0x80
    dec  edi
    jnz  .next
    in   al, POST_PORT
    SURVIVED
