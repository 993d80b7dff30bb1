/* SPDX-License-Identifier: BSD-2-Clause */
/* base/no_debugger.c - stands for kdb/ in a kernel without debugger, see base/debugger.h. */
#include "base/debugger.h"

const char debugger_feature[] = "";

void debugger_key_off(void)
{
}

void debugger_key_on(void)
{
}

void debugger_interrupt(struct tcb *self, word_t number)
{
	(void)self;
	(void)number;
}

bool debugger_request(struct tcb *self)
{
	(void)self;
	return false;
}

void debugger_fault(const struct tcb *self)
{
	(void)self;
}

void debugger_panic(struct cpu *cpu)
{
	(void)cpu;
}
