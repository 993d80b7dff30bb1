/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/ioports.c - I/O ports mapped, granted and taken back like memory.
 *
 * Every case asks sigma0 for ports that no case had before, where no device is. A porter is a thread of some
 * space that does with ports what the worker tells it; whether a space has a port is tried by a thread of its
 * own, which reads it or faults.
 */
#include "test.h"
#include <l4/arch.h>

enum { OP_TAKE = 0x7201, OP_SEND, OP_UNMAP };
enum { FLUSH = 0x40, FIRST_PORT = 0x5000 };

static L4_Fpage_t ports(L4_Word_t base, int log2)
{
	return L4_FpageAddRights(L4_IoFpageLog2(base, log2), L4_FullyAccessible);
}

static const L4_Word_t all_ports = 2UL << 4 | 16UL << 10;

/* Fresh ports for this space, aligned to their number. */
static L4_Word_t ports_new(int log2)
{
	static L4_Word_t next = FIRST_PORT;
	L4_Word_t base = (next + (1UL << log2) - 1) & -(1UL << log2);
	L4_Fpage_t got;

	next = base + (1UL << log2);
	got = L4_Sigma0_GetPage(sigma0, L4_IoFpageLog2(base, log2));
	L4_Accept(L4_UntypedWordsAcceptor);
	REQUIRE(L4_IsIoFpage(got));
	return base;
}

/* Porters. */

static L4_Word_t take(L4_Word_t from, L4_Word_t window)
{
	L4_MsgTag_t tag;

	L4_Accept(L4_MapGrantItems((L4_Fpage_t){.raw = window}));
	tag = L4_Receive_Timeout((L4_ThreadId_t){.raw = from}, PATIENCE);
	L4_Accept(L4_UntypedWordsAcceptor);
	return L4_IpcFailed(tag) ? L4_ErrorCode() : 0;
}

static L4_Word_t send(L4_Word_t to, L4_Word_t page, L4_Word_t grant)
{
	L4_Fpage_t f = {.raw = page};
	L4_MapItem_t map = L4_MapItem(f, 0);
	L4_GrantItem_t gift = L4_GrantItem(f, 0);

	L4_LoadMR(0, tag_make(0, 0, 2).raw);
	L4_LoadMR(1, grant ? gift.raw[0] : map.raw[0]);
	L4_LoadMR(2, grant ? gift.raw[1] : map.raw[1]);
	return L4_IpcFailed(L4_Send_Timeout((L4_ThreadId_t){.raw = to}, PATIENCE)) ? L4_ErrorCode() : 0;
}

static L4_Word_t unmap(L4_Word_t control, L4_Word_t page)
{
	L4_LoadMR(0, page);
	L4_Unmap(control);
	L4_StoreMR(0, &page);
	return page;
}

static void porter_main(L4_Word_t unused)
{
	(void)unused;
	for (;;) {
		L4_Word_t m[4], result = 0;
		L4_MsgTag_t tag = L4_Receive(worker);

		L4_StoreMRs(1, 3, &m[1]);
		if (L4_Label(tag) == OP_TAKE)
			result = take(m[1], m[2]);
		else if (L4_Label(tag) == OP_SEND)
			result = send(m[1], m[2], m[3]);
		else if (L4_Label(tag) == OP_UNMAP)
			result = unmap(m[1], m[2]);
		report(LABEL_DONE, result);
	}
}

/* A space with a porter. */
struct holder {
	struct space *space;
	L4_ThreadId_t porter;
};

/* Our space, whose porter is the worker, and three others. */
static struct holder holders[4], *const us = &holders[0], *const a = &holders[1], *const b = &holders[2],
	*const c = &holders[3];

/* 16 ports of our space. */
static L4_Word_t p;

static void porter_start(struct holder *holder, struct space *space)
{
	*holder = (struct holder){space, thread_start(space, porter_main, 0)};
}

static void prepare(void)
{
	*us = (struct holder){&own_space, worker};
	for (struct holder *other = a; other <= c; other++)
		porter_start(other, space_new());
	p = ports_new(4);
}

/* A case with these, in which the other spaces begin without ports. */
#define PORTS_TEST(name)                                                                                               \
	static void ports_##name(void);                                                                                \
	TEST(ioports, name)                                                                                            \
	{                                                                                                              \
		prepare();                                                                                             \
		ports_##name();                                                                                        \
	}                                                                                                              \
	static void ports_##name(void)

static L4_Word_t done_by(const struct holder *who)
{
	struct message m;

	REQUIRE(message_receive(who->porter, &m));
	REQUIRE_EQ(L4_Label(m.tag), LABEL_DONE);
	return m.mr[1];
}

/* `from` sends the ports to `to`, which has `window` open. */
static void pass(const struct holder *from, const struct holder *to, L4_Fpage_t page, L4_Word_t window, bool grant)
{
	L4_Word_t takes[3] = {from->porter.raw, window, 0};
	L4_Word_t sends[3] = {to->porter.raw, page.raw, grant};

	REQUIRE_OK(words_send(to->porter, OP_TAKE, 3, takes));
	if (from == us) {
		EXPECT_EQ(send(to->porter.raw, page.raw, grant), 0);
	} else {
		REQUIRE_OK(words_send(from->porter, OP_SEND, 3, sends));
		EXPECT_EQ(done_by(from), 0);
	}
	EXPECT_EQ(done_by(to), 0);
}

static void map(const struct holder *from, const struct holder *to, L4_Fpage_t page)
{
	pass(from, to, page, all_ports, false);
}

static void grant(const struct holder *from, const struct holder *to, L4_Fpage_t page)
{
	pass(from, to, page, all_ports, true);
}

/* `who` calls Unmap. */
static L4_Word_t take_back(const struct holder *who, L4_Word_t control, L4_Fpage_t page)
{
	L4_Word_t words[3] = {control, page.raw, 0};

	if (who == us)
		return unmap(control, page.raw);
	REQUIRE_OK(words_send(who->porter, OP_UNMAP, 3, words));
	return done_by(who);
}

static void reads_port(L4_Word_t port)
{
	L4_Word_t value = 0;

	__asm__ volatile("inb %w1, %b0" : "+a"(value) : "d"(port));
	report(LABEL_DONE, value);
}

static bool space_has(struct space *s, L4_Word_t port)
{
	L4_ThreadId_t t = thread_start_under(worker, s, reads_port, port);
	struct message m;

	REQUIRE(event_receive(t, &m));
	thread_delete(t);
	return L4_Label(m.tag) == LABEL_DONE;
}

static bool has(const struct holder *who, L4_Word_t port)
{
	return space_has(who->space, port);
}

/* Getting. */

TEST(ioports, a_space_begins_without_ports)
{
	EXPECT(!space_has(space_new(), ports_new(4)));
}

TEST(ioports, sigma0_gives_ports)
{
	EXPECT(space_has(&own_space, ports_new(4)));
}

static void asks_for_ports(L4_Word_t page)
{
	L4_Fpage_t got = L4_Sigma0_GetPage(sigma0, (L4_Fpage_t){.raw = page});

	report(LABEL_DONE, got.raw);
}

/* A port is given once, to its owner again, and a flexpage of which any port is another's not at all. */
TEST(ioports, sigma0_gives_each_port_once)
{
	L4_Word_t base = ports_new(3);
	L4_ThreadId_t t;
	struct message m;

	EXPECT(L4_IsIoFpage(L4_Sigma0_GetPage(sigma0, L4_IoFpageLog2(base, 3))));
	for (int log2 = 3; log2 <= 4; log2++) {
		t = thread_start(space_new(), asks_for_ports, L4_IoFpageLog2(base & -(1UL << log2), log2).raw);
		REQUIRE(message_receive(t, &m));
		EXPECT_EQ(m.mr[1], 0);
	}
	L4_Accept(L4_UntypedWordsAcceptor);
}

PORTS_TEST(map_gives_the_ports_of_the_flexpage)
{
	map(us, a, ports(p + 4, 2));
	EXPECT(has(a, p + 4));
	EXPECT(has(a, p + 7));
}

PORTS_TEST(map_gives_no_neighbours)
{
	map(us, a, ports(p + 4, 2));
	EXPECT(!has(a, p + 3));
	EXPECT(!has(a, p + 8));
}

PORTS_TEST(mapper_keeps_the_ports)
{
	map(us, a, ports(p, 4));
	EXPECT(has(us, p));
}

PORTS_TEST(smaller_window_takes_its_part)
{
	pass(us, a, ports(p, 4), L4_IoFpageLog2(p + 8, 2).raw, false);
	EXPECT(has(a, p + 8));
	EXPECT(!has(a, p));
	EXPECT(!has(a, p + 12));
}

PORTS_TEST(window_elsewhere_takes_nothing)
{
	pass(us, a, ports(p, 2), L4_IoFpageLog2(p + 8, 3).raw, false);
	EXPECT(!has(a, p));
	EXPECT(!has(a, p + 8));
}

PORTS_TEST(memory_window_takes_no_ports)
{
	pass(us, a, ports(p, 4), L4_FpageLog2(0x40000000000UL, 20).raw, false);
	EXPECT(!has(a, p));
}

PORTS_TEST(complete_window_takes_ports)
{
	pass(us, a, ports(p, 4), L4_CompleteAddressSpace.raw, false);
	EXPECT(has(a, p));
}

PORTS_TEST(flexpage_without_rights_gives_nothing)
{
	map(us, a, L4_IoFpageLog2(p, 4));
	EXPECT(!has(a, p));
}

PORTS_TEST(nobody_gives_what_he_has_not)
{
	map(us, a, ports(p, 2));
	map(a, b, ports(p, 4));
	EXPECT(has(b, p + 3));
	EXPECT(!has(b, p + 4));
}

PORTS_TEST(what_is_mapped_can_be_mapped_on)
{
	map(us, a, ports(p, 4));
	map(a, b, ports(p, 3));
	map(b, c, ports(p, 2));
	EXPECT(has(c, p));
	EXPECT(!has(c, p + 4));
}

PORTS_TEST(repeated_map_changes_nothing)
{
	map(us, a, ports(p, 4));
	map(us, a, ports(p, 4));
	EXPECT(has(a, p));
	take_back(us, 0, ports(p, 4));
	EXPECT(!has(a, p));
}

static void reads_two_ports(L4_Word_t port)
{
	L4_Word_t value = 0;

	__asm__ volatile("inw %w1, %w0" : "+a"(value) : "d"(port));
	report(LABEL_DONE, value);
}

PORTS_TEST(wide_access_needs_all_its_ports)
{
	L4_ThreadId_t t = thread_start_under(worker, a->space, reads_two_ports, p + 1);
	struct message m;

	map(us, a, ports(p, 1));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[1] & ~0xfUL, L4_IoFpageLog2(p, 2).raw);
	EXPECT_OK(map_reply(t, ports(p, 2), 0));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

/* Grant. */

PORTS_TEST(granter_has_the_ports_no_more)
{
	map(us, a, ports(p, 4));
	grant(a, b, ports(p, 4));
	EXPECT(has(b, p));
	EXPECT(!has(a, p));
}

PORTS_TEST(who_mapped_takes_back_from_the_grantee)
{
	map(us, a, ports(p, 4));
	grant(a, b, ports(p, 4));
	take_back(us, 0, ports(p, 4));
	EXPECT(!has(b, p));
}

PORTS_TEST(the_granter_cannot_take_back)
{
	map(us, a, ports(p, 4));
	grant(a, b, ports(p, 4));
	take_back(a, FLUSH, ports(p, 4));
	EXPECT(has(b, p));
}

PORTS_TEST(granted_ports_keep_what_was_made_from_them)
{
	map(us, a, ports(p, 4));
	map(a, c, ports(p, 2));
	grant(a, b, ports(p, 4));
	EXPECT(has(c, p));
	take_back(b, 0, ports(p, 4));
	EXPECT(!has(c, p));
}

PORTS_TEST(grant_of_a_part_leaves_the_rest)
{
	map(us, a, ports(p, 4));
	grant(a, b, ports(p + 4, 2));
	EXPECT(has(b, p + 4));
	EXPECT(!has(a, p + 4));
	EXPECT(has(a, p + 3));
	EXPECT(has(a, p + 8));
}

PORTS_TEST(grant_of_a_part_takes_it_from_the_granters_heirs)
{
	map(us, a, ports(p, 4));
	map(a, c, ports(p, 4));
	grant(a, b, ports(p + 4, 2));
	EXPECT(!has(c, p + 4));
	EXPECT(has(c, p));
}

PORTS_TEST(a_gift_can_become_a_grant)
{
	map(us, a, ports(p, 4));
	map(a, b, ports(p, 4));
	grant(a, b, ports(p, 4));
	EXPECT(has(b, p));
	EXPECT(!has(a, p));
}

/* Unmap. */

PORTS_TEST(unmap_takes_at_every_level)
{
	map(us, a, ports(p, 4));
	map(a, b, ports(p, 4));
	map(b, c, ports(p, 4));
	take_back(us, 0, ports(p, 4));
	EXPECT(!has(a, p));
	EXPECT(!has(b, p));
	EXPECT(!has(c, p));
}

PORTS_TEST(unmap_leaves_the_own_ports)
{
	map(us, a, ports(p, 4));
	map(a, b, ports(p, 4));
	take_back(a, 0, ports(p, 4));
	EXPECT(has(a, p));
	EXPECT(!has(b, p));
}

PORTS_TEST(flush_takes_the_own_ports)
{
	map(us, a, ports(p, 4));
	map(a, b, ports(p, 4));
	take_back(a, FLUSH, ports(p, 4));
	EXPECT(!has(a, p));
	EXPECT(!has(b, p));
	EXPECT(has(us, p));
}

PORTS_TEST(unmap_of_a_part_leaves_the_rest)
{
	map(us, a, ports(p, 4));
	map(a, b, ports(p, 4));
	take_back(us, 0, ports(p + 5, 0));
	EXPECT(!has(a, p + 5));
	EXPECT(!has(b, p + 5));
	EXPECT(has(a, p + 4));
	EXPECT(has(b, p + 6));
}

PORTS_TEST(unmap_of_all_ports_takes_them_all)
{
	L4_Word_t many = ports_new(8);

	map(us, a, ports(many, 8));
	map(a, b, ports(many, 8));
	take_back(a, FLUSH, ports(0, 16));
	EXPECT(!has(a, many));
	EXPECT(!has(a, many + 255));
	EXPECT(!has(b, many + 128));
}

PORTS_TEST(unmap_without_rights_takes_nothing)
{
	map(us, a, ports(p, 4));
	take_back(us, FLUSH, L4_IoFpageLog2(p, 4));
	EXPECT(has(a, p));
	EXPECT(has(us, p));
}

PORTS_TEST(any_right_takes_the_ports)
{
	for (L4_Word_t right = 1; right <= 4; right *= 2) {
		map(us, a, ports(p, 4));
		EXPECT(has(a, p));
		take_back(us, 0, L4_FpageAddRights(L4_IoFpageLog2(p, 4), right));
		EXPECT(!has(a, p));
	}
}

PORTS_TEST(unmap_returns_the_flexpage_without_accesses)
{
	map(us, a, ports(p, 4));
	EXPECT(has(a, p));
	EXPECT_EQ(take_back(us, 0, ports(p, 4)), L4_IoFpageLog2(p, 4).raw);
}

PORTS_TEST(unmap_takes_only_what_came_from_the_caller)
{
	map(us, a, ports(p, 4));
	map(us, b, ports(p, 4));
	take_back(a, FLUSH, ports(p, 4));
	EXPECT(has(b, p));
}

PORTS_TEST(unmap_takes_memory_and_ports_together)
{
	L4_Fpage_t page = L4_FpageAddRights(L4_FpageLog2(page_new(), 12), L4_FullyAccessible);
	L4_Fpage_t both[3] = {page, ports(p, 4), L4_Nilpage};

	map(us, a, ports(p, 4));
	L4_UnmapFpages(3, both);
	EXPECT(!has(a, p));
	EXPECT_EQ(both[2].raw, 0);
}

/* From more than one. */

PORTS_TEST(a_port_stays_with_whom_it_came_from_first)
{
	map(us, a, ports(p, 4));
	map(us, b, ports(p, 4));
	map(a, c, ports(p, 2));
	map(b, c, ports(p, 4));
	take_back(b, 0, ports(p, 4));
	EXPECT(has(c, p));
	EXPECT(!has(c, p + 4));
	take_back(a, 0, ports(p, 4));
	EXPECT(!has(c, p));
}

PORTS_TEST(mapping_back_changes_nothing)
{
	map(us, a, ports(p, 4));
	map(a, b, ports(p, 4));
	map(b, a, ports(p, 4));
	grant(b, a, ports(p, 4));
	EXPECT(has(a, p));
	EXPECT(has(b, p));
	take_back(a, 0, ports(p, 4));
	EXPECT(has(a, p));
	EXPECT(!has(b, p));
}

/* The two porters are of one space. */
PORTS_TEST(mapping_to_oneself_changes_nothing)
{
	struct holder self;

	porter_start(&self, a->space);
	map(us, a, ports(p, 4));
	map(a, &self, ports(p, 4));
	grant(a, &self, ports(p, 4));
	EXPECT(has(a, p));
	take_back(us, 0, ports(p, 4));
	EXPECT(!has(a, p));
}

/* Ends. */

PORTS_TEST(deleting_a_space_takes_what_came_from_it)
{
	map(us, a, ports(p, 4));
	map(a, b, ports(p, 4));
	EXPECT(has(b, p));
	EXPECT_EQ(thread_delete(a->porter), 1);
	EXPECT(!has(b, p));
	EXPECT(has(us, p));
}

PORTS_TEST(spaces_come_and_go_with_ports)
{
	L4_Word_t many = ports_new(8);

	for (unsigned i = 0; i < 9; i++) {
		struct holder guest;

		porter_start(&guest, space_new());
		map(us, &guest, ports(many, 8));
		EXPECT(has(&guest, many + i));
		EXPECT_EQ(thread_delete(guest.porter), 1);
	}
}

/* A thread in the middle of its work with a port. */
static void reads_port_forever(L4_Word_t port)
{
	for (;;)
		__asm__ volatile("inb %w0, %%al" : : "d"(port) : "rax");
}

PORTS_TEST(a_running_thread_faults_when_its_port_is_taken)
{
	struct space *s = space_new();
	L4_ThreadId_t t = thread_start_under(worker, s, reads_port_forever, p);
	struct message m;

	for (unsigned i = 0; i < 3; i++) {
		REQUIRE(event_receive(t, &m));
		EXPECT_EQ((L4_SignedWord_t)m.tag.raw >> 20, -8);
		EXPECT_EQ(m.mr[1] & ~0xfUL, L4_IoFpageLog2(p, 0).raw);
		EXPECT_OK(map_reply(t, ports(p, 4), 0));
		EXPECT(L4_IpcFailed(L4_Receive_Timeout(t, L4_TimePeriod(2000))));
		take_back(us, 0, ports(p, 4));
	}
}
