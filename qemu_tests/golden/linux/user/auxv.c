/* user/auxv.c: prints what the kernel told this program at its start. */

#include "user/include/start.h"
#include "user/include/user.h"

static const struct {
    uint32_t type;
    const char *name;
} names[] = {
    {AT_SYSINFO, "AT_SYSINFO"},     /* address of __kernel_vsyscall */
    {AT_SYSINFO_EHDR, "AT_SYSINFO_EHDR"},/* where the vDSO is, an ELF file */
    {AT_HWCAP, "AT_HWCAP"},         /* feature bits of CPUID leaf 1, EDX */
    {AT_PAGESZ, "AT_PAGESZ"},       /* bytes in a page */
    {AT_CLKTCK, "AT_CLKTCK"},       /* ticks a second that times() counts */
    {AT_PHDR, "AT_PHDR"},           /* where the program headers lie in memory */
    {AT_PHENT, "AT_PHENT"},         /* size of one program header */
    {AT_PHNUM, "AT_PHNUM"},         /* how many there are */
    {AT_BASE, "AT_BASE"},           /* of the dynamic linker: there is none */
    {AT_FLAGS, "AT_FLAGS"},         /* no flags are defined */
    {AT_ENTRY, "AT_ENTRY"},         /* the program's entry point */
    {AT_UID, "AT_UID"},             /* user and group identities: all root */
    {AT_EUID, "AT_EUID"},
    {AT_GID, "AT_GID"},
    {AT_EGID, "AT_EGID"},
    {AT_SECURE, "AT_SECURE"},       /* the program is not set-user-ID */
    {AT_RANDOM, "AT_RANDOM"},       /* address of 16 random bytes */
    {AT_EXECFN, "AT_EXECFN"},       /* address of the program's file name */
    {AT_PLATFORM, "AT_PLATFORM"},   /* address of "i486", "i586" or "i686" */
    {AT_NULL, "AT_NULL"},           /* end of the vector */
};

int main(void)
{
    const struct auxv_entry *entry = auxv;

    do {
        const char *name = "?";
        for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            name = names[i].type == entry->type ? names[i].name : name;
        }
        print("0x%08x  %s\n", entry->value, name);
    } while ((entry++)->type != AT_NULL);
    return 0;
}
