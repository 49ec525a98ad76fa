; entry/vdso_image.asm: the vDSO as a file, in the kernel's read-only data.

    section .rodata

    global vdso_image
    global vdso_image_end

    align 4
vdso_image:
    incbin "obj/vdso/vdso.so"
vdso_image_end:
