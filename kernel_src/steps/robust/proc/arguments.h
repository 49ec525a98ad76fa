/* proc/arguments.h: the arguments and the environment that this kernel gives to its programs. */
#pragma once

#include <stdint.h>

extern const uint32_t program_argument_count;   /* without the program's name */
extern const char *const program_arguments[];   /* ended by NULL */
extern const char *const program_environment[]; /* ended by NULL */
