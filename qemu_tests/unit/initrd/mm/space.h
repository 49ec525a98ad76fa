/* mm/space.h: memory of any size, or NULL. */
#pragma once

#include <stddef.h>

void *memory_alloc(size_t size);
void memory_free(void *pointer);
