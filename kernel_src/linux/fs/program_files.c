/* fs/program_files.c: the programs inside the kernel, as files without names. */

#include "fs/inode.h"
#include "kernel/suite.h"
#include "mm/mm.h"

struct inode *inode_of_program(const struct program *program)
{
    struct inode *file = inode_create(S_IFREG | 0755, 0);

    if (file && inode_write(file, 0, program->elf, program->size) != (long)program->size) {
        inode_put(file);
        return NULL;
    }
    return file;
}
