# boot/disk_image.mk: makes disk.img out of kernel.elf; the Makefile includes it. boot/disk.asm says
# what lies where.
#
# The kernel is checked by the loader when the machine boots, and the loader by the boot sector. So
# the parts are made from the last to the first, and the next is told the checksum. `cksum` prints a
# checksum and a size: $$1 and $$2 after `set --`.

DISK_NASM    = $(NASM) -f bin -I./ $(AS_WARNINGS)
DISK_SOURCES = $(wildcard boot/*.asm boot/*.inc) include/constants.inc
KERNEL_SUM   = set -- $$(cksum < obj/boot/kernel.stripped)

obj/boot/kernel.stripped: kernel.elf
	@mkdir -p $(@D)
	$(call SAY,STRIP)$(Q)$(OBJCOPY) -S $< $@

obj/boot/bootsect.bin: boot/bootsect.asm $(DISK_SOURCES) obj/boot/kernel.stripped
	$(call SAY,NASM )$(Q)$(KERNEL_SUM) && \
	$(DISK_NASM) -D KERNEL_CKSUM=$$1 -D KERNEL_BYTES=$$2 -o $@ $<

disk.img: boot/disk.asm $(DISK_SOURCES) obj/boot/bootsect.bin
	$(call SAY,NASM )$(Q)$(KERNEL_SUM) && kernel_bytes=$$2 && \
	set -- $$(cksum < obj/boot/bootsect.bin) && \
	$(DISK_NASM) -D KERNEL_BYTES=$$kernel_bytes -D BOOT_CKSUM=$$1 -o $@ $<
