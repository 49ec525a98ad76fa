/* proc/program.h: running a program by its path. */
#pragma once

struct exec_strings;
struct group;
struct inode;
struct process;

/* What a process runs: nobody may change that file. NULL: nothing any more. */
void program_set(struct group *group, struct inode *inode);

/* Returns 0 or -errno; then nothing has changed. */
long program_exec(struct process *process, struct inode *base, const char *path,
                  const struct exec_strings *strings);
