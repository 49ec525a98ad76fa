/* dev/clock.c: what time it is, to the nanosecond.
 *
 * Three clocks work together. The time stamp counter is quick to read, but nobody says how fast it
 * runs. The timer chip's oscillator has a known rate, but is slow to read. So at each tick the
 * oscillator says what time it is, and until the next the TSC is counted. The clock never goes
 * back: when it is found to be ahead it goes a little slower. The time of day is read once.
 *
 * The oscillator is read at the timer chip's channel 2, the loudspeaker's: it runs round and round,
 * whatever becomes of channel 0 and its interrupts (Intel 8254 data sheet).
 */

#include "dev/clock.h"

#include "cpu/cpuid.h"
#include "include/x86.h"
#include "lib/divide.h"
#include "mm/mm.h"

#define PIT_CHANNEL_2 0x42
#define PIT_CHANNEL_2_RATE_GENERATOR 0xb4 /* channel 2, low byte then high byte, mode 2 */
#define PIT_LATCH_CHANNEL_2 0x80
#define SPEAKER_PORT 0x61
#define SPEAKER_GATE 0x01 /* channel 2 runs */
#define SPEAKER_ON 0x02

#define FIXED(nanoseconds) ((uint64_t)(nanoseconds) << CLOCK_SHIFT)
#define PIT_COUNT (FIXED_SECOND / PIT_INPUT_HZ)  /* how long a count of the oscillator is */
#define PIT_ROUND ((int64_t)(PIT_COUNT * 65536)) /* 55 ms */
#define CALIBRATION_COUNTS (PIT_INPUT_HZ / 1000)
#define ERROR_MAX_NS (1 << 22) /* 4 ms: more than that behind, and the clock jumps */
#define CATCH_UP_SHIFT 26      /* it makes up for an error within 2^26 ns, about seven ticks */
#define LEARN_SHIFT 6          /* and believes a 64th of it to be the TSC's true rate */
#define READINGS 3

static union {
    struct clock_data data;
    uint8_t page[PAGE_SIZE]; /* programs see all of it */
} shared __attribute__((aligned(PAGE_SIZE)));

/* One moment, by both. */
struct moment {
    uint16_t pit; /* counts of the oscillator, modulo 65536 */
    uint64_t tsc; /* 0 if there is none */
};

static struct moment last;
static uint64_t since_last;  /* fixed-point: from then to the times in `shared` */
static int64_t behind;       /* fixed-point: the oscillator's time less the clock's, then */
static int64_t ns_per_count; /* fixed-point: as the TSC is thought to run */

struct file_time file_time_now;

int clock_is_fine(void)
{
    return shared.data.multiplier != 0;
}

uint32_t clock_frame(void)
{
    return virt_to_phys(&shared);
}

/* The chip counts down. */
static uint16_t pit_read(void)
{
    outb(PIT_COMMAND, PIT_LATCH_CHANNEL_2);
    uint8_t low = inb(PIT_CHANNEL_2);
    return (uint16_t)(0 - (low | inb(PIT_CHANNEL_2) << 8));
}

static uint64_t tsc_read(void)
{
    return cpu_features.leaf1_edx & CPUID_TSC ? __builtin_ia32_rdtsc() : 0;
}

/* Of a few readings the quickest: in an emulator anything may happen between two instructions. */
static struct moment moment_read(void)
{
    struct moment best;
    uint64_t quickest = UINT64_MAX;

    for (int i = 0; i < READINGS; i++) {
        uint64_t tsc = tsc_read();
        uint16_t pit = pit_read();
        uint64_t taken = tsc_read() - tsc;
        if (taken < quickest) {
            quickest = taken;
            best = (struct moment){pit, tsc};
        }
    }
    return best;
}

static void pit_start(void)
{
    outb(SPEAKER_PORT, (uint8_t)((inb(SPEAKER_PORT) & ~SPEAKER_ON) | SPEAKER_GATE));
    outb(PIT_COMMAND, PIT_CHANNEL_2_RATE_GENERATOR);
    outb(PIT_CHANNEL_2, 0); /* 65536 */
    outb(PIT_CHANNEL_2, 0);
}

/* How long a count of the TSC is, fixed-point; 0: there is none, or none that is of use. */
static uint32_t tsc_calibrate(void)
{
    struct moment start = moment_read(), end;

    do {
        end = moment_read();
    } while ((uint16_t)(end.pit - start.pit) < CALIBRATION_COUNTS);
    uint64_t counts = end.tsc - start.tsc;
    uint64_t time = (uint16_t)(end.pit - start.pit) * PIT_COUNT;
    uint32_t rest;
    return counts >> 32 == 0 && counts > time >> 32 ? divide(time, (uint32_t)counts, &rest) : 0;
}

static void time_add(struct clock_time *time, uint64_t nanoseconds)
{
    time->nanoseconds += nanoseconds;
    clock_carry(time);
}

/* Programs on other CPUs may be reading: x86 lets them see the stores in this order. */
static void change_begin(void)
{
    __atomic_store_n(&shared.data.sequence, shared.data.sequence + 1, __ATOMIC_SEQ_CST);
}

static void change_end(void)
{
    file_time_now.seconds = shared.data.wall.seconds;
    file_time_now.nanoseconds = (uint32_t)(shared.data.wall.nanoseconds >> CLOCK_SHIFT);
    __atomic_store_n(&shared.data.sequence, shared.data.sequence + 1, __ATOMIC_RELEASE);
}

/* The rate until the next tick: right, and a little more or less to make up for the error. */
static uint32_t next_multiplier(void)
{
    int32_t error_ns = behind > (int64_t)FIXED(ERROR_MAX_NS)    ? ERROR_MAX_NS
                       : behind < -(int64_t)FIXED(ERROR_MAX_NS) ? -ERROR_MAX_NS
                                                                : (int32_t)(behind >> CLOCK_SHIFT);
    int64_t more = (ns_per_count * error_ns) >> CATCH_UP_SHIFT;

    ns_per_count += more >> LEARN_SHIFT;
    return (uint32_t)(ns_per_count + more);
}

/* So much has passed by the oscillator since `last`, until now: is the clock right? Returns the
 * rate until the next tick. */
static uint32_t steer(uint64_t passed, uint64_t tsc)
{
    uint64_t to_now = clock_elapsed(&shared.data, tsc);

    behind += (int64_t)(passed - since_last - to_now);
    since_last = 0 - to_now;
    while (behind < -PIT_ROUND / 2) {
        behind += PIT_ROUND;        /* no tick for so long that it went round meanwhile */
        __asm__("" : "+r"(passed)); /* or clang makes a division of the loop */
    }
    return next_multiplier();
}

void clock_tick_update(void)
{
    struct clock_data *data = &shared.data;
    struct moment now = moment_read();
    uint64_t passed = (uint16_t)(now.pit - last.pit) * PIT_COUNT;
    uint32_t multiplier = clock_is_fine() ? steer(passed, now.tsc) : 0;

    last = now;
    change_begin();
    if (multiplier != 0) {
        uint64_t tsc = tsc_read();
        passed = clock_elapsed(data, tsc);
        since_last += passed;
        data->tsc = tsc;
        data->multiplier = multiplier;
        if (behind > (int64_t)FIXED(ERROR_MAX_NS)) {
            passed += (uint64_t)behind;
            behind = 0;
        }
    }
    time_add(&data->wall, passed);
    time_add(&data->boot, passed);
    change_end();
}

void clock_set(const struct clock_time *now)
{
    clock_tick_update();
    change_begin();
    shared.data.wall = *now;
    change_end();
}

void clock_init(void)
{
    pit_start();
    last = moment_read();
    shared.data.tsc = last.tsc;
    shared.data.multiplier = tsc_calibrate();
    ns_per_count = shared.data.multiplier;
    file_time_now.seconds = shared.data.wall.seconds = rtc_seconds();
}

/* Without a TSC it is the time of the last tick. The kernel lock is held: nobody changes the
 * data. */
int clock_now(int id, struct clock_time *now)
{
    const struct clock_time *clock = clock_of(&shared.data, id);

    if (!clock) {
        return -EINVAL;
    }
    *now = *clock;
    if (clock_is_fine()) {
        time_add(now, clock_elapsed(&shared.data, tsc_read()));
    }
    return 0;
}

uint32_t clock_ticks(void)
{
    struct clock_time now = {0, 0};

    clock_now(CLOCK_MONOTONIC, &now);
    uint32_t nanoseconds = (uint32_t)(now.nanoseconds >> CLOCK_SHIFT);
    return now.seconds * TIMER_HZ + nanoseconds / (NS_PER_SECOND / TIMER_HZ);
}
