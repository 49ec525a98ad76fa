/* kernel/suite_table.c: what this kernel runs, in order, and how each must end. */

#include <stddef.h>

#include "kernel/suite.h"

const struct suite_entry suite[] = {
    {.title = "hello",
     .program = "hello",
     .instances = 1,
     .killed_by = -1},
    {.title = "auxv: what the kernel tells a program at its start",
     .program = "auxv",
     .instances = 1,
     .killed_by = -1},
    {.title = "ports: what the I/O permission bitmap allows",
     .program = "ports",
     .instances = 1,
     .killed_by = -1},
    {.title = "trespass: killed by a page fault, and the kernel lives",
     .program = "trespass",
     .instances = 1,
     .killed_by = VECTOR_PF},
    {.title = "cost of a null system call",
     .program = "cost",
     .instances = 1,
     .killed_by = -1},
};

const size_t suite_length = sizeof suite / sizeof suite[0];
