/* cpu/mp_table.h: which CPUs the machine has, by the table that the BIOS left in memory. */
#pragma once

#include <stdint.h>

/* Fill in the APIC IDs of the CPUs other than `own_id`, at most `limit`; returns how many there are. */
uint32_t mp_table_cpus(uint32_t own_id, uint32_t *apic_ids, uint32_t limit);
