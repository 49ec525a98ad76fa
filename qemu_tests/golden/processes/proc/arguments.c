/* proc/arguments.c: the arguments and the environment that this kernel gives to its programs. */

#include "proc/arguments.h"

#include <stddef.h>

const uint32_t program_argument_count = 0;

const char *const program_arguments[] = {
    NULL,
};

const char *const program_environment[] = {
    NULL,
};
