/* errno.c: calls with arguments that are wrong in more than one way: which error is found first. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "raw.h"
#include "say.h"

#define BAD 0xc0000000u /* an address in the kernel's memory */
#define ODD 0xfffffffeu

enum { UNLINK = 10, ACCESS = 33, MKDIR = 39, RMDIR = 40, DUP = 41, PIPE = 42, DUP2 = 63 };
enum { READ = 3, WRITE = 4, OPEN = 5, CLOSE = 6, WAITPID = 7, EXECVE = 11, CHDIR = 12, LSEEK = 19 };
enum { KILL = 37, RENAME = 38, IOCTL = 54, READLINK = 85, MUNMAP = 91, GETDENTS64 = 220 };
enum { MPROTECT = 125, LLSEEK = 140, READV = 145, WRITEV = 146, NANOSLEEP = 162, POLL = 168 };
enum { SIGACTION = 174, SIGPROCMASK = 175, GETCWD = 183, MMAP2 = 192, STAT64 = 195, FSTAT64 = 197 };
enum { FCNTL64 = 221, FUTEX = 240, SET_THREAD_AREA = 243, CLOCK_GETTIME = 265, OPENAT = 295 };

struct trial {
    const char *what;
    int number;
    unsigned int arguments[6];
};

static char text[16];
static unsigned int words[8];

#define AT(object) ((unsigned int)(object))

static const struct trial TRIALS[] = {
    {"no such call", 9999, {0}},
    {"call -1", -1, {0}},
    {"read, bad fd and address", READ, {99, BAD, 1}},
    {"read, bad address", READ, {3, BAD, 1}},
    {"read nothing, bad address", READ, {3, BAD, 0}},
    {"read, end of file, bad address", READ, {0, BAD, 1}},
    {"read of a file only to be written", READ, {4, AT(text), 1}},
    {"read of a folder", READ, {5, AT(text), 1}},
    {"read, size below 0", READ, {3, AT(text), ODD}},
    {"write, bad fd and address", WRITE, {99, BAD, 1}},
    {"write, bad address", WRITE, {4, BAD, 1}},
    {"write of a file only to be read", WRITE, {3, BAD, 1}},
    {"write nothing, bad fd", WRITE, {99, AT(text), 0}},
    {"readv, count below 0", READV, {3, BAD, -1}},
    {"readv, bad fd and count", READV, {99, BAD, 2000}},
    {"writev, bad fd and address", WRITEV, {99, BAD, 1}},
    {"writev, nothing, bad address", WRITEV, {4, BAD, 0}},
    {"open, bad address", OPEN, {BAD, 0}},
    {"open, empty name", OPEN, {AT(""), 0}},
    {"open, no such folder", OPEN, {AT("none/file"), O_CREAT | O_WRONLY, 0644}},
    {"open, file as a folder", OPEN, {AT("file/file"), 0}},
    {"open, file with a slash", OPEN, {AT("file/"), 0}},
    {"open a file as O_DIRECTORY", OPEN, {AT("file"), O_DIRECTORY}},
    {"open a folder to write", OPEN, {AT("."), O_WRONLY}},
    {"open O_EXCL what is there", OPEN, {AT("file"), O_CREAT | O_EXCL | O_WRONLY, 0644}},
    {"openat, bad fd and relative", OPENAT, {99, AT("file"), 0}},
    {"openat, bad fd and absolute", OPENAT, {99, AT("/tests/none"), 0}},
    {"openat, file as a folder", OPENAT, {3, AT("file"), 0}},
    {"close, bad fd", CLOSE, {99}},
    {"close -1", CLOSE, {-1}},
    {"waitpid, no child, bad options", WAITPID, {-1, 0, 0x1000}},
    {"waitpid, no child", WAITPID, {-1, BAD, 0}},
    {"execve, bad address", EXECVE, {BAD, 0, 0}},
    {"execve, none, bad arguments", EXECVE, {AT("none"), BAD, 0}},
    {"execve, bad arguments", EXECVE, {AT("/bin/busybox"), BAD, 0}},
    {"execve, not to be executed", EXECVE, {AT("file"), 0, 0}},
    {"execve, of no known form", EXECVE, {AT("program"), 0, 0}},
    {"chdir, file", CHDIR, {AT("file")}},
    {"chdir, none", CHDIR, {AT("none")}},
    {"lseek, bad fd and whence", LSEEK, {99, 0, 9}},
    {"lseek, bad whence", LSEEK, {3, 0, 9}},
    {"lseek below 0", LSEEK, {3, -1, 0}},
    {"lseek in a pipe", LSEEK, {6, 0, 0}},
    {"_llseek in a pipe, bad address", LLSEEK, {6, 0, 0, BAD, 0}},
    {"_llseek, bad address", LLSEEK, {3, 0, 0, BAD, 0}},
    {"_llseek, bad whence and address", LLSEEK, {3, 0, 0, BAD, 9}},
    {"kill, bad signal, no process", KILL, {0x7fffffff, 99}},
    {"kill, no process", KILL, {0x7fffffff, 0}},
    {"rename, none and bad address", RENAME, {AT("none"), BAD}},
    {"rename, none", RENAME, {AT("none"), AT("other")}},
    {"rename, file over folder", RENAME, {AT("file"), AT("folder")}},
    {"rename, folder over file", RENAME, {AT("folder"), AT("file")}},
    {"rename, folder into itself", RENAME, {AT("folder"), AT("folder/within")}},
    {"rename, folder over a full one", RENAME, {AT("folder"), AT("full")}},
    {"mkdir, there already", MKDIR, {AT("folder"), 0755}},
    {"mkdir, file in the way", MKDIR, {AT("file/folder"), 0755}},
    {"mkdir of /", MKDIR, {AT("/"), 0755}},
    {"rmdir, file", RMDIR, {AT("file")}},
    {"rmdir, full", RMDIR, {AT("full")}},
    {"rmdir .", RMDIR, {AT(".")}},
    {"rmdir folder/.", RMDIR, {AT("folder/.")}},
    {"rmdir full/..", RMDIR, {AT("full/..")}},
    {"unlink, folder", UNLINK, {AT("folder")}},
    {"unlink, file with a slash", UNLINK, {AT("file/")}},
    {"unlink, none", UNLINK, {AT("none")}},
    {"access, bad mode, none", ACCESS, {AT("none"), 8}},
    {"access, none", ACCESS, {AT("none"), 0}},
    {"access, root executes a file", ACCESS, {AT("file"), 1}},
    {"readlink, size 0, none", READLINK, {AT("none"), AT(text), 0}},
    {"readlink, no link", READLINK, {AT("file"), BAD, 1}},
    {"readlink, bad address", READLINK, {AT("/bin/sh"), BAD, 1}},
    {"dup, bad fd", DUP, {99}},
    {"dup2, bad fd to bad fd", DUP2, {99, -1}},
    {"dup2, to -1", DUP2, {3, -1}},
    {"dup2, to itself", DUP2, {3, 3}},
    {"dup2, bad fd to itself", DUP2, {99, 99}},
    {"pipe, bad address", PIPE, {BAD}},
    {"fcntl, bad fd and command", FCNTL64, {99, 99, 0}},
    {"fcntl, bad command", FCNTL64, {3, 99, 0}},
    {"fcntl, F_DUPFD below 0", FCNTL64, {3, F_DUPFD, -1}},
    {"ioctl, bad fd", IOCTL, {99, 0x5401, BAD}},
    {"ioctl TCGETS of a file", IOCTL, {3, 0x5401, BAD}},
    {"stat64, none and bad address", STAT64, {AT("none"), BAD}},
    {"stat64, bad address", STAT64, {AT("file"), BAD}},
    {"fstat64, bad fd and address", FSTAT64, {99, BAD}},
    {"fstat64, bad address", FSTAT64, {3, BAD}},
    {"getdents64 of a file, bad address", GETDENTS64, {3, BAD, 100}},
    {"getdents64, bad fd", GETDENTS64, {99, BAD, 100}},
    {"getdents64, too small", GETDENTS64, {5, AT(text), 8}},
    {"getdents64, bad address", GETDENTS64, {5, BAD, 1000}},
    {"getcwd, size 0", GETCWD, {BAD, 0}},
    {"getcwd, too small", GETCWD, {AT(text), 3}},
    {"getcwd, bad address", GETCWD, {BAD, 100}},
    {"mmap2, size 0, bad fd", MMAP2, {0, 0, 3, 2, 99, 0}},
    {"mmap2, bad fd", MMAP2, {0, 4096, 3, 2, 99, 0}},
    {"mmap2, neither shared nor private", MMAP2, {0, 4096, 3, 0x20, -1, 0}},
    {"mmap2, fixed and odd", MMAP2, {1, 4096, 3, 0x32, -1, 0}},
    {"mmap2, fixed in the kernel", MMAP2, {BAD, 4096, 3, 0x32, -1, 0}},
    {"mmap2, file only to be written", MMAP2, {0, 4096, 3, 2, 4, 0}},
    {"mmap2, shared write, only to be read", MMAP2, {0, 4096, 3, 1, 3, 0}},
    {"munmap, odd", MUNMAP, {1, 4096}},
    {"munmap, size 0", MUNMAP, {4096, 0}},
    {"munmap, in the kernel", MUNMAP, {BAD, 4096}},
    {"mprotect, odd", MPROTECT, {1, 4096, 1}},
    {"mprotect, size 0, nothing there", MPROTECT, {0x10000, 0, 1}},
    {"mprotect, nothing there", MPROTECT, {0x10000, 4096, 1}},
    {"mprotect, bad bits", MPROTECT, {0x10000, 4096, 0x1000}},
    {"nanosleep, bad address", NANOSLEEP, {BAD, 0}},
    {"nanosleep, bad time", NANOSLEEP, {AT(words), BAD}},
    {"poll, bad address", POLL, {BAD, 1, 0}},
    {"poll, nothing", POLL, {BAD, 0, 0}},
    {"rt_sigaction, size", SIGACTION, {99, BAD, BAD, 4}},
    {"rt_sigaction, bad signal and address", SIGACTION, {99, BAD, 0, 8}},
    {"rt_sigaction, SIGKILL", SIGACTION, {9, AT(words), 0, 8}},
    {"rt_sigaction, SIGKILL, only asked", SIGACTION, {9, 0, AT(words), 8}},
    {"rt_sigprocmask, size", SIGPROCMASK, {9, BAD, 0, 4}},
    {"rt_sigprocmask, bad address and how", SIGPROCMASK, {9, BAD, 0, 8}},
    {"rt_sigprocmask, bad how", SIGPROCMASK, {9, AT(words), 0, 8}},
    {"rt_sigprocmask, bad how, no set", SIGPROCMASK, {9, 0, 0, 8}},
    {"clock_gettime, bad clock and address", CLOCK_GETTIME, {99, BAD}},
    {"clock_gettime, bad address", CLOCK_GETTIME, {1, BAD}},
    {"futex, bad operation", FUTEX, {AT(words), 99, 0, 0}},
    {"futex, wait, other value", FUTEX, {AT(words), 0, 1, 0}},
    {"futex, wait, odd", FUTEX, {AT(text + 1), 0, 0, 0}},
    {"futex, wait, bad address", FUTEX, {BAD, 0, 0, 0}},
    {"futex, wake nobody", FUTEX, {AT(words), 1, 1, 0}},
    {"set_thread_area, bad address", SET_THREAD_AREA, {BAD}},
};

static void prepare(void)
{
    int ends[2];
    const int mode = O_CREAT | O_TRUNC | O_WRONLY;
    close(open("file", mode, 0644));
    close(open("program", mode, 0755));
    mkdir("folder", 0755);
    mkdir("full", 0755);
    close(open("full/file", mode, 0644));
    if (write(open("content", mode, 0644), "0123456789", 10) != 10)
        say("no content\n");
    close(3);
    open("content", O_RDONLY); /* 3 */
    open("written", mode, 0644);
    open(".", O_RDONLY | O_DIRECTORY);
    if (pipe(ends) || ends[0] != 6)
        say("the pipe is %d\n", ends[0]);
}

int main(void)
{
    prepare();
    words[1] = -1; /* a timespec that is not one */
    const unsigned int sysinfo = raw_find_sysinfo();
    for (unsigned int i = 0; i < sizeof TRIALS / sizeof TRIALS[0]; i++) {
        const struct trial *trial = &TRIALS[i];
        const unsigned int *given = trial->arguments;
        raw_sysinfo = 0;
        int one = raw(trial->number, given[0], given[1], given[2], given[3], given[4], given[5]);
        raw_sysinfo = sysinfo;
        int two = raw(trial->number, given[0], given[1], given[2], given[3], given[4], given[5]);
        say("%s: %d", trial->what, one);
        say(one == two ? "\n" : ", and through the page %d\n", two);
    }
    return 0;
}
