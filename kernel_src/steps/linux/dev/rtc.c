/* dev/rtc.c: the time of day, from the clock that runs on a battery.
 *
 * Motorola MC146818 data sheet.
 */

#include "dev/clock.h"
#include "include/x86.h"

#define CMOS_INDEX 0x70
#define CMOS_DATA 0x71
#define STATUS_A 0x0a
#define STATUS_A_UPDATING 0x80
#define STATUS_B 0x0b
#define STATUS_B_BINARY 0x04
#define DAYS_1970_TO_2000 10957

enum { SECOND, MINUTE, HOUR, DAY, MONTH, YEAR, PARTS };
static const uint8_t registers[PARTS] = {0, 2, 4, 7, 8, 9};

static uint32_t cmos_read(uint8_t index)
{
    outb(CMOS_INDEX, index);
    return inb(CMOS_DATA);
}

static void read_parts(uint32_t *part)
{
    while (cmos_read(STATUS_A) & STATUS_A_UPDATING) {
    }
    for (int i = 0; i < PARTS; i++) {
        part[i] = cmos_read(registers[i]);
    }
}

/* The year has two digits: it is taken to be in this century, in which each fourth is a leap
 * year. */
static uint32_t days_since_1970(uint32_t year, uint32_t month, uint32_t day)
{
    static const uint16_t before_month[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    uint32_t leap_days = (year + 3) / 4 + (year % 4 == 0 && month > 2);

    return DAYS_1970_TO_2000 + year * 365 + leap_days + before_month[(month - 1) % 12] + day - 1;
}

/* It may change while it is being read: two readings that are the same hold. */
uint32_t rtc_seconds(void)
{
    uint32_t part[PARTS], last_second;

    read_parts(part);
    do {
        last_second = part[SECOND];
        read_parts(part);
    } while (part[SECOND] != last_second);
    if ((cmos_read(STATUS_B) & STATUS_B_BINARY) == 0) {
        for (int i = 0; i < PARTS; i++) {
            part[i] = part[i] / 16 * 10 + part[i] % 16;
        }
    }
    return ((days_since_1970(part[YEAR], part[MONTH], part[DAY]) * 24 + part[HOUR]) * 60 +
            part[MINUTE]) *
               60 +
           part[SECOND];
}
