/* fs/console.c: the serial line as a file. */

#include "dev/dev.h"
#include "fs/file.h"
#include "kernel/kernel.h"
#include "mm/mm.h"

#define CHUNK_BYTES 256
#define END_OF_INPUT 0x04 /* Ctrl-D */

static struct wait_queue readers;

/* Whoever waits for a character looks if it is for him. */
void console_interrupt(void)
{
    serial_interrupt();
    ready_changed(&readers);
}

static long console_write(struct file *file, const void *buffer, size_t size)
{
    char chunk[CHUNK_BYTES];
    size_t written = 0;

    (void)file;
    while (written < size) {
        size_t part = size - written < sizeof chunk ? size - written : sizeof chunk;
        if (copy_from_user(chunk, (const char *)buffer + written, part) != 0) {
            return written ? (long)written : -EFAULT;
        }
        serial_write(chunk, part);
        written += part;
    }
    return (long)written;
}

/* The next character that was typed, or -errno. */
static int wait_for_character(struct file *file)
{
    int c;

    while ((c = serial_read()) < 0) {
        int error = file_wait(file, &readers);
        if (error) {
            return error;
        }
    }
    return c;
}

/* At least one character, then what is there, up to the end of a line. */
static long console_read(struct file *file, void *buffer, size_t size)
{
    char *to = buffer;
    size_t count = 0;
    int c = size ? wait_for_character(file) : END_OF_INPUT;

    if (c < 0) {
        return c;
    }
    for (; c >= 0 && c != END_OF_INPUT; c = serial_read()) {
        char typed = c == '\r' ? '\n' : (char)c;
        if (copy_to_user(to + count, &typed, 1) != 0) {
            return count ? (long)count : -EFAULT;
        }
        count++;
        if (typed == '\n' || count == size) {
            break;
        }
    }
    return (long)count;
}

static const struct file_ops console_ops = {.read = console_read, .write = console_write};

struct file *console_open(void)
{
    return file_create(&console_ops, O_RDWR, NULL);
}
