/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/map.c - map items in messages: sizes, offsets, receive windows, rights, and what is
 * not accepted. */
#include "probe.h"

#define WINDOW 0x40000000000UL

/*
 * The receiver: accepts what the case says, takes one message from the worker, and tells what came;
 * then reads at addresses that the worker asks about. A place that is not mapped faults to the
 * worker.
 */
static volatile L4_Word_t accepted;

static void takes_items(L4_Word_t unused)
{
	L4_MsgTag_t tag;
	L4_Word_t words[8] = {0};

	(void)unused;
	own_utcb()->br[0] = accepted;
	tag = L4_Receive_Timeout(worker, PATIENCE);
	words[0] = L4_IpcFailed(tag) ? L4_ErrorCode() : 0;
	words[1] = tag.raw;
	L4_StoreMRs(1, 6, &words[2]);
	L4_Accept(L4_UntypedWordsAcceptor);
	words_send(worker, LABEL_REPORT, 8, words);
}

static L4_ThreadId_t receiver(struct space *space, L4_Word_t acceptor)
{
	L4_ThreadId_t t;

	accepted = acceptor;
	t = thread_start(space, takes_items, 0);
	settle();
	return t;
}

static L4_MsgTag_t send_item(L4_ThreadId_t to, L4_Fpage_t page, L4_Word_t base)
{
	L4_MapItem_t item = L4_MapItem(page, base);

	L4_LoadMR(0, tag_make(9, 1, 2).raw);
	L4_LoadMR(1, 0xcafe);
	L4_LoadMR(2, item.raw[0]);
	L4_LoadMR(3, item.raw[1]);
	return L4_Send_Timeout(to, PATIENCE);
}

/* What a thread of the space reads at an address; NOT_MAPPED if that faults. */
#define NOT_MAPPED 0xbad0bad0bad0UL

static L4_Word_t read_in(struct space *space, L4_Word_t address)
{
	L4_ThreadId_t t = thread_start_under(worker, space, probe_read, address);
	struct message m;

	REQUIRE(event_receive(t, &m));
	thread_delete(t);
	return L4_Label(m.tag) == LABEL_DONE ? m.mr[1] : NOT_MAPPED;
}

static bool can_write(struct space *space, L4_Word_t address)
{
	L4_ThreadId_t t = thread_start_under(worker, space, probe_write, address);
	struct message m;

	REQUIRE(event_receive(t, &m));
	thread_delete(t);
	return L4_Label(m.tag) == LABEL_DONE;
}

/* Pages side by side, each with a word of its own; aligned to their size (a power of two up to 32).
 */
static L4_Word_t pages_marked(unsigned count)
{
	static char area[32 * 4096] __attribute__((aligned(32 * 4096)));

	for (unsigned i = 0; i < count; i++)
		*(L4_Word_t *)(area + 4096 * i) = 0x9000 + i;
	return (L4_Word_t)area;
}

static L4_Fpage_t fpage(L4_Word_t address, unsigned log2, L4_Word_t rights)
{
	return L4_FpageAddRights(L4_FpageLog2(address, (int)log2), rights);
}

TEST(map, page)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, fpage(WINDOW, 12, 0).raw);
	L4_Word_t page = pages_marked(1);
	struct message m;

	EXPECT_OK(send_item(t, fpage(page, 12, L4_Readable), 0));
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[1], 0);
	EXPECT_EQ(read_in(s, WINDOW), 0x9000);
}

/* The receiver sees the tag and the item as the sender wrote them. */
TEST(map, item_as_sent)
{
	L4_ThreadId_t t = receiver(space_new(), fpage(WINDOW, 12, 0).raw);
	L4_Word_t page = pages_marked(1);
	struct message m;
	L4_MapItem_t item = L4_MapItem(fpage(page, 12, L4_Readable), 0x7000);

	EXPECT_OK(send_item(t, fpage(page, 12, L4_Readable), 0x7000));
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[2] & 0xffff0fff, tag_make(9, 1, 2).raw);
	EXPECT_EQ(m.mr[3], 0xcafe);
	EXPECT_EQ(m.mr[4] & 0xe, item.raw[0] & 0xe);
	EXPECT_EQ(m.mr[4] & ~0xfffUL, 0x7000);
	EXPECT_EQ(m.mr[5] & ~0xfUL, item.raw[1] & ~0xfUL);
}

/* Small page, large window: the base says where. */
TEST(map, into_larger_window)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, fpage(WINDOW, 16, 0).raw);

	EXPECT_OK(send_item(t, fpage(pages_marked(1), 12, L4_Readable), 0x5000));
	EXPECT_EQ(read_in(s, WINDOW + 0x5000), 0x9000);
	EXPECT_EQ(read_in(s, WINDOW + 0x4000), NOT_MAPPED);
	EXPECT_EQ(read_in(s, WINDOW), NOT_MAPPED);
}

/* The base counts modulo the window. */
TEST(map, base_beyond_window)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, fpage(WINDOW, 16, 0).raw);

	EXPECT_OK(send_item(t, fpage(pages_marked(1), 12, L4_Readable), 0x123456785000UL));
	EXPECT_EQ(read_in(s, WINDOW + 0x5000), 0x9000);
}

/* Large send page, small window: the base says which part. */
TEST(map, into_smaller_window)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, fpage(WINDOW, 12, 0).raw);

	EXPECT_OK(send_item(t, fpage(pages_marked(16), 16, L4_Readable), 0x6000));
	EXPECT_EQ(read_in(s, WINDOW), 0x9006);
	EXPECT_EQ(read_in(s, WINDOW + 0x1000), NOT_MAPPED);
	EXPECT_EQ(read_in(s, WINDOW - 0x1000), NOT_MAPPED);
}

TEST(map, equal_sizes_ignore_base)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, fpage(WINDOW, 14, 0).raw);

	EXPECT_OK(send_item(t, fpage(pages_marked(4), 14, L4_Readable), 0x123456789000UL));
	for (unsigned i = 0; i < 4; i++)
		EXPECT_EQ(read_in(s, WINDOW + 0x1000 * i), 0x9000 + i);
	EXPECT_EQ(read_in(s, WINDOW + 0x4000), NOT_MAPPED);
}

TEST(map, into_complete_space)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, L4_CompleteAddressSpace.raw);

	EXPECT_OK(send_item(t, fpage(pages_marked(4), 14, L4_Readable), WINDOW + 0x8000));
	EXPECT_EQ(read_in(s, WINDOW + 0x8000), 0x9000);
	EXPECT_EQ(read_in(s, WINDOW + 0xb000), 0x9003);
}

TEST(map, two_items)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, fpage(WINDOW, 16, 0).raw);
	L4_Word_t pages = pages_marked(2);
	L4_MapItem_t items[2] = {L4_MapItem(fpage(pages, 12, L4_Readable), 0),
				 L4_MapItem(fpage(pages + 4096, 12, L4_Readable), 0x1000)};

	L4_LoadMR(0, tag_make(0, 0, 4).raw);
	L4_LoadMRs(1, 4, (L4_Word_t *)items);
	EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
	EXPECT_EQ(read_in(s, WINDOW), 0x9000);
	EXPECT_EQ(read_in(s, WINDOW + 0x1000), 0x9001);
}

/* Thirty-one items are what a message can hold. */
TEST(map, thirty_one_items)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, fpage(WINDOW, 20, 0).raw);
	L4_Word_t pages = pages_marked(31);

	L4_LoadMR(0, tag_make(0, 0, 62).raw);
	for (unsigned i = 0; i < 31; i++) {
		L4_MapItem_t item =
		    L4_MapItem(fpage(pages + 4096 * i, 12, L4_Readable), 0x2000 * i);

		L4_LoadMR(1 + 2 * i, item.raw[0]);
		L4_LoadMR(2 + 2 * i, item.raw[1]);
	}
	EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
	EXPECT_EQ(read_in(s, WINDOW), 0x9000);
	EXPECT_EQ(read_in(s, WINDOW + 0x2000 * 30), 0x9000 + 30);
	EXPECT_EQ(read_in(s, WINDOW + 0x1000), NOT_MAPPED);
}

TEST(map, rights)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, fpage(WINDOW, 13, 0).raw);
	L4_Word_t pages = pages_marked(2);
	L4_MapItem_t items[2] = {
	    L4_MapItem(fpage(pages, 12, L4_Readable), 0),
	    L4_MapItem(fpage(pages + 4096, 12, L4_Readable | L4_Writable), 0x1000)};

	L4_LoadMR(0, tag_make(0, 0, 4).raw);
	L4_LoadMRs(1, 4, (L4_Word_t *)items);
	EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
	EXPECT(!can_write(s, WINDOW));
	EXPECT(can_write(s, WINDOW + 0x1000));
}

/* Takes a page from the worker and hands it on with every right. */
static void passes_on(L4_Word_t to)
{
	L4_ThreadId_t next = {.raw = to};
	L4_MsgTag_t tag;

	L4_Accept(L4_MapGrantItems(fpage(WINDOW, 12, 0)));
	L4_Receive_Timeout(worker, PATIENCE);
	L4_Accept(L4_UntypedWordsAcceptor);
	tag = send_item(next, fpage(WINDOW, 12, L4_FullyAccessible), 0);
	report(LABEL_DONE, L4_IpcFailed(tag));
}

static void takes_from_anybody(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Accept(L4_MapGrantItems(fpage(WINDOW, 12, 0)));
	L4_Wait_Timeout(PATIENCE, &from);
	sleep_forever();
}

TEST(map, handed_on_with_no_more_rights)
{
	struct space *first = space_new(), *second = space_new();
	L4_ThreadId_t last = thread_start(second, takes_from_anybody, 0);
	L4_ThreadId_t t = thread_start(first, passes_on, last.raw);
	struct message m;

	settle();
	EXPECT_OK(send_item(t, fpage(pages_marked(1), 12, L4_Readable), 0));
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[1], 0);
	EXPECT_EQ(read_in(second, WINDOW), 0x9000);
	EXPECT(!can_write(first, WINDOW));
	EXPECT(!can_write(second, WINDOW));
}

TEST(map, nil_page_maps_nothing)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, fpage(WINDOW, 12, 0).raw);

	EXPECT_OK(send_item(t, L4_Nilpage, 0));
	EXPECT_EQ(read_in(s, WINDOW), NOT_MAPPED);
}

TEST(map, no_rights_map_nothing)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, fpage(WINDOW, 12, 0).raw);

	EXPECT_OK(send_item(t, fpage(pages_marked(1), 12, 0), 0));
	EXPECT_EQ(read_in(s, WINDOW), NOT_MAPPED);
}

/* What the sender does not have, it cannot give. */
TEST(map, hole_maps_nothing)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, fpage(WINDOW, 12, 0).raw);

	EXPECT_OK(send_item(t, fpage(0x555555555000UL, 12, L4_FullyAccessible), 0));
	EXPECT_EQ(read_in(s, WINDOW), NOT_MAPPED);
}

TEST(map, kernel_addresses_map_nothing)
{
	static const L4_Word_t places[] = {0xffffffff80000000UL, 0xffff800000000000UL,
					   0xffffffffc0000000UL, 0xffffff0000000000UL,
					   0x7ffffffff000UL,	 0x800000000000UL};

	for (unsigned i = 0; i < 6; i++) {
		struct space *s = space_new();
		L4_ThreadId_t t = receiver(s, fpage(WINDOW, 12, 0).raw);

		send_item(t, fpage(places[i], 12, L4_FullyAccessible), 0);
		EXPECT_EQ(read_in(s, WINDOW), NOT_MAPPED);
	}
}

/* KIP and UTCBs belong to the kernel: they cannot be given away. */
TEST(map, kernel_areas_map_nothing)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, fpage(WINDOW, 12, 0).raw);

	send_item(t, fpage(L4_MyLocalId().raw & ~0xfffUL, 12, L4_FullyAccessible), 0);
	EXPECT_EQ(read_in(s, WINDOW), NOT_MAPPED);
	t = receiver(s, fpage(WINDOW, 12, 0).raw);
	send_item(t, fpage(own_space.kip, 12, L4_FullyAccessible), 0);
	EXPECT(!can_write(s, WINDOW));
}

static void large(unsigned log2)
{
	struct space *s = space_new();
	L4_Fpage_t page = L4_Sigma0_GetAny(sigma0, log2, L4_CompleteAddressSpace);
	L4_Word_t size = 1UL << log2, address = L4_Address(page);
	L4_ThreadId_t t;

	REQUIRE(!L4_IsNilFpage(page));
	REQUIRE_EQ(L4_SizeLog2(page), log2);
	*(volatile L4_Word_t *)address = 1;
	*(volatile L4_Word_t *)(address + size - 8) = 2;
	*(volatile L4_Word_t *)(address + size / 2) = 3;
	t = receiver(s, fpage(WINDOW, log2, 0).raw);
	EXPECT_OK(send_item(t, L4_FpageAddRights(page, L4_Readable | L4_Writable), 0));
	EXPECT_EQ(read_in(s, WINDOW), 1);
	EXPECT_EQ(read_in(s, WINDOW + size - 8), 2);
	EXPECT_EQ(read_in(s, WINDOW + size / 2), 3);
	EXPECT(can_write(s, WINDOW + size - 4096));
	EXPECT_EQ(read_in(s, WINDOW + size), NOT_MAPPED);
	EXPECT_EQ(read_in(s, WINDOW - 4096), NOT_MAPPED);
}

TEST(map, size_64k)
{
	large(16);
}

TEST(map, size_1m)
{
	large(20);
}

TEST(map, size_2m)
{
	large(21);
}

TEST(map, size_4m)
{
	large(22);
}

TEST(map, size_32m)
{
	large(25);
}

/* Device memory lies where no RAM is; as pages it is like any other. 1 GiB of it, if the kernel has
 * such pages. */
TEST(map, size_1g)
{
	struct space *s = space_new();
	L4_Fpage_t page = L4_Sigma0_GetPage_RcvWindow(sigma0, fpage(0x100000000UL, 30, 0),
						      fpage(WINDOW * 2, 30, 0));
	L4_ThreadId_t t;

	REQUIRE(!L4_IsNilFpage(page));
	EXPECT_EQ(L4_SizeLog2(page), 30);
	t = receiver(s, fpage(WINDOW, 30, 0).raw);
	EXPECT_OK(send_item(t, fpage(WINDOW * 2, 30, L4_Readable | L4_Writable), 0));
	EXPECT(read_in(s, WINDOW) != NOT_MAPPED);
	EXPECT(read_in(s, WINDOW + (1UL << 30) - 8) != NOT_MAPPED);
	EXPECT_EQ(read_in(s, WINDOW + (1UL << 30)), NOT_MAPPED);
}

/* A small page out of a large one, and a large one of which a part is replaced by another page. */
TEST(map, part_of_large_page)
{
	struct space *s = space_new();
	L4_Fpage_t page = L4_Sigma0_GetAny(sigma0, 21, L4_CompleteAddressSpace);
	L4_Word_t address = L4_Address(page);
	L4_ThreadId_t t;

	REQUIRE(!L4_IsNilFpage(page));
	*(volatile L4_Word_t *)(address + 0x45000) = 45;
	t = receiver(s, fpage(WINDOW, 12, 0).raw);
	EXPECT_OK(send_item(t, fpage(address + 0x45000, 12, L4_Readable), 0));
	EXPECT_EQ(read_in(s, WINDOW), 45);
}

TEST(map, page_replaces_part_of_large_one)
{
	struct space *s = space_new();
	L4_Fpage_t page = L4_Sigma0_GetAny(sigma0, 21, L4_CompleteAddressSpace);
	L4_Word_t address = L4_Address(page);
	L4_ThreadId_t t;

	REQUIRE(!L4_IsNilFpage(page));
	*(volatile L4_Word_t *)(address + 0x45000) = 45;
	*(volatile L4_Word_t *)(address + 0x46000) = 46;
	t = receiver(s, fpage(WINDOW, 21, 0).raw);
	EXPECT_OK(send_item(t, L4_FpageAddRights(page, L4_Readable), 0));
	EXPECT_EQ(read_in(s, WINDOW + 0x45000), 45);
	t = receiver(s, fpage(WINDOW + 0x45000, 12, 0).raw);
	EXPECT_OK(send_item(t, fpage(pages_marked(1), 12, L4_Readable), 0));
	EXPECT_EQ(read_in(s, WINDOW + 0x45000), 0x9000);
	EXPECT_EQ(read_in(s, WINDOW + 0x46000), 46);
}

TEST(map, remap_replaces)
{
	struct space *s = space_new();
	L4_Word_t pages = pages_marked(2);
	L4_ThreadId_t t = receiver(s, fpage(WINDOW, 12, 0).raw);

	EXPECT_OK(send_item(t, fpage(pages, 12, L4_Readable), 0));
	EXPECT_EQ(read_in(s, WINDOW), 0x9000);
	t = receiver(s, fpage(WINDOW, 12, 0).raw);
	EXPECT_OK(send_item(t, fpage(pages + 4096, 12, L4_Readable), 0));
	EXPECT_EQ(read_in(s, WINDOW), 0x9001);
}

/* What is not accepted: both sides are told. */
static void not_accepted(L4_Word_t acceptor, L4_Word_t first, L4_Word_t second)
{
	L4_ThreadId_t t = receiver(space_new(), acceptor);
	struct message m;

	L4_LoadMR(0, tag_make(9, 1, 2).raw);
	L4_LoadMR(1, 0xcafe);
	L4_LoadMR(2, first);
	L4_LoadMR(3, second);
	EXPECT_FAILED(L4_Send_Timeout(t, PATIENCE), SEND, IPC_OVERFLOW);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[1] & 0xf, IPC_OVERFLOW << 1 | RECEIVE);
}

TEST(map, no_window)
{
	L4_MapItem_t item = L4_MapItem(fpage(pages_marked(1), 12, L4_Readable), 0);

	not_accepted(0, item.raw[0], item.raw[1]);
}

TEST(map, string_window_only)
{
	L4_MapItem_t item = L4_MapItem(fpage(pages_marked(1), 12, L4_Readable), 0);

	not_accepted(1, item.raw[0], item.raw[1]);
}

TEST(map, string_item_not_accepted)
{
	L4_StringItem_t item = L4_StringItem(16, (void *)pages_marked(1));

	not_accepted(0, item.raw[0], item.raw[1]);
	not_accepted(fpage(WINDOW, 12, 0).raw, item.raw[0], item.raw[1]);
}

TEST(map, unknown_item_not_accepted)
{
	not_accepted(L4_CompleteAddressSpace.raw, 7 << 1, 0);
	not_accepted(L4_CompleteAddressSpace.raw, 2 << 1, 0);
}

TEST(map, overflow_maps_nothing)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, 0);

	EXPECT_FAILED(send_item(t, fpage(pages_marked(1), 12, L4_Readable), WINDOW), SEND,
		      IPC_OVERFLOW);
	EXPECT_EQ(read_in(s, WINDOW), NOT_MAPPED);
}

/* More words than there are message registers. */
TEST(map, too_many_words)
{
	L4_ThreadId_t t = receiver(space_new(), L4_CompleteAddressSpace.raw);

	L4_LoadMR(0, 63 << 6 | 63);
	EXPECT(L4_IpcFailed(L4_Send_Timeout(t, L4_TimePeriod(20000))));
	EXPECT(L4_ErrorCode() >> 1 & 7);
}

/* The words of an item run out. */
TEST(map, half_an_item)
{
	L4_ThreadId_t t = receiver(space_new(), L4_CompleteAddressSpace.raw);
	L4_MapItem_t item = L4_MapItem(fpage(pages_marked(1), 12, L4_Readable), 0);

	L4_LoadMR(0, tag_make(0, 0, 1).raw);
	L4_LoadMR(1, item.raw[0]);
	EXPECT(L4_IpcFailed(L4_Send_Timeout(t, L4_TimePeriod(20000))));
}

/* All that we have, to where it is here: nothing of the kernel's goes with it, and the kernel comes
 * back soon. */
TEST(map, complete_space)
{
	static const L4_Word_t kernel[] = {0xffffffff80000000UL, 0xffff800000000000UL,
					   0xffffffffc0000000UL, 0xffffff0000000000UL,
					   0x7ffffffff000UL};
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, L4_CompleteAddressSpace.raw);
	L4_Word_t page = pages_marked(4), before = now_us();

	EXPECT_OK(send_item(t, L4_FpageAddRights(L4_CompleteAddressSpace, L4_FullyAccessible), 0));
	EXPECT_BETWEEN(now_us() - before, 0, time_scale == 1 ? 50000 : 12500000); /* 50 million instructions, both */
	EXPECT_EQ(read_in(s, page + 0x2000), 0x9002);
	for (unsigned i = 0; i < 5; i++)
		EXPECT_EQ(read_in(s, kernel[i]), NOT_MAPPED);
}

/* The same page twice in one space. */
TEST(map, within_own_space)
{
	L4_ThreadId_t t = receiver(&own_space, fpage(WINDOW * 3, 12, 0).raw);
	L4_Word_t page = pages_marked(1);
	struct message m;

	EXPECT_OK(send_item(t, fpage(page, 12, L4_Readable | L4_Writable), 0));
	REQUIRE(message_receive(t, &m));
	*(volatile L4_Word_t *)(WINDOW * 3) = 77;
	EXPECT_EQ(*(volatile L4_Word_t *)page, 77);
}

/* The last page that a user can have, and the one behind it that nobody can. */
TEST(map, last_pages)
{
	struct space *s = space_new();
	L4_ThreadId_t t = receiver(s, L4_CompleteAddressSpace.raw);
	struct message m;

	EXPECT_OK(send_item(t, fpage(pages_marked(2), 13, L4_Readable), 0x7fffffffe000UL));
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(read_in(s, 0x7fffffffe000UL), 0x9000);
	EXPECT_EQ(read_in(s, 0x7ffffffff000UL), NOT_MAPPED);
}

/* sigma0. */

/* A stranger gets nothing: sigma0 serves the first spaces only; or it serves, but the kernel stays
 * the kernel's. */
static void asks_sigma0(L4_Word_t address)
{
	L4_Fpage_t p =
	    L4_Sigma0_GetPage_RcvWindow(sigma0, fpage(address, 12, 0), fpage(WINDOW, 12, 0));

	report(LABEL_DONE, p.raw);
}

TEST(sigma0, any_page)
{
	L4_Fpage_t a = L4_Sigma0_GetAny(sigma0, 12, L4_CompleteAddressSpace);
	L4_Fpage_t b = L4_Sigma0_GetAny(sigma0, 12, L4_CompleteAddressSpace);

	EXPECT(!L4_IsNilFpage(a) && !L4_IsNilFpage(b));
	EXPECT_EQ(L4_SizeLog2(a), 12);
	EXPECT(L4_Address(a) != L4_Address(b));
	*(volatile L4_Word_t *)L4_Address(a) = 5;
	EXPECT_EQ(*(volatile L4_Word_t *)L4_Address(a), 5);
}

TEST(sigma0, named_page)
{
	L4_Fpage_t p =
	    L4_Sigma0_GetPage_RcvWindow(sigma0, fpage(0xb8000, 12, 0), fpage(WINDOW, 12, 0));

	EXPECT(!L4_IsNilFpage(p));
	*(volatile L4_Word_t *)WINDOW;
}

/* Device memory: what no RAM is, whether or not a descriptor names it; once, and to its owner again. */
TEST(sigma0, device_memory)
{
	static const L4_Word_t places[] = {0xbc000, 0xfe000000, 0xf00000000UL};

	for (unsigned i = 0; i < 3; i++)
		for (unsigned again = 0; again < 2; again++)
			EXPECT_EQ(L4_Address(L4_Sigma0_GetPage_RcvWindow(sigma0, fpage(places[i], 12, 0),
									 fpage(WINDOW, 12, 0))),
				  places[i]);
}

TEST(sigma0, device_memory_is_given_once)
{
	L4_ThreadId_t t;
	struct message m;

	EXPECT(!L4_IsNilFpage(L4_Sigma0_GetPage_RcvWindow(sigma0, fpage(0xbd000, 12, 0), fpage(WINDOW, 12, 0))));
	t = thread_start(space_new(), asks_sigma0, 0xbd000);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[1], 0);
}

/* Nobody gets what is beyond the processor's physical addresses. */
TEST(sigma0, beyond_physical_memory)
{
	EXPECT(L4_IsNilFpage(L4_Sigma0_GetPage_RcvWindow(sigma0, fpage(1UL << 52, 12, 0), fpage(WINDOW, 12, 0))));
	EXPECT(L4_IsNilFpage(L4_Sigma0_GetPage_RcvWindow(sigma0, fpage(0, 51, 0), fpage(WINDOW, 12, 0))));
}

/* A null pointer or a wild one is a bug: no page for those who fault there, and none by accident. */
TEST(sigma0, fault_on_device_memory_gets_no_answer)
{
	static const L4_Word_t places[] = {0xbe000, 0};

	for (unsigned i = 0; i < 2; i++) {
		L4_LoadMR(0, tag_make((-2UL << 4 | L4_Readable) & 0xffffffffffffUL, 2, 0).raw);
		L4_LoadMR(1, places[i]);
		L4_LoadMR(2, 0);
		L4_Accept(L4_MapGrantItems(fpage(WINDOW, 12, 0)));
		EXPECT_FAILED(L4_Call_Timeouts(sigma0, PATIENCE, L4_TimePeriod(20000)), RECEIVE, IPC_TIMEOUT);
		L4_Accept(L4_UntypedWordsAcceptor);
	}
}

/* ... but memory that is free comes with a fault, and stays its owner's. */
TEST(sigma0, fault_on_free_memory_gets_it)
{
	L4_Fpage_t any = L4_Sigma0_GetAny(sigma0, 12, fpage(WINDOW, 12, 0)), got;

	REQUIRE(!L4_IsNilFpage(any));
	L4_LoadMR(0, tag_make((-2UL << 4 | L4_Readable) & 0xffffffffffffUL, 2, 0).raw);
	L4_LoadMR(1, L4_Address(any) + 123);
	L4_LoadMR(2, 0);
	L4_Accept(L4_MapGrantItems(fpage(WINDOW, 12, 0)));
	EXPECT_OK(L4_Call(sigma0));
	L4_StoreMR(2, &got.raw);
	L4_Accept(L4_UntypedWordsAcceptor);
	EXPECT_EQ(L4_Address(got), L4_Address(any));
}

static void request_unanswered(L4_Word_t label, unsigned untyped, L4_Word_t first)
{
	L4_LoadMR(0, tag_make(label & 0xffffffffffffUL, untyped, 0).raw);
	L4_LoadMR(1, first);
	L4_LoadMR(2, 0);
	L4_Accept(L4_MapGrantItems(fpage(WINDOW, 12, 0)));
	EXPECT_FAILED(L4_Call_Timeouts(sigma0, PATIENCE, L4_TimePeriod(10000)), RECEIVE, IPC_TIMEOUT);
	L4_Accept(L4_UntypedWordsAcceptor);
}

TEST(sigma0, less_than_a_page)
{
	EXPECT(L4_IsNilFpage(L4_Sigma0_GetPage_RcvWindow(sigma0, fpage(0xbf000, 11, 0), fpage(WINDOW, 12, 0))));
	EXPECT(L4_IsNilFpage(L4_Sigma0_GetPage_RcvWindow(sigma0, L4_CompleteAddressSpace, fpage(WINDOW, 12, 0))));
}

TEST(sigma0, base_inside_of_what_is_asked_for)
{
	L4_Fpage_t inside = {.raw = 0xbf000 | 13 << 4};

	EXPECT_EQ(L4_Address(L4_Sigma0_GetPage_RcvWindow(sigma0, inside, fpage(WINDOW, 13, 0))), 0xbe000);
}

TEST(sigma0, malformed_requests_get_no_answer)
{
	request_unanswered(-6UL << 4, 1, fpage(0xbf000, 12, 0).raw);
	request_unanswered(-6UL << 4, 3, fpage(0xbf000, 12, 0).raw);
	request_unanswered(-7UL << 4, 2, fpage(0xbf000, 12, 0).raw);
}

TEST(sigma0, page_of_the_kernel)
{
	/* Whatever the kernel took of the RAM: some page of the descriptors marked reserved is
	 * refused. */
	L4_Word_t count = L4_NumMemoryDescriptors(L4_GetKernelInterface());

	for (L4_Word_t i = 0; i < count; i++) {
		L4_MemoryDesc_t *d = L4_MemoryDesc(L4_GetKernelInterface(), i);

		if (L4_IsMemoryDescVirtual(d) || L4_MemoryDescType(d) != 2)
			continue;
		EXPECT(L4_IsNilFpage(L4_Sigma0_GetPage_RcvWindow(
		    sigma0, fpage(L4_MemoryDescLow(d), 12, 0), fpage(WINDOW, 12, 0))));
	}
}

TEST(sigma0, more_than_there_is)
{
	EXPECT(L4_IsNilFpage(L4_Sigma0_GetAny(sigma0, 46, L4_CompleteAddressSpace)));
}

TEST(sigma0, stranger_asks)
{
	L4_ThreadId_t t = thread_start(space_new(), asks_sigma0, (L4_Word_t)pages_marked(1));
	struct message m;

	if (message_receive(t, &m))
		EXPECT(m.mr[1] == 0);
	EXPECT(!L4_IsNilFpage(L4_Sigma0_GetAny(sigma0, 12, L4_CompleteAddressSpace)));
}

TEST(sigma0, nonsense_gets_no_answer)
{
	for (unsigned label = 0; label < 16; label++) {
		L4_LoadMR(0, tag_make(label << 4, 3, 0).raw);
		L4_Send_Timeout(sigma0, L4_TimePeriod(2000));
	}
	EXPECT(!L4_IsNilFpage(L4_Sigma0_GetAny(sigma0, 12, L4_CompleteAddressSpace)));
}
