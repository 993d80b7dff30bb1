/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/quota.c - the kernel's memory that a space may use: given, used up, given back.
 *
 * "Hostile" is a space whose agent first does everything once, so that its own code and stack are mapped; then it is
 * left a few pages more than it uses.
 */
#include "quotas.h"
#include "probe.h"
#include <l4/arch.h>
#include <l4/threadstate.h>

enum { KIB = 1024, PAGE_KIB = PAGE / KIB, TCB = 1024, EMPTY_SPACE = 2 * PAGE + TCB, EXCEPTION_NO_FPU = 7 };
#define FAR_AWAY 0x100000000000UL
#define KIP_AT	 0x500000000000UL
#define UTCB_AT	 0x600000000000UL

static L4_Word_t control(L4_ThreadId_t thread, L4_Word_t word, L4_Word_t *old)
{
	return L4_SpaceControl(thread, word, L4_Nilpage, L4_Nilpage, L4_nilthread, old);
}

L4_Word_t used_by(L4_ThreadId_t thread)
{
	L4_Word_t bytes;

	REQUIRE_EQ(control(thread, L4_SpaceUsage, &bytes), 1);
	return bytes;
}

L4_Word_t used_in_all(void)
{
	return used_by(runner);
}

L4_Word_t set_quota(L4_ThreadId_t thread, L4_Word_t kib)
{
	L4_Word_t old;

	return control(thread, L4_SpaceQuota(kib), &old);
}

void leave_pages(L4_ThreadId_t thread, L4_Word_t pages)
{
	REQUIRE_EQ(set_quota(thread, ((used_by(thread) + PAGE - 1) / PAGE + pages) * PAGE_KIB), 1);
}

#define EXPECT_OVERFLOW(error, phase) EXPECT_EQ((error) & 0xf, IPC_OVERFLOW << 1 | (phase))

/* Giving. */

TEST(quota, an_empty_space_uses_two_pages_and_a_thread)
{
	EXPECT_EQ(used_by(empty_space()), EMPTY_SPACE);
}

TEST(quota, comes_out_of_the_kernels_memory)
{
	L4_ThreadId_t s = empty_space();
	L4_Word_t before = used_in_all();

	REQUIRE_EQ(set_quota(s, 400), 1);
	EXPECT_EQ(used_in_all(), before + 400 * KIB - 2 * PAGE);
	EXPECT_EQ(used_by(s), EMPTY_SPACE);
}

TEST(quota, goes_back_with_the_space)
{
	L4_Word_t before = used_in_all();
	L4_ThreadId_t s = empty_space();

	REQUIRE_EQ(set_quota(s, 400), 1);
	REQUIRE_EQ(thread_delete(s), 1);
	EXPECT_EQ(used_in_all(), before);
}

TEST(quota, is_rounded_down_to_pages)
{
	L4_ThreadId_t s = empty_space();
	L4_Word_t before = used_in_all();

	REQUIRE_EQ(set_quota(s, 403), 1);
	EXPECT_EQ(used_in_all(), before + 400 * KIB - 2 * PAGE);
}

TEST(quota, grows_and_shrinks)
{
	L4_ThreadId_t s = empty_space();
	L4_Word_t before = used_in_all();

	REQUIRE_EQ(set_quota(s, 400), 1);
	REQUIRE_EQ(set_quota(s, 800), 1);
	EXPECT_EQ(used_in_all(), before + 800 * KIB - 2 * PAGE);
	REQUIRE_EQ(set_quota(s, 200), 1);
	EXPECT_EQ(used_in_all(), before + 200 * KIB - 2 * PAGE);
	REQUIRE_EQ(set_quota(s, 0), 1);
	EXPECT_EQ(used_in_all(), before);
}

TEST(quota, more_than_there_is_is_refused)
{
	L4_ThreadId_t s = empty_space();
	L4_Word_t before = used_in_all();

	REQUIRE_EQ(set_quota(s, 400), 1);
	EXPECT_REFUSED(set_quota(s, 1UL << 31), ERROR_NO_MEMORY);
	EXPECT_REFUSED(set_quota(s, ~0U), ERROR_NO_MEMORY);
	EXPECT_EQ(used_in_all(), before + 400 * KIB - 2 * PAGE);
}

TEST(quota, less_than_is_used_is_refused)
{
	L4_ThreadId_t s = empty_space();
	L4_Word_t before = used_in_all();

	EXPECT_REFUSED(set_quota(s, 2 * PAGE_KIB), ERROR_NO_MEMORY);
	EXPECT_EQ(set_quota(s, 3 * PAGE_KIB), 1);
	EXPECT_EQ(used_in_all(), before + PAGE);
}

TEST(quota, of_less_than_a_page_is_none)
{
	L4_ThreadId_t s = empty_space();
	L4_Word_t before = used_in_all();

	EXPECT_EQ(set_quota(s, PAGE_KIB - 1), 1);
	EXPECT_EQ(used_in_all(), before);
}

TEST(quota, not_for_privileged_spaces)
{
	EXPECT_REFUSED(set_quota(runner, 400), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(set_quota(sigma0, 400), ERROR_INVALID_PARAMETER);
	EXPECT_EQ(used_by(sigma0), used_in_all());
}

TEST(quota, other_control_bits_are_refused)
{
	L4_ThreadId_t s = empty_space();
	L4_Word_t old;

	EXPECT_REFUSED(control(s, 1UL << 28, &old), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(control(s, 400UL << 32, &old), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(control(s, 400UL << 32 | L4_SpaceUsage, &old), ERROR_INVALID_PARAMETER);
}

TEST(quota, given_and_told_at_once)
{
	L4_ThreadId_t s = empty_space();
	L4_Word_t used = 0;

	EXPECT_EQ(control(s, L4_SpaceQuota(400) | L4_SpaceUsage, &used), 1);
	EXPECT_EQ(used, EMPTY_SPACE);
	EXPECT_EQ(control(s, 0, &used), 1);
	EXPECT_EQ(used, 0);
}

/* With areas, for which the quota is too small, it is not given. */
TEST(quota, refused_together_with_areas)
{
	L4_ThreadId_t s = empty_space();
	L4_Word_t before = used_in_all(), old;

	EXPECT_REFUSED(L4_SpaceControl(s, L4_SpaceQuota(5 * PAGE_KIB), L4_FpageLog2(KIP_AT, 12),
				       L4_FpageLog2(UTCB_AT, 16), L4_nilthread, &old),
		       ERROR_NO_MEMORY);
	EXPECT_EQ(used_in_all(), before);
	EXPECT_EQ(L4_SpaceControl(s, L4_SpaceQuota(6 * PAGE_KIB), L4_FpageLog2(KIP_AT, 12),
				  L4_FpageLog2(UTCB_AT, 16), L4_nilthread, &old),
		  1);
	EXPECT_EQ(used_by(s), EMPTY_SPACE + 3 * PAGE);
}

/* Using it up. */

TEST(quota, used_up_by_threads)
{
	L4_ThreadId_t s = empty_space(), t = L4_nilthread;
	L4_Word_t before;

	leave_pages(s, 1);
	before = used_in_all();
	for (unsigned i = 0; i < 7; i++)
		EXPECT_EQ(L4_ThreadControl(t = thread_id_new(), s, runner, L4_nilthread, (void *)-1UL), 1);
	before = used_in_all();
	EXPECT_REFUSED(L4_ThreadControl(thread_id_new(), s, runner, L4_nilthread, (void *)-1UL), ERROR_NO_MEMORY);
	EXPECT_EQ(used_in_all(), before);
	EXPECT_EQ(used_by(s), 2 * PAGE + 8 * TCB);
	/* Others get theirs, and one that goes makes room. */
	EXPECT_EQ(used_by(empty_space()), EMPTY_SPACE);
	EXPECT_EQ(thread_delete(t), 1);
	EXPECT_EQ(L4_ThreadControl(thread_id_new(), s, runner, L4_nilthread, (void *)-1UL), 1);
}

TEST(quota, used_up_by_utcbs)
{
	enum { UTCBS_A_PAGE = PAGE / UTCB_SIZE };
	L4_ThreadId_t s = empty_space(), t[2 * UTCBS_A_PAGE];
	L4_Word_t before;

	REQUIRE_EQ(set_areas(s, L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(UTCB_AT, 16)), 1);
	for (unsigned i = 0; i < 2 * UTCBS_A_PAGE; i++)
		REQUIRE_EQ(L4_ThreadControl(t[i] = thread_id_new(), s, runner, L4_nilthread, (void *)-1UL), 1);
	leave_pages(s, 4); /* a page and three tables */
	for (L4_Word_t i = 0; i < UTCBS_A_PAGE; i++)
		EXPECT_EQ(L4_ThreadControl(t[i], s, runner, worker, (void *)(UTCB_AT + i * UTCB_SIZE)), 1);
	before = used_by(s);
	EXPECT_REFUSED(L4_ThreadControl(t[4], s, runner, worker, (void *)(UTCB_AT + PAGE)), ERROR_NO_MEMORY);
	EXPECT_EQ(used_by(s), before);
	EXPECT_FAILED(word_send(t[4], 0, 0), SEND, IPC_NO_PARTNER);
	/* With the last UTCB in a page the page goes. */
	for (unsigned i = 0; i < UTCBS_A_PAGE; i++)
		EXPECT_EQ(thread_delete(t[i]), 1);
	EXPECT_EQ(used_by(s), before - 4 * PAGE - UTCBS_A_PAGE * TCB);
	EXPECT_EQ(L4_ThreadControl(t[4], s, runner, worker, (void *)(UTCB_AT + PAGE)), 1);
}

struct agency {
	struct space *space;
	L4_ThreadId_t agent;
};

/* An agent that has sent and received once. */
static struct agency agency_new(void)
{
	struct space *s = space_new();
	struct agency a = {s, agent_new(s)};
	L4_Word_t page = page_new();

	EXPECT_EQ(give(worker, fpage(page, 12, L4_Readable), a.agent, fpage(WINDOW, 12, 0), 0), 0);
	unmap_by(a.agent, FLUSH, fpage(WINDOW, 12, L4_FullyAccessible));
	return a;
}

static void expect_no_memory_to_give(L4_ThreadId_t from, L4_Fpage_t page, L4_ThreadId_t to, L4_Fpage_t window)
{
	EXPECT_OVERFLOW(give(from, page, to, window, 0), SEND);
	EXPECT_OVERFLOW(taken, RECEIVE);
}

/* Is all well in another space? */
static void victim_does_not_notice(struct agency victim)
{
	L4_Word_t page = page_new();

	EXPECT_EQ(give(worker, fpage(page, 12, L4_FullyAccessible), victim.agent, fpage(FAR_AWAY, 12, 0), 0), 0);
	EXPECT_EQ(taken, 0);
	EXPECT(can_read(victim.space, FAR_AWAY));
}

TEST(quota, used_up_by_page_tables)
{
	struct agency hostile = agency_new(), victim = agency_new();
	L4_Fpage_t page = fpage(page_new(), 12, L4_FullyAccessible);
	unsigned i = 0;

	leave_pages(hostile.agent, 20);
	REQUIRE_EQ(set_quota(victim.agent, 800), 1);
	while (i < 20 && !give(worker, page, hostile.agent, fpage(FAR_AWAY + i * (1UL << 39), 12, 0), 0))
		i++;
	EXPECT_BETWEEN(i, 4, 5); /* three tables, a shade, and all mappings in one page */
	expect_no_memory_to_give(worker, page, hostile.agent, fpage(FAR_AWAY + i * (1UL << 39), 12, 0));
	victim_does_not_notice(victim);
	/* What it gives up it can use again. */
	unmap_by(hostile.agent, FLUSH, fpage(FAR_AWAY, 12, L4_FullyAccessible));
	EXPECT_EQ(give(worker, page, hostile.agent, fpage(FAR_AWAY + i * (1UL << 39), 12, 0), 0), 0);
}

TEST(quota, used_up_by_mappings)
{
	struct agency hostile = agency_new(), victim = agency_new();
	L4_Fpage_t pages = fpage(fresh_pages(), 16, L4_FullyAccessible);
	L4_Word_t used;
	unsigned i = 0;

	/* The tables and the first page of mappings are there. */
	EXPECT_EQ(give(worker, pages, hostile.agent, fpage(FAR_AWAY, 16, 0), 0), 0);
	leave_pages(hostile.agent, 1);
	REQUIRE_EQ(set_quota(victim.agent, 800), 1);
	while (i < 31 && !give(worker, pages, hostile.agent, fpage(FAR_AWAY + (i + 1) * (1UL << 16), 16, 0), 0))
		i++;
	EXPECT_BETWEEN(i, 8, 16);
	used = used_by(hostile.agent);
	expect_no_memory_to_give(worker, pages, hostile.agent, fpage(FAR_AWAY + (i + 1) * (1UL << 16), 16, 0));
	EXPECT_EQ(used_by(hostile.agent), used);
	victim_does_not_notice(victim);
}

/* The answer to a page fault: the pager is told, the thread faults again, and finds its page when there is room. */
TEST(quota, used_up_by_a_page_fault)
{
	struct space *s = space_new();
	L4_ThreadId_t t = thread_start_under(worker, s, probe_read, FAR_AWAY);
	L4_Fpage_t page = fpage(page_new(), 12, L4_Readable);
	struct message m;

	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[1], FAR_AWAY);
	leave_pages(t, 3); /* of three tables and a shade */
	EXPECT_FAILED(map_reply(t, page, FAR_AWAY), SEND, IPC_OVERFLOW);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[1], FAR_AWAY);
	leave_pages(t, 4);
	EXPECT_OK(map_reply(t, page, FAR_AWAY));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

TEST(quota, used_up_by_ports)
{
	struct agency hostile = agency_new();
	L4_Fpage_t got = L4_Sigma0_GetPage(sigma0, L4_IoFpageLog2(0x4800, 3));
	L4_Fpage_t ports = L4_FpageAddRights(L4_IoFpageLog2(0x4800, 3), L4_FullyAccessible);
	L4_Word_t used, kernel;

	L4_Accept(L4_UntypedWordsAcceptor);
	REQUIRE(L4_IsIoFpage(got));
	/* The bitmap with its tables, the index, and the first page of nodes. */
	used = used_by(hostile.agent);
	for (L4_Word_t pages = 0; pages < 7; pages++) {
		leave_pages(hostile.agent, pages);
		kernel = used_in_all();
		expect_no_memory_to_give(worker, ports, hostile.agent, L4_CompleteAddressSpace);
		EXPECT_EQ(used_by(hostile.agent), used);
		EXPECT_EQ(used_in_all(), kernel);
	}
	leave_pages(hostile.agent, 7);
	EXPECT_EQ(give(worker, ports, hostile.agent, L4_CompleteAddressSpace, 0), 0);
	EXPECT_EQ(used_by(hostile.agent), used + 7 * PAGE);
}

static void uses_fpu(L4_Word_t unused)
{
	(void)unused;
	__asm__ volatile("pxor %%xmm0, %%xmm0" : : : "xmm0");
	report(LABEL_DONE, 0);
}

TEST(quota, used_up_by_fpu_registers)
{
	struct space *s = space_new();
	L4_ThreadId_t first = thread_start_under(worker, s, uses_fpu, 0), t;
	struct message m;
	L4_Word_t used;

	REQUIRE(event_receive(first, &m));
	REQUIRE_EQ(L4_Label(m.tag), LABEL_DONE);
	/* A stack, and what else it takes to come that far; then no page is left. */
	t = thread_start_under(worker, s, uses_fpu, 0);
	REQUIRE(message_receive(t, &m));
	while (is_page_fault(&m) && m.mr[1] != m.mr[2]) {
		EXPECT_OK(map_reply(t, fpage(m.mr[1] & -(L4_Word_t)PAGE, 12, L4_FullyAccessible),
				    m.mr[1] & -(L4_Word_t)PAGE));
		leave_pages(t, 0);
		REQUIRE(message_receive(t, &m));
	}
	used = used_by(t);
	REQUIRE(is_exception(&m));
	EXPECT_EQ(m.mr[EXC_TRAP], EXCEPTION_NO_FPU);
	EXPECT_EQ(used_by(t), used);
	/* Nor can others write the registers that it has no room for. */
	L4_LoadMR(0, 0x37f);
	EXPECT_EQ(L4_ThreadState(t, 0, 1, 1), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_NO_MEMORY);
	EXPECT_EQ(used_by(t), used);
	leave_pages(t, 1);
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	EXPECT_EQ(used_by(t), used + PAGE);
	EXPECT_EQ(thread_delete(t), 1);
	EXPECT_EQ(used_by(first), used - TCB);
}

/* Two spaces that map a page to each other, twice as often each time, can use up what is theirs. */
TEST_LIMIT(quota, two_hostile_spaces_double_their_mappings, 4000)
{
	struct agency a = agency_new(), b = agency_new(), victim = agency_new();
	L4_Word_t before, error = 0;
	unsigned log2 = 16;

	EXPECT_EQ(give(worker, fpage(fresh_pages(), log2, L4_FullyAccessible), a.agent, fpage(FAR_AWAY, log2, 0), 0),
		  0);
	REQUIRE_EQ(set_quota(a.agent, 256), 1);
	REQUIRE_EQ(set_quota(b.agent, 256), 1);
	before = used_in_all();
	while (!error && log2 < 30) {
		L4_Fpage_t all = fpage(FAR_AWAY, log2, L4_FullyAccessible);

		error = give(a.agent, all, b.agent, all, 0);
		if (!error)
			error = give(b.agent, all, a.agent, fpage(FAR_AWAY + (1UL << log2), log2, 0), 0);
		log2++;
	}
	EXPECT_OVERFLOW(error, SEND);
	EXPECT_OVERFLOW(taken, RECEIVE);
	EXPECT_EQ(used_in_all(), before);
	EXPECT(used_by(a.agent) <= 256 * KIB && used_by(b.agent) <= 256 * KIB);
	victim_does_not_notice(victim);
}

/* Who has no quota and uses up what is left does not touch what others were given. */
TEST(quota, is_there_when_nothing_else_is_left)
{
	struct agency a = agency_new();
	L4_ThreadId_t greedy = empty_space();
	L4_Word_t high = 1UL << 31, low = 16;

	REQUIRE_EQ(set_quota(a.agent, 400), 1);
	while (high - low > PAGE_KIB) {
		L4_Word_t kib = (low + high) / 2;

		if (set_quota(greedy, kib))
			low = kib;
		else
			high = kib;
	}
	EXPECT_EQ(L4_ThreadControl(thread_id_new(), worker, runner, L4_nilthread, (void *)-1UL), 1);
	for (unsigned i = 0; i < 4; i++) { /* the last page is soon full of threads */
		L4_ThreadId_t t = thread_id_new();

		if (!L4_ThreadControl(t, t, runner, L4_nilthread, (void *)-1UL))
			EXPECT_EQ(L4_ErrorCode(), ERROR_NO_MEMORY);
	}
	EXPECT_EQ(give(worker, fpage(page_new(), 12, L4_Readable), a.agent, fpage(FAR_AWAY, 12, 0), 0), 0);
	EXPECT_EQ(set_quota(greedy, 0), 1);
}

/* What a page costs its receiver does not change with what others do with theirs. */
TEST(quota, what_others_map_on_is_not_charged)
{
	struct agency a = agency_new(), b = agency_new(), c = agency_new();
	L4_Fpage_t pages = fpage(fresh_pages(), 16, L4_FullyAccessible);
	L4_Word_t used;

	EXPECT_EQ(give(worker, pages, a.agent, fpage(WINDOW, 16, 0), 0), 0);
	EXPECT_EQ(give(a.agent, fpage(WINDOW, 16, L4_FullyAccessible), b.agent, fpage(WINDOW, 16, 0), 0), 0);
	used = used_by(a.agent);
	for (L4_Word_t i = 0; i < 31; i++)
		EXPECT_EQ(give(b.agent, fpage(WINDOW, 16, L4_FullyAccessible), c.agent,
			       fpage(FAR_AWAY + (i << 16), 16, 0), 0),
			  0);
	EXPECT_EQ(used_by(a.agent), used);
}

/* Who takes a thread in pays for it from then on; who can't, gets none. */
TEST(quota, a_thread_that_moves_is_charged_to_its_new_space)
{
	L4_ThreadId_t from = empty_space(), to = empty_space(), t = thread_id_new();

	REQUIRE_EQ(L4_ThreadControl(t, from, runner, L4_nilthread, (void *)-1UL), 1);
	REQUIRE_EQ(set_quota(to, 3 * PAGE_KIB), 1);
	for (unsigned i = 0; i < 3; i++)
		REQUIRE_EQ(L4_ThreadControl(thread_id_new(), to, runner, L4_nilthread, (void *)-1UL), 1);
	EXPECT_REFUSED(L4_ThreadControl(t, to, L4_nilthread, L4_nilthread, (void *)-1UL), ERROR_NO_MEMORY);
	EXPECT_EQ(used_by(from), EMPTY_SPACE + TCB);
	REQUIRE_EQ(set_quota(to, 4 * PAGE_KIB), 1);
	EXPECT_EQ(L4_ThreadControl(t, to, L4_nilthread, L4_nilthread, (void *)-1UL), 1);
	EXPECT_EQ(used_by(from), EMPTY_SPACE);
	EXPECT_EQ(used_by(to), EMPTY_SPACE + 4 * TCB);
}

/* Grants. */

TEST(quota, what_was_granted_is_paid_for_when_the_granter_goes)
{
	struct agency a = agency_new(), b = agency_new();
	L4_Fpage_t page = fpage(fresh_pages(), 12, L4_FullyAccessible);
	L4_Word_t used;

	EXPECT_EQ(give(worker, page, a.agent, fpage(WINDOW, 12, 0), 0), 0);
	EXPECT_EQ(hand_over(a.agent, fpage(WINDOW, 12, L4_FullyAccessible), b.agent, fpage(FAR_AWAY, 12, 0)), 0);
	used = used_by(b.agent);
	EXPECT_EQ(thread_delete(a.agent), 1);
	EXPECT_EQ(used_by(b.agent), used + PAGE);
	unmap_by(b.agent, FLUSH, fpage(FAR_AWAY, 12, L4_FullyAccessible));
	EXPECT_EQ(used_by(b.agent), used - 4 * PAGE);
}

TEST(quota, what_was_granted_stays_when_the_granter_goes)
{
	struct agency a = agency_new(), b = agency_new();
	L4_Fpage_t page = fpage(fresh_pages(), 12, L4_FullyAccessible);

	EXPECT_EQ(give(worker, page, a.agent, fpage(WINDOW, 12, 0), 0), 0);
	EXPECT_EQ(hand_over(a.agent, fpage(WINDOW, 12, L4_FullyAccessible), b.agent, fpage(FAR_AWAY, 12, 0)), 0);
	EXPECT_EQ(thread_delete(a.agent), 1);
	EXPECT_EQ(reads_in(b.space, FAR_AWAY), MARK(0));
}

TEST(quota, what_was_granted_is_lost_with_the_granter_when_it_cannot_be_paid_for)
{
	struct agency a = agency_new(), b = agency_new();
	L4_Fpage_t page = fpage(fresh_pages(), 12, L4_FullyAccessible);

	EXPECT_EQ(give(worker, page, a.agent, fpage(WINDOW, 12, 0), 0), 0);
	EXPECT_EQ(hand_over(a.agent, fpage(WINDOW, 12, L4_FullyAccessible), b.agent, fpage(FAR_AWAY, 12, 0)), 0);
	leave_pages(b.agent, 0);
	EXPECT_EQ(thread_delete(a.agent), 1);
	REQUIRE_EQ(set_quota(b.agent, 0), 1);
	EXPECT_EQ(reads_in(b.space, FAR_AWAY), NOT_MAPPED);
}

/* Each operation with a page more at a time: it is refused and nothing is charged, until there is enough for it. */

static L4_Word_t sweep(L4_ThreadId_t space, bool (*operation)(L4_ThreadId_t))
{
	L4_Word_t used = used_by(space), pages = 0;

	for (;; pages++) {
		leave_pages(space, pages);
		L4_Word_t kernel = used_in_all();

		if (operation(space) || pages == 40)
			return pages;
		EXPECT_EQ(used_by(space), used);
		EXPECT_EQ(used_in_all(), kernel);
	}
}

static bool maps_far(L4_ThreadId_t agent)
{
	static L4_Word_t page;

	page = page ? page : page_new();
	return !give(worker, fpage(page, 12, L4_Readable), agent, fpage(FAR_AWAY, 12, 0), 0);
}

TEST(quota, mapping_succeeds_or_changes_nothing)
{
	struct agency a = agency_new();

	EXPECT(maps_far(a.agent));
	unmap_by(a.agent, FLUSH, fpage(FAR_AWAY, 12, L4_FullyAccessible));
	EXPECT_BETWEEN(sweep(a.agent, maps_far), 4, 5);
}

/* A large page that no other case has broken up. */
static L4_Word_t large_page(void)
{
	static L4_Word_t where;
	L4_Fpage_t page;

	if (where)
		L4_Flush(fpage(where, LARGE_LOG2, L4_FullyAccessible));
	page = where ? L4_Sigma0_GetPage(sigma0, fpage(where, LARGE_LOG2, 0))
		     : L4_Sigma0_GetAny(sigma0, LARGE_LOG2, L4_CompleteAddressSpace);
	L4_Accept(L4_UntypedWordsAcceptor);
	REQUIRE(!L4_IsNilFpage(page));
	where = L4_Address(page);
	return where;
}

static bool maps_large(L4_ThreadId_t agent)
{
	return !give(worker, fpage(large_page(), LARGE_LOG2, L4_Readable), agent, fpage(FAR_AWAY, LARGE_LOG2, 0), 0);
}

/* Two tables, a shade, and a table for when it is broken up; as small pages it would take more. */
TEST(quota, mapping_a_large_page_succeeds_or_changes_nothing)
{
	struct agency a = agency_new();
	L4_Word_t pages = 0;

	for (bool done = false; !done && pages < 40; pages++) {
		leave_pages(a.agent, pages);
		done = maps_large(a.agent);
		unmap_by(a.agent, FLUSH, fpage(FAR_AWAY, LARGE_LOG2, L4_FullyAccessible));
	}
	EXPECT_BETWEEN(pages - 1, 4, 5);
}

static L4_ThreadId_t passive;

static bool activates(L4_ThreadId_t space)
{
	return L4_ThreadControl(passive, space, runner, worker, (void *)UTCB_AT) == 1;
}

TEST(quota, activating_succeeds_or_changes_nothing)
{
	L4_ThreadId_t s = empty_space();

	REQUIRE_EQ(set_areas(s, L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(UTCB_AT, 16)), 1);
	passive = thread_id_new();
	REQUIRE_EQ(L4_ThreadControl(passive, s, runner, L4_nilthread, (void *)-1UL), 1);
	EXPECT_EQ(sweep(s, activates), 4);
}

static bool creates(L4_ThreadId_t space)
{
	return L4_ThreadControl(passive, space, runner, worker, (void *)UTCB_AT) == 1;
}

TEST(quota, creating_an_active_thread_succeeds_or_changes_nothing)
{
	L4_ThreadId_t s = empty_space();

	REQUIRE_EQ(set_areas(s, L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(UTCB_AT, 16)), 1);
	passive = thread_id_new();
	EXPECT_EQ(sweep(s, creates), 4);
}

static bool lays_out(L4_ThreadId_t space)
{
	return set_areas(space, L4_FpageLog2(KIP_AT, 12), L4_FpageLog2(UTCB_AT, 16)) == 1;
}

TEST(quota, laying_out_succeeds_or_changes_nothing)
{
	EXPECT_EQ(sweep(empty_space(), lays_out), 3);
}
