/* proc/family.h: children, the oldest first. */
#pragma once

#include "proc/process.h"

static inline struct process *child_of(struct node *node)
{
    return node ? node_owner(node, struct process, of_parent) : NULL;
}

static inline struct process *child_first(const struct process *parent)
{
    return child_of(parent->children.first);
}

static inline struct process *child_next(const struct process *child)
{
    return child_of(child->of_parent.next);
}

/* Another number than it has. */
void process_number(struct process *process, int32_t pid);
