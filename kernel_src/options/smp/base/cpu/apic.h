/* cpu/apic.h: the local APIC: how CPUs send each other interrupts. */
#pragma once

#include <stdint.h>

/* Map its registers. Returns 0 if this CPU has none. */
int apic_init(void);

/* On each CPU, once: let interrupts from other CPUs in. */
void apic_enable(void);

uint32_t apic_id(void);

/* To all other CPUs: the two messages that start them (SDM 3A 8.4.4.1). */
void apic_send_init(void);
void apic_send_startup(uint32_t address);
