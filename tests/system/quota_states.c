/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/quota_states.c - a thread or space that goes leaves nothing of the kernel's memory behind, whatever it
 * does.
 *
 * Each case puts threads into a state, deletes them, and does so again: what the first round has left once and for
 * all (the image's pages were broken up when they were first mapped) is there when the second one begins, which must
 * change nothing.
 */
#include "parties.h"
#include "quotas.h"

#define FAR_AWAY 0x100000000000UL

static void expect_nothing_left(void (*round)(void))
{
	L4_Word_t before;

	round();
	settle();
	before = used_in_all();
	round();
	settle();
	EXPECT_EQ(used_in_all(), before);
}

static void sends(L4_Word_t to)
{
	L4_Send((L4_ThreadId_t){.raw = to});
	sleep_forever();
}

static void sends_with_timeout(L4_Word_t to)
{
	L4_Send_Timeout((L4_ThreadId_t){.raw = to}, PATIENCE);
	sleep_forever();
}

static void faults_to(L4_Word_t pager)
{
	L4_Set_Pager((L4_ThreadId_t){.raw = pager});
	*(volatile char *)FAR_AWAY = 1;
}

static void one(void (*function)(L4_Word_t), L4_Word_t argument)
{
	L4_ThreadId_t t = thread_start(space_new(), function, argument);

	settle();
	EXPECT(used_by(t) > 0);
	EXPECT_EQ(thread_delete(t), 1);
}

static void receiving(void)
{
	one(sleeps, 0);
}

TEST(leftover, nothing_of_a_thread_that_receives)
{
	expect_nothing_left(receiving);
}

static void sending(void)
{
	one(sends, worker.raw);
	one(sends_with_timeout, worker.raw);
}

TEST(leftover, nothing_of_a_thread_that_sends)
{
	expect_nothing_left(sending);
}

static void running(void)
{
	one(yields_forever, 0);
}

TEST(leftover, nothing_of_a_thread_that_runs)
{
	expect_nothing_left(running);
}

static void inactive(void)
{
	EXPECT_EQ(thread_delete(empty_space()), 1);
}

TEST(leftover, nothing_of_a_thread_that_never_ran)
{
	expect_nothing_left(inactive);
}

TEST(leftover, nothing_of_a_thread_whose_space_stays)
{
	struct space *s = space_new();
	L4_ThreadId_t stays = thread_start(s, sleeps, 0);
	L4_Word_t before;

	settle();
	before = used_in_all();
	for (unsigned i = 0; i < 5; i++) {
		EXPECT_EQ(thread_delete(thread_create(s, worker)), 1);
		EXPECT_EQ(used_in_all(), before);
	}
	EXPECT(used_by(stays) > 0);
}

static void mid_string(void)
{
	struct message m;

	cast_far();
	stop_at_second_page(&m);
	EXPECT_EQ(thread_delete(party[S].thread), 1);
	ended(R);
	EXPECT_EQ(thread_delete(party[R].thread), 1);
	cast_far();
	stop_at_second_page(&m);
	EXPECT_EQ(thread_delete(party[R].thread), 1);
	ended(S);
	EXPECT_EQ(thread_delete(party[S].thread), 1);
}

TEST(leftover, nothing_of_threads_in_the_middle_of_a_string)
{
	expect_nothing_left(mid_string);
}

/* One has sent its fault, the other waits for it to be taken, when the pager goes. */
static void pager_of_others(void)
{
	L4_ThreadId_t pager = thread_start(space_new(), takes_a_message, 0), t[2];

	for (unsigned i = 0; i < 2; i++) {
		t[i] = thread_start(space_new(), faults_to, pager.raw);
		settle();
	}
	EXPECT_EQ(thread_delete(pager), 1);
	for (unsigned i = 0; i < 2; i++)
		EXPECT_EQ(thread_delete(t[i]), 1);
}

TEST(leftover, nothing_of_a_pager)
{
	expect_nothing_left(pager_of_others);
}

static void redirector(void)
{
	L4_ThreadId_t r = thread_start(space_new(), sleeps, 0);
	L4_ThreadId_t t = thread_start(space_new(), sends_with_timeout, worker.raw);

	EXPECT_EQ(set_redirector(t, r), 1);
	settle();
	EXPECT_EQ(thread_delete(r), 1);
	settle();
	EXPECT_EQ(thread_delete(t), 1);
}

TEST(leftover, nothing_of_a_redirector)
{
	expect_nothing_left(redirector);
}

/* Long work that is stopped in the middle. */

enum { WINDOWS = 32 };

/* The giver has got 16 pages and maps them `WINDOWS` times to the taker. */
static void map_many(L4_ThreadId_t giver, L4_ThreadId_t taker)
{
	L4_Fpage_t pages = fpage(WINDOW, 16, L4_FullyAccessible);

	EXPECT_EQ(give(worker, fpage(fresh_pages(), 16, L4_FullyAccessible), giver, fpage(WINDOW, 16, 0), 0), 0);
	for (L4_Word_t i = 0; i < WINDOWS; i++)
		EXPECT_EQ(give(giver, pages, taker, fpage(FAR_AWAY + (i << 16), 16, 0), 0), 0);
}

static L4_Word_t victim;

static void deletes(L4_Word_t unused)
{
	(void)unused;
	L4_Receive(worker);
	thread_delete((L4_ThreadId_t){.raw = victim});
	report(LABEL_DONE, 0);
}

static void flushes(L4_Word_t unused)
{
	(void)unused;
	L4_Receive(worker);
	L4_Flush(fpage(WINDOW, 16, L4_FullyAccessible));
	report(LABEL_DONE, 0);
}

/* The thread works at low priority; the worker comes back in the middle. */
static void stop_in_the_middle(L4_ThreadId_t t)
{
	settle();
	set_priority(t, PRIORITY_LOW);
	EXPECT_OK(word_send(t, 0, 0));
	L4_Sleep(L4_TimePeriod(20 * time_scale));
	EXPECT(L4_IpcFailed(L4_Receive_Timeout(t, L4_ZeroTime)));
	EXPECT_EQ(thread_delete(t), 1);
}

static void destroying(void)
{
	L4_ThreadId_t giver = agent_new(space_new()), taker = agent_new(space_new());

	map_many(giver, taker);
	victim = taker.raw;
	stop_in_the_middle(thread_start(&own_space, deletes, 0));
	EXPECT_EQ(thread_delete(taker), 0);
	EXPECT_EQ(thread_delete(giver), 1);
}

TEST(leftover, nothing_of_a_space_whose_destroyer_is_deleted)
{
	expect_nothing_left(destroying);
}

static void flushing(void)
{
	struct space *s = space_new();
	L4_ThreadId_t giver = agent_new(s), taker = agent_new(space_new());

	map_many(giver, taker);
	stop_in_the_middle(thread_start(s, flushes, 0));
	EXPECT_EQ(thread_delete(giver), 1);
	EXPECT_EQ(thread_delete(taker), 1);
}

TEST(leftover, nothing_of_a_thread_in_the_middle_of_a_flush)
{
	expect_nothing_left(flushing);
}

/* Its control block shares no page, and no page table, with others. */
TEST(leftover, nothing_of_a_thread_whose_number_is_far_from_others)
{
	L4_ThreadId_t t = L4_GlobalId(500000, 1);
	L4_Word_t before = used_in_all();

	REQUIRE_EQ(L4_ThreadControl(t, t, runner, L4_nilthread, (void *)-1UL), 1);
	EXPECT_EQ(used_in_all(), before + 4 * PAGE);
	EXPECT_EQ(thread_delete(t), 1);
	EXPECT_EQ(used_in_all(), before);
}

/* Its page tables reach up to the end of user space. */
static void at_the_top(void)
{
	L4_ThreadId_t t = empty_space();

	EXPECT_EQ(set_areas(t, L4_FpageLog2(0x7fffffffd000UL, 12), L4_FpageLog2(0x7fffffffe000UL, 12)), 1);
	EXPECT_EQ(thread_delete(t), 1);
}

TEST(leftover, nothing_of_a_space_at_the_end_of_user_space)
{
	expect_nothing_left(at_the_top);
}

/* Many. */

static void come_and_go(L4_ThreadId_t first, L4_ThreadId_t second, L4_Fpage_t page)
{
	const L4_Word_t utcb = 0x600000000000UL, start[2] = {FAR_AWAY, 0};
	L4_Fpage_t kip_area = L4_FpageLog2(0x500000000000UL, 12), utcbs = L4_FpageLog2(utcb, 16);
	struct message m;
	L4_Word_t old;

	EXPECT_EQ(L4_ThreadControl(first, first, runner, L4_nilthread, (void *)-1UL), 1);
	EXPECT_EQ(L4_SpaceControl(first, L4_SpaceQuota(200), kip_area, utcbs, L4_nilthread, &old), 1);
	EXPECT_EQ(L4_ThreadControl(first, first, runner, worker, (void *)utcb), 1);
	EXPECT_EQ(L4_ThreadControl(second, first, runner, worker, (void *)(utcb + UTCB_SIZE)), 1);
	EXPECT_OK(words_send(first, 0, 2, start));
	REQUIRE(message_receive(first, &m));
	EXPECT(is_page_fault(&m));
	EXPECT_OK(map_reply(first, page, FAR_AWAY));
	EXPECT_EQ(thread_delete(second), 1);
	EXPECT_EQ(thread_delete(first), 1);
}

TEST_LIMIT(leftover, nothing_of_ten_thousand_spaces, 60000)
{
	L4_Word_t count = 10000 / time_scale, before = 0;
	L4_Word_t numbers[2] = {L4_ThreadNo(thread_id_new()), L4_ThreadNo(thread_id_new())};
	L4_Fpage_t page = fpage(page_new(), 12, L4_FullyAccessible);

	for (L4_Word_t i = 0; i <= count; i++) {
		L4_Word_t version = 2 * i + 1;

		come_and_go(L4_GlobalId(numbers[0], version), L4_GlobalId(numbers[1], version), page);
		if (i == 0)
			before = used_in_all();
	}
	EXPECT_EQ(used_in_all(), before);
}
