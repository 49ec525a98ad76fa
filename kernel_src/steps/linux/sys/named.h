/* sys/named.h: names that are taken away or moved. */
#pragma once

#include <stddef.h>

#include "fs/path.h"
#include "sys/names.h"

struct entry;

/* The entry of a name and the directory that it is in. */
struct named {
    struct name name;
    struct place place;
    struct entry *entry;
};

/* Returns 0, even if there is no such entry, or -errno. If it is 0, named_put() must follow. */
long named_find(struct named *named, int base_fd, const char *path);
void named_put(struct named *named);

/* Take the name away. */
void entry_remove(struct named *named);

/* Is the last name "." (`length` 1) or ".." (2)? */
int is_dot(const struct place *place, size_t length);
