/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/unmap_tree.c - large trees of mappings: others run while one is flushed, and may do what they like to
 * it; and all that the kernel needed for mappings is free again afterwards.
 */
#include "chain.h"

#define PASSED_ON 0x50000000000UL

/*
 * Sixteen pages, COPIES times in the first space, and from there in the second: 10,016 mappings. Not more than a small
 * machine has kernel memory for.
 */
enum { COPIES = 313, COPY_LOG2 = 16, REGION_LOG2 = 25, A_MESSAGE = 31 };

static struct {
	L4_Word_t own;
	struct space *space[2];
	L4_ThreadId_t agent[2];
} tree;

static void takes_copies(L4_Word_t unused)
{
	L4_MsgTag_t tag;

	(void)unused;
	for (unsigned i = 0; i < COPIES;) {
		L4_Accept(L4_MapGrantItems(L4_FpageLog2(WINDOW, REGION_LOG2)));
		tag = L4_Receive_Timeout(worker, PATIENCE);
		if (L4_IpcFailed(tag))
			break;
		i += (unsigned)L4_TypedWords(tag) / 2;
	}
	L4_Accept(L4_UntypedWordsAcceptor);
	report(LABEL_DONE, L4_ErrorCode());
	sleep_forever();
}

static void tree_make(void)
{
	L4_ThreadId_t t;
	struct message m;

	tree.own = fresh_pages();
	for (unsigned i = 0; i < 2; i++) {
		tree.space[i] = space_new();
		tree.agent[i] = agent_new(tree.space[i]);
	}
	t = thread_start(tree.space[0], takes_copies, 0);
	for (unsigned i = 0; i < COPIES;) {
		unsigned n = 0;

		for (; n < A_MESSAGE && i < COPIES; n++, i++) {
			L4_MapItem_t item = L4_MapItem(fpage(tree.own, COPY_LOG2, RWX), (L4_Word_t)i << COPY_LOG2);

			L4_LoadMR(1 + 2 * n, item.raw[0]);
			L4_LoadMR(2 + 2 * n, item.raw[1]);
		}
		L4_LoadMR(0, tag_make(0, 0, 2 * n).raw);
		REQUIRE_OK(L4_Send_Timeout(t, PATIENCE));
	}
	REQUIRE(message_receive(t, &m));
	thread_delete(t);
	REQUIRE_EQ(give(tree.agent[0], fpage(WINDOW, REGION_LOG2, RWX), tree.agent[1], fpage(WINDOW, REGION_LOG2, 0),
			0),
		   0);
	REQUIRE_EQ(reads_in(tree.space[1], WINDOW + (COPIES * SMALL_PAGES - 1UL) * PAGE), MARK(SMALL_PAGES - 1));
}

static void tree_is_gone(bool own_too)
{
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned n = 0; n < COPIES; n += 52)
			EXPECT(!can_read(tree.space[i], WINDOW + n * 16UL * PAGE));
		EXPECT(!can_read(tree.space[i], WINDOW + (COPIES * SMALL_PAGES - 1UL) * PAGE));
	}
	EXPECT_EQ(can_read(&own_space, tree.own + 3 * PAGE), !own_too);
}

static void tree_flush(void)
{
	unmap_by(worker, FLUSH, fpage(tree.own, COPY_LOG2, RWX));
}

static volatile L4_Word_t flushing, ticks, latest, stop;
enum { UNDER_WAY = 1, FLUSHED = 2 }; /* flushing */

/* Wakes up again and again; counts how often it did while the flush went on, and how late it was at worst. */
static void ticker(L4_Word_t period)
{
	while (!stop) {
		L4_Word_t due = now_us() + period, late;

		L4_Sleep(L4_TimePeriod(period));
		if (flushing != UNDER_WAY)
			continue;
		ticks = ticks + 1;
		late = now_us() - due;
		if (late > latest)
			latest = late;
	}
	sleep_forever();
}

static L4_ThreadId_t helper_start(struct space *space, void (*function)(L4_Word_t), L4_Word_t argument)
{
	L4_ThreadId_t t;

	flushing = ticks = latest = stop = 0;
	t = thread_start(space, function, argument);
	settle();
	return t;
}

/* The thread that flushes, below worker and helpers. */
static void flushes(L4_Word_t own)
{
	flushing = UNDER_WAY;
	L4_Flush(fpage(own, COPY_LOG2, RWX));
	flushing = FLUSHED;
	sleep_forever();
}

static L4_ThreadId_t flusher_start(struct space *space, void (*function)(L4_Word_t))
{
	L4_ThreadId_t t = thread_start(space, function, tree.own);

	set_priority(t, PRIORITY_LOW);
	return t;
}

static void flush_among_others(void)
{
	flusher_start(&own_space, flushes);
	EXPECT(wait_until(&flushing, FLUSHED, 1000));
	stop = 1;
	settle();
}

TEST_LIMIT(unmap_tree, flush, 5000)
{
	tree_make();
	tree_flush();
	tree_is_gone(true);
}

TEST_LIMIT(unmap_tree, unmap, 5000)
{
	tree_make();
	unmap_by(worker, UNMAP, fpage(tree.own, COPY_LOG2, RWX));
	tree_is_gone(false);
}

TEST_LIMIT(unmap_tree, right, 5000)
{
	tree_make();
	unmap_by(worker, UNMAP, fpage(tree.own, COPY_LOG2, L4_Writable));
	for (unsigned n = 0; n < COPIES; n += 52) {
		EXPECT(!can_write(tree.space[1], WINDOW + n * 16UL * PAGE));
		EXPECT(can_read(tree.space[1], WINDOW + n * 16UL * PAGE));
	}
}

TEST_LIMIT(unmap_tree, space_in_the_middle_goes, 5000)
{
	tree_make();
	EXPECT_EQ(thread_delete(tree.agent[0]), 1);
	for (unsigned n = 0; n < COPIES; n += 52)
		EXPECT(!can_read(tree.space[1], WINDOW + n * 16UL * PAGE));
	EXPECT(can_read(&own_space, tree.own));
}

/* Preemption: one that is better runs when its time has come, not when the flush is over. */
TEST_LIMIT(unmap_tree, better_thread_wakes_on_time, 5000)
{
	L4_Word_t period = 50 * time_scale;

	tree_make();
	helper_start(&own_space, ticker, period);
	flush_among_others();
	/* Of a flush in one piece it would see the end, once or twice. */
	EXPECT(ticks >= 5);
	EXPECT_BETWEEN(latest, 0, time_scale == 1 ? 2 * period : 20 * period); /* 100,000 instructions, both */
	tree_is_gone(true);
}

/* A thread of the first space passes pages on to the second, elsewhere, while they are taken. */
static volatile L4_Word_t passed;

static void takes_what_comes(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	for (;;) {
		L4_Accept(L4_MapGrantItems(L4_FpageLog2(PASSED_ON, REGION_LOG2)));
		L4_Wait(&from);
	}
}

static void passes_on(L4_Word_t to)
{
	L4_ThreadId_t next = {.raw = to};

	passed = 0;
	while (!stop) {
		L4_MapItem_t item = L4_MapItem(fpage(WINDOW + passed * 16 * PAGE, 12, RWX), passed * PAGE);

		L4_Sleep(L4_TimePeriod(20 * time_scale));
		if (flushing != UNDER_WAY)
			continue;
		L4_LoadMR(0, tag_make(0, 0, 2).raw);
		L4_LoadMR(1, item.raw[0]);
		L4_LoadMR(2, item.raw[1]);
		L4_Send_Timeout(next, PATIENCE);
		passed = passed + 1;
	}
	sleep_forever();
}

TEST_LIMIT(unmap_tree, passed_on_while_flushed, 5000)
{
	L4_ThreadId_t t;

	tree_make();
	t = thread_start(tree.space[1], takes_what_comes, 0);
	helper_start(tree.space[0], passes_on, t.raw);
	flush_among_others();
	EXPECT(passed >= 3);
	for (unsigned n = 0; n < passed && n < 16; n++)
		EXPECT(!can_read(tree.space[1], PASSED_ON + n * PAGE));
	EXPECT(!can_read(tree.space[1], PASSED_ON + (passed - 1) * PAGE));
	tree_is_gone(true);
}

/* Deletes a thread, and with it its space, as soon as the flush is under way. */
static void deletes(L4_Word_t thread)
{
	while (!flushing)
		L4_Sleep(L4_TimePeriod(20 * time_scale));
	L4_Sleep(L4_TimePeriod(50 * time_scale));
	ticks = flushing == UNDER_WAY;
	if (ticks)
		thread_delete((L4_ThreadId_t){.raw = thread});
	sleep_forever();
}

TEST_LIMIT(unmap_tree, mapper_deleted_while_flushed, 5000)
{
	tree_make();
	helper_start(&own_space, deletes, tree.agent[0].raw);
	flush_among_others();
	EXPECT_EQ(ticks, 1);
	EXPECT(L4_IpcFailed(L4_Send_Timeout(tree.agent[0], L4_ZeroTime)));
	for (unsigned n = 0; n < COPIES; n += 52)
		EXPECT(!can_read(tree.space[1], WINDOW + n * 16UL * PAGE));
	EXPECT(!can_read(&own_space, tree.own));
}

TEST_LIMIT(unmap_tree, last_space_deleted_while_flushed, 5000)
{
	tree_make();
	helper_start(&own_space, deletes, tree.agent[1].raw);
	flush_among_others();
	EXPECT_EQ(ticks, 1);
	for (unsigned n = 0; n < COPIES; n += 52)
		EXPECT(!can_read(tree.space[0], WINDOW + n * 16UL * PAGE));
	EXPECT(!can_read(&own_space, tree.own));
}

static void flusher_half_way(void)
{
	while (flushing == 0)
		L4_Sleep(L4_TimePeriod(20 * time_scale));
	L4_Sleep(L4_TimePeriod(50 * time_scale));
	EXPECT_EQ(flushing, UNDER_WAY);
}

TEST_LIMIT(unmap_tree, flusher_deleted, 5000)
{
	L4_ThreadId_t t;

	tree_make();
	flushing = 0;
	t = flusher_start(&own_space, flushes);
	flusher_half_way();
	EXPECT_EQ(thread_delete(t), 1);
	settle();
	EXPECT_EQ(flushing, UNDER_WAY);
	tree_flush();
	tree_is_gone(true);
}

TEST_LIMIT(unmap_tree, flusher_halted, 5000)
{
	L4_ThreadId_t t;

	tree_make();
	flushing = 0;
	t = flusher_start(&own_space, flushes);
	flusher_half_way();
	L4_Stop(t);
	L4_Sleep(L4_TimePeriod(20000 * time_scale));
	EXPECT_EQ(flushing, UNDER_WAY);
	L4_Start(t);
	EXPECT(wait_until(&flushing, FLUSHED, 500));
	tree_is_gone(true);
}

/* Two at once, on the same tree. */
TEST_LIMIT(unmap_tree, two_flushers, 5000)
{
	tree_make();
	flushing = 0;
	flusher_start(&own_space, flushes);
	flusher_half_way();
	tree_flush();
	tree_is_gone(true);
	EXPECT(wait_until(&flushing, FLUSHED, 500));
	tree_is_gone(true);
}

/* Another who flushes the same pages further down, and is overtaken. */
static void flushes_below(L4_Word_t unused)
{
	(void)unused;
	flushing = UNDER_WAY;
	L4_Flush(fpage(WINDOW, REGION_LOG2, RWX));
	flushing = FLUSHED;
	sleep_forever();
}

TEST_LIMIT(unmap_tree, flushed_above_while_flushed_below, 5000)
{
	tree_make();
	flushing = 0;
	flusher_start(tree.space[0], flushes_below);
	flusher_half_way();
	tree_flush();
	tree_is_gone(true);
	EXPECT(wait_until(&flushing, FLUSHED, 500));
}

TEST_LIMIT(unmap_tree, space_of_flusher_deleted, 5000)
{
	L4_ThreadId_t t;

	tree_make();
	flushing = 0;
	t = flusher_start(tree.space[0], flushes_below);
	flusher_half_way();
	EXPECT_EQ(thread_delete(t), 1);
	EXPECT_EQ(thread_delete(tree.agent[0]), 1);
	for (unsigned n = 0; n < COPIES; n += 52)
		EXPECT(!can_read(tree.space[1], WINDOW + n * 16UL * PAGE));
	EXPECT(can_read(&own_space, tree.own));
}

static void deletes_the_middle(L4_Word_t unused)
{
	(void)unused;
	flushing = UNDER_WAY;
	thread_delete(tree.agent[0]);
	flushing = FLUSHED;
	sleep_forever();
}

static volatile L4_Word_t deleted;

static void deletes_the_deleter(L4_Word_t thread)
{
	deleted = 1 + thread_delete((L4_ThreadId_t){.raw = thread});
	flushing = FLUSHED;
	sleep_forever();
}

/* Who deletes a thread that is destroying a space does the rest, and better threads wake on time meanwhile. */
TEST_LIMIT(unmap_tree, thread_that_destroys_a_space_deleted, 5000)
{
	L4_Word_t period = 50 * time_scale;
	L4_ThreadId_t t;

	tree_make();
	helper_start(&own_space, ticker, period);
	t = flusher_start(&own_space, deletes_the_middle);
	flusher_half_way();
	deleted = ticks = latest = 0;
	set_priority(thread_start(&own_space, deletes_the_deleter, t.raw), PRIORITY_LOW + 1);
	EXPECT(wait_until(&flushing, FLUSHED, 1000));
	stop = 1;
	settle();
	EXPECT_EQ(deleted, 2);
	EXPECT(ticks >= 5);
	EXPECT_BETWEEN(latest, 0, time_scale == 1 ? 2 * period : 20 * period);
	for (unsigned n = 0; n < COPIES; n += 52)
		EXPECT(!can_read(tree.space[1], WINDOW + n * 16UL * PAGE));
	EXPECT(can_read(&own_space, tree.own));
}

/* The first space has one thread left, which is not active, and its areas are set over what it has. */
static L4_ThreadId_t inactive;
static volatile L4_Word_t result;

static L4_Word_t sets_areas(void)
{
	return set_areas(inactive, L4_FpageLog2(PASSED_ON, 12), L4_FpageLog2(WINDOW, REGION_LOG2));
}

static L4_Word_t activates(void)
{
	return L4_ThreadControl(inactive, inactive, runner, worker, (void *)WINDOW);
}

static void tree_make_inactive(void)
{
	tree_make();
	inactive = thread_id_new();
	REQUIRE_EQ(L4_ThreadControl(inactive, tree.agent[0], runner, L4_nilthread, (void *)-1UL), 1);
	REQUIRE_EQ(thread_delete(tree.agent[0]), 1);
}

static void sets_areas_slowly(L4_Word_t unused)
{
	(void)unused;
	flushing = UNDER_WAY;
	result = sets_areas();
	flushing = FLUSHED;
	sleep_forever();
}

static void heirs_have_nothing(void)
{
	for (unsigned n = 0; n < COPIES; n += 52)
		EXPECT(!can_read(tree.space[1], WINDOW + n * 16UL * PAGE));
	EXPECT(can_read(&own_space, tree.own));
	EXPECT_EQ(activates(), 1);
}

TEST_LIMIT(unmap_tree, areas_set_over_it, 5000)
{
	L4_Word_t period = 50 * time_scale;

	tree_make_inactive();
	helper_start(&own_space, ticker, period);
	result = 0;
	flusher_start(&own_space, sets_areas_slowly);
	flusher_half_way();
	EXPECT_EQ(activates(), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_SPACE);
	EXPECT(wait_until(&flushing, FLUSHED, 1000));
	stop = 1;
	settle();
	EXPECT_EQ(result, 1);
	EXPECT(ticks >= 5);
	EXPECT_BETWEEN(latest, 0, time_scale == 1 ? 2 * period : 20 * period);
	heirs_have_nothing();
}

TEST_LIMIT(unmap_tree, who_sets_areas_over_it_deleted, 5000)
{
	L4_ThreadId_t t;

	tree_make_inactive();
	flushing = 0;
	t = flusher_start(&own_space, sets_areas_slowly);
	flusher_half_way();
	EXPECT_EQ(thread_delete(t), 1);
	EXPECT_EQ(activates(), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_SPACE);
	EXPECT_EQ(sets_areas(), 1);
	heirs_have_nothing();
}

/* The one that ends first is not the last word. */
TEST_LIMIT(unmap_tree, two_set_areas_over_it, 5000)
{
	tree_make_inactive();
	flushing = result = 0;
	flusher_start(&own_space, sets_areas_slowly);
	flusher_half_way();
	EXPECT_EQ(sets_areas(), 1);
	EXPECT(wait_until(&flushing, FLUSHED, 500));
	EXPECT_EQ(result, 1);
	heirs_have_nothing();
}

/* The space goes meanwhile. */
TEST_LIMIT(unmap_tree, space_deleted_while_its_areas_are_set, 5000)
{
	tree_make_inactive();
	flushing = result = 0;
	flusher_start(&own_space, sets_areas_slowly);
	flusher_half_way();
	EXPECT_EQ(thread_delete(inactive), 1);
	EXPECT(wait_until(&flushing, FLUSHED, 500));
	EXPECT_EQ(result, 0);
	for (unsigned n = 0; n < COPIES; n += 52)
		EXPECT(!can_read(tree.space[1], WINDOW + n * 16UL * PAGE));
}

/*
 * Kernel memory. There is no call that tells how much is free, but it can be used up: a page mapped to places far apart
 * takes page tables each time, until there are none. The number of places is the measure.
 */
static void takes_until_told(L4_Word_t unused)
{
	(void)unused;
	for (;;) {
		L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
		L4_Receive(worker);
	}
}

static L4_Word_t free_memory(void)
{
	enum { PLACES_MAX = 100000 };
	L4_ThreadId_t t;
	struct space *s = space_new();
	L4_Word_t own = fresh_pages(), n;

	t = thread_start(s, takes_until_told, 0);
	settle();
	for (n = 0; n < PLACES_MAX; n++) {
		/* A table of every level beside that of the first for each 2 MiB, behind the program. */
		L4_MapItem_t item = L4_MapItem(fpage(own, 12, L4_Readable), WINDOW + n * LARGE);

		L4_LoadMR(0, tag_make(0, 0, 2).raw);
		L4_LoadMR(1, item.raw[0]);
		L4_LoadMR(2, item.raw[1]);
		if (L4_IpcFailed(L4_Send_Timeout(t, PATIENCE)))
			break;
	}
	EXPECT_EQ(L4_ErrorCode() & 0xf, IPC_OVERFLOW << 1 | SEND);
	EXPECT_EQ(thread_delete(t), 1);
	s->used = false;
	return n;
}

/*
 * What it takes to have been done once stays (page tables of this space, mapping nodes); so it is done before the first
 * count.
 */
static void expect_nothing_lost(void (*work)(void), unsigned times)
{
	L4_Word_t before;

	work();
	free_memory();
	before = free_memory();
	EXPECT(before > 10);
	for (unsigned i = 0; i < times; i++)
		work();
	EXPECT_EQ(free_memory(), before);
}

TEST_LIMIT(unmap_memory, counting_twice, 20000)
{
	free_memory();
	EXPECT_EQ(free_memory(), free_memory());
}

static void tree_work(void)
{
	tree_make();
	tree_flush();
	for (unsigned i = 0; i < 2; i++) {
		thread_delete(tree.agent[i]);
		tree.space[i]->used = false;
	}
}

TEST_LIMIT(unmap_memory, after_tree, 20000)
{
	expect_nothing_lost(tree_work, 2);
}

static void tree_of_deleted_spaces(void)
{
	tree_make();
	for (unsigned i = 0; i < 2; i++) {
		thread_delete(tree.agent[i]);
		tree.space[i]->used = false;
	}
}

TEST_LIMIT(unmap_memory, after_tree_of_deleted_spaces, 20000)
{
	expect_nothing_lost(tree_of_deleted_spaces, 2);
}

/* One space after the other under the same name, each with pages large and small, parts of them flushed or not. */
static L4_ThreadId_t name;
static L4_Word_t stack, small, large;
static unsigned round;

static void takes_some(L4_Word_t count)
{
	L4_Set_Pager(warden);
	report(LABEL_REPORT, 0);
	for (L4_Word_t i = 0; i < count; i++) {
		L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
		L4_Receive(worker);
	}
	if (round % 3 == 0)
		L4_Flush(fpage(WINDOW + 7 * PAGE, 12, RWX));
	if (round % 3 == 1)
		L4_Flush(fpage(WINDOW, LARGE_LOG2, L4_Writable));
	report(LABEL_DONE, 0);
	sleep_forever();
}

static void map_to(L4_ThreadId_t t, L4_Fpage_t page, L4_Word_t base)
{
	L4_MapItem_t item = L4_MapItem(page, base);

	L4_LoadMR(0, tag_make(0, 0, 2).raw);
	L4_LoadMR(1, item.raw[0]);
	L4_LoadMR(2, item.raw[1]);
	EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
}

static void space_work(void)
{
	struct message m;

	round++;
	REQUIRE_EQ(L4_ThreadControl(name, name, runner, L4_nilthread, (void *)-1UL), 1);
	REQUIRE_EQ(set_areas(name, L4_FpageLog2(own_space.kip, 12), L4_FpageLog2(0x600000000000UL, 16)), 1);
	REQUIRE_EQ(L4_ThreadControl(name, name, runner, worker, (void *)0x600000000000UL), 1);
	set_priority(name, PRIORITY_WORKER);
	thread_run_on(name, stack, takes_some, 3);
	REQUIRE(event_receive(name, &m));
	REQUIRE_EQ(L4_Label(m.tag), LABEL_REPORT);
	map_to(name, fpage(large, LARGE_LOG2, RWX), WINDOW);
	map_to(name, fpage(small + PAGE, 12, RWX), WINDOW + 9 * PAGE);
	map_to(name, fpage(large + PAGE, 12, RWX), 0x123456789000UL);
	REQUIRE(message_receive(name, &m));
	if (round % 2)
		unmap_by(worker, UNMAP, fpage(large, LARGE_LOG2, RWX));
	EXPECT_EQ(thread_delete(name), 1);
}

TEST_LIMIT(unmap_memory, after_2000_spaces, 60000)
{
	name = thread_id_new();
	stack = stack_new();
	small = fresh_pages();
	large = fresh_large();
	round = 0;
	expect_nothing_lost(space_work, 2000 / time_scale); /* 2,000, but where time is dear */
}
