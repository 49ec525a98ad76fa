/* nameless.c: files without a name, and open files that are a place only: O_TMPFILE, O_PATH. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "say.h"

static void tell(const char *path)
{
    struct stat st;
    TRY(lstat(path, &st));
    say("mode %o, links %d, size %d\n", st.st_mode, (int)st.st_nlink, (int)st.st_size);
}

static void nameless(void)
{
    char text[8] = "";
    struct stat st;
    TRY(open(".", O_TMPFILE | O_RDONLY, 0600));
    TRY(open("nowhere", O_TMPFILE | O_RDWR, 0600));
    TRY(open("file", O_TMPFILE | O_RDWR, 0600));
    int fd = open(".", O_TMPFILE | O_RDWR, 0666);
    CHECK(fd >= 0);
    TRY(write(fd, "hello", 5));
    TRY(pread(fd, text, 5, 0));
    say("%s\n", text);
    TRY(fstat(fd, &st));
    say("mode %o, links %d, size %d\n", st.st_mode, (int)st.st_nlink, (int)st.st_size);
    TRY(linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH));
    tell("named");
    TRY(linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH));
    TRY(unlink("named"));
    TRY(linkat(fd, "", AT_FDCWD, "again", 0));
    close(fd);
    fd = open(".", O_TMPFILE | O_RDWR | O_EXCL, 0600);
    CHECK(fd >= 0);
    TRY(linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH));
    close(fd);
    fd = open("gone", O_CREAT | O_RDWR, 0600);
    TRY(unlink("gone"));
    TRY(linkat(fd, "", AT_FDCWD, "named", AT_EMPTY_PATH));
    close(fd);
}

static void place(void)
{
    char text[8] = "";
    struct stat st;
    int n, fd = open("file", O_PATH | O_RDWR | O_TRUNC);
    CHECK(fd >= 0);
    TRY(read(fd, text, 1));
    TRY(write(fd, text, 1));
    TRY(pread(fd, text, 1, 0));
    TRY(ftruncate(fd, 0));
    TRY(ioctl(fd, FIONREAD, &n));
    TRY(fstat(fd, &st));
    say("size %d\n", (int)st.st_size);
    TRY(fcntl(fd, F_GETFL));
    int copy = dup(fd);
    CHECK(copy >= 0);
    close(copy);
    struct pollfd poll_fd = {fd, POLLIN, 0};
    CHECK(mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED && errno == EBADF);
    TRY(syscall(SYS_fchmod, fd, 0600)); /* musl would try /proc/self/fd */
    TRY(syscall(SYS_fchown32, fd, 1, 1));
    TRY(futimens(fd, NULL));
    TRY(fsync(fd));
    TRY(flock(fd, LOCK_SH));
    TRY(lseek(fd, 0, SEEK_SET));
    TRY(posix_fallocate(fd, 0, 1));
    TRY(posix_fadvise(fd, 0, 0, 0));
    TRY(fcntl(fd, F_SETFL, O_APPEND));
    TRY(fcntl(fd, F_SETFD, FD_CLOEXEC));
    TRY(poll(&poll_fd, 1, 0));
    CHECK(poll_fd.revents == POLLNVAL);
    TRY(fchownat(fd, "", 0, 0, AT_EMPTY_PATH));
    close(fd);
    fd = open("link", O_PATH | O_NOFOLLOW);
    CHECK(fd >= 0);
    TRY(fstat(fd, &st));
    say("mode %o\n", st.st_mode);
    TRY(readlinkat(fd, "", text, 7));
    say("%s\n", text);
    close(fd);
    TRY(open("none", O_PATH | O_CREAT, 0600));
    TRY(open("file", O_PATH | O_DIRECTORY));
    fd = open(".", O_PATH | O_CLOEXEC);
    TRY(fcntl(fd, F_GETFD));
    TRY(fstatat(fd, "file", &st, 0));
    TRY(fchdir(fd));
    TRY(openat(fd, "none", O_RDONLY));
    close(fd);
    TRY(mkfifo("fifo", 0600));
    fd = open("fifo", O_PATH); /* nobody is waited for */
    CHECK(fd >= 0);
    close(fd);
}

int main(void)
{
    char folder[] = "/tmp/nameless-XXXXXX";
    TRY(chdir(mkdtemp(folder)));
    umask(022);
    int fd = open("file", O_CREAT | O_RDWR, 0644);
    TRY(write(fd, "abc", 3));
    close(fd);
    TRY(symlink("file", "link"));
    nameless();
    place();
    return 0;
}
