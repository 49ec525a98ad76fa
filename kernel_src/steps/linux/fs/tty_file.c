/* fs/tty_file.c: the terminal as a file. */

#include "dev/clock.h"
#include "fs/file.h"
#include "fs/tty.h"
#include "fs/tty_state.h"
#include "mm/mm.h"
#include "proc/process.h"

#define CHUNK_BYTES 256
#define TICKS_PER_VTIME (TIMER_HZ / 10)

/* Take characters out, to the end of a line or until there are enough. */
static long take(uint8_t *buffer, size_t size)
{
    size_t done = 0;

    while (done < size && tty_available() != 0) {
        uint16_t cell = tty_cells[tty.tail % TTY_CELLS];
        uint8_t c = (uint8_t)cell;
        if ((cell & CELL_EOF) == 0) {
            if (copy_to_user(buffer + done, &c, 1) != 0) {
                return done ? (long)done : -EFAULT;
            }
            done++;
        }
        tty.tail++;
        if ((cell & CELL_END) && tty_has(ICANON)) {
            break;
        }
    }
    return (long)done;
}

/* Wait until `count` characters are there; without VMIN at most for VTIME. Returns 0 or -errno. */
static long wait_for(const struct file *file, uint32_t count)
{
    uint32_t vtime = tty_has(ICANON) ? 0 : tty.termios.cc[VTIME];
    uint32_t before = count, deadline = 0, now;

    while ((now = tty_available()) < count) {
        if (file->flags & O_NONBLOCK) {
            return now ? 0 : -EAGAIN;
        }
        if (signal_pending(current_process())) {
            return -ERESTARTSYS;
        }
        if (now != before) { /* it is a time between characters */
            deadline = clock_ticks() + vtime * TICKS_PER_VTIME + 1;
            before = now;
        }
        if (vtime == 0 || (tty.termios.cc[VMIN] != 0 && now == 0)) {
            sleep_on(&tty.readers);
        } else if (sleep_until(&tty.readers, deadline)) {
            return 0;
        }
    }
    return 0;
}

static uint32_t wanted(size_t size)
{
    uint32_t vmin = tty.termios.cc[VMIN];

    if (tty_has(ICANON)) {
        return 1;
    }
    return vmin == 0 ? tty.termios.cc[VTIME] != 0 : vmin < size ? vmin : size;
}

static long tty_read(struct file *file, void *buffer, size_t size)
{
    long error = size ? tty_check_foreground(SIGTTIN) : 0;

    if (error || size == 0) {
        return error;
    }
    error = wait_for(file, wanted(size));
    if (error == 0) {
        error = take(buffer, size);
        console_poll();
    }
    return error;
}

static long tty_write(struct file *file, const void *buffer, size_t size)
{
    char chunk[CHUNK_BYTES];
    size_t done = 0;
    long error = tty.termios.lflag & TOSTOP ? tty_check_foreground(SIGTTOU) : 0;

    while (error == 0 && done < size) {
        size_t part = size - done < sizeof chunk ? size - done : sizeof chunk;
        while (error == 0 && tty.is_stopped) {
            error = file_wait(file, &tty.writers);
        }
        error = error ? error : copy_from_user(chunk, (const char *)buffer + done, part);
        if (error == 0) {
            tty_put(chunk, part);
            done += part;
        }
    }
    return done ? (long)done : error;
}

static uint32_t tty_ready(struct file *file)
{
    uint32_t vmin = tty_has(ICANON) || tty.termios.cc[VTIME] ? 0 : tty.termios.cc[VMIN];

    (void)file;
    return (tty.is_stopped ? 0 : POLLOUT) | (tty_available() >= (vmin ? vmin : 1) ? POLLIN : 0);
}

const struct file_ops tty_ops = {
    .read = tty_read,
    .write = tty_write,
    .ready = tty_ready,
    .release = inode_release,
    .control = tty_control,
};

struct file *console_open(void)
{
    return file_create(&tty_ops, O_RDWR, NULL);
}
