# vdso/vdso.mk: the vDSO, a shared object of its own, part of the kernel by entry/vdso_image.asm.

# Other code than the kernel's: it may lie anywhere, and debuggers must find their way out of it.
VDSO_CFLAGS  := $(CFLAGS) -fPIC -fvisibility=hidden -fomit-frame-pointer \
                -fasynchronous-unwind-tables -fno-function-sections
VDSO_LDFLAGS := -m elf_i386 -shared -soname linux-gate.so.1 --hash-style=sysv \
                --eh-frame-hdr -Bsymbolic -z text -z noexecstack --no-undefined --build-id=none

VDSO_O := obj/entry/vsyscall_sysenter.o obj/vdso/sigreturn.o obj/vdso/clock.o

OBJ_DIRS += obj/vdso

obj/vdso/clock.o: vdso/clock.c obj/tools
	$(call SAY,CC   )$(Q)$(CC) $(VDSO_CFLAGS) $(FROM_HERE) -MMD -MP -c -o $@ $<

obj/vdso/linked.so: $(VDSO_O) vdso/vdso.ld vdso/vdso.map
	$(call SAY,LD   )$(Q)$(LD) $(VDSO_LDFLAGS) -T vdso/vdso.ld --version-script=vdso/vdso.map \
	    -o $@ $(VDSO_O)

# Without debug information, but with section headers: gdb wants them.
obj/vdso/vdso.so: obj/vdso/linked.so
	$(call SAY,STRIP)$(Q)$(OBJCOPY) -S $< $@

obj/entry/vdso_image.o: obj/vdso/vdso.so
