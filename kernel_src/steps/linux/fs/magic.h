/* fs/magic.h: names that mean something else to each process: /dev/fd, /dev/stdin, /proc/self/exe.
 *
 * Nothing else of /proc is there.
 */
#pragma once

#include <stddef.h>

struct inode;

/* What inode.magic says. */
#define MAGIC_EXE 1 /* a symbolic link: to what the process runs */
#define MAGIC_FDS 2 /* the directory of the numbers of its open files */
#define MAGIC_FD 3  /* a symbolic link in there, whose number inode.rdev is */
#define MAGIC_NEW 4 /* a file that has no name yet */

/* Make them. Returns 0 or -errno. */
int magic_make(void);

/* What a number in the directory of open files stands for, or NULL. It is the same inode each time:
 * whoever has looked up one is through with it before he looks up the next. */
struct inode *magic_child(const char *name, size_t length);

/* What a magic link leads to; NULL: to something without an inode, or nowhere. */
struct inode *magic_target(const struct inode *link);

/* What readlink() tells, at the end of PATH_MAX bytes. Returns where it begins there, or -errno. */
long magic_text(const struct inode *link, char *text);
