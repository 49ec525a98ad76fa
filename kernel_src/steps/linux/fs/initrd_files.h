/* fs/initrd_files.h: makes the files that the entries of an archive stand for. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct cpio_entry;
struct inode;

#define INITRD_BUCKETS 64

/* All zeros at first. */
struct initrd_files {
    struct inode *inode; /* of the last entry: where its data go */
    uint32_t written;    /* bytes of it */
    uint32_t mtime;
    struct initrd_file *files[INITRD_BUCKETS]; /* with several names, by inode number */
    struct initrd_directory *directories, *last_directory;
};

/* All return 0 or -errno. */
int initrd_files_make(struct initrd_files *files, const struct cpio_entry *entry);
int initrd_files_write(struct initrd_files *files, const uint8_t *data, size_t size);

/* From here on the same inode number means another file. */
void initrd_files_forget_links(struct initrd_files *files);

/* Set what could only be set at the end, and free what was remembered. */
void initrd_files_end(struct initrd_files *files);
