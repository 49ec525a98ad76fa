/* folder.c: what is in a folder, in whatever order the kernel names it. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "say.h"

#define FILES 70 /* more than any library reads at once */

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void show(const char *path)
{
    static char names[100][32];
    int count = 0;
    DIR *folder = opendir(path);
    if (!folder) {
        say("%s: errno %d\n", path, errno);
        return;
    }
    for (struct dirent *entry; count < 100 && (entry = readdir(folder));)
        snprintf(names[count++], sizeof names[0], "%.31s", entry->d_name);
    closedir(folder);
    qsort(names, (size_t)count, sizeof names[0], compare);
    say("%s: %d:", path, count);
    for (int i = 0; i < count; i++)
        say(" %s", names[i]);
    say("\n");
}

int main(void)
{
    char name[32];
    mkdir("folder", 0755);
    show("folder");
    for (int i = 0; i < FILES; i++) {
        sprintf(name, "folder/a-longer-name-%d", i);
        close(open(name, O_CREAT | O_WRONLY, 0644));
    }
    mkdir("folder/inner", 0755);
    show("folder");
    for (int i = 1; i < FILES; i++) {
        sprintf(name, "folder/a-longer-name-%d", i);
        unlink(name);
    }
    show("folder");
    show("folder/inner");
    show("none");
    show("folder/a-longer-name-0");
    return 0;
}
