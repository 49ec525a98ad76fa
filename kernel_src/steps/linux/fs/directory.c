/* fs/directory.c: names in directories. */

#include "dev/clock.h"
#include "fs/inode.h"
#include "lib/lib.h"
#include "mm/space.h"

static int same_name(const char *name, const char *wanted, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (name[i] != wanted[i]) { /* a shorter one differs at its 0 */
            return 0;
        }
    }
    return name[length] == '\0';
}

struct entry *directory_find(const struct inode *directory, const char *name, size_t length)
{
    struct entry *entry = directory->entries;

    while (entry && !same_name(entry->name, name, length)) {
        entry = entry->next;
    }
    return entry;
}

static void touch(struct inode *directory)
{
    directory->mtime = directory->ctime = clock_seconds();
}

/* A directory that was removed is still somebody's working directory, but takes no names. */
int directory_add(struct inode *directory, const char *name, size_t length, struct inode *inode)
{
    struct entry *entry = directory->links ? memory_alloc(sizeof *entry + length + 1) : NULL;

    if (!entry) {
        return directory->links ? -ENOSPC : -ENOENT;
    }
    entry->next = directory->entries;
    entry->inode = inode;
    entry->cookie = ++directory->last_cookie;
    memcpy(entry->name, name, length);
    directory->entries = entry;
    inode->links++;
    inode_get(inode);
    if (is_directory(inode)) {
        inode->parent = directory;
    }
    touch(directory);
    return 0;
}

void directory_remove(struct inode *directory, struct entry *entry)
{
    struct entry **link = &directory->entries;

    while (*link != entry) {
        link = &(*link)->next;
    }
    *link = entry->next;
    entry->inode->links--;
    entry->inode->ctime = clock_seconds();
    inode_put(entry->inode);
    memory_free(entry);
    touch(directory);
}
