/* stdio.c: the C library's files: written, read, sought in, appended to and removed. */
#include <string.h>
#include <unistd.h>
#include "say.h"

static const char NAME[] = "lines";

static void write_lines(const char *mode, int from, int to)
{
    FILE *file = fopen(NAME, mode);
    for (int i = from; i < to; i++)
        fprintf(file, "line %d, %x, %5d|%-5d|%05d, %s, %c\n", i, i * 4096, i, i, i, "text",
                'a' + i);
    CHECK(fclose(file) == 0);
}

static void read_lines(void)
{
    char line[80];
    FILE *file = fopen(NAME, "r");
    while (fgets(line, sizeof line, file))
        say("read %s", line);
    CHECK(feof(file) && !ferror(file));
    CHECK(fgetc(file) == EOF);
    fclose(file);
}

static void seek(void)
{
    char word[8] = "";
    FILE *file = fopen(NAME, "r+");
    CHECK(fseek(file, 5, SEEK_SET) == 0 && fgetc(file) == '0');
    CHECK(ftell(file) == 6);
    CHECK(ungetc('#', file) == '#' && fgetc(file) == '#');
    CHECK(fseek(file, -2, SEEK_END) == 0 && fgetc(file) == 'e');
    CHECK(fseek(file, 0, SEEK_SET) == 0 && fputs("LINE", file) >= 0);
    CHECK(fseek(file, 0, SEEK_SET) == 0 && fread(word, 1, 4, file) == 4);
    say("word %s\n", word);
    fclose(file);
}

/* More than any library's buffer. */
static void large(void)
{
    static char block[3000];
    int sum = 0;
    memset(block, 'b', sizeof block);
    FILE *file = fopen("large", "w");
    for (int i = 0; i < 10; i++)
        fwrite(block, 1, sizeof block, file);
    fclose(file);
    file = fopen("large", "r");
    for (int sign; (sign = fgetc(file)) != EOF;)
        sum += sign == 'b';
    fclose(file);
    say("%d bytes\n", sum);
}

int main(void)
{
    write_lines("w", 0, 3);
    write_lines("a", 3, 5);
    read_lines();
    seek();
    read_lines();
    large();
    CHECK(fopen("none", "r") == NULL && errno == ENOENT);
    CHECK(remove(NAME) == 0 && fopen(NAME, "r") == NULL);
    fprintf(stderr, "to stderr\n");
    return 0;
}
