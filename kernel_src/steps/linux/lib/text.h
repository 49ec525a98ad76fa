/* lib/text.h: strings of any length. */
#pragma once

#include <stddef.h>

/* Bytes of it, with the 0 behind. */
size_t text_size(const char *text);

/* A copy that memory_free() frees; NULL if there is no memory. */
char *text_copy(const char *text);
