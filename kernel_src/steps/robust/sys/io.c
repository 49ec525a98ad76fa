/* sys/io.c: read and write: the serial line. */

#include "dev/dev.h"
#include "include/x86.h"
#include "mm/mm.h"
#include "proc/process.h"
#include "sys/calls.h"

#define STDIN 0
#define STDOUT 1
#define STDERR 2
#define CHUNK_BYTES 256
#define END_OF_INPUT 0x04 /* Ctrl-D */

long sys_write(int fd, const void *buffer, size_t size)
{
    char chunk[CHUNK_BYTES];
    size_t written = 0;

    if (fd != STDOUT && fd != STDERR) {
        return -EBADF;
    }
    if (!user_range_ok((uint32_t)buffer, size)) {
        return -EFAULT; /* before anything is written */
    }
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

/* Let those interrupts in that wait: after the instruction that follows STI (SDM 2B, STI). */
static void let_interrupts_in(void)
{
    __asm__ volatile("sti\n\tnop\n\tcli" : : : "memory");
}

/* Wait until a character has been typed. Others run meanwhile; if there are none, the CPU sleeps.
 * Not when one has just run: what would have woken the CPU may have come in that time. */
static int wait_for_input(void)
{
    int c;

    while ((c = serial_read()) < 0) {
        if (process_yield()) {
            let_interrupts_in();
        } else {
            wait_for_interrupt();
        }
    }
    return c;
}

/* As from a terminal: at least one character, then what is there, up to the end of a line. */
long sys_read(int fd, void *buffer, size_t size)
{
    char *to = buffer;
    size_t count = 0;

    if (fd != STDIN) {
        return -EBADF;
    }
    if (!user_range_ok((uint32_t)buffer, size)) {
        return -EFAULT; /* before anything is waited for */
    }
    for (int c = size ? wait_for_input() : -1; c >= 0 && c != END_OF_INPUT; c = serial_read()) {
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
