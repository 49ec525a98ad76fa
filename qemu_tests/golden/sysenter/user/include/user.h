/* user/include/user.h: what every program may use beside the system calls. */
#pragma once

#include "user/include/sys.h"

_Noreturn void exit_with(int status);

/* As printf, see lib/format.h, to the standard output. */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);

/* The ways into the kernel, each by itself. */
long int80_call(long number, long a, long b, long c, long d, long e, long f);
