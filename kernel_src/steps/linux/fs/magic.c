/* fs/magic.c: names that mean something else to each process (proc(5)). */

#include "fs/magic.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/ramfs.h"
#include "lib/lib.h"
#include "proc/process.h"
#include "proc/signals.h"

static const struct {
    const char *path, *target;
} links[] = {
    {"dev/fd", "/proc/self/fd"},
    {"dev/stdin", "/proc/self/fd/0"},
    {"dev/stdout", "/proc/self/fd/1"},
    {"dev/stderr", "/proc/self/fd/2"},
};

static struct inode descriptor = {.users = 1, .mode = S_IFLNK | 0700, .magic = MAGIC_FD};

int magic_make(void)
{
    struct inode *made;
    int error = 0;

    for (uint32_t i = 0; error == 0 && i < sizeof links / sizeof links[0]; i++) {
        error = ramfs_symlink(links[i].path, links[i].target, &made);
    }
    error = error ? error : ramfs_make("proc/self/fd", S_IFDIR | 0500, 0, &made);
    if (error == 0) {
        made->magic = MAGIC_FDS;
        error = ramfs_symlink("proc/self/exe", "", &made);
    }
    if (error == 0) {
        made->magic = MAGIC_EXE;
    }
    return error;
}

struct inode *magic_child(const char *name, size_t length)
{
    uint32_t fd = 0;

    for (size_t i = 0; i < length; i++) {
        if (name[i] < '0' || name[i] > '9' || i == 4) {
            return NULL;
        }
        fd = fd * 10 + (uint32_t)(name[i] - '0');
    }
    descriptor.rdev = fd;
    descriptor.number = UINT32_MAX - fd;
    return file_or_place_of((int)fd) ? &descriptor : NULL;
}

struct inode *magic_target(const struct inode *link)
{
    const struct file *file;

    if (link->magic == MAGIC_EXE) {
        return current_process()->group->exe;
    }
    file = file_or_place_of((int)link->rdev);
    return file ? file->inode : NULL;
}

long magic_text(const struct inode *link, char *text)
{
    static const char nameless[] = "pipe:[1]", deleted[] = "/ (deleted)";
    const struct inode *target = magic_target(link);
    long at = target ? path_of_inode(target, text) : -ENOENT;

    if (at == -ENOENT && link->magic == MAGIC_FD) {
        uint32_t size = target ? sizeof deleted : sizeof nameless;
        at = PATH_MAX - (long)size;
        memcpy(text + at, target ? deleted : nameless, size);
    }
    return at;
}
