/* proc/program.h: running a program by its path. */
#pragma once

struct exec_strings;
struct inode;
struct process;

/* Is it somebody's program? Then nobody may change it. */
int is_running(const struct inode *inode);

/* Returns 0 or -errno; then nothing has changed. */
long program_exec(struct process *process, struct inode *base, const char *path,
                  const struct exec_strings *strings);
