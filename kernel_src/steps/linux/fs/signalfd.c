/* fs/signalfd.c: signals that are read from a file: signalfd(2). Whoever reads has his own. */

#include "fs/file.h"
#include "fs/ready.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "proc/signals.h"
#include "sys/calls.h"

/* Linux include/uapi/linux/signalfd.h. */
struct signalfd_siginfo {
    uint32_t signal;
    int32_t error, code;
    uint32_t pid, uid, unused0[3];
    uint32_t overrun, trapno;
    int32_t status, value;
    uint32_t unused1[20];
};

_Static_assert(sizeof(struct signalfd_siginfo) == 128, "as Linux");

struct wait_queue signals_arrived;

static sigset *mask_of(const struct file *file)
{
    return file->object;
}

static long tell(struct signalfd_siginfo *to, const struct signal_info *info)
{
    int is_child = info->signal == SIGCHLD && info->code > 0;
    const struct signalfd_siginfo user = {.signal = (uint32_t)info->signal,
                                          .code = info->code,
                                          .pid = info->value[0],
                                          .uid = info->value[1],
                                          .status = is_child ? (int32_t)info->value[2] : 0,
                                          .value = is_child ? 0 : (int32_t)info->value[2]};

    return copy_to_user(to, &user, sizeof user);
}

static long signalfd_read(struct file *file, void *buffer, size_t size)
{
    struct signalfd_siginfo *to = buffer;
    uint32_t room = size / sizeof *to, count = 0;
    struct signal_info info;
    long error = room ? 0 : -EINVAL;

    while (error == 0 && count < room) {
        if (signal_take(current_process(), *mask_of(file), &info)) {
            error = tell(&to[count], &info);
            count += error == 0;
        } else if (count) {
            break;
        } else {
            error = file_wait(file, &signals_arrived);
        }
    }
    return count ? (long)(count * sizeof *to) : error;
}

static uint32_t signalfd_ready(struct file *file)
{
    const struct process *process = current_process();

    return (process->pending.set | process->group->pending.set) & *mask_of(file) ? POLLIN : 0;
}

static struct wait_queue *signalfd_queue(const struct file *file)
{
    (void)file;
    return &signals_arrived;
}

static const struct file_ops signalfd_ops = {.read = signalfd_read,
                                             .ready = signalfd_ready,
                                             .release = object_release,
                                             .queue = signalfd_queue};

/* A new one, or other signals for one that there is. */
long sys_signalfd4(int fd, const sigset *mask, uint32_t size, uint32_t flags)
{
    struct file *file = file_of(fd);
    sigset wanted;

    if ((flags & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK)) || size != sizeof wanted) {
        return -EINVAL;
    }
    if (copy_from_user(&wanted, mask, sizeof wanted) != 0) {
        return -EFAULT;
    }
    wanted &= ~SIGNALS_UNBLOCKABLE;
    if (fd == -1) {
        file = file_with_object(&signalfd_ops, O_RDWR | (flags & O_NONBLOCK), sizeof wanted);
        if (file) {
            *mask_of(file) = wanted;
        }
        return file_install_new(file, flags);
    }
    if (!file || file->ops != &signalfd_ops) {
        return file ? -EINVAL : -EBADF;
    }
    *mask_of(file) = wanted;
    ready_changed(&signals_arrived);
    return fd;
}
