/* fs/initrd_files.c: makes the files that the entries of an archive stand for.
 *
 * A file with several names has an entry for each, with the same inode number. One of them has the
 * data: the first, or with GNU cpio the last. The first makes the file, the others give it one more
 * name, and their mode and data, if they have any.
 *
 * A directory's time changes when something is made in it, and so is set when all is made.
 */

#include "fs/initrd_files.h"

#include "fs/cpio.h"
#include "fs/ramfs.h"
#include "include/constants.h"
#include "mm/space.h"

struct initrd_file {
    struct initrd_file *next;
    uint32_t ino, dev_major, dev_minor, type;
    struct inode *inode;
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

/* The file, from `file` on, that the entry belongs to, or NULL. */
static struct initrd_file *find_file(struct initrd_file *file, const struct cpio_entry *entry)
{
    while (file && (file->ino != entry->ino || file->dev_major != entry->dev_major ||
                    file->dev_minor != entry->dev_minor || file->type != type_of(entry))) {
        file = file->next;
    }
    return file;
}

static int remember_file(struct initrd_file **bucket, const struct cpio_entry *entry,
                         struct inode *inode)
{
    struct initrd_file *file = memory_alloc(sizeof *file);

    if (!file) {
        return -ENOMEM;
    }
    *file = (struct initrd_file){*bucket,          entry->ino,     entry->dev_major,
                                 entry->dev_minor, type_of(entry), inode};
    inode_get(inode);
    *bucket = file;
    return 0;
}

static int remember_directory(struct initrd_files *files)
{
    struct initrd_directory *directory = memory_alloc(sizeof *directory);

    if (!directory) {
        return -ENOMEM;
    }
    *directory = (struct initrd_directory){NULL, files->inode, files->mtime};
    inode_get(files->inode); /* a later entry may take its place */
    if (files->last_directory) {
        files->last_directory->next = directory;
    } else {
        files->directories = directory;
    }
    files->last_directory = directory;
    return 0;
}

static void set_attributes(struct inode *inode, const struct cpio_entry *entry)
{
    inode_set_attributes(inode, type_of(entry) == S_IFLNK ? S_IFLNK | 0777 : entry->mode,
                         entry->uid, entry->gid);
    inode_set_times(inode, entry->mtime);
}

static int make_inode(struct initrd_files *files, const struct cpio_entry *entry, const char *path)
{
    uint32_t device = device_number(entry->rdev_major, entry->rdev_minor);
    int error = type_of(entry) == S_IFLNK ? ramfs_symlink(path, entry->target, &files->inode)
                                          : ramfs_make(path, entry->mode, device, &files->inode);

    if (error == 0) {
        set_attributes(files->inode, entry);
    }
    return error;
}

/* An entry whose file may have other names, before or behind. */
static int make_linked(struct initrd_files *files, const struct cpio_entry *entry, const char *path)
{
    struct initrd_file **bucket = &files->files[entry->ino % INITRD_BUCKETS];
    const struct initrd_file *known = find_file(*bucket, entry);
    int error = known ? ramfs_link(known->inode, path) : make_inode(files, entry, path);

    if (!known) {
        return error ? error : remember_file(bucket, entry, files->inode);
    }
    if (error == 0 && type_of(entry) == S_IFREG) {
        files->inode = known->inode;
        set_attributes(known->inode, entry);
        error = entry->size ? inode_resize(known->inode, 0) : 0;
    }
    return error;
}

int initrd_files_make(struct initrd_files *files, const struct cpio_entry *entry)
{
    const char *path = path_of(entry->name);
    uint32_t type = type_of(entry);

    files->written = 0;
    files->mtime = entry->mtime;
    int is_linked = entry->nlink > 1 && type != S_IFDIR && type != S_IFLNK;
    int error = (is_linked ? make_linked : make_inode)(files, entry, path);
    if (error == -EEXIST) { /* as Linux: what is there stays, and the entry is lost */
        files->inode = NULL;
        return 0;
    }
    return error == 0 && type == S_IFDIR ? remember_directory(files) : error;
}

int initrd_files_write(struct initrd_files *files, const uint8_t *data, size_t size)
{
    while (files->inode && size > 0) {
        long count = inode_write(files->inode, files->written, data, size);
        if (count <= 0) {
            return count < 0 ? (int)count : -ENOMEM;
        }
        files->written += (uint32_t)count;
        data += count;
        size -= (size_t)count;
    }
    if (files->inode) {
        inode_set_times(files->inode, files->mtime);
    }
    return 0;
}

void initrd_files_forget_links(struct initrd_files *files)
{
    for (int i = 0; i < INITRD_BUCKETS; i++) {
        while (files->files[i]) {
            struct initrd_file *file = files->files[i];
            files->files[i] = file->next;
            inode_put(file->inode);
            memory_free(file);
        }
    }
}

void initrd_files_end(struct initrd_files *files)
{
    initrd_files_forget_links(files);
    while (files->directories) {
        struct initrd_directory *directory = files->directories;
        inode_set_times(directory->inode, directory->mtime);
        inode_put(directory->inode);
        files->directories = directory->next;
        memory_free(directory);
    }
}
