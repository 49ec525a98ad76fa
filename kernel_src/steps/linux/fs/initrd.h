/* fs/initrd.h: the initial ram disk, from the boot loader's memory into the file system. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Unpack it: cpio archives, each as it is or packed by gzip, with zeros between. Returns NULL, or
 * what is wrong and where; what came before that has been unpacked. */
const char *initrd_unpack(const uint8_t *data, size_t size);

/* To be supplied by the caller: nothing below `upto` will be read again. It is called after 4096
 * bytes or more. */
void initrd_consumed(const uint8_t *upto);
