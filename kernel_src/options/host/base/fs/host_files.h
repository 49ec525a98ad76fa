/* fs/host_files.h: the standard streams of process 1, which are the host's. */
#pragma once

#include <stdint.h>

struct file_ops;
struct host_start;
struct process;

/* What they are. */
void host_files_given(const struct host_start *start);

/* Let `process` have them in place of the console. Returns 0 or -errno. */
int host_files_first(struct process *process);

/* Is the host's terminal of another size than before? */
void host_files_resized(void);

/* ---- fs/host_stream.c ---- */

extern const struct file_ops host_input_ops, host_output_ops;
