/* sys/check_arguments.h: what a test program can ask by its first check_arguments() argument. */
#pragma once

#include <stdint.h>

#include "include/structs.h"

#define CHECK_ASK_FLAGS 0xa5c00001u /* EFLAGS as the kernel has them during the call */
#define CHECK_ASK_TURNS 0xa5c00002u /* how often another process asked this than the time before */
/* DS and ES as the kernel has them during the call. EBX, where this is, has the low word of a good
 * DS: who looks there for it is found out. */
#define CHECK_ASK_SELECTORS (0xa5c00000u | SEL_USER_DATA)
#define CHECK_ASK_CPU 0xa5c00004u    /* index of the CPU, which also notes that it was here */
#define CHECK_ASK_FRAMES 0xa5c00005u /* page frames in use */
#define CHECK_ASK_ALL_FRAMES 0xa5c00006u
#define CHECK_ASK_PROCESSES 0xa5c00007u /* how many there are, if somebody counts them */
#define CHECK_ASK_FRAME 0xa5c00008u     /* check_frame() of the call's struct pt_regs */
#define CHECK_ASK_WORK 0xa5c00009u      /* process.work: is this call to go back the longer way? */
#define CHECK_ASK_READ 0xa5c0000au      /* can the kernel read where the second argument says? */

/* A data segment for ring 3, see checks/descriptors.h. */
#define CHECK_BASED (10 * 8 | 3)

/* Of process.work what the call itself brings about. */
#define CHECK_WORK (WORK_SEGMENTS | WORK_FLAGS)

static inline uint32_t check_flags_now(void)
{
    uint32_t value;

    __asm__ volatile("pushfl\n\tpopl %0" : "=r"(value));
    return value;
}

/* DS in the upper half, ES in the lower. */
static inline uint32_t check_selectors_now(void)
{
    uint32_t ds, es;

    __asm__ volatile("movl %%ds, %0\n\tmovl %%es, %1" : "=r"(ds), "=r"(es));
    return (ds & 0xffff) << 16 | (es & 0xffff);
}

/* All six arguments, mixed so that no two can change places unseen. */
static inline uint32_t check_mix(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e,
                                 uint32_t f)
{
    return (((((a * 31 + b) * 31 + c) * 31 + d) * 31 + e) * 31 + f) & 0x7fffffff; /* no -errno */
}

/* What no argument is, and an exception's frame shows: mixed, and not a number like -errno. */
static inline uint32_t check_frame(const struct pt_regs *regs)
{
    uint32_t flags = regs->eflags & (EFLAGS_ARITHMETIC | EFLAGS_DF | EFLAGS_NT | EFLAGS_AC);
    uint32_t others = check_mix(regs->eax, regs->orig_eax, regs->cs, regs->ss, flags, 0);

    return check_mix(regs->ds & 0xffff, regs->es & 0xffff, regs->fs & 0xffff, regs->gs & 0xffff,
                     others, 0);
}
