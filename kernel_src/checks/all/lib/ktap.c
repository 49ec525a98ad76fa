/* lib/ktap.c: test results as KTAP. */

#include "lib/ktap.h"

#include "lib/lib.h"

#define INDENT "    "

static uint32_t planned;
static uint32_t done;
static uint32_t failed;

void ktap_plan(uint32_t count)
{
    planned = count;
    done = 0;
    failed = 0;
    print(INDENT "KTAP version 1\n" INDENT "1..%u\n", count);
}

void ktap_true(const char *text, int good)
{
    done++;
    failed += !good;
    print(INDENT "%sok %u - %s\n", good ? "" : "not ", done, text);
}

void ktap_equal(const char *text, uint32_t got, uint32_t expected)
{
    if (got == expected) {
        ktap_true(text, 1);
        return;
    }
    done++;
    failed++;
    print(INDENT "not ok %u - %s # expected 0x%x, got 0x%x\n", done, text, expected, got);
}

void ktap_skip(const char *text, const char *reason)
{
    done++;
    print(INDENT "ok %u - %s # SKIP %s\n", done, text, reason);
}

int ktap_status(void)
{
    if (done != planned) {
        print(INDENT "# %u results were planned, %u came\n", planned, done);
    }
    return failed != 0 || done != planned;
}
