/* cpu/apic.h: the local APIC: how CPUs send each other interrupts. */
#pragma once

#include <stdint.h>

/* Map its registers. Returns 0 if this CPU has none. */
int apic_init(void);

/* On each CPU, once: let interrupts from other CPUs in. */
void apic_enable(void);

uint32_t apic_id(void);

/* The two messages that start another CPU (SDM 3A 8.4.4.1). */
void apic_send_init(uint32_t target_apic_id);
void apic_send_startup(uint32_t target_apic_id, uint32_t address);
