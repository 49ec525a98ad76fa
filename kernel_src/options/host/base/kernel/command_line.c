/* kernel/command_line.c: what the host wants to be run.
 *
 * The loader's second module has it, with whatever bytes and of whatever length: a command line
 * would be split at blanks.
 */

#include "kernel/command_line.h"

#include "boot/multiboot.h"
#include "dev/host.h"
#include "fs/host_files.h"
#include "kernel/kernel.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "proc/process.h"

/* Offsets become addresses. */
static const char *const *strings_at(const uint8_t *block, uint32_t offset)
{
    uint32_t *array = (uint32_t *)(block + offset);

    for (uint32_t i = 0; array[i] != 0; i++) {
        array[i] += (uint32_t)block;
    }
    return (const char *const *)array;
}

const char *command_line_read(const struct multiboot_info *info, struct exec_strings *strings)
{
    const struct multiboot_module *modules = phys_to_virt(info->mods_addr);

    if (info->mods_count < 2) {
        panic("started by something else than `tinygate exec`: nothing says what to run");
    }
    const uint8_t *block = phys_to_virt(modules[1].start);
    const struct host_start *start = (const struct host_start *)block;
    host_files_given(start);
    strings->arguments = strings_at(block, start->arguments);
    strings->environment = strings_at(block, start->environment);
    return (const char *)block + start->path;
}
