/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/fpu.c - see x86/fpu.h. */
#include "x86/fpu.h"
#include "base/string.h"
#include "core/space.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"

/* Legacy region and header of the area, in words. SDM 1 10.5.1, 13.4 */
enum {
	FCW_WORD = 0,
	MXCSR_WORD = 3, /* lower half; the upper is its mask, which is not loaded */
	HEADER_WORD = 64,
	HEADER_END = 72,
	XSTATE_BV_WORD = HEADER_WORD,
	LEGACY_BYTES = 512,
};
enum { FCW_DEFAULT = 0x37f, MXCSR_DEFAULT = 0x1f80, MXCSR_MASK_DEFAULT = 0xffbf };

/* x87, SSE, AVX and the three of AVX-512, which go together: what has no extra rules. */
enum { XCR0_LEGACY = 0x03, XCR0_AVX = 0x07, XCR0_AVX512 = 0xe0 };

/*
 * So often a thread that has touched the registers finds them loaded when it runs. A turn that is not used costs a
 * switch of registers, some 100 instructions; a touch without them an exception more, some 200.
 */
enum { TURNS = 8 };

SELDOM static void xcr0_set(word_t components)
{
	cpu_features.xcr0 = components;
	__asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)components), "d"(0));
	cpu_features.fpu_bytes = cpuid(0xd, 0).ebx; /* for the components that are on */
}

SELDOM static void xsave_init(void)
{
	word_t components = cpuid(0xd, 0).eax & (XCR0_AVX | XCR0_AVX512); /* SDM 1 13.2 */

	cpu_features.xsaveopt = cpuid(0xd, 1).eax & 1;
	xcr0_set((components & XCR0_AVX512) == XCR0_AVX512 ? components : components & XCR0_AVX);
	if (cpu_features.fpu_bytes > PAGE_SIZE)
		xcr0_set(XCR0_LEGACY);
}

SELDOM void fpu_init(void)
{
	static word_t area[LEGACY_BYTES / sizeof(word_t)] __attribute__((aligned(16)));
	word_t cr0 = cr0_read();

	cpu_features.fpu_bytes = LEGACY_BYTES;
	if (cpu_features.xsave)
		xsave_init();
	clts();
	__asm__ volatile("fxsave64 %0" : "=m"(area));
	cr0_write(cr0);
	cpu_features.mxcsr = (uint32_t)(area[MXCSR_WORD] >> 32);
	if (!cpu_features.mxcsr)
		cpu_features.mxcsr = MXCSR_MASK_DEFAULT; /* SDM 1 11.6.6 */
}

/*
 * XSAVEOPT may leave out what has not changed since this area was loaded, so whoever writes to an area takes the
 * registers from its thread first.
 */
static void save(void *area)
{
	if (cpu_features.xsaveopt)
		__asm__ volatile("xsaveopt64 (%0)" : : "r"(area), "a"(~0U), "d"(~0U) : "memory");
	else if (cpu_features.xsave)
		__asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(~0U), "d"(~0U) : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

static void restore(const void *area)
{
	if (cpu_features.xsave)
		__asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(~0U), "d"(~0U) : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

/* The words of a state that was never used: to XRSTOR, zeros mean "as after reset"; FXRSTOR reads these two. */
static word_t initial_word(unsigned n)
{
	return n == FCW_WORD ? FCW_DEFAULT : n == MXCSR_WORD ? MXCSR_DEFAULT : 0;
}

static word_t *new_area(struct account *account)
{
	word_t *area = account_alloc(account);

	if (area) {
		area[FCW_WORD] = initial_word(FCW_WORD);
		area[MXCSR_WORD] = initial_word(MXCSR_WORD);
	}
	return area;
}

static bool is_on(const struct cpu *cpu)
{
	return cpu->slow & SLOW_FPU_ON;
}

static void set_ts(void)
{
	cr0_write(cr0_read() | CR0_TS);
}

/* Bring the state of the owner to memory; it is still in the processor. */
static void save_owner(struct cpu *cpu)
{
	if (!is_on(cpu))
		clts();
	save(cpu->fpu_owner->fpu);
	if (!is_on(cpu))
		set_ts();
}

/* CR0.TS is still clear. */
static void take_from_owner(struct cpu *cpu)
{
	struct tcb *owner = cpu->fpu_owner;

	cpu->slow &= ~(uint32_t)SLOW_FPU_ON;
	owner->slow &= ~(uint32_t)SLOW_FPU_ON;
	if (owner->fpu_turns) {
		owner->fpu_turns--;
		owner->slow |= SLOW_FPU_WANTED;
	}
}

static void give(struct cpu *cpu, struct tcb *t)
{
	if (is_on(cpu))
		take_from_owner(cpu);
	else
		clts();
	if (cpu->fpu_owner != t) {
		if (cpu->fpu_owner)
			save(cpu->fpu_owner->fpu);
		restore(t->fpu);
		cpu->fpu_owner = t;
	}
	t->slow = (t->slow & ~(uint32_t)SLOW_FPU) | SLOW_FPU_ON;
	cpu->slow |= SLOW_FPU_ON;
}

static void switch_off(struct cpu *cpu)
{
	if (!is_on(cpu))
		return;
	take_from_owner(cpu);
	set_ts();
}

void fpu_switch_from_other(struct cpu *cpu, struct tcb *next)
{
	if (next->slow & SLOW_FPU_WANTED)
		give(cpu, next);
	else
		switch_off(cpu);
}

void fpu_leave_off(struct tcb *partner)
{
	switch_off(partner->cpu);
	partner->slow &= ~(uint32_t)SLOW_FPU_WANTED;
}

bool fpu_claim(struct tcb *self)
{
	if (!self->fpu)
		self->fpu = new_area(&self->space->account);
	if (!self->fpu)
		return false;
	self->fpu_turns = TURNS;
	self->slow |= SLOW_FPU_WANTED;
	return true;
}

unsigned fpu_words(void)
{
	return cpu_features.fpu_bytes / sizeof(word_t);
}

SELDOM void fpu_read(const struct tcb *t, unsigned first, unsigned count, word_t *words)
{
	if (t->cpu->fpu_owner == t)
		save_owner(t->cpu);
	for (unsigned i = 0; i < count; i++)
		words[i] = t->fpu ? ((const word_t *)t->fpu)[first + i] : initial_word(first + i);
}

SELDOM bool fpu_acceptable(unsigned first, unsigned count, const word_t *words)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned n = first + i;

		if (n == MXCSR_WORD && ((uint32_t)words[i] & ~cpu_features.mxcsr))
			return false;
		if (n >= HEADER_WORD && n < HEADER_END &&
		    (words[i] & ~(n == XSTATE_BV_WORD ? cpu_features.xcr0 : 0)))
			return false;
	}
	return true;
}

SELDOM bool fpu_write(struct tcb *t, unsigned first, unsigned count, const word_t *words)
{
	if (!t->fpu)
		t->fpu = new_area(&t->space->account);
	if (!t->fpu)
		return false;
	if (t->cpu->fpu_owner == t) {
		save_owner(t->cpu);
		switch_off(t->cpu);
		t->cpu->fpu_owner = NULL;
	}
	words_copy((word_t *)t->fpu + first, words, count);
	return true;
}

SELDOM void fpu_forget(struct tcb *t)
{
	if (t->cpu->fpu_owner == t) {
		switch_off(t->cpu);
		t->cpu->fpu_owner = NULL;
	}
	t->slow &= ~(uint32_t)SLOW_FPU;
	if (t->fpu)
		account_free(&t->space->account, t->fpu);
	t->fpu = NULL;
}
