/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock.c - instructions or cycles?
 *
 * Emulators can count instructions instead of time (QEMU with -icount shift=0, Bochs): there, n
 * more instructions are exactly n more ticks, whatever the instructions are. So two loops are
 * timed with n and with 2n rounds: one of cheap instructions, one of divisions each of which waits
 * for the one before. If both differences are exactly the number of instructions, several times,
 * the counter counts instructions. No processor that counts cycles divides in one cycle, so it
 * cannot pass by chance. An interrupt in between spoils a try, therefore there are more tries than
 * are needed.
 *
 * What does not pass is called cycles. Under an emulator that translates code (CPUID says so) that
 * is too good a name for ticks of the host's clock: the reader is warned.
 */
#include "clock.h"

#include <cpuid.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
	ROUNDS = 500,
	TRIES = 12,
	NEEDED = 3,
	OVERHEAD_SAMPLES = 100,
	CHEAP_LENGTH = 3, /* instructions of one round of cheap_loop */
	DIVIDE_LENGTH = 4, /* and of divide_loop */
};

/* Not inlined: both numbers of rounds go through the same instructions. */
__attribute__((noinline)) static unsigned long cheap_loop(unsigned long rounds)
{
	unsigned long start = clock_read();

	__asm__ volatile("1:	xorl %%edx, %%edx\n"
			 "	subq $1, %0\n"
			 "	jnz 1b"
			 : "+r"(rounds) : : "rdx", "cc");
	return clock_read() - start;
}

__attribute__((noinline)) static unsigned long divide_loop(unsigned long rounds)
{
	unsigned long start = clock_read();
	unsigned long value = ~0UL;

	__asm__ volatile("1:	xorl %%edx, %%edx\n"
			 "	divq %2\n"
			 "	subq $1, %0\n"
			 "	jnz 1b"
			 : "+r"(rounds), "+a"(value) : "r"(1UL) : "rdx", "cc");
	return clock_read() - start;
}

static bool counts_instructions(void)
{
	unsigned int passed = 0;

	for (unsigned int i = 0; i < TRIES && passed < NEEDED; i++) {
		unsigned long cheap = cheap_loop(ROUNDS), cheap2 = cheap_loop(2 * ROUNDS);
		unsigned long divide = divide_loop(ROUNDS), divide2 = divide_loop(2 * ROUNDS);

		if (cheap2 - cheap == ROUNDS * CHEAP_LENGTH &&
		    divide2 - divide == ROUNDS * DIVIDE_LENGTH)
			passed++;
	}
	return passed == NEEDED;
}

/* Whether CPUID's hypervisor leaves carry this signature of twelve characters. */
static bool hypervisor_is(const char *signature)
{
	unsigned int eax, ebx, ecx, edx, name[3];

	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & 1U << 31))
		return false;
	__cpuid(0x40000000, eax, name[0], name[1], name[2]);
	return memcmp(name, signature, sizeof(name)) == 0;
}

struct clock_unit clock_unit(void)
{
	struct clock_unit unit = { .name = "cycles", .warning = NULL };

	if (counts_instructions())
		unit.name = "instructions";
	else if (hypervisor_is("TCGTCGTCGTCG"))
		unit.warning = "QEMU does not count instructions here: these cycles are ticks of "
			       "the host's clock and say little; run it with -icount shift=0";
	return unit;
}

unsigned long clock_overhead(void)
{
	unsigned long least = ~0UL;

	for (unsigned int i = 0; i < OVERHEAD_SAMPLES; i++) {
		unsigned long start = clock_read();
		unsigned long ticks = clock_read() - start;

		if (ticks < least)
			least = ticks;
	}
	return least;
}
