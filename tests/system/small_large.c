/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/small_large.c - what a large program may try against the small spaces, whose pages lie in its own page
 * table, in the last GiB below 4 GiB.
 */
#include "parties.h"
#include "scene.h"

#define WINDOW_REGION 0xc0000000UL
#define WINDOW_SLOTS  0xe0000000UL
#define REGION_END    0x100000000UL

/* The addresses of the first victim's pages, as the processor has them. */
static L4_Word_t address_of(const struct scene *scene, L4_Word_t at)
{
	return WINDOW_SLOTS + (L4_Word_t)scene->victims[0].place * AT_SLOT_END + at;
}

static const unsigned places[] = {AT_FIRST, AT_CODE, AT_DATA, AT_STACK, AT_UTCBS, AT_KIP, AT_LAST};
#define EACH_PLACE(i) unsigned i = 0; i < sizeof places / sizeof places[0]; i++

SCENE_TEST(small_large, reads_nothing, 10000)
{
	for (EACH_PLACE(i))
		EXPECT_EQ(reads_in(&own_space, address_of(scene, places[i])), NOT_MAPPED);
}

SCENE_TEST(small_large, writes_nothing, 10000)
{
	for (EACH_PLACE(i))
		EXPECT(!can_write(&own_space, address_of(scene, places[i])));
}

SCENE_TEST(small_large, executes_nothing, 10000)
{
	for (EACH_PLACE(i))
		EXPECT(!can_execute(&own_space, address_of(scene, places[i])));
}

/* A space that has only just begun, and every slot. */
TEST_LIMIT(small_large, finds_no_slot, 60000)
{
	struct scene scene;
	struct space *space = space_new_at(own_space.kip, 0x600000000000UL, 20);

	scene_new(&scene);
	agent_new(space); /* it is there for as long as this one */
	for (L4_Word_t slot = WINDOW_SLOTS; slot < REGION_END; slot += AT_SLOT_END)
		if (!EXPECT_EQ(reads_in(space, slot + AT_DATA), NOT_MAPPED))
			break;
	scene_end(&scene);
}

/* Pages that are mapped there do not appear in the small space, and what is there is not passed on. */
SCENE_TEST(small_large, maps_nothing_there, 10000)
{
	struct space *space = space_new();
	L4_ThreadId_t agent;

	agent = agent_new(space);
	for (EACH_PLACE(i)) {
		L4_Word_t page = page_new(), address = address_of(scene, places[i]);

		*(volatile L4_Word_t *)page = MARK(1);
		give(worker, fpage(page, 12, L4_FullyAccessible), agent, L4_CompleteAddressSpace, address);
		EXPECT_EQ(reads_in(space, address), NOT_MAPPED);
	}
}

SCENE_TEST(small_large, passes_nothing_on, 10000)
{
	struct space *space = space_new();
	L4_ThreadId_t agent;

	agent = agent_new(space);
	for (EACH_PLACE(i)) {
		L4_Fpage_t theirs = fpage(address_of(scene, places[i]), 12, L4_FullyAccessible);

		give(worker, theirs, agent, fpage(WINDOW, 12, 0), 0);
		EXPECT_EQ(reads_in(space, WINDOW), NOT_MAPPED);
		unmap_by(worker, FLUSH, theirs);
		unmap_by(agent, FLUSH, theirs);
	}
	unmap_by(worker, FLUSH, fpage(WINDOW_REGION, 30, L4_FullyAccessible));
}

/* A string from there, and one to there, without a pager that might be asked. */
static void sends_string(L4_Word_t from, L4_Word_t to)
{
	cast_simply(&own_space, &own_space);
	fill();
	party[S].xfer = party[R].xfer = L4_Timeouts(L4_ZeroTime, L4_ZeroTime);
	string(from, AT_PAGE_SIZE / 2);
	buffer(to, AT_PAGE_SIZE / 2);
	exchange();
	EXPECT(L4_IpcFailed(party[S].tag) && L4_IpcFailed(party[R].tag));
	for (unsigned i = 0; i < SIZE; i++)
		if (!EXPECT_EQ(target[i], GUARD))
			break;
}

SCENE_TEST(small_large, sends_no_string_from_there, 10000)
{
	sends_string(address_of(scene, AT_DATA), (L4_Word_t)target);
}

SCENE_TEST(small_large, receives_no_string_there, 10000)
{
	sends_string((L4_Word_t)source, address_of(scene, AT_DATA));
}

/* Areas of a large space there would show its UTCBs in the small space. */
SCENE_TEST(small_large, has_no_areas_there, 1000)
{
	L4_ThreadId_t t = thread_id_new();

	REQUIRE_EQ(L4_ThreadControl(t, t, runner, L4_nilthread, (void *)-1UL), 1);
	EXPECT_EQ(set_areas(t, L4_FpageLog2(own_space.kip, 12), L4_FpageLog2(address_of(scene, AT_UTCBS), 12)), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_UTCB_AREA);
	EXPECT_EQ(set_areas(t, L4_FpageLog2(address_of(scene, AT_KIP), 12), L4_FpageLog2(own_space.utcb_area, 12)), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_KIP_AREA);
}

/*
 * Far returns of 64-bit code: to its own segment, and nowhere else. QEMU 7.2 reads their stack as the kernel would,
 * which SMAP forbids: there it ends with the first one.
 */
SNIPPET(far_return, "ud2\n far_return_go: pushq %rax\n leaq 1f(%rip), %rcx\n pushq %rcx\n lretq\n 1: ud2")
extern char far_return_go[];
TEST_LIMIT(small_large, every_selector_by_return, 600000)
{
	L4_ThreadId_t t = thread_start_under(worker, space_new(), trapper_runs, (L4_Word_t)far_return_at);
	struct message m;
	unsigned reached = 0;
	struct scene scene;
	L4_Word_t cs, sp;

	scene_new(&scene);
	REQUIRE(event_receive(t, &m));
	cs = m.mr[EXC_CS];
	sp = m.mr[EXC_RSP];
	for (L4_Word_t selector = 0; selector < 0x10000; selector++) {
		m.mr[EXC_RIP] = (L4_Word_t)far_return_go;
		m.mr[EXC_RAX] = selector;
		m.mr[EXC_RSP] = sp;
		if (!EXPECT_OK(frame_reply(&m, EXC_RAX)) || !EXPECT(message_receive(t, &m)))
			break;
		if (is_page_fault(&m) && m.mr[1] == sp - 2 * sizeof(L4_Word_t))
			return;
		if (!EXPECT(is_exception(&m)) || !EXPECT_EQ(m.mr[EXC_CS], cs))
			break;
		if (m.mr[EXC_TRAP] == UD) {
			reached++;
			EXPECT_EQ(selector, cs);
		}
	}
	EXPECT_EQ(reached, 1);
	scene_end(&scene);
}
