/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kdb/request.c - what programs ask of the debugger (lib/abi/kdebug.h, <l4/kdebug.h>, <l4/tracebuffer.h>).
 *
 * Any program may. A thread whose system calls are all exceptions may not: what it runs does not know L4, and a
 * breakpoint of its own is for its exception handler.
 */
#include "abi/kdebug.h"
#include "base/debugger.h"
#include "core/space.h"
#include "kdb/kdb.h"
#include "kdb/trace.h"
#include "x86/uart.h"

static void print_string(const struct tcb *self)
{
	char c;

	for (unsigned i = 0; i < KDEBUG_STRING_MAX; i++) {
		if (space_read(self->space, self->regs.rax + i, &c, 1) != 1 || !c)
			return;
		uart_write(&c, 1);
	}
}

static void enter(struct tcb *self)
{
	static char why[80];

	kdb_read_string(self, self->regs.rax, why, sizeof(why));
	for (char *c = why; *c; c++)
		*c = kdb_printable(*c);
	kdb_enter(self->cpu, *why ? why : "L4_KDB_Enter");
}

/* The operation that stands behind the breakpoint, or -1. */
static int operation(const struct tcb *self)
{
	uint8_t code[2];

	if (self->call_mark == NO_CALL_MARK || space_read(self->space, self->rip, code, sizeof(code)) != sizeof(code))
		return -1;
	return code[0] == KDEBUG_CMP_AL ? code[1] : -1;
}

bool debugger_request(struct tcb *self)
{
	switch (operation(self)) {
	case KDEBUG_PRINT_CHAR:
		uart_write((char *)&self->regs.rax, 1);
		return true;
	case KDEBUG_PRINT_STRING:
		print_string(self);
		return true;
	case KDEBUG_CLEAR_PAGE:
		print("\33[2J\33[H");
		return true;
	case KDEBUG_READ_CHAR:
		self->regs.rax = (word_t)kdb_poll();
		return true;
	case KDEBUG_READ_CHAR_BLOCKED:
		self->regs.rax = (uint8_t)kdb_read();
		return true;
	case KDEBUG_TRACE:
		trace_user(self);
		return true;
	case KDEBUG_COUNT:
		trace_counters[self->regs.rax % KDEBUG_COUNTERS]++;
		return true;
	case KDEBUG_ENTER:
		enter(self);
		return true;
	default:
		return false;
	}
}
