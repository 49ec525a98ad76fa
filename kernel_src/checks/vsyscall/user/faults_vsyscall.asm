; user/faults_vsyscall.asm: what a program may not do to the vsyscall page.

%include "user/fault.inc"

    bits 32

; EAX: the page of AT_SYSINFO. ESP is _start's: argc, argv, NULL, envp, NULL, auxv.
%macro FIND_PAGE 0
    mov  esi, [esp]
    lea  esi, [esp + esi * 4 + 8]           ; envp
%%environment:
    add  esi, 4
    cmp  dword [esi - 4], 0
    jne  %%environment
%%auxv:
    mov  edx, [esi]
    mov  eax, [esi + 4]
    add  esi, 8
    cmp  edx, AT_SYSINFO
    jne  %%auxv
    and  eax, -PAGE_SIZE
%endmacro

FAULT write_page
    FIND_PAGE
    mov  byte [eax], 0x90
    SURVIVED

FAULT write_page_end
    FIND_PAGE
    mov  byte [eax + PAGE_SIZE - 1], 0x90
    SURVIVED

FAULT behind_page
    FIND_PAGE
    mov  al, [eax + PAGE_SIZE]
    SURVIVED
