/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - bench: asks its questions one after the other and prints the answers, for people and
 * for programs.
 *
 * A figure for programs is one line, "BENCH name=... words=... unit=... min=... median=...
 * max=...", and nothing else begins with BENCH. Options on the command line: rounds=N.
 */
#include <l4/ipc.h>
#include <l4io.h>
#include <service/root.h>

#include "clock.h"
#include "pingpong.h"
#include "pong.h"

/* The programs that were started at the same time have said their first words by then. */
enum { QUIET_MICROSECONDS = 50000 };

enum { ROUNDS_DEFAULT = 1000 };

static char pong_stack[4096] __attribute__((aligned(16)));

static void pong_thread(void *unused)
{
	(void)unused;
	pong_serve();
}

static bool measure_intra(unsigned int rounds, struct figures *results)
{
	L4_ThreadId_t partner;

	if (root_thread_start(pong_thread, NULL, pong_stack, sizeof(pong_stack), &partner)) {
		printf("bench: the root task gave no second thread\n");
		return false;
	}
	if (!pingpong(partner, rounds, results)) {
		printf("bench: ping-pong in one space failed\n");
		return false;
	}
	return true;
}

static bool measure_inter(unsigned int rounds, struct figures *results)
{
	L4_ThreadId_t partner = root_lookup("bench-pong");

	if (L4_IsNilThread(partner)) {
		printf("bench: no program bench-pong to play with; make it a boot module\n");
		return false;
	}
	if (!pingpong(partner, rounds, results)) {
		printf("bench: ping-pong between two spaces failed\n");
		return false;
	}
	return true;
}

static void print_table(const struct figures *intra, const struct figures *inter)
{
	printf("             one space                 two spaces\n");
	printf("words      min  median     max       min  median     max\n");
	for (unsigned int i = 0; i < PINGPONG_SIZES; i++)
		printf("%5u  %7lu %7lu %7lu   %7lu %7lu %7lu\n", pingpong_words[i], intra[i].min,
		       intra[i].median, intra[i].max, inter[i].min, inter[i].median, inter[i].max);
}

static void print_lines(const char *name, const char *unit, const struct figures *results)
{
	for (unsigned int i = 0; i < PINGPONG_SIZES; i++)
		printf("BENCH name=%s words=%u unit=%s min=%lu median=%lu max=%lu\n", name,
		       pingpong_words[i], unit, results[i].min, results[i].median, results[i].max);
}

int main(void)
{
	static struct figures intra[PINGPONG_SIZES], inter[PINGPONG_SIZES];
	unsigned long rounds = root_option("rounds", ROUNDS_DEFAULT);
	struct clock_unit unit = clock_unit();

	if (rounds < 1 || rounds > PINGPONG_ROUNDS_MAX) {
		printf("bench: rounds is 1 to %d; taking %d\n", PINGPONG_ROUNDS_MAX,
		       ROUNDS_DEFAULT);
		rounds = ROUNDS_DEFAULT;
	}
	L4_Sleep(L4_TimePeriod(QUIET_MICROSECONDS));
	/* Both in any case: each ends its partner. */
	bool intra_good = measure_intra(rounds, intra);
	bool inter_good = measure_inter(rounds, inter);

	if (!intra_good || !inter_good)
		return 1;

	printf("\nIPC round trip (Call, ReplyWait), %lu rounds each, in %s\n", rounds, unit.name);
	if (unit.warning)
		printf("warning: %s\n", unit.warning);
	print_table(intra, inter);
	printf("\n");
	print_lines("ipc.intra.roundtrip", unit.name, intra);
	print_lines("ipc.inter.roundtrip", unit.name, inter);
	return 0;
}
