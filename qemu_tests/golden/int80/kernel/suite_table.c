/* kernel/suite_table.c: what this kernel runs, in order, and how each must end. */

#include "kernel/suite.h"
#include "proc/process.h"

/* Title; program, how many processes run it, what kills each; or a check in the kernel. */
const struct suite_entry suite[] = {
    {"hello", "hello", 1, NOT_KILLED, NULL},
    {"ports: what the I/O permission bitmap allows", "ports", 1, NOT_KILLED, NULL},
    {"trespass: killed by a page fault, and the kernel lives", "trespass", 1, VECTOR_PF, NULL},
    {"cost of a null system call", "cost", 1, NOT_KILLED, NULL},
};

const size_t suite_length = sizeof suite / sizeof suite[0];
