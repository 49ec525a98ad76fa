/* include/constants.h: numbers that C and NASM share; include/constants.inc has the same for NASM.
 *
 * Rendered by tinygate from its tables; only what this kernel uses.
 */
#pragma once

/* Segment selectors: SDM 3A 3.4.2; see cpu/gdt.c. */
#define SEL_KERNEL_CODE              0x60u       /* ring 0 code */
#define SEL_KERNEL_DATA              0x68u       /* ring 0 stack */
#define SEL_USER_CODE                0x73u       /* ring 3 code */
#define SEL_USER_DATA                0x7bu       /* ring 3 stack, and data of both */
#define SEL_TSS                      0x80u       /* this CPU's TSS: where esp0 is found */

/* Interrupt vectors: SDM 3A 6.2. */
#define VECTOR_BP                    3           /* breakpoint */
#define VECTOR_OF                    4           /* overflow */
#define VECTOR_PF                    14          /* page fault */
#define SYSCALL_VECTOR               0x80u       /* int 0x80 */

/* Page table entries: SDM 3A 4.3. */
#define PAGE_PRESENT                 0x00000001u
#define PAGE_WRITE                   0x00000002u /* else read-only, with CR0.WP for ring 0 too */
#define PAGE_USER                    0x00000004u /* else for ring 0 only */

/* Memory map: virtual addresses, if not said otherwise. */
#define PAGE_SIZE                    4096        /* bytes */
#define KERNEL_BASE                  0xc0000000u /* virtual address of physical address 0 */
#define KERNEL_LOAD_ADDR             0x00100000u /* physical */
#define KERNEL_STACK_SIZE            4096        /* bytes; a stack is aligned to its size */
#define STACK_CANARY                 0x6b8b4567u /* the lowest word of a kernel stack */
#define USER_LOWEST_ADDR             0x00010000u
#define USER_IMAGE_END               0xb0000000u /* segments of a program end below */
#define USER_TOP                     0xc0000000u /* first address that no program may use */

/* Limits: this kernel's own. */
#define SYSCALL_LIMIT                21          /* one more than the highest system call number */
#define GDT_ENTRIES                  32

/* System calls: Linux arch/x86/entry/syscalls/syscall_32.tbl. */
#define NR_exit                      1
#define NR_write                     4
#define NR_getpid                    20

/* errno: Linux asm-generic/errno-base.h, errno.h. */
#define EBADF                        9           /* no such file descriptor */
#define EFAULT                       14          /* bad address */
#define ENOSYS                       38          /* no such system call */

/* Multiboot: Multiboot specification 0.6.96. */
#define MULTIBOOT_BOOTLOADER_MAGIC   0x2badb002u /* in EAX, from the boot loader */
#define MULTIBOOT_INFO_MEMORY        0x00000001u /* mem_lower and mem_upper are valid */

/* Outcome device: QEMU hw/misc/debugexit.c. */
#define OUTCOME_PORT                 0xf4u       /* QEMU's isa-debug-exit */
#define OUTCOME_FINISHED             0x10u       /* the suite ran to its end: see its KTAP lines */
#define OUTCOME_PANIC                0x11u       /* the kernel panicked and printed why */
