/* cpu/apic.c: the local APIC: how CPUs send each other interrupts (SDM 3A chapter 10).
 *
 * Each CPU has one, and all see their own at the same address. The PIC keeps its work: it is wired
 * to the first CPU's local APIC, which passes its interrupts on, as the BIOS set it up ("virtual
 * wire mode").
 */

#include "cpu/apic.h"

#include "cpu/cpu.h"
#include "cpu/wake.h"
#include "kernel/kernel.h"
#include "mm/mm.h"

/* Registers, as offsets (SDM 3A table 10-1). */
#define APIC_ID 0x020
#define APIC_END_OF_INTERRUPT 0x0b0
#define APIC_SPURIOUS 0x0f0
#define APIC_COMMAND_LOW 0x300 /* writing it sends */

#define SPURIOUS_ENABLE 0x100

/* Interrupt command register (SDM 3A figure 10-12). */
#define COMMAND_FIXED 0x00000
#define COMMAND_INIT 0x00500
#define COMMAND_STARTUP 0x00600
#define COMMAND_PENDING 0x01000
#define COMMAND_ASSERT 0x04000
#define COMMAND_ALL_BUT_SELF 0xc0000

static int present;

static uint32_t apic_read(uint32_t offset)
{
    return *(volatile uint32_t *)(LOCAL_APIC_ADDR + offset);
}

static void apic_write(uint32_t offset, uint32_t value)
{
    *(volatile uint32_t *)(LOCAL_APIC_ADDR + offset) = value;
}

int apic_init(void)
{
    if ((cpu_features.leaf1_edx & CPUID_APIC) == 0) {
        return 0;
    }
    if (page_map(kernel_page_directory, LOCAL_APIC_ADDR, LOCAL_APIC_ADDR,
                 PAGE_WRITE | PAGE_NO_CACHE) != 0) {
        panic("no memory to map the local APIC");
    }
    present = 1;
    return 1;
}

void apic_enable(void)
{
    apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | SPURIOUS_VECTOR);
}

uint32_t apic_id(void)
{
    return apic_read(APIC_ID) >> 24;
}

static void send_to_others(uint32_t command)
{
    apic_write(APIC_COMMAND_LOW, COMMAND_ALL_BUT_SELF | COMMAND_ASSERT | command);
    while (apic_read(APIC_COMMAND_LOW) & COMMAND_PENDING) {
        __asm__ volatile("pause");
    }
}

void apic_send_init(void)
{
    send_to_others(COMMAND_INIT);
}

void apic_send_startup(uint32_t address)
{
    send_to_others(COMMAND_STARTUP | address / PAGE_SIZE);
}

void cpu_wake_others(void)
{
    if (present) {
        send_to_others(COMMAND_FIXED | WAKE_VECTOR);
    }
}

void wake_interrupt(void)
{
    apic_write(APIC_END_OF_INTERRUPT, 0);
}
