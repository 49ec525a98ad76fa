/* terminal.c: what a terminal tells of itself; nobody types. */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>
#include "say.h"

/* As it was before termios (struct termio of asm/termios.h). */
struct old {
    unsigned short iflag, oflag, cflag, lflag;
    unsigned char line, cc[8];
};

int main(void)
{
    char byte;
    int n = -1, fd = open("/dev/console", O_RDWR | O_NOCTTY | O_NONBLOCK);
    struct termios now, before;
    struct iovec piece = {&byte, 1};
    struct old old;

    CHECK(fd >= 0);
    TRY(isatty(fd));
    TRY(tcgetattr(fd, &before));
    now = before;
    now.c_iflag |= IUTF8;
    TRY(tcsetattr(fd, TCSANOW, &now));
    TRY(tcgetattr(fd, &now));
    CHECK(now.c_iflag & IUTF8);
    TRY(pread(fd, &byte, 1, 0));
    TRY(pwrite(fd, &byte, 1, 0));
    TRY(preadv(fd, &piece, 1, 0));
    TRY(lseek(fd, 0, SEEK_SET));
    TRY(read(fd, &byte, 1));
    TRY(ioctl(fd, TIOCOUTQ, &n));
    CHECK(n >= 0);
    TRY(ioctl(fd, FIONREAD, &n));
    say("%d\n", n);
    TRY(ioctl(fd, TCGETA, &old));
    CHECK(old.iflag == (unsigned short)now.c_iflag && old.lflag == (unsigned short)now.c_lflag);
    CHECK(memcmp(old.cc, now.c_cc, 8) == 0);
    old.lflag &= (unsigned short)~ECHO;
    TRY(ioctl(fd, TCSETA, &old));
    TRY(tcgetattr(fd, &now));
    CHECK((now.c_lflag & ECHO) == 0);
    CHECK((now.c_iflag & IUTF8) != 0);
    CHECK(now.c_cc[VWERASE] == before.c_cc[VWERASE]);
    struct pollfd file = {fd, POLLIN | POLLOUT, 0};
    TRY(poll(&file, 1, 0));
    CHECK((file.revents & POLLIN) == 0);
    TRY(tcsetattr(fd, TCSANOW, &before));
    return 0;
}
