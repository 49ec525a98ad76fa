/* user/include/endings.h: ways in which a child of user/ends.c ends, or only after a while. */
#pragma once

#include "user/include/children.h"
#include "user/include/x87.h"

static void exit_7(void)
{
    exit(7);
}

static void exit_256(void)
{
    exit(256 + 3); /* a parent sees eight bits */
}

static void exit_all(void)
{
    exit_group(255);
}

static void divide(void)
{
    __asm__ volatile("divl %0" : : "r"(0) : "eax", "edx");
}

static void breakpoint(void)
{
    __asm__ volatile("int3");
}

static void overflow(void)
{
    __asm__ volatile("addb $1, %b0\n\tinto" : : "a"(0x7f) : "cc");
}

static void out_of_bounds(void)
{
    static const int32_t bounds[2] = {0, 10};

    __asm__ volatile("bound %0, %1" : : "r"(11), "m"(bounds));
}

static void single_step(void)
{
    __asm__ volatile("pushfl\n\torl %0, (%%esp)\n\tpopfl\n\tnop" : : "i"(EFLAGS_TF) : "cc");
}

/* 1 / 0, with the exception for that not masked. */
static void x87_divide(void)
{
    const uint16_t control = 0x037b;
    const uint32_t zero = 0;

    if (!x87_usable()) {
        kill((int32_t)getpid(), SIGFPE);
    }
    __asm__ volatile("fldcw %0\n\tfld1\n\tfdivs %1\n\tfwait" : : "m"(control), "m"(zero));
}

static void undefined(void)
{
    __asm__ volatile("ud2");
}

static void privileged(void)
{
    __asm__ volatile("hlt");
}

static void null_pointer(void)
{
    *word_at(0) = 0;
}

static void kill_itself(void)
{
    kill((int32_t)getpid(), SIGKILL);
}

/* The clock's interrupts are all that stops it. An emulator takes a jump for each turn, and nearly
 * nothing for what does nothing in between: so it is through sooner. */
static void forever(void)
{
    for (;;) {
        __asm__ volatile(".rept 100\n\tnop\n\t.endr");
    }
}

static void sleep_long(void)
{
    sleep_ticks(100000);
}

static void sleep_a_second(void)
{
    sleep_ticks(TIMER_HZ);
}

static void sleep_nearly_two(void)
{
    sleep_ticks(TIMER_HZ - 1);
    sleep_ticks(TIMER_HZ - 1);
}

static void sleep_longest(void)
{
    sleep_ticks(UINT32_MAX);
}
