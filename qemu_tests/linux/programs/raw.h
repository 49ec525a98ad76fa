/* raw.h: system calls without the C library, by int 0x80 or through the page of AT_SYSINFO. */
#ifndef RAW_H
#define RAW_H

#include <elf.h>

extern char **environ;

static unsigned int raw_sysinfo; /* address of the page's entry; 0: int 0x80 */

/* Gives all six arguments; EBP has to be kept by hand. */
static inline int raw(int number, unsigned int a, unsigned int b, unsigned int c, unsigned int d,
                      unsigned int e, unsigned int f)
{
    unsigned int words[] = {number, f, raw_sysinfo};
    int result;
    __asm__ volatile("pushl %%ebp\n\t"
                     "movl 4(%%eax), %%ebp\n\t"
                     "pushl 8(%%eax)\n\t"
                     "movl (%%eax), %%eax\n\t"
                     "cmpl $0, (%%esp)\n\t"
                     "je 1f\n\t"
                     "call *(%%esp)\n\t"
                     "jmp 2f\n"
                     "1:\n\t"
                     "int $0x80\n"
                     "2:\n\t"
                     "addl $4, %%esp\n\t"
                     "popl %%ebp"
                     : "=a"(result)
                     : "0"(words), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                     : "memory", "cc");
    return result;
}

static inline unsigned int raw_find_sysinfo(void)
{
    char **end = environ;
    while (*end)
        end++;
    for (const unsigned int *entry = (unsigned int *)(end + 1); entry[0] != AT_NULL; entry += 2)
        if (entry[0] == 32)
            return entry[1];
    return 0;
}

#endif
