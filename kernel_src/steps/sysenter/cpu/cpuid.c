/* cpu/cpuid.c: may SYSENTER be used on this CPU? (SDM 2A, CPUID; 2B, SYSENTER)
 *
 * CPUID says so in the bit SEP, but Intel's Pentium Pro says it without having the instruction:
 * every CPU of Intel's before family 6, model 3, stepping 3, which is signature 0x633 (Linux
 * arch/x86/kernel/cpu/intel.c). AMD's CPUs with low signatures do have it.
 */

#include "cpu/sysenter.h"

#include <stdint.h>

#include "include/constants.h"

int sysenter_usable(void)
{
    uint32_t changed, max_leaf = 0, vendor[3], signature, features, ebx, ecx;

    /* A CPU has CPUID if EFLAGS.ID can be changed: a 386 or an early 486 holds it at 0. */
    __asm__ volatile("pushfl; pushfl; xorl %1, (%%esp); popfl\n\t"
                     "pushfl; popl %0; xorl (%%esp), %0; popfl"
                     : "=&r"(changed)
                     : "i"(EFLAGS_ID)
                     : "cc");
    if (changed & EFLAGS_ID) {
        __asm__("cpuid"
                : "=a"(max_leaf), "=b"(vendor[0]), "=d"(vendor[1]), "=c"(vendor[2])
                : "a"(0));
    }
    if (max_leaf < 1) {
        return 0;
    }
    __asm__("cpuid" : "=a"(signature), "=b"(ebx), "=c"(ecx), "=d"(features) : "a"(1));
    int is_intel = vendor[0] == 0x756e6547 && vendor[1] == 0x49656e69 && vendor[2] == 0x6c65746e;
    return (features & CPUID_SEP) && !(is_intel && signature < SYSENTER_MIN_SIGNATURE);
}
