/* user/pipes.c: bytes from one process to another, and the numbers of open files. */

#include "user/include/children.h"

#define PIPE_BYTES (16 * PAGE_SIZE) /* what fits */
#define LONG_BYTES (PIPE_BYTES + 3 * PAGE_SIZE + 5)
#define RECORD_BYTES 100
#define RECORDS 300 /* of each writer: more than fit */
#define WRITERS 3
#define WHOLE_BYTES PAGE_SIZE /* the longest write that is not mixed with others: PIPE_BUF */

static uint8_t bytes[LONG_BYTES], back[PIPE_BYTES];

static uint8_t byte_of(uint32_t position)
{
    return (uint8_t)(position * 7 + position / 256);
}

/* As many as were asked for, or up to the end. */
static uint32_t read_all(int fd, void *buffer, uint32_t size)
{
    uint32_t done = 0;
    long part = 1;

    while (done < size && part > 0) {
        part = read(fd, (uint8_t *)buffer + done, size - done);
        done += part > 0 ? (uint32_t)part : 0;
    }
    return done;
}

static void check_short(void)
{
    char text[8] = "";
    int ends[2];

    ktap_equal("a pipe", (uint32_t)pipe(ends), 0);
    ktap_equal("five bytes", (uint32_t)write(ends[1], "hello", 5), 5);
    ktap_equal("three of them", (uint32_t)read(ends[0], text, 3), 3);
    ktap_equal("the rest, though more was asked for", (uint32_t)read(ends[0], text + 3, 5), 2);
    ktap_true("in their order", text[0] == 'h' && text[2] == 'l' && text[4] == 'o');
    ktap_equal("nothing, from an empty one", (uint32_t)read(ends[0], text, 0), 0);
    ktap_equal("the wrong end: read", (uint32_t)read(ends[1], text, 1), (uint32_t)-LINUX_EBADF);
    ktap_equal("the wrong end: write", (uint32_t)write(ends[0], text, 1), (uint32_t)-LINUX_EBADF);
    write(ends[1], "!", 1);
    close(ends[1]);
    ktap_equal("what was written before the end", (uint32_t)read(ends[0], text, 8), 1);
    ktap_equal("the end", (uint32_t)read(ends[0], text, 8), 0);
    close(ends[0]);
}

/* Three times what fits: the writer sleeps until there is room, the reader until there is more. */
static void check_long(void)
{
    uint32_t wrong = 0;
    int ends[2];

    for (uint32_t i = 0; i < LONG_BYTES; i++) {
        bytes[i] = byte_of(i);
    }
    pipe(ends);
    long child = fork();
    if (child == 0) {
        exit_with(write(ends[1], bytes, LONG_BYTES) != LONG_BYTES);
    }
    close(ends[1]);
    sleep_ticks(1);
    for (uint32_t at = 0, part; at < LONG_BYTES; at += part) {
        uint8_t piece[333];
        part = read_all(ends[0], piece, sizeof piece);
        for (uint32_t i = 0; i < part; i++) {
            wrong += piece[i] != byte_of(at + i);
        }
        if (part == 0) {
            wrong++;
            break;
        }
    }
    ktap_equal("much, in pieces: bytes that are wrong", wrong, 0);
    ktap_equal("the writer wrote all", (uint32_t)status_of(child), EXITED(0));
    close(ends[0]);
}

/* Writers of records at once: each comes in one piece. */
static void check_records(void)
{
    uint8_t record[RECORD_BYTES];
    uint32_t count = 0, broken = 0;
    int ends[2];

    pipe(ends);
    for (uint32_t writer = 0; writer < WRITERS; writer++) {
        if (fork() == 0) {
            memset(record, 'a' + (int)writer, sizeof record);
            for (uint32_t i = 0; i < RECORDS; i++) {
                write(ends[1], record, sizeof record);
            }
            exit_with(0);
        }
    }
    close(ends[1]);
    while (read_all(ends[0], record, sizeof record) == sizeof record) {
        count++;
        for (uint32_t i = 1; i < sizeof record; i++) {
            broken += record[i] != record[0];
        }
    }
    ktap_equal("records of several writers", count, WRITERS * RECORDS);
    ktap_equal("bytes of one in another", broken, 0);
    while (wait4(-1, NULL, 0, NULL) > 0) {
    }
    close(ends[0]);
}

/* A pipe that is full, read a little and written as much: head and tail are in the same page. */
static void check_lap(void)
{
    uint32_t wrong = 0;
    int ends[2];

    pipe(ends);
    ktap_equal("as much as fits", (uint32_t)write(ends[1], bytes, PIPE_BYTES), PIPE_BYTES);
    read_all(ends[0], back, RECORD_BYTES);
    write(ends[1], bytes, RECORD_BYTES);
    read_all(ends[0], back, PIPE_BYTES);
    for (uint32_t i = 0; i < PIPE_BYTES; i++) {
        wrong += back[i] != bytes[(RECORD_BYTES + i) % PIPE_BYTES];
    }
    ktap_equal("a lap ahead: bytes that are wrong", wrong, 0);
    /* Page by page of the pipe, in whose first there is something. */
    ktap_equal("from memory that ends, what is there",
               (uint32_t)write(ends[1], (void *)(image_end() - PAGE_SIZE), 3 * PAGE_SIZE),
               PAGE_SIZE - RECORD_BYTES);
    close(ends[0]);
    close(ends[1]);
}

static long start_reader(const int *ends)
{
    char byte;
    long child = fork();

    if (child == 0) {
        exit_with(read(ends[0], &byte, 1) != 1);
    }
    sleep_ticks(2);
    return child;
}

/* The last of those who wait is killed, and another one comes. */
static void check_queue(void)
{
    int ends[2];

    pipe(ends);
    long first = start_reader(ends), second = start_reader(ends);
    kill((int32_t)second, SIGKILL);
    status_of(second);
    long third = start_reader(ends);
    write(ends[1], "xy", 2);
    ktap_equal("the first of three that wait", (uint32_t)status_of(first), EXITED(0));
    ktap_equal("the third, when the second was killed", (uint32_t)status_of(third), EXITED(0));
    close(ends[0]);
    close(ends[1]);
}

static void check_nobody_reads(void)
{
    int ends[2];

    pipe(ends);
    long child = fork();
    if (child == 0) {
        close(ends[0]);
        write(ends[1], bytes, LONG_BYTES); /* sleeps; then the last reader goes */
        exit_with(1);
    }
    sleep_ticks(2);
    close(ends[0]);
    ktap_equal("who writes where nobody reads gets SIGPIPE", (uint32_t)status_of(child),
               KILLED_BY(SIGPIPE));
    ktap_equal("but not for nothing", (uint32_t)write(ends[1], bytes, 0), 0);
    close(ends[1]);
}

/* A write that has to wait for room has not begun: what somebody else writes meanwhile comes before
 * it or behind it, not into it. */
static void check_no_part(void)
{
    uint8_t both[WHOLE_BYTES + 10];
    uint32_t at = 0, whole = 0;
    int ends[2];

    pipe(ends);
    write(ends[1], bytes, PIPE_BYTES - WHOLE_BYTES / 2);
    long child = fork();
    if (child == 0) {
        memset(both, 'c', WHOLE_BYTES);
        exit_with(write(ends[1], both, WHOLE_BYTES) != WHOLE_BYTES);
    }
    sleep_ticks(2);
    read_all(ends[0], bytes, WHOLE_BYTES);
    write(ends[1], "pppppppppp", 10);
    read_all(ends[0], bytes, PIPE_BYTES - WHOLE_BYTES / 2 - WHOLE_BYTES);
    ktap_equal("one that waited and one that did not", read_all(ends[0], both, sizeof both),
               sizeof both);
    while (at < sizeof both && both[at] != 'c') {
        at++;
    }
    while (at + whole < sizeof both && both[at + whole] == 'c') {
        whole++;
    }
    ktap_equal("neither is inside the other", whole, WHOLE_BYTES);
    status_of(child);
    close(ends[0]);
    close(ends[1]);
}

/* A reader that is stopped half way, by a buffer that ends, has still made room. The bytes lie
 * around the end of the pipe's memory: those before it can be copied. */
static void check_bad_buffers(void)
{
    uint32_t edge = image_end() - 100;
    int ends[2], again[2];

    pipe(ends);
    write(ends[1], bytes, PIPE_BYTES - 80);
    read_all(ends[0], bytes, PIPE_BYTES - 80);
    long child = fork();
    if (child == 0) {
        close(ends[0]);
        exit_with(write(ends[1], bytes, PIPE_BYTES + 50) != PIPE_BYTES + 50);
    }
    close(ends[1]);
    sleep_ticks(1);
    ktap_equal("into a page that ends", (uint32_t)read(ends[0], (void *)edge, PIPE_BYTES), 80);
    ktap_equal("the writer is not left waiting", (uint32_t)status_of(child), EXITED(0));
    ktap_equal("into the kernel", (uint32_t)read(ends[0], (void *)KERNEL_BASE, 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("into a page that is not there", (uint32_t)read(ends[0], (void *)(edge + 100), 1),
               (uint32_t)-LINUX_EFAULT);
    ktap_equal("all the rest is there", read_all(ends[0], bytes, LONG_BYTES), PIPE_BYTES - 30);
    close(ends[0]);
    ktap_equal("a pipe whose numbers cannot be told", (uint32_t)pipe((int *)KERNEL_BASE),
               (uint32_t)-LINUX_EFAULT);
    pipe(again);
    ktap_true("takes no numbers", again[0] == ends[0] && again[1] == ends[1]);
    close(again[0]);
    close(again[1]);
}

static void check_numbers(void)
{
    int ends[2], more[2];
    char byte = 0;

    pipe(ends);
    int copy = (int)dup(ends[1]);
    ktap_equal("dup() takes the lowest free number", (uint32_t)copy, (uint32_t)ends[1] + 1);
    ktap_equal("dup2() that which it is told", (uint32_t)dup2(ends[1], 100), 100);
    ktap_equal("the same again is nothing new", (uint32_t)dup2(100, 100), 100);
    close(ends[1]);
    close(copy);
    ktap_equal("the file is open under the last of its numbers", (uint32_t)write(100, "x", 1), 1);
    dup2(1, 100);
    ktap_equal("what had the number is closed", (uint32_t)read_all(ends[0], &byte, 2), 1);
    ktap_equal("close() of none", (uint32_t)close(99), (uint32_t)-LINUX_EBADF);
    ktap_equal("dup() of none", (uint32_t)dup(-1), (uint32_t)-LINUX_EBADF);
    ktap_equal("dup2() of none", (uint32_t)dup2(99, 1), (uint32_t)-LINUX_EBADF);
    ktap_equal("dup2() to no number", (uint32_t)dup2(1, OPEN_MAX), (uint32_t)-LINUX_EBADF);
    int highest = copy;
    while ((copy = (int)dup(1)) >= 0) {
        highest = copy;
    }
    ktap_true("the highest number is one that there is", highest < OPEN_MAX);
    ktap_equal("when all numbers are taken", (uint32_t)dup(1), (uint32_t)-LINUX_EMFILE);
    ktap_equal("there is no pipe", (uint32_t)pipe(more), (uint32_t)-LINUX_EMFILE);
    close(200);
    ktap_equal("nor with one number", (uint32_t)pipe(more), (uint32_t)-LINUX_EMFILE);
    ktap_equal("which stays free, and is the lowest", (uint32_t)dup(highest), 200);
}

int main(void)
{
    ktap_plan(10 + 2 + 2 + 3 + 2 + 2 + 2 + 7 + 14);
    check_short();
    check_long();
    check_records();
    check_lap();
    check_queue();
    check_nobody_reads();
    check_no_part();
    check_bad_buffers();
    check_numbers();
    return ktap_status();
}
