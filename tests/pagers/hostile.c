/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hostile.c - clients that do what they should not, and one that must not suffer from it.
 */
#include "hostile.h"

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/pagefault.h>
#include <l4/space.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

enum { CROWD = 8, RW = L4_Readable | L4_Writable };

const struct test_pager *hostile_to;

/* Of the current case. */
static L4_ThreadId_t pager;
static unsigned long region_size;

static void prepare(unsigned long size)
{
	pager = pager_named(hostile_to->name);
	region_size = size;
}

static enum pager_status attach_at(unsigned long low, unsigned long size, unsigned int rights)
{
	return pager_attach(pager, low, size, rights, hostile_to->argument);
}

static enum pager_status attach(unsigned int rights)
{
	return attach_at(AT, region_size, rights);
}

/* Somebody who has done nothing wrong is still served. */
static void innocent(unsigned long unused)
{
	(void)unused;
	pager_begin(pager);
	EXPECT_EQ(attach(RW), PAGER_OK);
	(void)*word_at(AT);
	*word_at(AT + PAGE) = 7;
	EXPECT_EQ(*word_at(AT + PAGE), 7);
	EXPECT_EQ(pager_leave(pager), PAGER_OK);
}

static void touch(unsigned long address)
{
	pager_begin(pager);
	attach(RW);
	*word_at(address) = 1;
}

static void touch_only(unsigned long address)
{
	*word_at(address) = 1;
}

static void fault_outside(void)
{
	const unsigned long outside[] = { 0, AT - 8, AT + hostile_to->size, 0x400000, 0x7fffffffe000, 0x7ff000000000 };
	struct actor *actor;

	prepare(hostile_to->size);
	for (unsigned int i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		if (outside[i] == 0x400000 || outside[i] == 0x7ff000000000)
			continue; /* there is something: the image, the kernel interface page */
		actor = actor_start(touch, outside[i], PRIORITY_VICTIM);
		EXPECT_EQ(actor_wait(actor, PATIENCE_MS), ACTOR_REFUSED);
		/* Again and again. */
		for (unsigned int j = 0; j < 3; j++) {
			actor_resume(actor, touch_only, outside[i]);
			EXPECT_EQ(actor_wait(actor, PATIENCE_MS), ACTOR_REFUSED);
		}
		actor_kill(actor);
	}
	run_actor(innocent, 0);
}

static void write_to_what_may_be_read(unsigned long unused)
{
	(void)unused;
	pager_begin(pager);
	EXPECT_EQ(attach(L4_Readable), PAGER_OK);
	(void)*word_at(AT);
	*word_at(AT) = 1;
}

static void fault_without_right(void)
{
	struct actor *actor;

	prepare(hostile_to->size);
	actor = actor_start(write_to_what_may_be_read, 0, PRIORITY_VICTIM);
	EXPECT_EQ(actor_wait(actor, PATIENCE_MS), ACTOR_REFUSED);
	actor_kill(actor);
	run_actor(innocent, 0);
}

/* Regions that cannot be, requests that there are not, the wrong number of words, a map item, a string. */
static void lie(unsigned long unused)
{
	static const struct {
		unsigned long low, size, rights;
	} regions[] = {
		{ AT, 0, RW }, { AT + 1, PAGE, RW }, { AT, PAGE + 1, RW }, { AT, PAGE - 1, RW }, { AT, PAGE, 0 },
		{ AT, PAGE, L4_Writable }, { AT, PAGE, 8 | RW }, { AT, PAGE, ~0UL }, { AT, PAGE, 0x100 | RW },
		{ AT, ~0UL, RW }, { AT, -(unsigned long)PAGE, RW }, { AT, 1UL << 63, RW }, { AT, 1UL << 47, RW },
		{ -(unsigned long)PAGE, PAGE, RW }, { -(unsigned long)PAGE, 2 * PAGE, RW }, { 1UL << 47, PAGE, RW },
		{ (1UL << 47) - PAGE, 2 * PAGE, RW }, { ~0UL, ~0UL, ~0UL }, { 1UL << 63, PAGE, RW },
	};
	static char text[PAGE];
	L4_Word_t word[4] = { 1, 2, 3, 4 };
	L4_MsgTag_t tag;
	L4_Msg_t msg;

	(void)unused;
	pager_begin(pager);
	for (unsigned int i = 0; i < sizeof(regions) / sizeof(regions[0]); i++)
		EXPECT_EQ(attach_at(regions[i].low, regions[i].size, (unsigned int)regions[i].rights), PAGER_MALFORMED);
	EXPECT_EQ(attach(RW), PAGER_OK);
	EXPECT_EQ(attach(RW), PAGER_MALFORMED); /* it is there already */
	EXPECT_EQ(attach_at(AT + region_size - PAGE, 2 * PAGE, RW), PAGER_MALFORMED);
	for (unsigned int words = 0; words < 4; words++)
		EXPECT_EQ(pager_call(pager, PAGER_ATTACH, words, word), PAGER_MALFORMED);
	EXPECT_EQ(pager_call(pager, PAGER_ADD_THREAD, 0, word), PAGER_MALFORMED);
	EXPECT_EQ(pager_add_thread(pager, pager), PAGER_DENIED); /* who is of another program, and nobody's yet */
	EXPECT_EQ(pager_call(pager, PAGER_COUNTS, 3, word), PAGER_MALFORMED);
	EXPECT_EQ(pager_call(pager, 0x999, 4, word), PAGER_MALFORMED);
	EXPECT_EQ(pager_call(pager, 0, 0, word), PAGER_MALFORMED);
	for (unsigned long label = PAGER_OWN_REQUEST; label < PAGER_OWN_REQUEST + 16; label++)
		EXPECT(pager_call(pager, label, 0, word) != PAGER_UNREACHABLE);

	/* Neither pages nor strings are taken: the message does not arrive. */
	L4_MsgClear(&msg);
	L4_MsgAppendMapItem(&msg, L4_MapItem(L4_Fpage((L4_Word_t)text, PAGE), 0));
	L4_MsgLoad(&msg);
	tag = L4_Call(pager);
	EXPECT(L4_IpcFailed(tag));
	L4_MsgClear(&msg);
	L4_MsgAppendSimpleStringItem(&msg, L4_StringItem(sizeof(text), text));
	L4_MsgLoad(&msg);
	tag = L4_Call(pager);
	EXPECT(L4_IpcFailed(tag));

	/* A fault message of one's own making brings what one's own region has, or nothing. */
	L4_MsgClear(&msg);
	L4_Set_MsgLabel(&msg, (L4_Word_t)(__L4_LABEL_PAGEFAULT * 16 | RW));
	L4_MsgAppendWord(&msg, AT + region_size);
	L4_MsgAppendWord(&msg, 0);
	L4_MsgLoad(&msg);
	L4_Send(pager);
	EXPECT_EQ(pager_leave(pager), PAGER_OK);
}

static void lies(void)
{
	struct actor *actor;
	enum actor_event event;

	prepare(hostile_to->size);
	actor = actor_start(lie, 0, PRIORITY_VICTIM);
	/* For the last lie the pager may stop it. */
	event = actor_wait(actor, PATIENCE_MS);
	EXPECT(event == ACTOR_DONE || event == ACTOR_REFUSED);
	actor_kill(actor);
	run_actor(innocent, 0);
}

static volatile bool ready, enough;
static L4_ThreadId_t owner;

/* Has a region with a secret in it. */
static void own(unsigned long unused)
{
	(void)unused;
	pager_begin(pager);
	EXPECT_EQ(attach(RW), PAGER_OK);
	*word_at(AT) = 0x5ec2e7;
	owner = L4_MyGlobalId();
	ready = true;
}

/* Is nobody's, wants to be somebody's. */
static void intrude(unsigned long unused)
{
	L4_Word_t word[4] = { L4_MyGlobalId().raw };

	(void)unused;
	pager_begin(pager);
	EXPECT_EQ(pager_add_thread(pager, L4_MyGlobalId()), PAGER_NOT_FOUND);
	EXPECT_EQ(pager_leave(pager), PAGER_NOT_FOUND);
	EXPECT_EQ(pager_call(pager, PAGER_OWN_REQUEST, 1, word), PAGER_NOT_FOUND);
	EXPECT_EQ(attach_at(AT + region_size, region_size, RW), PAGER_OK);
	EXPECT_EQ(pager_add_thread(pager, owner), PAGER_DENIED);
	(void)*word_at(AT);
}

/* A thread that nobody has heard of does not see what is the client's, nor takes the client over. */
static void strangers(void)
{
	struct actor *first, *second;

	prepare(hostile_to->size);
	first = actor_start(own, 0, PRIORITY_VICTIM);
	EXPECT_EQ(actor_wait(first, PATIENCE_MS), ACTOR_DONE);
	second = actor_start(intrude, 0, PRIORITY_VICTIM);
	EXPECT_EQ(actor_wait(second, PATIENCE_MS), ACTOR_REFUSED);
	actor_kill(first);
	actor_kill(second);
	run_actor(innocent, 0);
}

/*
 * The leaver
 */

enum { SECRET = 0x5ec2e7, GRAFFITI = 0x9aff171 };

static volatile bool looks;

static unsigned long pages_attached(void)
{
	return region_size / PAGE;
}

static void leave_and_look(unsigned long unused)
{
	(void)unused;
	pager_begin(pager);
	EXPECT_EQ(attach(RW), PAGER_OK);
	for (unsigned long page = 0; page < pages_attached(); page++)
		*word_at(AT + page * PAGE + 8) = 1;
	EXPECT_EQ(pager_leave(pager), PAGER_OK);
	ready = true;
	while (!looks)
		L4_Sleep(L4_TimePeriod(500));
	for (unsigned long page = 0; page < pages_attached(); page++) {
		EXPECT(*word_at(AT + page * PAGE) != SECRET);
		*word_at(AT + page * PAGE) = GRAFFITI;
	}
}

static void take_and_keep(unsigned long unused)
{
	(void)unused;
	pager_begin(pager);
	EXPECT_EQ(attach_at(AT, hostile_to->taken_pages * PAGE, RW), PAGER_OK);
	for (unsigned long page = 0; page < hostile_to->taken_pages; page++)
		*word_at(AT + page * PAGE) = SECRET;
	ready = true;
	while (!enough)
		L4_Sleep(L4_TimePeriod(500));
	for (unsigned long page = 0; page < hostile_to->taken_pages; page++)
		EXPECT_EQ(*word_at(AT + page * PAGE), SECRET);
}

static void until_ready(void)
{
	for (unsigned int i = 0; i < 4000 && !ready; i++)
		L4_Sleep(L4_TimePeriod(500));
	EXPECT(ready);
	ready = false;
}

void hostile_leaver(void)
{
	struct actor *leaver, *taker[8];
	enum actor_event event;

	prepare(16 * PAGE);
	ready = looks = enough = false;
	leaver = actor_start(leave_and_look, 0, PRIORITY_VICTIM);
	until_ready();
	for (unsigned int i = 0; i < hostile_to->takers; i++) {
		taker[i] = actor_start(take_and_keep, i, PRIORITY_VICTIM);
		until_ready();
	}
	looks = true;
	event = actor_wait(leaver, PATIENCE_MS);
	EXPECT(event == ACTOR_DONE || event == ACTOR_REFUSED);
	enough = true;
	for (unsigned int i = 0; i < hostile_to->takers; i++)
		EXPECT_EQ(actor_wait(taker[i], PATIENCE_MS), ACTOR_DONE);
	for (unsigned int i = 0; i < hostile_to->takers; i++)
		actor_kill(taker[i]);
	actor_kill(leaver);
}

/*
 * Forged faults
 */

#define WINDOW 0x280000000000UL

static volatile unsigned int forged;

/*
 * Messages that look like faults: of addresses anywhere, with any access, with words too many or too few; by somebody
 * who does not wait for the answer, takes no page, or takes it elsewhere. Goes on behind the last one when it is refused.
 */
static void forge(unsigned long again)
{
	static const unsigned long addresses[] = {
		AT, AT + PAGE - 1, AT - 1, 0, ~0UL, 1UL << 63, 1UL << 47, (1UL << 47) - 1, 0x7ff000000000,
	};
	static const unsigned long labels[] = { __L4_LABEL_PAGEFAULT, __L4_LABEL_IOPAGEFAULT };
	static const unsigned int words[] = { 2, 0, 1, 3, 25, 60 };
	enum { ADDRESSES = sizeof(addresses) / sizeof(addresses[0]), WORDS = sizeof(words) / sizeof(words[0]), WAYS = 3 };

	if (!again) {
		pager_begin(pager);
		EXPECT_EQ(attach(RW), PAGER_OK);
	}
	while (forged < 2 * ADDRESSES * WORDS * WAYS * 8) {
		unsigned int way = forged++, word = way / WAYS, access = word / WORDS, at = access / 8, label = at / ADDRESSES;
		L4_Msg_t msg;

		L4_MsgClear(&msg);
		for (unsigned int i = 0; i < words[word % WORDS]; i++)
			L4_MsgAppendWord(&msg, addresses[at % ADDRESSES]);
		L4_Set_MsgLabel(&msg, (labels[label] * 16 | access % 8) & 0xffffffffffff);
		L4_MsgLoad(&msg);
		L4_Accept(way % WAYS == 2 ? L4_MapGrantItems(L4_Fpage(WINDOW, PAGE)) : L4_UntypedWordsAcceptor);
		if (way % WAYS == 0)
			L4_Send(pager);
		else
			L4_Call_Timeouts(pager, L4_Never, L4_TimePeriod(1000));
	}
	L4_Accept(L4_UntypedWordsAcceptor);
	EXPECT_EQ(pager_leave(pager), PAGER_OK);
}

static void forgeries(void)
{
	struct actor *actor;
	enum actor_event event;

	prepare(hostile_to->size);
	forged = 0;
	actor = actor_start(forge, false, PRIORITY_VICTIM);
	while ((event = actor_wait(actor, PATIENCE_MS)) == ACTOR_REFUSED)
		actor_resume(actor, forge, true);
	EXPECT_EQ(event, ACTOR_DONE);
	actor_kill(actor);
	run_actor(innocent, 0);
}

/*
 * The storm
 */

enum { STORM = 8 };

static volatile bool storms;
static L4_ThreadId_t storming[STORM];

static unsigned long storm_page(unsigned long number)
{
	return AT + number * PAGE % region_size;
}

static void fault_again_and_again(void *argument)
{
	pager_begin(pager);
	while (!storms)
		L4_Sleep(L4_TimePeriod(100));
	for (unsigned long i = (unsigned long)argument;; i++) {
		*word_at(storm_page(i)) = i;
		L4_Flush(L4_FpageAddRights(L4_Fpage(storm_page(i), PAGE), L4_FullyAccessible));
	}
}

static void begin_storm(void *unused)
{
	(void)unused;
	pager_begin(pager);
	EXPECT_EQ(attach(RW), PAGER_OK);
	for (unsigned int i = 1; i < STORM; i++)
		EXPECT_EQ(pager_add_thread(pager, storming[i]), PAGER_OK);
	storms = true;
	while (storms)
		*word_at(AT) = 1;
	EXPECT_EQ(pager_leave(pager), PAGER_OK);
	storms = true;
}

/*
 * Threads of one space, this one, that fault on each other's pages as fast as they can, and are deleted one after the
 * other, their faults under way or queued. Then the first one leaves.
 */
static void storm(void)
{
	static char stack[STORM][4096] __attribute__((aligned(16)));

	prepare(hostile_to->size);
	for (unsigned int round = 0; round < 4; round++) {
		storms = false;
		for (unsigned long i = STORM; i-- > 0;) {
			EXPECT_EQ(root_thread_start(i ? fault_again_and_again : begin_storm, (void *)i, stack[i],
						    sizeof(stack[i]), &storming[i]), ROOT_OK);
			root_thread_priority(storming[i], PRIORITY_CROWD);
		}
		while (!storms)
			L4_Sleep(L4_TimePeriod(500));
		run_actor(innocent, 0);
		for (unsigned int i = 1; i < STORM; i++) {
			L4_Sleep(L4_TimePeriod(100 + 37 * (i + round)));
			EXPECT_EQ(root_thread_delete(storming[i]), ROOT_OK);
		}
		for (storms = false; !storms;)
			L4_Sleep(L4_TimePeriod(500));
		root_thread_delete(storming[0]);
	}
	run_actor(innocent, 0);
}

/*
 * The flood
 */

static void bother(unsigned long way)
{
	L4_Word_t word[4] = { 0 };

	pager_begin(pager);
	attach(RW);
	for (unsigned long page = AT; !enough; page = page + PAGE < AT + region_size ? page + PAGE : AT) {
		switch (way % 4) {
		case 0:
			attach_at(AT, PAGE, RW);
			break;
		case 1:
			pager_call(pager, PAGER_COUNTS, 0, word);
			break;
		case 2:
			pager_add_thread(pager, L4_Myself());
			break;
		case 3:
			/* Gives its pages away and wants them again. */
			*word_at(page) = 1;
			L4_Flush(L4_FpageAddRights(L4_Fpage(page, PAGE), L4_FullyAccessible));
			break;
		}
	}
}

static volatile unsigned long longest;

static void be_served(unsigned long unused)
{
	(void)unused;
	pager_begin(pager);
	attach(RW);
	longest = 0;
	for (unsigned long page = AT; page < AT + region_size && page < AT + 64 * PAGE; page += PAGE) {
		unsigned long start = now(), taken;

		*word_at(page) = 1;
		taken = now() - start;
		longest = taken > longest ? taken : longest;
		/* Others get to send something. */
		L4_Sleep(L4_TimePeriod(100));
	}
	pager_leave(pager);
}

/*
 * A crowd sends requests, good and bad, and faults, as fast as it can; meanwhile a client touches pages. Its longest
 * fault is bounded, and printed beside the longest without a crowd.
 */
static void flood(void)
{
	const unsigned long bound = hostile_to->flood_bound;
	unsigned long alone;

	prepare(hostile_to->flood_size ? hostile_to->flood_size : hostile_to->size);
	run_actor(be_served, 0);
	alone = longest;
	enough = false;
	for (unsigned int i = 0; i < CROWD; i++)
		EXPECT(actor_start(bother, i, PRIORITY_CROWD));
	run_actor(be_served, 0);
	enough = true;
	EXPECT_AT_MOST(longest, bound);
	printf("BENCH name=%s.fault unit=instructions max=%lu\n", hostile_to->name, alone);
	printf("BENCH name=%s.fault.flooded crowd=%d unit=instructions max=%lu bound=%lu\n", hostile_to->name, CROWD,
	       longest, bound);
}

const struct test_case hostile_cases[] = {
	{ "fault_outside", fault_outside },
	{ "fault_without_right", fault_without_right },
	{ "lies", lies },
	{ "strangers", strangers },
	{ "forgeries", forgeries },
	{ "storm", storm },
	{ "flood", flood },
	{ NULL, NULL },
};
