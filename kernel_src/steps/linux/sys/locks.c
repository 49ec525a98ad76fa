/* sys/locks.c: system calls that lock files: fcntl(2), flock(2). */

#include "sys/locks.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/sleep.h"
#include "sys/calls.h"

/* Whose a lock is: of fcntl() the table of open files, or as F_OFD_ the open file, of flock() that,
 * too. Those of one kind
 * do not see the others. */
struct lock {
    struct node node; /* of the file's */
    const void *owner;
    int is_flock, type; /* F_RDLCK, F_WRLCK, or to give up: F_UNLCK */
    int32_t pid;
    int64_t start, end; /* the last byte that it covers */
};

/* One who waits, and for whom; on his kernel stack. */
struct lock_waiter {
    struct node node;
    const void *owner, *waits_for;
};

static struct wait_queue given_up;
static struct node *waiters;

static struct lock *lock_of(struct node *node)
{
    return node_owner(node, struct lock, node);
}

static int overlaps(const struct lock *a, const struct lock *b)
{
    return a->is_flock == b->is_flock && a->start <= b->end && b->start <= a->end;
}

/* The first lock of somebody else that is in its way, or NULL. */
static struct lock *lock_blocking(const struct inode *inode, const struct lock *wanted)
{
    struct lock *first = NULL;

    for (struct node *node = inode->locks; node; node = node->next) {
        struct lock *lock = lock_of(node);
        if (lock->owner != wanted->owner && overlaps(lock, wanted) &&
            (lock->type == F_WRLCK || wanted->type == F_WRLCK) &&
            (!first || lock->start < first->start)) {
            first = lock;
        }
    }
    return first;
}

/* Does `owner`, over those that he waits for, wait for `me`? */
static int waits_for(const void *owner, const void *me)
{
    for (struct node *node = waiters; node && owner != me; node = node->next) {
        const struct lock_waiter *waiter = node_owner(node, struct lock_waiter, node);
        if (waiter->owner == owner) {
            owner = waiter->waits_for;
            node = waiters;
        }
    }
    return owner == me;
}

static long wait_until_free(const struct inode *inode, const struct lock *wanted, int wait)
{
    const struct lock *other;
    long error = 0;

    while (error == 0 && (other = lock_blocking(inode, wanted))) {
        struct lock_waiter waiter = {.owner = wanted->owner, .waits_for = other->owner};
        if (!wait || signal_pending(current_process())) {
            return wait ? -ERESTARTSYS : -EAGAIN;
        }
        if (!wanted->is_flock && waits_for(other->owner, wanted->owner)) {
            return -EDEADLK;
        }
        node_insert(&waiters, &waiter.node);
        sleep_on(&given_up);
        node_remove(&waiter.node);
    }
    return error;
}

/* What one's own lock covers of the new one's range is the new one's; it may cover more at both
 * ends, for which there are two spare locks. */
static void cut(struct inode *inode, struct lock *lock, struct lock *new, struct lock *spare[2])
{
    if (lock->type == new->type &&new->type != F_UNLCK) { /* both become one */
        new->start = lock->start < new->start ? lock->start : new->start;
        new->end = lock->end > new->end ? lock->end : new->end;
    }
    for (int i = 0; i < 2; i++) {
        int is_left = i == 0 ? lock->start < new->start : lock->end > new->end;
        if (is_left && spare[i]) {
            *spare[i] = *lock;
            *(i == 0 ? &spare[i]->end : &spare[i]->start) = i == 0 ? new->start - 1 : new->end + 1;
            node_insert(&inode->locks, &spare[i]->node);
            spare[i] = NULL;
        }
    }
    node_remove(&lock->node);
    memory_free(lock);
}

/* Set one, or give up what it covers. Returns 0 or -errno: -EAGAIN if it would have to wait. */
static long lock_set(struct inode *inode, const struct lock *wanted, int wait)
{
    struct lock *spare[3] = {NULL, NULL, NULL};
    struct node *next;
    long error = wanted->type == F_UNLCK ? 0 : wait_until_free(inode, wanted, wait);

    for (int i = 0; i < 3 && error == 0; i++) {
        spare[i] = memory_alloc(sizeof *spare[i]);
        error = spare[i] ? 0 : -ENOMEM;
    }
    if (error == 0) {
        struct lock *new = spare[2];
        *new = *wanted;
        for (struct node *node = inode->locks; node; node = next) {
            struct lock *lock = lock_of(node);
            const struct lock around = {.is_flock = new->is_flock,
                                        .start = new->start - (lock->type == new->type),
                                        .end = new->end +
                                               (new->end < INT64_MAX && lock->type == new->type)};
            next = node->next;
            if (lock->owner == new->owner && overlaps(lock, &around)) {
                cut(inode, lock, new, spare);
            }
        }
        if (new->type != F_UNLCK) {
            node_insert(&inode->locks, &new->node);
            spare[2] = NULL;
        }
        wake_all(&given_up);
    }
    for (int i = 0; i < 3; i++) {
        memory_free(spare[i]);
    }
    return error;
}

void locks_release(struct inode *inode, const void *owner)
{
    struct node *next;

    for (struct node *node = inode->locks; node; node = next) {
        next = node->next;
        if (lock_of(node)->owner == owner) {
            node_remove(node);
            memory_free(lock_of(node));
        }
    }
    wake_all(&given_up);
}

/* ---- The calls ---- */

#define LOCK_SH 1
#define LOCK_EX 2
#define LOCK_NB 4
#define LOCK_UN 8

/* Linux include/uapi/asm-generic/fcntl.h, and as it was when files were short. */
struct __attribute__((packed)) flock64 {
    int16_t type, whence;
    int64_t start, size;
    int32_t pid;
};

struct flock {
    int16_t type, whence;
    int32_t start, size, pid;
};

static int flock_get(const void *from, int is_wide, struct flock64 *user)
{
    struct flock narrow;

    if (is_wide) {
        return copy_from_user(user, from, sizeof *user);
    }
    int error = copy_from_user(&narrow, from, sizeof narrow);
    *user = (struct flock64){narrow.type, narrow.whence, narrow.start, narrow.size, narrow.pid};
    return error;
}

static int flock_put(void *to, int is_wide, const struct flock64 *user)
{
    const struct flock narrow = {user->type, user->whence, (int32_t)user->start,
                                 (int32_t)user->size, user->pid};

    return is_wide ? copy_to_user(to, user, sizeof *user)
                   : copy_to_user(to, &narrow, sizeof narrow);
}

/* A range that may be given from its end. Returns 0 or -errno. */
static long range_of(const struct file *file, const struct flock64 *user, struct lock *lock)
{
    int64_t base = user->whence == SEEK_CUR   ? (int64_t)file->position
                   : user->whence == SEEK_END ? (int64_t)file->inode->size
                                              : 0;

    if ((uint16_t)user->whence > SEEK_END || (uint16_t)user->type > F_UNLCK) {
        return -EINVAL;
    }
    lock->start = base + user->start + (user->size < 0 ? user->size : 0);
    lock->end = user->size > 0   ? lock->start + user->size - 1
                : user->size < 0 ? base + user->start - 1
                                 : INT64_MAX;
    return lock->start < 0 ? -EINVAL : lock->end < lock->start ? -EOVERFLOW : 0;
}

enum { GET, SET, SET_AND_WAIT }; /* F_GETLK and those that follow it, in each of three sorts */

long lock_command(struct file *file, int command, void *argument)
{
    int is_wide = command >= F_GETLK64, is_ofd = command >= F_OFD_GETLK;
    struct lock lock = {.owner = is_ofd ? (const void *)file : current_process()->files,
                        .pid = is_ofd ? -1 : current_process()->tgid};
    struct flock64 user;

    command -= is_ofd ? F_OFD_GETLK : is_wide ? F_GETLK64 : F_GETLK;
    if ((uint32_t)command > SET_AND_WAIT) {
        return -EINVAL;
    }
    if (flock_get(argument, is_wide, &user) != 0) {
        return -EFAULT;
    }
    if (!file->inode || (is_ofd && user.pid)) {
        return file->inode ? -EINVAL : -EBADF;
    }
    long error = range_of(file, &user, &lock);
    if (error) {
        return error;
    }
    lock.type = user.type;
    if (command == GET) {
        const struct lock *other = lock.type == F_UNLCK ? NULL : lock_blocking(file->inode, &lock);
        if (lock.type == F_UNLCK) {
            return -EINVAL;
        }
        user.type = F_UNLCK;
        if (other) {
            user = (struct flock64){(int16_t)other->type, SEEK_SET, other->start,
                                    other->end == INT64_MAX ? 0 : other->end - other->start + 1,
                                    other->pid};
        }
        return flock_put(argument, is_wide, &user);
    }
    uint32_t mode = file->flags & O_ACCMODE;
    if ((lock.type == F_RDLCK && mode == O_WRONLY) || (lock.type == F_WRLCK && mode == O_RDONLY)) {
        return -EBADF;
    }
    return lock_set(file->inode, &lock, command == SET_AND_WAIT);
}

long sys_flock(int fd, int operation)
{
    struct file *file = file_of(fd);
    int kind = operation & ~LOCK_NB;
    struct lock lock = {.owner = file,
                        .is_flock = 1,
                        .type = kind == LOCK_SH   ? F_RDLCK
                                : kind == LOCK_EX ? F_WRLCK
                                                  : F_UNLCK,
                        .end = INT64_MAX};

    if (kind != LOCK_SH && kind != LOCK_EX && kind != LOCK_UN) {
        return -EINVAL;
    }
    if (!file || !file->inode) {
        return -EBADF;
    }
    return lock_set(file->inode, &lock, (operation & LOCK_NB) == 0);
}
