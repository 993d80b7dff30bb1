/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/fastpath.c - a case for each trap of the path of a message (kernel/entry/path.asm): what a short path is
 * tempted to forget.
 *
 * The cases hold with and without the path. Messages are asked for below libl4's functions, so that each kind of call
 * word comes with every partner and source; each case runs with its partner in this space and in another.
 */
#include "fastpath.h"
#include "agent.h"
#include "raw.h"

#include <abi/syscall.h>
#include <l4/exception.h>

enum { WORDS = 63, PAGE_BYTES = 4096 };
#define LAST_PAGE 0x00007ffffffff000UL

/* What a partner did, for the worker to look at. */
static struct {
	L4_MsgTag_t tag;
	L4_Word_t error, sender;
	L4_Word_t mr[WORDS + 1];
	volatile L4_Word_t done;
} seen;

static L4_Word_t source; /* whom a partner listens to */

L4_MsgTag_t message(L4_Word_t kind, L4_ThreadId_t to, L4_Word_t from, L4_Time_t send, unsigned words,
			   L4_Word_t *sender)
{
	L4_LoadMR(0, tag_make(0x55, words, 0).raw);
	return __L4_DoIpc(to.raw, from, CALL_WORD(CALL_IPC, kind), send.raw, sender);
}

bool path_is_there(void)
{
	L4_Word_t count[L4_PATH_MISSES] = { 0 };

	L4_PathMisses(0, count);
	L4_PathMisses(0, count); /* the first one was a call that is no IPC */
	return count[L4_MISS_CALL_WORD] != 0;
}

void expect_miss(const L4_Word_t *before, enum L4_PathMiss reason)
{
	L4_Word_t after[L4_PATH_MISSES] = { 0 };

	if (!path_is_there())
		return;
	EXPECT(L4_PathMisses(0, after));
	after[L4_MISS_CALL_WORD] -= 3; /* the looks */
	for (int i = 0; i < L4_PATH_MISSES; i++)
		EXPECT_EQ(after[i] - before[i], i == (int)reason);
}

static void see(L4_MsgTag_t tag, L4_Word_t sender)
{
	seen.tag = tag;
	seen.error = L4_IpcFailed(tag) ? L4_ErrorCode() : 0;
	seen.sender = sender;
	L4_StoreMRs(1, WORDS, &seen.mr[1]);
	seen.done++;
}

/* One message, from `source`; kinds without a send phase go through C. */
static void takes_one(L4_Word_t kind)
{
	L4_Word_t sender = 0;
	L4_MsgTag_t tag = message(kind, L4_nilthread, source, L4_Never, 0, &sender);

	see(tag, sender);
	sleep_forever();
}

static L4_ThreadId_t taker(struct space *space, L4_Word_t kind, L4_Word_t from)
{
	L4_ThreadId_t t;

	source = from;
	seen.done = 0;
	t = thread_start(space, takes_one, kind);
	settle();
	return t;
}

void in_both_spaces(void (*check)(struct space *))
{
	check(&own_space);
	check(space_new());
}

static void words_arrive(struct space *space)
{
	static const unsigned counts[] = { 0, 1, 7, 8, 9, 63 };

	for (unsigned i = 0; i < 6; i++) {
		for (L4_Word_t kind = IPC_OPEN; kind <= IPC_FROM; kind++) {
			L4_ThreadId_t t = taker(space, kind, worker.raw);

			for (unsigned n = 1; n <= WORDS; n++)
				L4_LoadMR((int)n, n * 0x0123456789abcdUL + i);
			EXPECT_OK(message(IPC_FROM, t, 0, L4_ZeroTime, counts[i], NULL));
			settle();
			EXPECT_EQ(seen.done, 1);
			EXPECT_EQ(seen.tag.raw, tag_make(0x55, counts[i], 0).raw);
			EXPECT_EQ(seen.sender, space == &own_space ? L4_MyLocalId().raw : worker.raw);
			for (unsigned n = 1; n <= counts[i]; n++)
				EXPECT_EQ(seen.mr[n], n * 0x0123456789abcdUL + i);
		}
	}
}

/* The receiver waits since a call that went through C. */
TEST(fastpath, words_arrive_at_who_blocked_in_c)
{
	in_both_spaces(words_arrive);
}

/* The reply comes the long way: its sender does not receive. */
static void answers(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	L4_Send(from);
	sleep_forever();
}

TEST(fastpath, lcall_takes_it)
{
	L4_Word_t before[L4_PATH_MISSES] = { 0 }, after[L4_PATH_MISSES] = { 0 };
	L4_ThreadId_t local = L4_LocalIdOf(thread_start(&own_space, answers, 0));

	settle();
	L4_LoadMR(0, 0);
	L4_PathMisses(0, before);
	EXPECT_OK(L4_Lcall(local));
	L4_PathMisses(0, after);
	if (path_is_there())
		EXPECT_EQ(after[L4_MISS_CALL_WORD] - before[L4_MISS_CALL_WORD], 1); /* the second look itself */
}

static void third_refused(struct space *space)
{
	L4_ThreadId_t other = thread_start(&own_space, takes_one, IPC_OPEN_LOCAL);
	L4_ThreadId_t t = taker(space, IPC_FROM, other.raw);

	for (L4_Word_t kind = IPC_CALL; kind <= IPC_FROM; kind++)
		EXPECT_FAILED(message(kind, t, other.raw, L4_ZeroTime, 0, NULL), SEND, IPC_TIMEOUT);
	EXPECT_EQ(seen.done, 0);
}

TEST(fastpath, closed_wait_refuses_a_third)
{
	in_both_spaces(third_refused);
}

static void version_refused(struct space *space)
{
	for (L4_Word_t waits = IPC_OPEN; waits <= IPC_FROM; waits++) {
		L4_ThreadId_t t = taker(space, waits, worker.raw);

		for (L4_Word_t kind = IPC_CALL; kind <= IPC_FROM; kind++) {
			EXPECT_FAILED(message(kind, (L4_ThreadId_t){ .raw = t.raw ^ 2 }, t.raw, L4_ZeroTime, 0, NULL),
				      SEND, IPC_NO_PARTNER);
			EXPECT_FAILED(message(kind, (L4_ThreadId_t){ .raw = t.raw ^ 1UL << 31 }, t.raw, L4_ZeroTime, 0,
					      NULL),
				      SEND, IPC_NO_PARTNER);
		}
		/* As the source: nothing has been sent by then, or it has and the receive phase fails. */
		EXPECT_FAILED(message(IPC_FROM, t, t.raw ^ 2, L4_ZeroTime, 0, NULL), RECEIVE, IPC_NO_PARTNER);
		settle();
		EXPECT_EQ(seen.done, 1);
	}
}

TEST(fastpath, another_version_is_nobody)
{
	in_both_spaces(version_refused);
}

/* Ids that the words shown for absent threads could be taken for; nobody else can run, so every priority is enough. */
TEST(fastpath, where_no_thread_is)
{
	static const L4_Word_t ids[] = { ~0UL, ~0UL << 6, 0xfffffUL << 32 | 1, ~0UL << 32 | 1, 0xffffeUL << 32 | 1 };

	for (unsigned i = 0; i < 5; i++)
		for (L4_Word_t kind = IPC_CALL; kind <= IPC_FROM; kind++)
			EXPECT_FAILED(message(kind, (L4_ThreadId_t){ .raw = ids[i] }, ids[i], L4_ZeroTime, 0, NULL),
				      SEND, IPC_NO_PARTNER);
	EXPECT_OK(message(IPC_CALL, L4_nilthread, 0, L4_Never, 0, NULL));
	EXPECT_OK(message(IPC_FROM, L4_nilthread, 0, L4_Never, 0, NULL));
	EXPECT_OK(message(IPC_FROM, L4_nilthread, 0, L4_Never, WORDS, NULL));
}

/* Sends to the worker, which waits for it, and then receives from itself, or from anythread by name. */
static void sends_and_receives_from(L4_Word_t from)
{
	L4_Word_t sender = 0;
	L4_MsgTag_t tag = message(IPC_FROM, worker, from ? from : L4_MyGlobalId().raw, L4_Never, 0, &sender);

	see(tag, sender);
	sleep_forever();
}

static L4_ThreadId_t after_a_message(struct space *space, L4_Word_t from)
{
	L4_ThreadId_t t;
	struct message m;

	seen.done = 0;
	t = thread_start(space, sends_and_receives_from, from);
	REQUIRE(message_receive(t, &m));
	settle();
	return t;
}

static void from_oneself(struct space *space)
{
	L4_ThreadId_t t = after_a_message(space, 0);

	for (L4_Word_t kind = IPC_CALL; kind <= IPC_FROM; kind++)
		EXPECT_FAILED(message(kind, t, t.raw, L4_ZeroTime, 0, NULL), SEND, IPC_TIMEOUT);
	EXPECT_EQ(seen.done, 0);
}

TEST(fastpath, from_oneself_nothing_comes)
{
	in_both_spaces(from_oneself);
}

static void from_anythread(struct space *space)
{
	L4_ThreadId_t t = after_a_message(space, L4_anythread.raw);

	EXPECT_OK(message(IPC_FROM, t, 0, L4_ZeroTime, 0, NULL));
	settle();
	EXPECT_EQ(seen.done, 1);
	EXPECT_EQ(seen.error, 0);
}

TEST(fastpath, from_anythread_by_name)
{
	in_both_spaces(from_anythread);
}

/* Calls the worker, and says whether it was answered. */
static void calls(L4_Word_t unused)
{
	L4_Word_t sender = 0;
	L4_MsgTag_t tag = message(IPC_CALL, worker, 0, L4_Never, 0, &sender);

	(void)unused;
	see(tag, sender);
	sleep_forever();
}

static void queued_first(struct space *space)
{
	L4_ThreadId_t first, second, third;
	struct message m;
	L4_Word_t from = 0;

	seen.done = 0;
	first = thread_start(space, calls, 0);
	REQUIRE(message_receive(first, &m));
	second = thread_start(space, calls, 0);
	third = thread_start(space, calls, 0);
	settle();
	/* Both are queued: the answer goes out, and the message is the first one's. */
	EXPECT_OK(message(IPC_OPEN, first, 0, L4_ZeroTime, 0, &from));
	EXPECT(L4_SameThreads((L4_ThreadId_t){ .raw = from }, second));
	EXPECT_OK(message(IPC_FROM, second, third.raw, L4_ZeroTime, 0, &from));
	EXPECT(L4_SameThreads((L4_ThreadId_t){ .raw = from }, third));
	EXPECT_OK(message(IPC_FROM, third, 0, L4_ZeroTime, 0, NULL));
	settle();
	EXPECT_EQ(seen.done, 3);
}

TEST(fastpath, who_is_queued_comes_first)
{
	in_both_spaces(queued_first);
}

/* Answers with what is at FS base and in a vector register, and then changes the register. */
static L4_Word_t cells[2] = { 0x1111, 0x2222 };

static void shows_its_own(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Set_FsBase(L4_Myself(), (L4_Word_t)&cells[1]);
	L4_Wait(&from);
	for (L4_Word_t n = 0;; n++) {
		L4_Word_t vector;

		__asm__ volatile("movq %%xmm9, %0\n\tmovq %1, %%xmm9" : "=&r"(vector) : "r"(n + 1));
		L4_LoadMR(0, tag_make(0, 3, 0).raw);
		L4_LoadMR(1, at_fs_base());
		L4_LoadMR(2, vector);
		L4_LoadMR(3, n);
		L4_ReplyWait(from, &from);
	}
}

static void own_state_kept(struct space *space)
{
	L4_ThreadId_t t = thread_start(space, shows_its_own, 0);
	L4_Word_t mr[4], vector;

	EXPECT(L4_Set_FsBase(L4_Myself(), (L4_Word_t)&cells[0]));
	for (L4_Word_t n = 0; n < 10; n++) {
		bool uses_vector = n % 3 == 0;

		if (uses_vector)
			__asm__ volatile("movq %0, %%xmm9" : : "r"(n << 16));
		EXPECT_OK(message(IPC_CALL, t, 0, L4_Never, 0, NULL));
		L4_StoreMRs(1, 3, &mr[1]);
		if (uses_vector) {
			__asm__ volatile("movq %%xmm9, %0" : "=r"(vector));
			EXPECT_EQ(vector, n << 16);
		}
		EXPECT_EQ(at_fs_base(), 0x1111);
		EXPECT_EQ(mr[1], 0x2222);
		EXPECT_EQ(mr[2], n);
		EXPECT_EQ(mr[3], n);
	}
}

/* Neither knows of the other's FS base and vector registers, whoever used them last. */
TEST(fastpath, fs_base_and_vector_registers)
{
	in_both_spaces(own_state_kept);
}

/*
 * Keep a value of one's own in a vector register: touched at every message for a while, then at none for longer than
 * the kernel loads it in advance.
 */
struct keeper {
	L4_Word_t random, value, rounds;
	bool touches;
};

static volatile L4_Word_t lost;

static L4_Word_t by_chance(struct keeper *k, L4_Word_t below)
{
	k->random = k->random * 6364136223846793005UL + 1442695040888963407UL;
	return (k->random >> 33) % below;
}

static void look(struct keeper *k)
{
	L4_Word_t vector;

	if (k->rounds-- == 0) {
		k->rounds = by_chance(k, 20);
		k->touches = by_chance(k, 2);
	}
	if (!k->touches)
		return;
	__asm__ volatile("movq %%xmm9, %0" : "=r"(vector));
	if (vector != k->value)
		lost++;
	k->value = k->random;
	__asm__ volatile("movq %0, %%xmm9" : : "r"(k->value));
}

static void keeps_and_answers(L4_Word_t seed)
{
	struct keeper k = { .random = seed };
	L4_ThreadId_t from;

	L4_Wait(&from);
	for (;;) {
		look(&k);
		L4_Set_MsgTag(L4_Niltag);
		L4_ReplyWait(from, &from);
	}
}

/* Calls, and sends whose answers come later. */
TEST(fastpath, vector_registers_of_many)
{
	enum { PARTNERS = 4, ROUNDS = 3000 };
	struct keeper k = { .random = 1 };
	L4_ThreadId_t partners[PARTNERS];

	lost = 0;
	for (unsigned i = 0; i < PARTNERS; i++)
		partners[i] = thread_start(i & 1 ? &own_space : space_new(), keeps_and_answers, 2 + i);
	settle();
	__asm__ volatile("movq %0, %%xmm9" : : "r"(k.value));
	for (unsigned i = 0; i < ROUNDS; i++) {
		L4_ThreadId_t t = partners[by_chance(&k, PARTNERS)];

		if (by_chance(&k, 4)) {
			EXPECT_OK(message(IPC_CALL, t, 0, L4_Never, 0, NULL));
		} else {
			EXPECT_OK(message(IPC_FROM, t, 0, L4_Never, 0, NULL));
			look(&k);
			EXPECT_OK(L4_Receive(t));
		}
		look(&k);
	}
	EXPECT_EQ(lost, 0);
}

/* A system call in the last bytes of user memory: it returns to where no page can ever be. */
TEST(fastpath, last_instruction_of_user_memory)
{
	static const L4_Word_t word = CALL_WORD(CALL_IPC, IPC_CALL);
	static const unsigned char rest[] = { 0x31, 0xff, 0x31, 0xf6, 0x31, 0xc0, 0x0f, 0x05 }; /* to nobody */
	enum { LENGTH = 2 + sizeof word + sizeof rest };
	L4_Word_t page = page_new();
	unsigned char *code = (unsigned char *)page + PAGE_BYTES - LENGTH;
	L4_ThreadId_t t = thread_create(space_new(), worker);
	struct message m;

	*code++ = 0x48; /* mov rdx, word */
	*code++ = 0xba;
	for (unsigned i = 0; i < 8; i++)
		*code++ = (unsigned char)(word >> 8 * i);
	for (unsigned i = 0; i < sizeof rest; i++)
		*code++ = rest[i];
	L4_LoadMR(0, tag_make(0, 2, 0).raw);
	L4_LoadMR(1, LAST_PAGE - LENGTH);
	L4_LoadMR(2, 0);
	REQUIRE_OK(L4_Send_Timeout(t, PATIENCE));
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[1], LAST_PAGE - LENGTH);
	REQUIRE_OK(map_reply(t, fpage(page, 12, L4_FullyAccessible), LAST_PAGE - PAGE_BYTES));
	for (unsigned i = 0; i < 2; i++) {
		REQUIRE(message_receive(t, &m));
		EXPECT(is_page_fault(&m));
		EXPECT_EQ(m.mr[1], LAST_PAGE);
		EXPECT_EQ(m.mr[2], LAST_PAGE);
		map_reply(t, fpage(page, 12, L4_FullyAccessible), LAST_PAGE);
	}
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[2], LAST_PAGE);
}

enum { FLAG_ID = 1 << 21 };

/* A page fault leaves a frame with a flag set, and the call goes the path, which leaves that frame as it is. */
static void calls_after_a_fault(L4_Word_t page)
{
	L4_Word_t sender = 0;

	flags_swap(FLAG_ID);
	*(volatile L4_Word_t *)page;
	message(IPC_CALL, worker, 0, L4_Never, 0, &sender);
	seen.mr[1] = flags_swap(0);
	seen.done++;
	sleep_forever();
}

/* An IPC ends with the flags 0x202, however the receiver left the kernel before. */
TEST(fastpath, flags_of_an_earlier_frame)
{
	L4_ThreadId_t t;
	L4_Word_t sender = 0;

	seen.done = 0;
	t = thread_start(space_new(), calls_after_a_fault, page_new());
	EXPECT_OK(message(IPC_FROM, L4_nilthread, t.raw, L4_Never, 0, &sender));
	EXPECT_OK(message(IPC_FROM, t, 0, L4_Never, 0, NULL));
	settle();
	EXPECT_EQ(seen.done, 1);
	EXPECT_EQ(seen.mr[1] & FLAG_ID, 0);
}

/* Answers, and uses a vector register each time. */
static void uses_vectors(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	for (;;) {
		__asm__ volatile("pxor %xmm9, %xmm9");
		L4_Set_MsgTag(L4_Niltag);
		L4_ReplyWait(worker, &from);
	}
}

static void vectors_on_the_path(struct space *space)
{
	enum { ROUNDS = 50 };
	L4_ThreadId_t t = thread_start(space, uses_vectors, 0);
	L4_Word_t before[L4_PATH_MISSES] = { 0 }, after[L4_PATH_MISSES] = { 0 };

	EXPECT_OK(message(IPC_CALL, t, 0, L4_Never, 0, NULL));
	EXPECT(L4_PathMisses(0, before));
	for (unsigned i = 0; i < ROUNDS; i++) {
		__asm__ volatile("pxor %xmm9, %xmm9");
		EXPECT_OK(message(IPC_CALL, t, 0, L4_Never, 0, NULL));
	}
	EXPECT(L4_PathMisses(0, after));
	if (!path_is_there())
		return;
	for (int i = 0; i < L4_MISS_FPU; i++)
		EXPECT_EQ(after[i] - before[i], i == L4_MISS_CALL_WORD);
	EXPECT(after[L4_MISS_FPU] - before[L4_MISS_FPU] >= ROUNDS);
}

/* Programs that compilers have let use vector registers stay on the path. */
TEST(fastpath, who_uses_vector_registers_stays_on_it)
{
	in_both_spaces(vectors_on_the_path);
}

TEST(fastpath, misses_are_counted)
{
	L4_ThreadId_t t = taker(&own_space, IPC_FROM, runner.raw);
	L4_Word_t before[L4_PATH_MISSES] = { 0 };

	for (L4_Word_t kind = IPC_CALL; kind <= IPC_FROM; kind++) {
		L4_PathMisses(0, before);
		message(kind, t, t.raw, L4_ZeroTime, 0, NULL);
		expect_miss(before, L4_MISS_PARTNER);
		L4_PathMisses(0, before);
		L4_LoadMR(0, tag_make(0, 0, 1).raw);
		__L4_DoIpc(t.raw, t.raw, CALL_WORD(CALL_IPC, kind), L4_ZeroTime.raw, NULL);
		expect_miss(before, L4_MISS_TAG);
	}
	L4_PathMisses(0, before);
	L4_Receive_Timeout(t, L4_ZeroTime);
	expect_miss(before, L4_MISS_CALL_WORD);
}
