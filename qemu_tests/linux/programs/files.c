/* files.c: files and folders are made, written, renamed, looked at and removed. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "say.h"

static void show(const char *path)
{
    struct stat found;
    if (stat(path, &found)) {
        say("%s: errno %d\n", path, errno);
        return;
    }
    say("%s: mode %o, links %d, size %d, owner %d %d\n", path, found.st_mode,
        S_ISDIR(found.st_mode) ? 0 : (int)found.st_nlink,
        S_ISDIR(found.st_mode) ? 0 : (int)found.st_size, (int)found.st_uid, (int)found.st_gid);
}

static void content(void)
{
    char text[32] = "";
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0640);
    TRY(write(fd, "0123456789", 10));
    TRY(lseek(fd, 3, SEEK_SET));
    TRY(write(fd, "abc", 3));
    TRY(lseek(fd, 0, SEEK_CUR));
    TRY(lseek(fd, 5, SEEK_END));
    TRY(write(fd, "!", 1)); /* a hole of zeros before it */
    TRY(lseek(fd, 0, SEEK_SET));
    TRY(read(fd, text, sizeof text));
    CHECK(memcmp(text, "012abc6789\0\0\0\0\0!", 17) == 0);
    TRY(read(fd, text, sizeof text));
    TRY(ftruncate(fd, 4));
    TRY(lseek(fd, 0, SEEK_END));
    TRY(close(fd));
    show("file");
}

static void append(void)
{
    char text[32] = "";
    int fd = open("file", O_RDWR | O_APPEND);
    TRY(write(fd, "end", 3));
    TRY(lseek(fd, 0, SEEK_SET));
    TRY(write(fd, "END", 3));
    TRY(lseek(fd, 0, SEEK_SET));
    TRY(read(fd, text, sizeof text));
    say("%s\n", text);
    close(fd);
}

static void names(void)
{
    TRY(rename("file", "other"));
    show("file");
    show("other");
    TRY(mkdir("folder", 0751));
    TRY(rename("other", "folder/file"));
    show("folder/file");
    show("folder");
    TRY(link("folder/file", "second"));
    show("second");
    TRY(unlink("folder/file"));
    show("second");
    TRY(symlink("second", "pointer"));
    show("pointer");
    char target[16] = "";
    TRY(readlink("pointer", target, sizeof target - 1));
    say("pointer -> %s\n", target);
    TRY(chmod("second", 0600));
    show("second");
    TRY(rmdir("folder"));
    show("folder");
}

/* What was there before has no name any more, and a file that is cut off loses its content. */
static void replaced(void)
{
    char text[8] = "";
    int fd = open("old", O_WRONLY | O_CREAT, 0600);
    TRY(write(fd, "old text", 8));
    TRY(close(fd));
    TRY(link("second", "new"));
    TRY(rename("new", "old"));
    show("old");
    show("new");
    TRY(unlink("old"));
    show("old");
    fd = open("old", O_RDWR | O_CREAT, 0600);
    TRY(write(fd, "content", 7));
    TRY(ftruncate(fd, 2));
    TRY(ftruncate(fd, 7));
    TRY(pread(fd, text, 7, 0));
    CHECK(memcmp(text, "co\0\0\0\0\0", 7) == 0);
    TRY(close(open("old", O_RDONLY | O_CREAT | O_TRUNC, 0600)));
    show("old");
    TRY(close(fd));
    TRY(unlink("old"));
}

/* What the mask takes away of a new file's mode. */
static void masked(void)
{
    TRY(umask(027));
    TRY(close(open("file", O_WRONLY | O_CREAT, 0666)));
    TRY(mkdir("folder", 0777));
    show("file");
    show("folder");
    TRY(unlink("file"));
    TRY(rmdir("folder"));
    TRY(umask(022));
}

/* A file without a name lives as long as it is open. */
static void removed_while_open(void)
{
    char text[8] = "";
    int fd = open("second", O_RDWR);
    TRY(unlink("second"));
    show("second");
    show("pointer");
    TRY(read(fd, text, sizeof text - 1));
    say("%s\n", text);
    TRY(close(fd));
    TRY(unlink("pointer"));
}

static void folders(void)
{
    char path[64];
    TRY(mkdir("one", 0755));
    TRY(mkdir("one/two", 0755));
    TRY(chdir("one/two"));
    CHECK(getcwd(path, sizeof path) == path);
    say("%s\n", strstr(path, "/one"));
    TRY(chdir(".."));
    show("two/../two/.");
    TRY(rmdir("two"));
    TRY(chdir(".."));
    TRY(rmdir("one"));
}

int main(void)
{
    umask(022);
    content();
    append();
    names();
    replaced();
    masked();
    removed_while_open();
    folders();
    return 0;
}
