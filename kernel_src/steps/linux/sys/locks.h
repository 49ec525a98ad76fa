/* sys/locks.h: locks of files: fcntl(2), flock(2). */
#pragma once

struct file;
struct inode;

/* F_GETLK and so on of fcntl(). */
long lock_command(struct file *file, int command, void *argument);

/* All of an owner are gone: a table of open files, or an open file. */
void locks_release(struct inode *inode, const void *owner);
