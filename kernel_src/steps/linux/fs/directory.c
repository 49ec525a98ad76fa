/* fs/directory.c: names in directories.
 *
 * A name is found by its hash, in one table for all directories: that takes as long in a large one
 * as in a small one.
 */

#include "dev/clock.h"
#include "fs/inode.h"
#include "lib/lib.h"
#include "mm/space.h"

#define NAME_BITS 12

static struct node *names[1 << NAME_BITS];

static int same_name(const char *name, const char *wanted, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (name[i] != wanted[i]) { /* a shorter one differs at its 0 */
            return 0;
        }
    }
    return name[length] == '\0';
}

static struct node **list_of(const struct inode *directory, const char *name, size_t length)
{
    uint32_t hash = directory->number;

    for (size_t i = 0; i < length; i++) {
        hash = hash_add(hash, (uint8_t)name[i]);
    }
    return hash_list(names, NAME_BITS, hash_add(hash, hash >> 16));
}

struct entry *directory_find(const struct inode *directory, const char *name, size_t length)
{
    for (struct node *node = *list_of(directory, name, length); node; node = node->next) {
        struct entry *entry = node_owner(node, struct entry, by_name);
        if (entry->directory == directory && same_name(entry->name, name, length)) {
            return entry;
        }
    }
    return NULL;
}

static void touch(struct inode *directory)
{
    directory->mtime = directory->ctime = file_time_now;
}

/* A directory that was removed is still somebody's working directory, but takes no names. */
int directory_add(struct inode *directory, const char *name, size_t length, struct inode *inode)
{
    struct entry *entry = directory->links ? memory_alloc(sizeof *entry + length + 1) : NULL;

    if (!entry) {
        return directory->links ? -ENOSPC : -ENOENT;
    }
    entry->directory = directory;
    entry->inode = inode;
    entry->cookie = ++directory->last_cookie;
    memcpy(entry->name, name, length);
    node_insert(&directory->entries, &entry->node);
    node_insert(list_of(directory, name, length), &entry->by_name);
    inode->entry = entry;
    inode->links++;
    inode_get(inode);
    if (is_directory(inode)) {
        inode->parent = directory;
        directory->subdirectories++;
    }
    touch(directory);
    return 0;
}

void directory_remove(struct inode *directory, struct entry *entry)
{
    struct inode *inode = entry->inode;

    node_remove(&entry->node);
    node_remove(&entry->by_name);
    directory->subdirectories -= is_directory(inode);
    inode->entry = inode->entry == entry ? NULL : inode->entry;
    inode->links--;
    inode->ctime = file_time_now;
    inode_put(inode);
    memory_free(entry);
    touch(directory);
}
