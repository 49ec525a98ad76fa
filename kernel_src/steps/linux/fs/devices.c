/* fs/devices.c: the devices that programs expect (Linux Documentation/admin-guide/devices.txt). */

#include "fs/file.h"
#include "fs/tty.h"
#include "lib/lib.h"
#include "lib/random.h"
#include "mm/mm.h"
#include "sys/calls.h"

static long null_read(struct file *file, void *buffer, size_t size)
{
    (void)file;
    (void)buffer;
    (void)size;
    return 0;
}

static long null_write(struct file *file, const void *buffer, size_t size)
{
    (void)file;
    (void)buffer;
    return (long)size;
}

static long full_write(struct file *file, const void *buffer, size_t size)
{
    (void)file;
    (void)buffer;
    (void)size;
    return -ENOSPC;
}

/* Pieces of 64 bytes, zeros or random ones. Once, as a copy in each caller would be larger. */
__attribute__((noinline)) static long fill(void *buffer, size_t size, int random)
{
    uint32_t words[16] = {0};
    size_t done = 0;

    while (done < size) {
        for (uint32_t i = 0; random && i < sizeof words / sizeof words[0]; i++) {
            words[i] = random_u32();
        }
        uint32_t at = (uint32_t)buffer + done; /* no piece reaches into a page that is not there */
        uint32_t part = lower(size - done, sizeof words - at % sizeof words);
        if (copy_to_user((uint8_t *)buffer + done, words, part) != 0) {
            return done ? (long)done : -EFAULT;
        }
        done += part;
    }
    return (long)done;
}

static long zero_read(struct file *file, void *buffer, size_t size)
{
    (void)file;
    return fill(buffer, size, 0);
}

static long random_read(struct file *file, void *buffer, size_t size)
{
    (void)file;
    return fill(buffer, size, 1);
}

long sys_getrandom(void *buffer, size_t size, uint32_t flags)
{
    /* GRND_NONBLOCK 1, GRND_RANDOM 2, GRND_INSECURE 4; the last two exclude each other. */
    return flags > 5 ? -EINVAL : fill(buffer, size, 1);
}

static const struct file_ops null_ops = {
    .read = null_read, .write = null_write, .release = inode_release};
static const struct file_ops zero_ops = {
    .read = zero_read, .write = null_write, .release = inode_release};
static const struct file_ops full_ops = {
    .read = zero_read, .write = full_write, .release = inode_release};
static const struct file_ops random_ops = {
    .read = random_read, .write = null_write, .release = inode_release};

const struct file_ops *device_ops(uint32_t rdev)
{
    switch (rdev) {
    case DEVICE_NULL:
        return &null_ops;
    case DEVICE_ZERO:
        return &zero_ops;
    case DEVICE_FULL:
        return &full_ops;
    case DEVICE_RANDOM:
    case DEVICE_URANDOM:
        return &random_ops;
    case DEVICE_TTY:
    case DEVICE_CONSOLE:
    case DEVICE_TTYS0:
        return &tty_ops;
    default:
        return NULL;
    }
}
