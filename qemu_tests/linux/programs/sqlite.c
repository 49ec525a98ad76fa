/* sqlite.c: SQLite on a file of its own, which carries out the statements of another. */
#include <sqlite3.h>
#include <stdlib.h>
#include "say.h"

static int show(void *unused, int columns, char **values, char **names)
{
    (void)unused;
    (void)names;
    for (int i = 0; i < columns; i++)
        say("%s%s", i ? "|" : "", values[i] ? values[i] : "NULL");
    say("\n");
    return 0;
}

/* Statements are read to the end of a line that ends in a semicolon. */
int main(int argc, char **argv)
{
    static char text[4096];
    size_t length = 0;
    sqlite3 *data = NULL;
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!file || sqlite3_open("data", &data))
        return 1;
    while (fgets(text + length, (int)(sizeof text - length), file)) {
        char *problem = NULL;
        while (text[length])
            length++;
        if (length < 2 || text[length - 2] != ';')
            continue;
        if (sqlite3_exec(data, text, show, NULL, &problem))
            say("error: %s\n", problem);
        sqlite3_free(problem);
        length = 0;
    }
    return sqlite3_close(data);
}
