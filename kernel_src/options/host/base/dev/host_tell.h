/* dev/host_tell.h: what has happened to the running process, told to the host. */
#pragma once

#include <stdint.h>

struct host_trace;

/* HOST_TRACE_: comes back when the host has seen it. The rest of `told` is known here. */
void host_tell(uint32_t moment, const struct host_trace *told);

/* A signal ends it. */
void host_tell_death(int signal);
