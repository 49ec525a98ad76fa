# fast.mk: on the way of nearly every call speed is worth more than size.
#
# A backtrace passes over these functions: they do without a frame pointer.

FAST := sys/table sys/io sys/process sys/poll fs/file fs/devices fs/inode_data fs/pipe \
	mm/area mm/fault mm/frames mm/heap mm/pages mm/share proc/sleep proc/switch
FAST_CFLAGS := -O2 -fomit-frame-pointer -falign-functions=1

$(FAST:%=obj/%.o): CFLAGS += $(FAST_CFLAGS)
