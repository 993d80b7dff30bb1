/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - bench: asks its questions one after the other and prints the answers, for people and
 * for programs. Options on the command line: rounds=N; suite=1 for what the footprint plugin looks at.
 */
#include <l4/ipc.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

#include "clock.h"
#include "irq.h"
#include "irqoff.h"
#include "kmem.h"
#include "map.h"
#include "misses.h"
#include "partner.h"
#include "pingpong.h"
#include "pong.h"
#include "report.h"
#include "suite.h"
#include "timeout.h"
#include "tree.h"

/* The programs that were started at the same time have said their first words by then. */
enum { QUIET_MICROSECONDS = 50000 };

enum { ROUNDS_DEFAULT = 1000, IRQOFF_ROUNDS = 200 };

static char pong_stack[4096] __attribute__((aligned(16)));

/* The partner in this space. */
static L4_ThreadId_t neighbour;

static void pong_thread(void *unused)
{
	(void)unused;
	pong_serve();
}

static void print_pingpong(const struct figures *intra, const struct figures *inter)
{
	printf("             one space                 two spaces\n");
	printf("words      min  median     max       min  median     max\n");
	for (unsigned int i = 0; i < PINGPONG_SIZES; i++)
		printf("%5u  %7lu %7lu %7lu   %7lu %7lu %7lu\n", pingpong_words[i], intra[i].min,
		       intra[i].median, intra[i].max, inter[i].min, inter[i].median, inter[i].max);
}

static void print_pingpong_lines(const char *name, const char *unit, const struct figures *results)
{
	for (unsigned int i = 0; i < PINGPONG_SIZES; i++)
		report_line(name, pingpong_words[i], unit, &results[i]);
}

static bool start_neighbour(void)
{
	if (root_thread_start(pong_thread, NULL, pong_stack, sizeof(pong_stack), &neighbour)) {
		printf("bench: the root task gave no second thread\n");
		return false;
	}
	root_thread_priority(neighbour, BENCH_PRIORITY);
	return true;
}

static bool ask_pingpong(L4_ThreadId_t partner, unsigned int rounds, const struct clock_unit *unit)
{
	static struct figures intra[PINGPONG_SIZES], inter[PINGPONG_SIZES];

	if (!pingpong(neighbour, rounds, intra) || !pingpong(partner, rounds, inter)) {
		printf("bench: ping-pong failed\n");
		return false;
	}
	printf("\nIPC round trip (Call, ReplyWait), %u rounds each, in %s\n", rounds, unit->name);
	if (unit->warning)
		printf("warning: %s\n", unit->warning);
	print_pingpong(intra, inter);
	printf("\n");
	print_pingpong_lines("ipc.intra.roundtrip", unit->name, intra);
	print_pingpong_lines("ipc.inter.roundtrip", unit->name, inter);
	return true;
}

static bool ask_map(L4_ThreadId_t partner, unsigned int rounds)
{
	struct map_figures figures;
	enum map_answer large;

	if (map_small(partner, rounds, &figures) != MAP_DONE)
		return false;
	report_add("map.4k", "map 4 KiB: what the item adds to its IPC", &figures.map);
	report_add("unmap.4k", "take 4 KiB back from one receiver", &figures.unmap);
	if (map_alone(partner, rounds, &figures) != MAP_DONE)
		return false;
	report_add("map.4k.alone", "map 4 KiB where nothing is near", &figures.map);
	report_add("unmap.4k.alone", "take it back", &figures.unmap);
	large = map_large(partner, rounds, &figures);
	if (large == MAP_NO_MEMORY)
		printf("bench: no map.2m: the root task has no page of 2 MiB\n");
	if (large != MAP_DONE)
		return large == MAP_NO_MEMORY;
	report_add("map.2m", "map 2 MiB, as one page", &figures.map);
	report_add("unmap.2m", "take 2 MiB back from one receiver", &figures.unmap);
	return true;
}

static bool ask_tree(L4_ThreadId_t partner)
{
	struct figures per_mapping;
	enum tree_answer answer = tree_measure(partner, &per_mapping);

	if (answer == TREE_DONE)
		report_add("flush.tree.100000", "flush a tree of 100,000 mappings: each",
			   &per_mapping);
	if (answer == TREE_TOO_LARGE)
		printf("bench: no flush.tree.100000: it needs a machine of 64 MiB\n");
	return answer != TREE_FAILED;
}

static bool ask_irq(void)
{
	struct figures figures;
	enum irq_answer answer = irq_latency(IRQ_ROUNDS_MAX, &figures);

	if (answer == IRQ_DONE)
		report_add("irq.latency", "from the vector to the driver", &figures);
	if (answer == IRQ_NO_LINE)
		printf("bench: no irq.latency: the line of COM1 is not to be had\n");
	return answer != IRQ_FAILED;
}

static void end_work(const char *name, const char *meaning)
{
	struct figures figures;

	if (irqoff_pause(&figures))
		report_add(name, meaning, &figures);
}

/* As above. A machine that is too small for the tree has nothing to watch. */
static bool watch_tree(L4_ThreadId_t partner)
{
	enum tree_answer answer;
	bool good;

	irqoff_watch();
	answer = tree_build(partner);
	if (answer != TREE_DONE) {
		struct figures unused;

		irqoff_pause(&unused);
		return answer == TREE_TOO_LARGE;
	}
	end_work("irqoff.map.tree", "while the tree is mapped, up to 4 MiB an item");
	irqoff_watch();
	tree_flush();
	end_work("irqoff.flush.tree", "while the tree is flushed");
	if (tree_build(partner) != TREE_DONE)
		return false;
	irqoff_watch();
	good = tree_cover(partner);
	end_work("irqoff.cover.tree", "while a page is mapped over the tree's root");
	return good;
}

/* The works of the other questions, once more, under the watcher's eyes. */
static bool watch_works(L4_ThreadId_t partner)
{
	struct figures pingpong_figures[PINGPONG_SIZES];
	struct map_figures map_figures;
	bool good;

	irqoff_watch();
	good = pingpong(partner, IRQOFF_ROUNDS, pingpong_figures);
	end_work("irqoff.ipc", "while messages are sent");
	irqoff_watch();
	good = map_alone(partner, IRQOFF_ROUNDS, &map_figures) == MAP_DONE && good;
	end_work("irqoff.map.4k", "while 4 KiB are mapped and taken back, alone");
	irqoff_watch();
	good = map_large(partner, IRQOFF_ROUNDS, &map_figures) != MAP_FAILED && good;
	end_work("irqoff.map.2m", "while 2 MiB are mapped and taken back");
	return watch_tree(partner) && good;
}

static bool ask_irqoff(L4_ThreadId_t partner)
{
	struct figures figures;
	bool good;

	if (!irqoff_begin())
		return false;
	good = watch_works(partner);
	if (irqoff_overran())
		printf("bench: too much work to watch: the last part was not\n");
	if (!irqoff_end(&figures))
		return false;
	report_add("irqoff.max", "all of that", &figures);
	return good;
}

static bool ask_kmem(void)
{
	struct figures per_space, per_thread;

	if (!kmem_measure(&per_space, &per_thread))
		return false;
	report_add("kmem.per_space", "for a space with its first thread", &per_space);
	report_add("kmem.per_thread", "for each further thread", &per_thread);
	return true;
}

/* The name without a number is that with most sleepers. */
static bool ask_timeout(L4_ThreadId_t partner, unsigned int rounds, const char *unit)
{
	struct figures few, many;
	enum timeout_answer answer = timeout_insert(partner, 10, rounds, &few);

	if (answer == TIMEOUT_DONE)
		answer = timeout_insert(partner, TIMEOUT_SLEEPERS_MAX, rounds, &many);
	timeout_end();
	if (answer == TIMEOUT_NO_THREADS)
		printf("bench: no timeout.insert: it needs a machine with memory for 1,000 threads\n");
	if (answer != TIMEOUT_DONE)
		return answer == TIMEOUT_NO_THREADS;
	report_add("timeout.insert.10", "a timeout, started and cancelled, 10 others", &few);
	report_add("timeout.insert.1000", "the same, 1,000 others", &many);
	report_print("A timeout among others", unit);
	report_line("timeout.insert", 0, unit, &many);
	return true;
}

/* What the footprint plugin looks at. */
static bool ask_suite(L4_ThreadId_t partner, unsigned int rounds, const struct clock_unit *unit)
{
	struct map_figures figures;

	return suite(neighbour, partner, rounds, unit->name) && map_small(partner, rounds, &figures) == MAP_DONE &&
	       ask_irq() && tree_footprint(partner) != TREE_FAILED;
}

static bool ask_all(L4_ThreadId_t partner, unsigned int rounds, const struct clock_unit *unit)
{
	if (!ask_pingpong(partner, rounds, unit) || !suite(neighbour, partner, rounds, unit->name))
		return false;
	if (!ask_map(partner, rounds) || !ask_tree(partner)) {
		printf("bench: mapping failed\n");
		return false;
	}
	report_print("Pages mapped and taken back", unit->name);
	if (!ask_irq()) {
		printf("bench: interrupts failed\n");
		return false;
	}
	report_print("A device's interrupt", unit->name);
	if (!ask_irqoff(partner)) {
		printf("bench: watching how late interrupts are failed\n");
		return false;
	}
	report_print("An interrupt reaches its thread so much later", unit->name);
	if (!ask_kmem()) {
		printf("bench: the root task does not tell what memory the kernel uses\n");
		return false;
	}
	report_print("The kernel's own memory", "bytes");
	if (!ask_timeout(partner, rounds, unit->name)) {
		printf("bench: timeouts failed\n");
		return false;
	}
	return true;
}

int main(void)
{
	unsigned long rounds = root_option("rounds", ROUNDS_DEFAULT);
	L4_ThreadId_t partner = root_lookup("bench-pong");
	struct clock_unit unit = clock_unit();
	bool good;

	if (rounds < 1 || rounds > PINGPONG_ROUNDS_MAX) {
		printf("bench: rounds is 1 to %d; taking %d\n", PINGPONG_ROUNDS_MAX,
		       ROUNDS_DEFAULT);
		rounds = ROUNDS_DEFAULT;
	}
	if (L4_IsNilThread(partner)) {
		printf("bench: no program bench-pong to play with; make it a boot module\n");
		return 1;
	}
	root_thread_priority(L4_MyGlobalId(), BENCH_PRIORITY);
	L4_Sleep(L4_TimePeriod(QUIET_MICROSECONDS));
	misses_begin();
	good = start_neighbour() && (root_option("suite", 0) ? ask_suite : ask_all)(partner, rounds, &unit);
	misses_print();
	partner_stop(neighbour);
	partner_stop(partner);
	return good ? 0 : 1;
}
