/* kernel/suite_table.c: what this kernel runs, in order, and how each must end. */

#include "kernel/suite.h"
#include "proc/process.h"

/* Title; program, how many processes run it, what kills each; or a check in the kernel. */
const struct suite_entry suite[] = {
    {"hello", "hello", 1, NOT_KILLED, NULL},
    {"auxv: what the kernel tells a program at its start", "auxv", 1, NOT_KILLED, NULL},
    {"ports: what the I/O permission bitmap allows", "ports", 1, NOT_KILLED, NULL},
    {"family: fork, pipe, execve, kill, wait4", "family", 1, NOT_KILLED, NULL},
    {"pages: touched, copied, grown, protected", "pages", 1, NOT_KILLED, NULL},
    {"turns: nobody keeps the CPU", "turns", 1, NOT_KILLED, NULL},
    {"sleepers: who sleeps needs no CPU", "sleepers", 1, NOT_KILLED, NULL},
    {"trespass: killed by a page fault, and the kernel lives", "trespass", 1, VECTOR_PF, NULL},
    {"cost of a null system call", "cost", 1, NOT_KILLED, NULL},
};

const size_t suite_length = sizeof suite / sizeof suite[0];
