/* user/include/user.h: what every program may use beside the system calls. */
#pragma once

#include "user/include/sys.h"

_Noreturn void exit_with(int status);

/* As printf, see lib/format.h, to the standard output. */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);
