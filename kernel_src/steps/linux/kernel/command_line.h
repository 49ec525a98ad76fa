/* kernel/command_line.h: what the boot loader was told about the first process. */
#pragma once

struct exec_strings;
struct multiboot_info;

/* Fill in the arguments and the environment, which stay where they are. Returns the program's
 * path. */
const char *command_line_read(const struct multiboot_info *info, struct exec_strings *strings);
