/* lengths.c: writes that write nothing, transfers that are longer than a number, places far out. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

static char bytes[4];
static void *volatile nowhere = (void *)1, *volatile somewhere = bytes;

static long size_of(int fd)
{
    struct stat stat;
    return fstat(fd, &stat) ? -1 : (long)stat.st_size;
}

/* What is not written does not make the file longer, wherever it would have been. */
static void nothing_written(void)
{
    say("nothing written\n");
    int fd = open("/tmp/lengths", O_CREAT | O_RDWR | O_TRUNC, 0600);
    TRY(write(fd, "abc", 3));
    TRY(lseek(fd, 100, SEEK_SET));
    TRY(write(fd, "", 0));
    TRY(size_of(fd));
    TRY(write(fd, nowhere, 5));
    TRY(size_of(fd));
    TRY(pwrite(fd, nowhere, 5, 100000));
    TRY(size_of(fd));
    TRY(lseek(fd, 0, SEEK_CUR));
    TRY(write(fd, "d", 1));
    TRY(size_of(fd));
    close(fd);
    unlink("/tmp/lengths");
}

/* All together no more than a call can say that it has done. */
static void long_vector(void)
{
    struct iovec vector[3];
    say("long vector\n");
    int null = open("/dev/null", O_RDWR);
    for (int i = 0; i < 3; i++)
        vector[i] = (struct iovec){somewhere, 0x60000000};
    TRY(writev(null, vector, 1));
    TRY(writev(null, vector, 2) == 0x7ffff000);
    TRY(writev(null, vector, 3) == 0x7ffff000);
    TRY(write(null, somewhere, 0x7fffffff) == 0x7ffff000);
    TRY(readv(null, vector, 3));
    close(null);
}

/* A directory's places are far behind those of any file. */
static void places(void)
{
    char first[256] = "", second[256] = "";
    struct dirent *entry;
    long place = 0;
    say("places\n");
    mkdir("/tmp/places", 0700);
    for (char name[] = "/tmp/places/a"; name[12] < 'g'; name[12]++)
        close(open(name, O_CREAT | O_RDWR, 0600));
    DIR *folder = opendir("/tmp/places");
    for (int i = 0; (entry = readdir(folder)); i++) {
        if (i == 4)
            strcpy(first, entry->d_name);
        if (i == 3)
            place = telldir(folder);
    }
    CHECK(place != 0);
    seekdir(folder, place);
    entry = readdir(folder);
    if (entry)
        strcpy(second, entry->d_name);
    CHECK(*first && strcmp(first, second) == 0);
    closedir(folder);
}

/* What an argument may be long, and all together. */
static void words(int count, size_t length)
{
    static char word[140000];
    static char *argv[32] = {"true"};
    int status = -1;
    memset(word, 'x', sizeof word);
    word[length] = 0;
    for (int i = 0; i <= count; i++)
        argv[i + 1] = i < count ? word : NULL;
    pid_t pid = fork();
    if (pid == 0) {
        execve("/bin/true", argv, argv + count + 1);
        _exit(errno);
    }
    waitpid(pid, &status, 0);
    say("%d times %d bytes: %#x\n", count, (int)length, status);
}

static volatile int signals;

static void count(int signal)
{
    signals += signal == SIGXFSZ;
}

/* How a child ends that writes more than it may. */
static int end_of_greedy(int fd)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGXFSZ, SIG_DFL);
        pwrite(fd, "a", 1, 100000);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    return status;
}

/* No longer than setrlimit() has said, as this program's own output is, too: what would only in
 * part be too long is cut, of the rest a signal tells, and nothing is written. */
static void limited(void)
{
    struct rlimit limit = {100000, 200000};
    static char many[20];
    say("limited\n");
    int fd = open("/tmp/limited", O_CREAT | O_RDWR | O_TRUNC, 0600);
    signal(SIGXFSZ, count);
    TRY(setrlimit(RLIMIT_FSIZE, &limit));
    TRY(ftruncate(fd, 99990));
    TRY(lseek(fd, 0, SEEK_END));
    TRY(write(fd, many, 20));
    TRY(write(fd, many, 0));
    TRY(signals);
    TRY(write(fd, many, 20));
    TRY(signals);
    TRY(pwrite(fd, "a", 1, 100000));
    TRY(pwrite(fd, "a", 1, 99999));
    TRY(ftruncate(fd, 100001));
    TRY(truncate("/tmp/limited", 200000));
    TRY(ftruncate(fd, 100000));
    TRY(signals);
    TRY(size_of(fd));
    TRY(end_of_greedy(fd));
    limit.rlim_cur = 50000;
    TRY(setrlimit(RLIMIT_FSIZE, &limit));
    TRY(ftruncate(fd, 80000));
    TRY(pwrite(fd, "a", 1, 60000));
    signal(SIGXFSZ, SIG_IGN);
    TRY(pwrite(fd, "a", 1, 60000));
    TRY(signals);
    close(fd);
    unlink("/tmp/limited");
}

int main(void)
{
    nothing_written();
    long_vector();
    places();
    words(1, 131071);
    words(1, 131072);
    words(15, 131071);
    words(16, 131071);
    limited();
}
