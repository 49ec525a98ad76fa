/* sys/named.c: names that are taken away or moved. */

#include "sys/named.h"

#include "fs/inode.h"

void named_put(struct named *named)
{
    inode_put(named->place.directory);
    name_put(&named->name);
}

long named_find(struct named *named, int base_fd, const char *path)
{
    long error = name_get(&named->name, base_fd, path);

    if (error) {
        return error;
    }
    error = path_place(named->name.base, named->name.path, &named->place);
    if (error) {
        name_put(&named->name);
        return error;
    }
    named->entry = directory_find(named->place.directory, named->place.name, named->place.length);
    return 0;
}

/* A directory without a name may still be somebody's working directory: where its ".." leads to
 * must stay for as long. */
void entry_remove(struct named *named)
{
    if (is_directory(named->entry->inode)) {
        inode_get(named->place.directory);
    }
    directory_remove(named->place.directory, named->entry);
}

int is_dot(const struct place *place, size_t length)
{
    return place->length == length && place->name[0] == '.' && place->name[length - 1] == '.';
}
