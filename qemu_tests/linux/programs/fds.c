/* fds.c: file descriptors: the lowest free number, what copies share, and what exec closes. */
#include <fcntl.h>
#include <unistd.h>
#include "say.h"

int main(int argc, char **argv)
{
    char text[4] = "";
    if (argc == 3) {
        TRY(fcntl(3, F_GETFD));
        TRY(fcntl(4, F_GETFD));
        return 0;
    }
    TRY(open("file", O_RDWR | O_CREAT | O_TRUNC, 0644));
    TRY(dup(3));
    TRY(write(3, "0123456789", 10));
    TRY(lseek(4, 2, SEEK_SET));
    TRY(read(3, text, 3)); /* both have one position */
    say("%s\n", text);
    TRY(open("file", O_RDONLY));
    TRY(read(5, text, 3)); /* this one has its own */
    say("%s\n", text);
    TRY(close(4));
    TRY(fcntl(3, F_DUPFD, 0));
    TRY(fcntl(3, F_DUPFD, 20));
    TRY(dup2(3, 10));
    TRY(dup2(5, 10));
    TRY(read(10, text, 3));
    say("%s\n", text);
    TRY(fcntl(3, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK));
    TRY(fcntl(3, F_SETFL, O_APPEND | O_NONBLOCK));
    TRY(fcntl(20, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK));
    TRY(fcntl(3, F_GETFD));
    TRY(fcntl(3, F_SETFD, FD_CLOEXEC));
    TRY(fcntl(3, F_GETFD));
    TRY(fcntl(20, F_GETFD));
    TRY(fcntl(dup(3), F_GETFD));
    TRY(close(99));
    char *arguments[] = {argv[0], "after", "exec", NULL};
    execv(argv[0], arguments);
    return 1;
}
