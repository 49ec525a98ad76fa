/* lib/print.h: text to the serial line, from the kernel. */
#pragma once

/* As printf, see lib/format.h; a call's text is never mixed with that of another CPU. */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);
