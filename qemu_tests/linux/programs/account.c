/* account.c: limits that hold, priorities and owners that are remembered, time that was used. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ENOUGH 30000 /* microseconds of a CPU */

static long used(int who)
{
    struct rusage usage = {0};

    if (getrusage(who, &usage) != 0) {
        return -1;
    }
    return usage.ru_utime.tv_sec * 1000000L + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_sec * 1000000L + usage.ru_stime.tv_usec;
}

static void work(void)
{
    while (used(RUSAGE_SELF) >= 0 && used(RUSAGE_SELF) < ENOUGH) {
        for (volatile int i = 0; i < 100000; i++) {
        }
    }
}

static void times_used(void)
{
    struct tms ticks;
    int status;

    work();
    times(&ticks);
    printf("self %d, times %d, clock %d\n", used(RUSAGE_SELF) >= ENOUGH,
           ticks.tms_utime + ticks.tms_stime >= 2, clock() > 0);
    printf("children %ld\n", used(RUSAGE_CHILDREN));
    if (fork() == 0) {
        work();
        _exit(0);
    }
    wait(&status);
    printf("children %d\n", used(RUSAGE_CHILDREN) >= ENOUGH - 10000);
    printf("nobody %d\n", used(7) == -1 && errno == EINVAL);
}

static void limits(void)
{
    struct rlimit limit = {8, 16};
    int fd, count = 0;

    setrlimit(RLIMIT_NOFILE, &limit);
    while ((fd = open("/dev/null", O_RDONLY)) >= 0) {
        count++;
    }
    printf("files %d, %d\n", count, errno == EMFILE);
    printf("dup2 %d\n", dup2(0, 8) == -1 && errno == EBADF);
    getrlimit(RLIMIT_NOFILE, &limit);
    printf("limit %ld of %ld\n", (long)limit.rlim_cur, (long)limit.rlim_max);
    limit.rlim_cur = 17;
    printf("above %d\n", setrlimit(RLIMIT_NOFILE, &limit) == -1 && errno == EINVAL);
    limit = (struct rlimit){100, 200};
    setrlimit(RLIMIT_CORE, &limit);
    if (fork() == 0) {
        getrlimit(RLIMIT_CORE, &limit);
        printf("child's %ld of %ld\n", (long)limit.rlim_cur, (long)limit.rlim_max);
        exit(0);
    }
    wait(NULL);
    for (fd = 3; fd < 8; fd++) {
        close(fd);
    }
}

static void owners(void)
{
    struct stat status;
    int fd = open("/tmp/owned", O_CREAT | O_RDWR, 0600);

    fchmod(fd, 06755);
    printf("chown %d\n", chown("/tmp/owned", 1000, -1));
    stat("/tmp/owned", &status);
    printf("%d %d %o\n", (int)status.st_uid, (int)status.st_gid, (unsigned)status.st_mode & 07777);
    printf("fchown %d\n", fchown(fd, -1, 70));
    symlink("owned", "/tmp/link");
    printf("lchown %d\n", lchown("/tmp/link", 5, 6));
    lstat("/tmp/link", &status);
    printf("%d %d\n", (int)status.st_uid, (int)status.st_gid);
    stat("/tmp/link", &status);
    printf("%d %d\n", (int)status.st_uid, (int)status.st_gid);
    printf("truncate %d\n", truncate("/tmp/owned", 5000));
    stat("/tmp/owned", &status);
    printf("%d %d\n", (int)status.st_size, truncate("/tmp", 0) == -1 && errno == EISDIR);
    close(fd);
    unlink("/tmp/link");
    unlink("/tmp/owned");
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    times_used();
    limits();
    owners();
    return 0;
}
