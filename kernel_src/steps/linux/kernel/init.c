/* kernel/init.c: the first process, and the end of the machine. */

#include "kernel/init.h"

#include "boot/multiboot.h"
#include "dev/dev.h"
#include "fs/initrd.h"
#include "fs/magic.h"
#include "fs/ramfs.h"
#include "include/x86.h"
#include "kernel/command_line.h"
#include "kernel/kernel.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/process.h"
#include "proc/program.h"

#define ACPI_PM1A_CONTROL 0x604 /* where SeaBIOS puts it on QEMU's pc (hw/acpi/piix4.c) */
#define ACPI_SLEEP_NOW 0x2000
#define KEYBOARD_CONTROLLER 0x64
#define KEYBOARD_RESET 0xfe

static const struct {
    const char *path;
    uint32_t mode, rdev;
} nodes[] = {
    {"dev/console", S_IFCHR | 0600, DEVICE_CONSOLE},
    {"dev/tty", S_IFCHR | 0666, DEVICE_TTY},
    {"dev/ttyS0", S_IFCHR | 0600, DEVICE_TTYS0},
    {"dev/null", S_IFCHR | 0666, DEVICE_NULL},
    {"dev/zero", S_IFCHR | 0666, DEVICE_ZERO},
    {"dev/full", S_IFCHR | 0666, DEVICE_FULL},
    {"dev/random", S_IFCHR | 0666, DEVICE_RANDOM},
    {"dev/urandom", S_IFCHR | 0666, DEVICE_URANDOM},
    {"dev/shm", S_IFDIR | 01777, 0},
    {"root", S_IFDIR | 0700, 0},
    {"tmp", S_IFDIR | 01777, 0},
};

struct process *init_process, *main_process;

static void outw(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static uint32_t given_back; /* physical: memory below has been freed, up from the kernel's end */

static void give_back(uint32_t end)
{
    for (; given_back + PAGE_SIZE <= end; given_back += PAGE_SIZE) {
        frame_free(given_back);
    }
}

void initrd_consumed(const uint8_t *upto)
{
    give_back(virt_to_phys(upto));
}

static void make_nodes(void)
{
    struct inode *made;

    for (uint32_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
        if (ramfs_make(nodes[i].path, nodes[i].mode, nodes[i].rdev, &made) != 0) {
            panic("no memory for /%s", nodes[i].path);
        }
    }
    if (magic_make() != 0) {
        panic("no memory for /proc");
    }
}

static void unpack(uint32_t start, uint32_t end)
{
    given_back = page_up(virt_to_phys(kernel_end));
    give_back(start);
    const char *error = initrd_unpack(phys_to_virt(start), end - start);
    if (error) {
        panic("initial RAM disk: %s", error);
    }
    give_back(page_up(end));
}

void init_run(const struct multiboot_info *info)
{
    struct exec_strings strings = {.copy = copy_from_kernel};

    make_nodes();
    if ((info->flags & MULTIBOOT_INFO_MODULES) == 0 || info->mods_count == 0) {
        return;
    }
    const char *path = command_line_read(info, &strings);
    const struct multiboot_module *module = phys_to_virt(info->mods_addr);
    unpack(module->start, module->end);
    long error = init_first();
    error = error ? error : program_exec(main_process, root, path, &strings);
    if (error) {
        init_failed(path, (int)-error);
    }
    process_prepare(main_process);
    queue_push(main_process);
    for (;;) {
        process_idle();
    }
}

/* As each machine has it: the outcome device, ACPI, and a reset, which ends QEMU -no-reboot. */
void machine_off(uint8_t outcome, int restart)
{
    serial_drain();
    outb(OUTCOME_PORT, outcome);
    if (!restart) {
        outw(ACPI_PM1A_CONTROL, ACPI_SLEEP_NOW);
    }
    outb(KEYBOARD_CONTROLLER, KEYBOARD_RESET);
    halt_forever();
}
