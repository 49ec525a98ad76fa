/* lib/ktap.h: test results as KTAP, one level below the kernel's own.
 *
 * Linux Documentation/dev-tools/ktap.rst says how they look.
 * For programs and for the checks in the kernel alike. The plan comes first: of a program that dies
 * in the middle the missing results tell.
 */
#pragma once

#include <stdint.h>

/* Announce how many results will come, and begin to count. */
void ktap_plan(uint32_t count);

/* One result each. `text` must not hold a `#`: what follows one is a remark. */
void ktap_true(const char *text, int good);
void ktap_equal(const char *text, uint32_t got, uint32_t expected);
void ktap_skip(const char *text, const char *reason);

/* 0 if as many results came as were planned and all are good: a program's exit status. */
int ktap_status(void);
