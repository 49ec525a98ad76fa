/* fdnames.c: open files by the names of their numbers, and the program by its own. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "say.h"

static char text[256];

static const char *link_of(const char *path)
{
    ssize_t size = readlink(path, text, sizeof text - 1);
    text[size < 0 ? 0 : size] = '\0';
    return text;
}

static void number_of(const char *what, int fd)
{
    say("%s: %s\n", what, fd >= 0 ? "open" : strerror(errno));
}

/* What these names are on a computer; a kernel that has just started may have to be told. */
static void prepare(void)
{
    (void)!mkdir("/proc", 0555);
    (void)!mount("proc", "/proc", "proc", 0, NULL);
    (void)!symlink("/proc/self/fd", "/dev/fd");
    (void)!symlink("/proc/self/fd/0", "/dev/stdin");
    (void)!symlink("/proc/self/fd/1", "/dev/stdout");
    (void)!symlink("/proc/self/fd/2", "/dev/stderr");
}

static void write_by_name(const char *path, const char *what)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    number_of(path, fd);
    say("%d\n", (int)write(fd, what, strlen(what)));
    close(fd);
}

static void pipes(void)
{
    char name[32], got[8] = "";
    struct stat st;
    int ends[2];
    TRY(pipe(ends));
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);
    CHECK(strncmp(link_of(name), "/proc/self", 5) == 0 || strncmp(text, "pipe:[", 6) == 0);
    TRY(write(ends[1], "abc", 3));
    int again = open(name, O_RDONLY);
    CHECK(again > ends[1]);
    TRY(read(again, got, 2));
    TRY(read(ends[0], got, 2));
    TRY(stat(name, &st));
    CHECK(S_ISFIFO(st.st_mode));
    TRY(lstat(name, &st));
    CHECK(S_ISLNK(st.st_mode));
    close(again);
    close(ends[0]);
    TRY(open(name, O_RDONLY));
    TRY(stat(name, &st));
    close(ends[1]);
}

static void files(void)
{
    char name[32], got[8] = "";
    struct stat a, b;
    int fd = open("/tmp/named", O_RDWR | O_CREAT | O_TRUNC, 0600);
    snprintf(name, sizeof name, "/dev/fd/%d", fd);
    TRY(write(fd, "abc", 3));
    say("%s\n", link_of(name + 0));
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    say("%s\n", link_of(name));
    int again = open(name, O_RDONLY);
    TRY(read(again, got, 8)); /* a place of its own: all of it */
    fstat(fd, &a);
    fstat(again, &b);
    CHECK(a.st_ino == b.st_ino);
    close(again);
    rename("/tmp/named", "/tmp/renamed");
    say("%s\n", link_of(name));
    unlink("/tmp/renamed");
    CHECK(strstr(link_of(name), "(deleted)") != NULL);
    TRY(stat("/dev/fd/999", &a));
    TRY(stat("/dev/fd/x", &a));
    TRY(stat("/dev/fd/0/x", &a));
    close(fd);
    fd = open("/tmp", O_RDONLY | O_DIRECTORY);
    close(open("/tmp/inside", O_CREAT | O_RDWR, 0600));
    snprintf(name, sizeof name, "/dev/fd/%d/inside", fd);
    TRY(access(name, F_OK));
    unlink("/tmp/inside");
    close(fd);
}

static void list(void)
{
    int others = 0, standard = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (!folder)
        return;
    for (struct dirent *entry; (entry = readdir(folder));) {
        int is_number = entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
        standard += is_number && entry->d_name[0] <= '2';
        others += is_number && entry->d_name[0] > '2';
    }
    closedir(folder);
    say("standard %d, others %d\n", standard, others);
}

static void program(char **argv)
{
    char *again[] = {argv[0], "again", NULL};
    CHECK(strcmp(link_of("/proc/self/exe"), argv[0]) == 0);
    int fd = open("/proc/self/exe", O_RDONLY);
    number_of("itself", fd);
    CHECK(read(fd, text, 4) == 4 && memcmp(text, "\177ELF", 4) == 0);
    close(fd);
    number_of("to write", open("/proc/self/exe", O_WRONLY));
    pid_t child = fork();
    if (child == 0) {
        execv("/proc/self/exe", again);
        _exit(99);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 7);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return 7;
    prepare();
    write_by_name("/dev/stdout", "to standard output\n");
    write_by_name("/dev/stderr", "to standard error\n");
    TRY(open("/dev/stdin", O_RDONLY));
    close(3);
    pipes();
    files();
    list();
    program(argv);
    return 0;
}
