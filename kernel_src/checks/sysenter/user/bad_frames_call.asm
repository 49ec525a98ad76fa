; user/bad_frames_call.asm: SYSENTER with any EBP and ESP.

%include "include/constants.inc"

    section .text

    global bad_frames_call
    global bad_frames_back

; void bad_frames_call(uint32_t number, uint32_t ebp, uint32_t esp, struct result *result)
;
; With arguments 1 to 5 = 1 to 5. The frame at `ebp` must hold the address of bad_frames_back; the
; call comes back there, with ESP wherever the way back left it.
bad_frames_call:
    push ebx
    push esi
    push edi
    push ebp
    mov  [stack], esp
    mov  eax, [esp + 20]
    mov  ebp, [esp + 24]
    mov  esp, [esp + 28]
    mov  ebx, 1
    mov  ecx, 2
    mov  edx, 3
    mov  esi, 4
    mov  edi, 5
    sysenter
    ud2                                     ; nobody told the kernel about this place
bad_frames_back:
    mov  ecx, esp
    mov  esp, [stack]
    mov  edx, [esp + 32]
    mov  [edx], eax
    mov  [edx + 4], ecx
    mov  [edx + 8], ebp
    pop  ebp
    pop  edi
    pop  esi
    pop  ebx
    ret

    section .bss

stack: resd 1
