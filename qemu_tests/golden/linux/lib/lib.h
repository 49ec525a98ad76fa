/* lib/lib.h: what a C library would have, for the kernel and for programs. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* To the serial line: in the kernel at once, from a program by write(). As printf, with the
 * conversions of format_text(); a call's text is never mixed with that of another CPU. */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);

/* Write `format` with its arguments into `buffer`, cut off at `size` bytes and always ended by a 0
 * byte; returns the length of what is there.
 * Knows %s %d %u %x %%, and %08x: so many digits at least. */
size_t format_text(char *buffer, size_t size, const char *format, va_list arguments);

/* GCC itself may call the first two. */
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int strcmp(const char *a, const char *b);
