/* fifo.c: pipes with a name: who waits for whom, and what the ends are told. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAME "/tmp/fifo"

static void meeting(void)
{
    char text[32];

    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int out = open(NAME, O_WRONLY); /* waits for the reader */
        write(out, "through\n", 8);
        _exit(0);
    }
    int in = open(NAME, O_RDONLY);
    int size = read(in, text, sizeof text);
    printf("read %d: %.*s", size, size, text);
    waitpid(child, NULL, 0);
    printf("end %d\n", (int)read(in, text, sizeof text));
    close(in);
}

/* One end is opened and closed before the other has looked. */
static void short_visit(void)
{
    int status;

    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int out = open(NAME, O_WRONLY);
        _exit(out < 0);
    }
    usleep(20000);
    close(open(NAME, O_RDONLY));
    waitpid(child, &status, 0);
    printf("writer came through: %d\n", status == 0);
}

static void show_poll(struct pollfd *file)
{
    int found = poll(file, 1, 0);

    printf("poll %d %d\n", found, found ? file->revents : 0);
}

static void without_waiting(void)
{
    struct pollfd poll_it = {.events = POLLIN};
    char text[8];

    printf("nobody reads: %d\n", open(NAME, O_WRONLY | O_NONBLOCK) == -1 && errno == ENXIO);
    int in = open(NAME, O_RDONLY | O_NONBLOCK);
    poll_it.fd = in;
    printf("reader %d, read %d, poll %d\n", in >= 0, (int)read(in, text, 8), poll(&poll_it, 1, 0));
    int out = open(NAME, O_WRONLY | O_NONBLOCK);
    printf("writer %d, read %d\n", out >= 0, read(in, text, 8) == -1 && errno == EAGAIN);
    write(out, "ab", 2);
    show_poll(&poll_it);
    close(out);
    show_poll(&poll_it);
    printf("read %d\n", (int)read(in, text, 8));
    printf("then %d\n", (int)read(in, text, 8));
    close(in);
    int both = open(NAME, O_RDWR);
    write(both, "xyz", 3);
    printf("both %d\n", (int)read(both, text, 8));
    printf("seek %d\n", lseek(both, 0, SEEK_SET) == -1 && errno == ESPIPE);
    write(both, "lost", 4);
    close(both); /* and what nobody has read */
    in = open(NAME, O_RDONLY | O_NONBLOCK);
    printf("left %d\n", (int)read(in, text, 8));
    close(in);
}

static void broken(void)
{
    signal(SIGPIPE, SIG_IGN);
    int in = open(NAME, O_RDONLY | O_NONBLOCK), out = open(NAME, O_WRONLY);
    close(in);
    printf("broken %d\n", write(out, "x", 1) == -1 && errno == EPIPE);
    close(out);
}

int main(void)
{
    struct stat status;

    printf("made %d\n", mkfifo(NAME, 0640));
    printf("again %d\n", mkfifo(NAME, 0640) == -1 && errno == EEXIST);
    stat(NAME, &status);
    printf("fifo %d mode %o size %d rdev %d\n", S_ISFIFO(status.st_mode),
           (unsigned)status.st_mode & 0777, (int)status.st_size, (int)status.st_rdev);
    meeting();
    short_visit();
    without_waiting();
    broken();
    fflush(stdout);
    printf("gone %d\n", unlink(NAME));
    return 0;
}
