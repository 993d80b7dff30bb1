/* SPDX-License-Identifier: BSD-2-Clause */
/* kdb/trace.c - the trace ring, see kdb/trace.h. A new event takes the place of the oldest. */
#include "kdb/trace.h"
#include "base/debugger.h"
#include "entry/entry.h"
#include "kdb/kdb.h"
#include "x86/clock.h"

enum { TRACE_EVENTS = 256, TRACE_TEXT = 40, TRACE_WORDS = 4 };

static struct event {
	usec_t time;
	word_t thread, number;
	word_t words[TRACE_WORDS];
	char text[TRACE_TEXT];
} ring[TRACE_EVENTS];
static word_t recorded;

static bool faults_noted;

word_t trace_counters[KDEBUG_COUNTERS];

static struct event *new_event(const struct tcb *self)
{
	struct event *e = &ring[recorded++ % TRACE_EVENTS];

	e->time = clock_now();
	e->thread = self->id;
	return e;
}

void trace_user(const struct tcb *self)
{
	const struct registers *r = &self->regs;
	struct event *e = new_event(self);

	e->number = r->rdi;
	e->words[0] = r->rsi;
	e->words[1] = r->rdx;
	e->words[2] = r->rcx;
	e->words[3] = r->r8;
	kdb_read_string(self, r->rax, e->text, sizeof(e->text));
}

void debugger_fault(const struct tcb *self)
{
	static const char text[TRACE_TEXT] = "fault: label, MR1 or trap, CR2, ip";
	struct event *e;

	if (!faults_noted)
		return;
	e = new_event(self);
	e->number = self->role;
	e->words[0] = self->fault_label & 0xffff;
	e->words[1] = self->fault_word;
	e->words[2] = self->role == ROLE_EXCEPTION ? self->fault_address : 0;
	e->words[3] = self->rip;
	for (unsigned i = 0; i < TRACE_TEXT; i++)
		e->text[i] = text[i];
}

static void print_event(const struct event *e)
{
	print("%10lu us thread %lu event %lu: ", e->time, e->thread >> 32, e->number);
	for (const char *c = e->text; *c; c++)
		print("%c", kdb_printable(*c));
	for (unsigned i = 0; i < TRACE_WORDS; i++)
		print(" %lx", e->words[i]);
	print("\n");
}

KDB_COMMAND(faults, "0|1", "note faults in the trace ring, or don't; when they are noted, all take the long way")
{
	word_t noted;

	if (kdb_number(&words, &noted)) {
		faults_noted = noted;
		lanes_open(kdb_cpu, !faults_noted);
	}
	print("faults are %snoted\n", faults_noted ? "" : "not ");
}

KDB_COMMAND(trace, "[COUNT]", "the trace ring: the latest 20 events, or so many; and the counters of programs")
{
	word_t count = 20;

	kdb_number(&words, &count);
	if (count > TRACE_EVENTS)
		count = TRACE_EVENTS;
	if (count > recorded)
		count = recorded;
	print("%lu events recorded, the last %lu of them:\n", recorded, count);
	for (word_t i = recorded - count; i < recorded; i++)
		print_event(&ring[i % TRACE_EVENTS]);
	print("counters:");
	for (unsigned i = 0; i < KDEBUG_COUNTERS; i++)
		print(" %lu", trace_counters[i]);
	print("\n");
}
