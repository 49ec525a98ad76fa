/* archive.c: what became of the second archive in the RAM disk: see odd_archive.py. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "say.h"

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void tell(const char *name)
{
    char text[64] = "";
    struct stat st;
    TRY(lstat(name, &st));
    say("%s: mode %o, links %d, size %d\n", name, st.st_mode, (int)st.st_nlink,
        S_ISDIR(st.st_mode) ? 0 : (int)st.st_size);
    if (S_ISREG(st.st_mode)) {
        int fd = open(name, O_RDONLY);
        TRY(read(fd, text, sizeof text - 1));
        close(fd);
        say("%s", text);
    } else if (S_ISLNK(st.st_mode)) {
        TRY(readlink(name, text, sizeof text - 1));
        say("%s\n", text);
    }
}

int main(void)
{
    char *names[64];
    int count = 0;
    TRY(chdir("/tests/odd"));
    DIR *folder = opendir(".");
    for (struct dirent *entry; (entry = readdir(folder)) != NULL && count < 64;)
        names[count++] = strdup(entry->d_name);
    closedir(folder);
    qsort(names, (size_t)count, sizeof *names, by_name);
    for (int i = 2; i < count; i++) /* not "." and ".." */
        tell(names[i]);
    tell("full/file");
    return 0;
}
