/* fs/program_files.c: the programs inside the kernel, as files in the root directory. */

#include "fs/path.h"
#include "fs/ramfs.h"
#include "kernel/kernel.h"
#include "kernel/suite.h"

void program_files_make(void)
{
    struct inode *file;

    for (const struct program *program = programs; program->name; program++) {
        if (ramfs_make(program->name, S_IFREG | 0755, 0, &file) != 0 ||
            inode_write(file, 0, program->elf, program->size) != (long)program->size) {
            panic("no memory for the program %s", program->name);
        }
    }
}

struct inode *inode_of_program(const struct program *program)
{
    struct inode *file;

    return path_find(root, program->name, 0, &file) == 0 ? file : NULL;
}
