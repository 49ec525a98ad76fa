/* sys/process.c: system calls about processes and threads. */

#include "proc/process.h"

#include "kernel/init.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "mm/space.h"
#include "proc/fork.h"
#include "proc/program.h"
#include "proc/signals.h"
#include "sys/calls.h"
#include "sys/names.h"

long sys_exit(int status)
{
    process_exit((status & 0xff) << 8);
}

long sys_exit_group(int status)
{
    group_exit((status & 0xff) << 8);
}

long sys_getpid(void)
{
    return current_process()->tgid;
}

long sys_gettid(void)
{
    return current_process()->pid;
}

long sys_getppid(void)
{
    return current_process()->group->leader->parent->pid;
}

long sys_sched_yield(void)
{
    process_yield();
    return 0;
}

/* Linux's rules: threads share their signals, and who shares signals shares memory. */
long sys_clone(uint32_t flags, uint32_t stack, uint32_t parent_tid_addr, struct user_desc *tls,
               uint32_t child_tid_addr)
{
    const struct clone clone = {flags, stack, parent_tid_addr, tls, child_tid_addr};

    if ((flags & CLONE_NAMESPACES) || ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND)) ||
        ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))) {
        return -EINVAL;
    }
    return process_fork(&clone);
}

long sys_set_tid_address(uint32_t address)
{
    struct process *process = current_process();

    process->clear_tid_addr = address;
    return process->pid;
}

/* What is run may be a script, which names its interpreter: see proc/program.c. */
long sys_execve(const char *path, const char *const *arguments, const char *const *environment)
{
    struct name name;
    long error = name_get(&name, AT_FDCWD, path);

    if (error) {
        return error;
    }
    const struct exec_strings strings = {copy_from_user, arguments, environment, NULL};
    error = exec_strings_check(&strings);
    error = error ? error : program_exec(current_process(), name.base, name.path, &strings);
    name_put(&name);
    return error;
}

long sys_umask(uint32_t mask)
{
    struct group *group = current_process()->group;
    uint32_t before = group->umask;

    group->umask = mask & 0777;
    return (long)before;
}

/* Who starts himself anew until he finds it as he set it must find it so. */
long sys_personality(uint32_t wanted)
{
    uint32_t *own = &current_process()->group->personality, before = *own;

    *own = wanted == UINT32_MAX ? before : wanted;
    return (long)before;
}

/* The parent's death, and orphans: see proc/exit.c; the others are only remembered. */
static long do_property(int option, uint32_t value, uint32_t *to)
{
    static const struct {
        uint8_t set, get, least, most, is_told; /* by the address that is given */
    } properties[PROPERTIES] = {
        [PARENT_DEATH_SIGNAL] = {PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, 0, SIGNAL_LIMIT - 1, 1},
        [TAKES_ORPHANS] = {PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER, 0, 255, 1},
        [NO_NEW_PRIVS] = {PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, 1, 1, 0},
        [KEEPS_CAPS] = {PR_SET_KEEPCAPS, PR_GET_KEEPCAPS, 0, 1, 0},
        [DUMPABLE] = {PR_SET_DUMPABLE, PR_GET_DUMPABLE, 0, 1, 0},
    };

    for (uint32_t i = 0; i < PROPERTIES; i++) {
        uint32_t *property = &current_process()->group->properties[i];
        if (option == properties[i].get) {
            return !properties[i].is_told ? (long)*property
                                          : copy_to_user(to, property, sizeof *property);
        }
        if (option == properties[i].set && properties[i].least <= value &&
            value <= properties[i].most) {
            *property = value;
            return 0;
        }
    }
    return -EINVAL;
}

long sys_prctl(int option, char *argument)
{
    struct process *process = current_process();
    char given[sizeof process->name] = "";

    if (option == PR_GET_NAME) {
        return copy_to_user(argument, process->name, sizeof process->name);
    }
    if (option != PR_SET_NAME) {
        return do_property(option, (uint32_t)argument, (uint32_t *)argument);
    }
    long length = string_from_user(given, argument, sizeof given);
    if (length == -EFAULT) {
        return length;
    }
    memcpy(process->name, given, sizeof given - 1);
    return 0;
}

/* uname -a (Linux include/uapi/linux/utsname.h). Programs judge by the release: a static glibc ends
 * at its start below 3.2, and from 5.1 on Go makes only those calls whose seconds have 64 bits. */
struct utsname {
    char text[6][65]; /* system, node, release, version, machine, domain */
};

long sys_uname(struct utsname *to)
{
    static const char words[][16] = {"Linux", "tinygate", "6.1.0-tinygate", "#1", "i686", "(none)"};
    struct utsname name = {{{0}}};

    for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        memcpy(name.text[i], words[i], sizeof words[i]);
    }
    return copy_to_user(to, &name, sizeof name);
}

long sys_reboot(uint32_t magic1, uint32_t magic2, uint32_t command)
{
    if (magic1 != REBOOT_MAGIC1 || magic2 != REBOOT_MAGIC2) {
        return -EINVAL;
    }
    switch (command) {
    case REBOOT_CAD_ON:
    case REBOOT_CAD_OFF:
        return 0;
    case REBOOT_RESTART:
    case REBOOT_HALT:
    case REBOOT_POWER_OFF:
        machine_off(OUTCOME_OFF, command == REBOOT_RESTART);
    default:
        return -EINVAL;
    }
}
