/* lib/list.h: lists whose members can leave without being looked for, and tables of such lists. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* In a structure that is to be in a list. */
struct node {
    struct node *next;
    struct node **link; /* what points here; NULL: it is in no list */
};

/* The structure that a node is a member of. */
#define node_owner(node, type, member) ((type *)((char *)(node)-offsetof(type, member)))

static inline void node_insert(struct node **link, struct node *node)
{
    node->next = *link;
    node->link = link;
    if (node->next) {
        node->next->link = &node->next;
    }
    *link = node;
}

static inline void node_remove(struct node *node)
{
    *node->link = node->next;
    if (node->next) {
        node->next->link = node->link;
    }
    node->link = NULL;
}

/* A list to whose end members come. */
struct list {
    struct node *first;
    struct node **end; /* where the next is put, unless the list is empty */
};

static inline void list_append(struct list *list, struct node *node)
{
    node_insert(list->first ? list->end : &list->first, node);
    list->end = &node->next;
}

static inline void list_remove(struct list *list, struct node *node)
{
    if (!node->next) {
        list->end = node->link;
    }
    node_remove(node);
}

/* One more word of what is looked for: Fowler, Noll and Vo's hash, with words for bytes. The upper
 * bits are the good ones. */
static inline uint32_t hash_add(uint32_t hash, uint32_t word)
{
    return (hash ^ word) * 16777619u;
}

/* The list of a table, whose size is 1 << bits, that something with this hash is in. */
#define hash_list(table, bits, hash) (&(table)[(hash) >> (32 - (bits))])
