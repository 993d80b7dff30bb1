/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/fpu.c - see x86/fpu.h. */
#include "x86/fpu.h"
#include "core/space.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"

enum { FCW_DEFAULT = 0x37f, MXCSR_DEFAULT = 0x1f80, MXCSR_OFFSET = 24 };

static void save(void *area)
{
	if (cpu_features.xsave)
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

/* A zeroed area means "all components as after reset" to XRSTOR; FXRSTOR reads these two. */
static void *new_area(struct account *account)
{
	char *area = account_alloc(account);

	if (area) {
		*(uint16_t *)area = FCW_DEFAULT;
		*(uint32_t *)(area + MXCSR_OFFSET) = MXCSR_DEFAULT;
	}
	return area;
}

bool fpu_claim(struct tcb *self)
{
	struct cpu *cpu = self->cpu;

	if (!self->fpu)
		self->fpu = new_area(&self->space->account);
	if (!self->fpu)
		return false;
	clts();
	cpu->fpu_off = false;
	if (cpu->fpu_owner)
		save(cpu->fpu_owner->fpu);
	restore(self->fpu);
	cpu->fpu_owner = self;
	return true;
}

void fpu_switch(struct cpu *cpu, const struct tcb *next)
{
	bool off = cpu->fpu_owner != next;

	if (off == cpu->fpu_off)
		return;
	cpu->fpu_off = off;
	if (off)
		cr0_write(cr0_read() | CR0_TS);
	else
		clts();
}

void fpu_forget(struct tcb *t)
{
	if (t->cpu->fpu_owner == t)
		t->cpu->fpu_owner = NULL;
	if (t->fpu)
		account_free(&t->space->account, t->fpu);
	t->fpu = NULL;
}
