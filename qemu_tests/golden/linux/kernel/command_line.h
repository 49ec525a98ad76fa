/* kernel/command_line.h: what the boot loader was told about the kernel. */
#pragma once

struct multiboot_info;

/* The words after "--" become arguments, those before it with a "=" the environment, as Linux has
 * it. Both arrays have room for MAX_STRINGS and are ended by NULL. */
void command_line_split(const struct multiboot_info *info, const char **arguments,
                        const char **environment);
