/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the conductor: has the players exchange messages, pair by pair and with larger and larger working sets, and
 * prints what a round trip took.
 *
 * pairs=1 leaves out what needs small spaces. With the argument marks=1 the last rounds of each are between two magic
 * breakpoints of Bochs each, in the order in which they are printed; bench/small/count reads what Bochs tells about the
 * instructions between them.
 */
#include <stdbool.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4io.h>
#include <service/root.h>

#include <abi/small.h>

#include "../clock.h"
#include "../measure.h"
#include "play.h"

enum { ROUNDS_DEFAULT = 200, SIZES = 4, PAIRS = 3, SETTLE_MICROSECONDS = 20000 };

static const unsigned int sizes[SIZES] = { 0, 8, 32, 128 };

static const struct pair {
	const char *name, *client, *server;
	bool small_client;
} pairs[PAIRS] = {
	{ "large_large", "large-client", "large-server", false },
	{ "small_large", "small-client", "large-server", true },
	{ "small_small", "small-client", "small-server", true },
};

static struct figures figures[PAIRS][SIZES];

/* As the pair's client names the server. */
static L4_Word_t server_id(const struct pair *pair, L4_ThreadId_t server)
{
	return pair->small_client ? L4_ThreadNo(server) << SMALL_ID_VERSION_BITS | L4_Version(server) : server.raw;
}

static bool ask(const struct pair *pair, unsigned int pages, unsigned int rounds, bool marks, struct figures *result)
{
	L4_ThreadId_t client = root_lookup(pair->client), server = root_lookup(pair->server);
	L4_MsgTag_t tag;
	L4_Msg_t msg;

	if (L4_IsNilThread(client) || L4_IsNilThread(server))
		return false;
	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, server_id(pair, server));
	L4_MsgAppendWord(&msg, pages);
	L4_MsgAppendWord(&msg, rounds);
	L4_MsgAppendWord(&msg, marks);
	L4_Set_MsgLabel(&msg, PLAY_RUN);
	L4_MsgLoad(&msg);
	tag = L4_Call(client);
	if (L4_IpcFailed(tag) || L4_UntypedWords(tag) != 3)
		return false;
	L4_MsgStore(tag, &msg);
	result->median = L4_MsgWord(&msg, 0);
	result->min = L4_MsgWord(&msg, 1);
	result->max = L4_MsgWord(&msg, 2);
	return true;
}

static void print(unsigned int pair_count, const char *unit)
{
	printf("\nA round trip between two programs that read a word in so many pages each, in %s: median\npages",
	       unit);
	for (unsigned int p = 0; p < pair_count; p++)
		printf(" %12s", pairs[p].name);
	for (unsigned int s = 0; s < SIZES; s++) {
		printf("\n%5u", sizes[s]);
		for (unsigned int p = 0; p < pair_count; p++)
			printf(" %12lu", figures[p][s].median);
	}
	printf("\n\n");
	for (unsigned int p = 0; p < pair_count; p++)
		for (unsigned int s = 0; s < SIZES; s++)
			printf("BENCH name=ipc.%s.roundtrip pages=%u words=1 unit=%s min=%lu median=%lu max=%lu\n",
			       pairs[p].name, sizes[s], unit, figures[p][s].min, figures[p][s].median,
			       figures[p][s].max);
}

int main(void)
{
	unsigned int rounds = root_option("rounds", ROUNDS_DEFAULT);
	unsigned int pair_count = root_option("pairs", PAIRS);
	bool marks = root_option("marks", 0) != 0;

	if (rounds == 0 || rounds > PLAY_ROUNDS_MAX)
		rounds = ROUNDS_DEFAULT;
	if (pair_count == 0 || pair_count > PAIRS)
		pair_count = PAIRS;
	L4_Sleep(L4_TimePeriod(SETTLE_MICROSECONDS));
	for (unsigned int p = 0; p < pair_count; p++) {
		for (unsigned int s = 0; s < SIZES; s++) {
			if (ask(&pairs[p], sizes[s], rounds, marks, &figures[p][s]))
				continue;
			printf("small-bench: %s does not work\n", pairs[p].name);
			return 1;
		}
	}
	print(pair_count, clock_unit().name);
	return 0;
}
