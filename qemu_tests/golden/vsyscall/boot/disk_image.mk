# boot/disk_image.mk: makes disk.img out of kernel.elf; the Makefile includes it. boot/disk.asm says
# what lies where.
#
# Each part of the image is checked by the one before it when the machine boots, so the parts are
# made from the last to the first, and the next is told the checksum. `cksum` prints a checksum and
# a size: $$1 and $$2 after `set --`.

DISK_ASFLAGS = -f bin -I./ -Wall $(if $(WERROR),-Werror)
DISK_SOURCES = $(wildcard boot/*.asm boot/*.inc) include/constants.inc
KERNEL_SUM   = set -- $$(cksum < obj/boot/kernel.stripped) && \
               kernel="-D KERNEL_CKSUM=$$1 -D KERNEL_BYTES=$$2"

obj/boot/kernel.stripped: kernel.elf
	@mkdir -p $(@D)
	@echo '  STRIP $@'
	$(Q)$(OBJCOPY) -S $< $@

obj/boot/bootsect.bin: boot/bootsect.asm $(DISK_SOURCES) obj/boot/kernel.stripped
	@echo '  NASM  $@'
	$(Q)$(KERNEL_SUM) && $(NASM) $(DISK_ASFLAGS) $$kernel -o $@ $<

obj/boot/loader.bin: boot/loader.asm $(DISK_SOURCES) obj/boot/bootsect.bin
	@echo '  NASM  $@'
	$(Q)$(KERNEL_SUM) && set -- $$(cksum < obj/boot/bootsect.bin) && \
	$(NASM) $(DISK_ASFLAGS) $$kernel -D BOOT_CKSUM=$$1 -o $@ $<

disk.img: boot/disk.asm $(DISK_SOURCES) obj/boot/loader.bin
	@echo '  NASM  $@'
	$(Q)$(KERNEL_SUM) && set -- $$(cksum < obj/boot/loader.bin) && \
	$(NASM) $(DISK_ASFLAGS) $$kernel -D LOADER_CKSUM=$$1 -o $@ $<
