/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/machine.h - the few things C cannot say about a 32-bit x86, and memory functions.
 *
 * Until the kernel is entered paging is off: an address below 4 GiB is a pointer.
 */
#ifndef BOOT_MACHINE_H
#define BOOT_MACHINE_H

#include <stddef.h>
#include <stdint.h>
#include "memory.h"

#define PHYS_END 0x100000000ULL /* what this component can reach, and where all it places lies */

/* The compiler must not know the number: it takes small ones for null pointers. */
static inline void *at_phys(phys_t address)
{
	uintptr_t pointer = (uintptr_t)address;
	__asm__("" : "+r"(pointer));
	return (void *)pointer;
}

static inline phys_t phys_of(const void *pointer)
{
	return (uintptr_t)pointer;
}

static inline void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t value;
	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf)
{
	struct cpuid r;
	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(0));
	return r;
}

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);

/* cpu.c: stops with a sentence when the processor lacks something the kernel needs. */
void cpu_check(void);

/*
 * start.asm: switches to long mode with the page tables at cr3 and jumps to entry with handoff in
 * RDI. gdt is a copy of boot_gdt that outlives this component. Returns only if the processor has no
 * SYSCALL.
 */
void enter_kernel(uint32_t cr3, uint64_t entry, uint32_t handoff, uint32_t gdt);

extern const char boot_gdt[], boot_gdt_end[];
extern const char boot_start[], boot_end[]; /* boot.ld: this component, stack included */

#endif
