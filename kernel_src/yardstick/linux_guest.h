/*
 * linux_guest.h: what the measuring programs share: static i386 programs without a C library, /init
 * of an initial RAM disk, on tinygate's kernel and on Debian's alike.
 */
#pragma once

typedef unsigned int u32;

enum { NR_exit = 1, NR_write = 4, NR_reboot = 88 };
enum { REBOOT_MAGIC1 = 0xfee1dead, REBOOT_MAGIC2 = 672274793, REBOOT_POWER_OFF = 0x4321fedc };

static int int80(u32 number, u32 a, u32 b, u32 c, u32 d)
{
    int result;

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d)
                     : "memory");
    return result;
}

static char line[80];
static u32 length;

static void put(const char *text)
{
    while (*text) {
        line[length++] = *text++;
    }
}

/* Right-aligned, in `width` columns; at least `digits` digits. */
static void put_number(u32 number, u32 width, u32 digits)
{
    char reversed[10];
    u32 count = 0;

    while (number || count < digits) {
        reversed[count++] = (char)('0' + number % 10);
        number /= 10;
    }
    for (u32 i = count; i < width; i++) {
        put(" ");
    }
    while (count) {
        line[length++] = reversed[--count];
    }
}

static void print(void)
{
    put("\n");
    int80(NR_write, 1, (u32)line, length, 0);
    length = 0;
}

static unsigned long long ticks_now(void)
{
    u32 low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (unsigned long long)high << 32 | low;
}

static void off(void)
{
    int80(NR_reboot, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF, 0);
    int80(NR_exit, 1, 0, 0, 0);
}

__asm__(".globl _start\n"
        "_start: xorl %ebp, %ebp\n"
        "        movl %esp, %eax\n"
        "        pushl %eax\n"
        "        call start\n");
