/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/thread_move.c - ThreadControl moves a thread to another space, whatever it is doing.
 */
#include "moved.h"

/* A space with a thread in it, and an address that is mapped only there. */
static L4_ThreadId_t space_with_a_page(struct space **s, L4_Word_t mark)
{
	L4_Word_t page = page_new();
	L4_ThreadId_t t;

	*s = space_new();
	t = agent_new(*s);
	*(L4_Word_t *)page = mark;
	EXPECT_EQ(give(worker, fpage(page, 12, L4_FullyAccessible), t, fpage(ONLY_THERE, 12, L4_FullyAccessible), 0),
		  0);
	return t;
}

static volatile L4_Word_t seen[16];

/* Looks at the address in its space each time it is told to. */
static void looks(L4_Word_t unused)
{
	(void)unused;
	for (L4_Word_t n = 1;; n++) {
		while (order < n)
			L4_Yield();
		seen[n] = *(volatile L4_Word_t *)ONLY_THERE;
		report(LABEL_DONE, n);
	}
}

static void expect_sees(L4_ThreadId_t t, L4_Word_t mark)
{
	struct message m;

	order++;
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	EXPECT_EQ(seen[order], mark);
}

/* What it is. */

TEST(thread_move, runs_on_in_the_other_space)
{
	struct space *a, *b;
	L4_ThreadId_t in_a = space_with_a_page(&a, 0xa), in_b = space_with_a_page(&b, 0xb);
	L4_ThreadId_t t;

	order = 0;
	t = thread_start(a, looks, 0);
	expect_sees(t, 0xa);
	EXPECT_EQ(move(t, in_b, utcb_new(b)), 1);
	expect_sees(t, 0xb);
	EXPECT_EQ(move(t, in_a, utcb_new(a)), 1);
	expect_sees(t, 0xa);
}

TEST(thread_move, takes_its_utcb_with_it)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t;
	L4_Word_t utcb = utcb_new(there);
	struct message m;

	order = 0;
	t = thread_start(&own_space, tells_its_ids, 0);
	settle();
	EXPECT_EQ(move(t, other, utcb), 1);
	order = 1;
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(id_local, utcb);
	EXPECT_EQ(id_global, t.raw);
	EXPECT_EQ(id_message, 4711);
	/* Its name here is the global one. */
	EXPECT_EQ(m.from.raw, t.raw);
}

/* Without a location, the UTCB stays at the same address, if that is free there. */
TEST(thread_move, to_the_same_utcb_address)
{
	struct space *a = space_new(), *b = space_new();
	L4_ThreadId_t in_a = thread_start(a, sleeps, 0), in_b = thread_start(b, sleeps, 0);
	L4_ThreadId_t second = thread_start(a, sleeps, 0);

	/* The first slot of b is taken. */
	EXPECT_REFUSED(move(in_a, in_b, KEEP), ERROR_UTCB_AREA);
	EXPECT_EQ(move(second, in_b, KEEP), 1);
	/* And free in a again. */
	EXPECT_EQ(move(second, in_a, KEEP), 1);
}

TEST(thread_move, the_old_local_id_names_nobody)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t local = L4_LocalIdOf(t);

	EXPECT_EQ(L4_GlobalIdOf(local).raw, t.raw);
	EXPECT_EQ(move(t, other, utcb_new(there)), 1);
	EXPECT_EQ(L4_GlobalIdOf(local).raw, 0);
	EXPECT_EQ(L4_LocalIdOf(t).raw, 0);
	L4_LoadMR(0, 0);
	EXPECT_FAILED(L4_Send_Timeout(local, PATIENCE), SEND, IPC_NO_PARTNER);
	/* Its slot can be had. */
	EXPECT_EQ(thread_control(thread_id_new(), worker, runner, worker, local.raw), 1);
}

/* Pager and exception handler known by local ids would be somebody else there, or nobody. */
TEST(thread_move, keeps_its_pager)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t;
	struct utcb *u;

	order = 0;
	t = thread_start(&own_space, tells_its_ids, 0);
	settle();
	u = (struct utcb *)L4_LocalIdOf(t).raw;
	L4_Set_PagerOf(t, L4_LocalIdOf(warden));
	u->exception_handler = L4_LocalIdOf(warden).raw;
	EXPECT_EQ(move(t, other, utcb_new(there)), 1);
	EXPECT_EQ(move(t, runner, utcb_new(&own_space)), 1);
	EXPECT_EQ(L4_PagerOf(t).raw, warden.raw);
	EXPECT_EQ(((struct utcb *)L4_LocalIdOf(t).raw)->exception_handler, warden.raw);
}

/* A space that its last thread leaves is gone, with what was mapped in it. */
TEST(thread_move, the_last_thread_takes_the_space_with_it)
{
	struct space *a = space_new(), *b = space_new();
	L4_ThreadId_t t = agent_new(a), in_b = thread_start(b, sleeps, 0);
	L4_Word_t page = fresh_pages();

	EXPECT_EQ(give(worker, fpage(page, 12, L4_FullyAccessible), t, fpage(WINDOW, 12, L4_FullyAccessible), 0), 0);
	*(volatile L4_Word_t *)page = 1;
	unmap_by(worker, UNMAP, fpage(page, 12, 0));
	EXPECT_EQ(move(t, in_b, utcb_new(b)), 1);
	/* Nobody but us has the page: what was mapped from here is not seen to be used any more. */
	EXPECT(!can_read(b, WINDOW));
	EXPECT(can_read(&own_space, page));
	EXPECT_EQ(thread_delete(t), 1);
}

static void counts(L4_Word_t which)
{
	for (;;)
		seen[which]++;
}

TEST(thread_move, while_it_runs)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t = thread_start(&own_space, counts, 3);
	L4_Word_t before;

	L4_Sleep(L4_TimePeriod(20000));
	EXPECT_EQ(move(t, other, utcb_new(there)), 1);
	before = seen[3];
	L4_Sleep(L4_TimePeriod(20000));
	EXPECT(seen[3] != before);
}

TEST(thread_move, halted_stays_halted)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t = thread_start(&own_space, counts, 3);
	L4_Word_t before;

	settle();
	L4_Stop(t);
	EXPECT_EQ(move(t, other, utcb_new(there)), 1);
	before = seen[3];
	L4_Sleep(L4_TimePeriod(20000));
	EXPECT_EQ(seen[3], before);
	EXPECT_EQ(move(t, runner, utcb_new(&own_space)), 1);
	L4_Start(t);
	L4_Sleep(L4_TimePeriod(20000));
	EXPECT(seen[3] != before);
}

static void moves_itself(L4_Word_t member)
{
	struct space *s = (struct space *)member;
	L4_Word_t result = move(L4_MyGlobalId(), s->name, utcb_new(s));

	/* The other space is not privileged: it can't go back. */
	id_error = result ? 0 : L4_ErrorCode();
	id_local = L4_MyLocalId().raw;
	if (move(L4_MyGlobalId(), worker, KEEP) == 0)
		id_message = L4_ErrorCode();
	seen[0] = *(volatile L4_Word_t *)ONLY_THERE;
	report(LABEL_DONE, 0);
}

TEST(thread_move, oneself)
{
	struct space *s;
	L4_ThreadId_t t;
	struct message m;

	space_with_a_page(&s, 0x5e1f);
	t = thread_start(&own_space, moves_itself, (L4_Word_t)s);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(id_error, 0);
	EXPECT_EQ(id_local, s->utcb_area + (s->slots - 1) * UTCB_SIZE);
	EXPECT_EQ(id_message, ERROR_NO_PRIVILEGE);
	EXPECT_EQ(seen[0], 0x5e1f);
	EXPECT_EQ(m.from.raw, t.raw);
}

/* Inactive threads. */

TEST(thread_move, inactive_and_activated_there)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t = thread_id_new();

	EXPECT_EQ(thread_control(t, runner, runner, L4_nilthread, KEEP), 1);
	EXPECT_EQ(move(t, other, KEEP), 1);
	EXPECT_EQ(thread_control(t, t, L4_nilthread, worker, utcb_new(there)), 1);
	EXPECT_EQ(L4_LocalIdOf(t).raw, 0);
	thread_run(t, sleeps, 0);
}

TEST(thread_move, inactive_and_activated_in_one_call)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t = thread_id_new();

	EXPECT_EQ(thread_control(t, runner, runner, L4_nilthread, KEEP), 1);
	EXPECT_EQ(thread_control(t, other, L4_nilthread, worker, utcb_new(there)), 1);
	thread_run(t, sleeps, 0);
	EXPECT_EQ(L4_LocalIdOf(t).raw, 0);
}

TEST(thread_move, waiting_for_its_start_message)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t;
	struct message m;

	order = 1;
	t = thread_create(&own_space, worker);
	EXPECT_EQ(move(t, other, utcb_new(there)), 1);
	thread_run(t, tells_its_ids, 0);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

/* Refused. */

TEST(thread_move, error_3_space_without_areas)
{
	L4_ThreadId_t bare = thread_id_new(), t = thread_start(&own_space, sleeps, 0);

	EXPECT_EQ(thread_control(bare, bare, runner, L4_nilthread, KEEP), 1);
	EXPECT_REFUSED(move(t, bare, KEEP), ERROR_INVALID_SPACE);
	EXPECT_REFUSED(move(t, thread_id_new(), KEEP), ERROR_INVALID_SPACE);
	/* An inactive thread needs no UTCB yet. */
	EXPECT_EQ(thread_control(thread_id_new(), bare, runner, L4_nilthread, KEEP), 1);
}

TEST(thread_move, error_6_no_place_for_its_utcb)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t local = L4_LocalIdOf(t);

	EXPECT_REFUSED(move(t, other, KEEP), ERROR_UTCB_AREA);
	EXPECT_REFUSED(move(t, other, there->utcb_area), ERROR_UTCB_AREA);
	EXPECT_REFUSED(move(t, other, there->utcb_area + 100 * UTCB_SIZE), ERROR_UTCB_AREA);
	EXPECT_REFUSED(move(t, other, utcb_new(there) + 64), ERROR_UTCB_AREA);
	EXPECT_EQ(L4_LocalIdOf(t).raw, local.raw);
}

/* What becomes of its IPC. */

TEST(thread_move, its_receive_is_cancelled)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t = thread_start(&own_space, receives_from, other.raw);

	settle();
	EXPECT_EQ(move(t, other, utcb_new(there)), 1);
	expect_error(t, CANCELLED | RECEIVE);
}

TEST(thread_move, its_send_is_cancelled)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t = thread_start(&own_space, sends_to, other.raw);

	settle();
	EXPECT_EQ(move(t, other, utcb_new(there)), 1);
	expect_error(t, CANCELLED | SEND);
}

/* Its global id is as before: who waits for it waits on. */
TEST(thread_move, its_partners_wait_on)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t = thread_start(&own_space, receives_from, other.raw);
	L4_ThreadId_t sender = thread_start(&own_space, sends_to, t.raw);
	L4_ThreadId_t receiver = thread_start(&own_space, receives_from, t.raw);

	settle();
	EXPECT_EQ(move(t, other, utcb_new(there)), 1);
	settle();
	EXPECT(L4_ThreadWasSending(L4_Stop(sender)));
	EXPECT(L4_ThreadWasReceiving(L4_Stop(receiver)));
}

/* A fault whose answer has not come is raised again, for a page of the other space. */
TEST(thread_move, its_fault_is_raised_again)
{
	struct space *there;
	L4_ThreadId_t other = space_with_a_page(&there, 1);
	L4_ThreadId_t t = thread_start_under(worker, &own_space, touches, ONLY_THERE);
	struct message m;

	REQUIRE(message_receive(t, &m));
	EXPECT(is_page_fault(&m));
	EXPECT_EQ(m.mr[1], ONLY_THERE);
	EXPECT_EQ(move(t, other, utcb_new(there)), 1);
	/* There, the page is. */
	expect_error(t, 0);
}

static void flushes_for_long(L4_Word_t unused)
{
	(void)unused;
	for (;;) {
		for (int i = 0; i < 64; i++)
			L4_LoadMR(i, L4_CompleteAddressSpace.raw & ~7UL);
		L4_Unmap(63);
	}
}

/* A thread in the middle of an Unmap leaves it, and does not touch its new space. */
TEST(thread_move, in_the_middle_of_an_unmap)
{
	struct space *there = space_new();
	L4_ThreadId_t other = thread_start(there, sleeps, 0), t = thread_start(&own_space, flushes_for_long, 0);

	L4_Sleep(L4_TimePeriod(500 * time_scale));
	for (unsigned i = 0; i < 4; i++) {
		EXPECT_EQ(move(t, other, utcb_new(there)), 1);
		L4_Sleep(L4_TimePeriod(300 * time_scale));
		EXPECT_EQ(move(t, runner, utcb_new(&own_space)), 1);
		EXPECT_EQ(((struct utcb *)L4_LocalIdOf(t).raw)->error_code, ERROR_INVALID_SPACE);
		((struct utcb *)L4_LocalIdOf(t).raw)->error_code = 0;
		L4_Sleep(L4_TimePeriod(300 * time_scale));
	}
	EXPECT_EQ(thread_delete(t), 1);
}
