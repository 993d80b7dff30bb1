/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * suite.c - one part after the other.
 */
#include "suite.h"

#include <l4io.h>
#include <service/root.h>

#include "calls.h"
#include "memory.h"
#include "messages.h"
#include "partner.h"
#include "pong.h"
#include "report.h"
#include "sample.h"
#include "strings.h"
#include "traps.h"

unsigned long sample_ticks[SAMPLE_ROUNDS_MAX];

static void print_messages(const char *where, const char *const names[3], const char *unit,
			   const struct messages_figures *figures)
{
	const struct figures *columns[] = { figures->call, figures->replywait, figures->send };

	printf("\nOne message, %s, in %s: median\nwords     Call ReplyWait    Send\n", where, unit);
	for (unsigned int i = 0; i < FOOTPRINT_SIZES; i++)
		printf("%5u  %7lu   %7lu %7lu\n", messages_words[i], figures->call[i].median,
		       figures->replywait[i].median, figures->send[i].median);
	printf("\n");
	for (unsigned int column = 0; column < 3; column++)
		for (unsigned int i = 0; i < FOOTPRINT_SIZES; i++)
			report_line(names[column], messages_words[i], unit, &columns[column][i]);
}

static bool ask_messages(L4_ThreadId_t intra, L4_ThreadId_t inter, unsigned int rounds, const char *unit)
{
	static const char *const intra_names[] = { "ipc.intra.call", "ipc.intra.replywait", "ipc.intra.send" };
	static const char *const inter_names[] = { "ipc.inter.call", "ipc.inter.replywait", "ipc.inter.send" };
	L4_Fpage_t page = L4_FpageAddRights(L4_FpageLog2(MEMORY_STAMPS, PAGE_LOG2), L4_FullyAccessible);
	static struct messages_figures figures;
	struct figures trip;

	*(volatile char *)MEMORY_STAMPS = 0;
	if (!partner_take(inter, page, MEMORY_STAMPS, 1) || !messages_intra(intra, rounds, &figures))
		return false;
	print_messages("one space", intra_names, unit, &figures);
	if (!messages_inter(inter, rounds, &figures))
		return false;
	print_messages("two spaces", inter_names, unit, &figures);
	messages_regs(inter, rounds, &trip);
	report_add("ipc.inter.roundtrip.regs", "round trip, two spaces, L4_Call_Regs", &trip);
	messages_fpu(inter, rounds, &trip);
	report_add("ipc.inter.roundtrip.fpu", "the same, L4_Call, both use vector registers", &trip);
	root_thread_priority(intra, BENCH_PRIORITY - 1);
	messages_lower(intra, rounds, &trip);
	report_add("ipc.lower_prio_server", "round trip to a server of lower priority", &trip);
	return true;
}

static bool ask_calls(L4_ThreadId_t inter, unsigned int rounds)
{
	struct calls_figures figures;

	if (!calls(inter, rounds, &figures))
		return false;
	report_add("syscall.null", "the cheapest system call", &figures.null);
	report_add("exreg", "ExchangeRegisters", &figures.exreg);
	report_add("thread.switch", "ThreadSwitch to another space", &figures.thread_switch);
	report_add("thread.create_delete", "ask the root task for a thread, delete it", &figures.thread);
	report_add("space.create_delete", "ask the root task for a space, delete it", &figures.space);
	return true;
}

static void ask_traps(L4_ThreadId_t inter, unsigned int rounds)
{
	struct traps_figures figures;

	traps(inter, rounds, &figures);
	report_add("fault.roundtrip", "page fault, a page mapped by a pager", &figures.fault);
	report_add("exception.roundtrip", "exception, skipped by a handler", &figures.exception);
	report_add("vm.trap", "write to a protected page, skipped", &figures.trap);
	report_add("vm.appel1", "protect a page, write, unprotect", &figures.appel1);
	report_add("vm.appel2", "protect 100 pages, write, unprotect: each", &figures.appel2);
}

static bool ask_strings(L4_ThreadId_t inter, unsigned int rounds)
{
	struct strings_figures figures;

	if (!strings(inter, rounds, &figures))
		return false;
	report_add("string.4k", "a string of 4 KiB to another space", &figures.small);
	report_add("string.64k", "a string of 64 KiB", &figures.large);
	report_add("pipe.1", "a byte to another task and back", &figures.pipe_byte);
	report_add("pipe.4k", "4 KiB to another task and back", &figures.pipe_page);
	return true;
}

bool suite(L4_ThreadId_t intra, L4_ThreadId_t inter, unsigned int rounds, const char *unit)
{
	if (!ask_messages(intra, inter, rounds, unit)) {
		printf("bench: messages failed\n");
		return false;
	}
	if (!ask_calls(inter, rounds)) {
		printf("bench: system calls failed\n");
		return false;
	}
	ask_traps(inter, rounds);
	if (!ask_strings(inter, rounds)) {
		printf("bench: strings failed\n");
		return false;
	}
	report_print("Other operations", unit);
	return true;
}
