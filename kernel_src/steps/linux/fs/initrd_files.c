/* fs/initrd_files.c: makes the files that the entries of an archive stand for.
 *
 * A file with several names has an entry for each, with the same inode number. One of them has the
 * data: the first, or with GNU cpio the last. So all names are remembered. An entry without data
 * becomes one more name of the file; one with data makes a new file, which takes over all names
 * that the file had so far.
 *
 * A directory's time changes when something is made in it, and so is set when all is made.
 */

#include "fs/initrd_files.h"

#include "fs/cpio.h"
#include "fs/ramfs.h"
#include "include/constants.h"
#include "lib/lib.h"
#include "lib/text.h"
#include "mm/space.h"

struct initrd_name {
    struct initrd_name *next;
    uint32_t ino, dev_major, dev_minor, type;
    char path[];
};

struct initrd_directory {
    struct initrd_directory *next;
    struct inode *inode;
    uint32_t mtime;
};

static uint32_t type_of(const struct cpio_entry *entry)
{
    return entry->mode & S_IFMT;
}

/* A device number as Linux keeps it in 32 bits: 12 for the major, around which the minor has 20. */
static uint32_t device_number(uint32_t major, uint32_t minor)
{
    return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

/* The name without what leads to the root only: "/" and "./", which packers write or leave out. */
static const char *path_of(const char *name)
{
    while (name[0] == '/' || (name[0] == '.' && (name[1] == '/' || name[1] == '\0'))) {
        name++;
    }
    return *name != '\0' ? name : "/";
}

/* The next of the names, from `name` on, that belong to the same file as the entry. */
static struct initrd_name *find_name(struct initrd_name *name, const struct cpio_entry *entry)
{
    while (name && (name->ino != entry->ino || name->dev_major != entry->dev_major ||
                    name->dev_minor != entry->dev_minor || name->type != type_of(entry))) {
        name = name->next;
    }
    return name;
}

static int remember_name(struct initrd_name **bucket, const struct cpio_entry *entry,
                         const char *path)
{
    size_t size = text_size(path);
    struct initrd_name *name = memory_alloc(sizeof *name + size);

    if (!name) {
        return -ENOMEM;
    }
    name->next = *bucket;
    name->ino = entry->ino;
    name->dev_major = entry->dev_major;
    name->dev_minor = entry->dev_minor;
    name->type = type_of(entry);
    memcpy(name->path, path, size);
    *bucket = name;
    return 0;
}

static int remember_directory(struct initrd_files *files)
{
    struct initrd_directory *directory = memory_alloc(sizeof *directory);

    if (!directory) {
        return -ENOMEM;
    }
    *directory = (struct initrd_directory){NULL, files->inode, files->mtime};
    if (files->last_directory) {
        files->last_directory->next = directory;
    } else {
        files->directories = directory;
    }
    files->last_directory = directory;
    return 0;
}

static int make_inode(struct initrd_files *files, const struct cpio_entry *entry, const char *path)
{
    int error;

    if (type_of(entry) == S_IFLNK) {
        error = ramfs_symlink(path, entry->target, &files->inode);
    } else {
        error = ramfs_make(path, entry->mode, device_number(entry->rdev_major, entry->rdev_minor),
                           &files->inode);
    }
    if (error == 0) {
        inode_set_owner(files->inode, entry->uid, entry->gid);
        inode_set_times(files->inode, entry->mtime);
    }
    return error;
}

/* An entry whose file may have other names, before or behind. */
static int make_linked(struct initrd_files *files, const struct cpio_entry *entry, const char *path)
{
    struct initrd_name **bucket = &files->names[entry->ino % INITRD_BUCKETS];
    struct initrd_name *known = find_name(*bucket, entry);
    int error;

    if (known && strcmp(known->path, path) == 0 && entry->size == 0) {
        return 0;
    }
    if (known && entry->size == 0) {
        error = ramfs_link(known->path, path);
    } else {
        error = make_inode(files, entry, path);
        for (; known && !error; known = find_name(known->next, entry)) {
            if (strcmp(known->path, path) != 0) {
                error = ramfs_link(path, known->path);
            }
        }
    }
    return error ? error : remember_name(bucket, entry, path);
}

int initrd_files_make(struct initrd_files *files, const struct cpio_entry *entry)
{
    const char *path = path_of(entry->name);
    uint32_t type = type_of(entry);

    files->written = 0;
    files->mtime = entry->mtime;
    if (entry->nlink > 1 && type != S_IFDIR && type != S_IFLNK) {
        return make_linked(files, entry, path);
    }
    int error = make_inode(files, entry, path);
    if (error == 0 && type == S_IFDIR) {
        error = remember_directory(files);
    }
    return error;
}

int initrd_files_write(struct initrd_files *files, const uint8_t *data, size_t size)
{
    while (size > 0) {
        long count = inode_write(files->inode, files->written, data, size);
        if (count <= 0) {
            return count < 0 ? (int)count : -ENOMEM;
        }
        files->written += (uint32_t)count;
        data += count;
        size -= (size_t)count;
    }
    inode_set_times(files->inode, files->mtime);
    return 0;
}

void initrd_files_forget_links(struct initrd_files *files)
{
    for (int i = 0; i < INITRD_BUCKETS; i++) {
        while (files->names[i]) {
            struct initrd_name *name = files->names[i];
            files->names[i] = name->next;
            memory_free(name);
        }
    }
}

void initrd_files_end(struct initrd_files *files)
{
    initrd_files_forget_links(files);
    while (files->directories) {
        struct initrd_directory *directory = files->directories;
        inode_set_times(directory->inode, directory->mtime);
        files->directories = directory->next;
        memory_free(directory);
    }
}
