/* lib/format.h: printf's core, for the kernel and for programs. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Write `format` with its arguments into `buffer`, cut off at `size` bytes and always ended by a 0
 * byte; returns the length of what is there.
 * Knows %s %d %u %x %%, and %08x: so many digits at least. */
size_t format_text(char *buffer, size_t size, const char *format, va_list arguments);
