/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/fpu_state.c - the vector registers that not every processor has, and ThreadState: reading and writing
 * the registers of a stopped thread.
 */
#include "raw.h"
#include "trapper.h"
#include <l4/threadstate.h>

enum { COMPONENT_X87 = 1, COMPONENT_SSE = 2, COMPONENT_AVX = 4, COMPONENTS_AVX512 = 0xe0 };
enum { LEGACY_WORDS = 64, HEADER_END = 72, MXCSR_DEFAULT = 0x1f80, FCW_DEFAULT = 0x37f };

/* The components that are on: XCR0, or 0 without XSAVE. */
static L4_Word_t components(void)
{
	unsigned eax, ebx, ecx, edx;

	__cpuid(1, eax, ebx, ecx, edx);
	if (!(ecx >> 27 & 1))
		return 0;
	__asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
	return eax | (L4_Word_t)edx << 32;
}

/* What the processor says about the size of all that is on. */
static L4_Word_t words_expected(void)
{
	unsigned eax, ebx, ecx, edx;

	if (!components())
		return LEGACY_WORDS;
	__cpuid_count(0xd, 0, eax, ebx, ecx, edx);
	return ebx / 8;
}

TEST(fpu, avx_is_on_where_it_is)
{
	unsigned eax, ebx, ecx, edx;

	__cpuid(1, eax, ebx, ecx, edx);
	if (ecx >> 28 & 1)
		EXPECT_EQ(components() & (COMPONENT_X87 | COMPONENT_SSE | COMPONENT_AVX),
			  COMPONENT_X87 | COMPONENT_SSE | COMPONENT_AVX);
}

/* The widest registers there are, each with values of its own, kept over everything by threads of several spaces. */
struct wide {
	unsigned char bytes[16][64];
} __attribute__((aligned(64)));

#define EACH(move, register, access)                                                               \
	move(0, register, access) move(1, register, access) move(2, register, access)              \
	move(3, register, access) move(4, register, access) move(5, register, access)              \
	move(6, register, access) move(7, register, access) move(8, register, access)              \
	move(9, register, access) move(10, register, access) move(11, register, access)            \
	move(12, register, access) move(13, register, access) move(14, register, access)           \
	move(15, register, access)
#define LOAD(n, register, move)	 move " " #n "*64(%0), %%" register #n "\n\t"
#define STORE(n, register, move) move " %%" register #n ", " #n "*64(%0)\n\t"

static unsigned width; /* bytes of a register */

static void wide_load(const struct wide *w)
{
	if (width == 64)
		__asm__ volatile(EACH(LOAD, "zmm", "vmovdqu64") : : "r"(w) : "memory");
	else if (width == 32)
		__asm__ volatile(EACH(LOAD, "ymm", "vmovdqu") : : "r"(w) : "memory");
	else
		__asm__ volatile(EACH(LOAD, "xmm", "movdqu") : : "r"(w) : "memory");
}

static void wide_store(struct wide *w)
{
	if (width == 64)
		__asm__ volatile(EACH(STORE, "zmm", "vmovdqu64") : : "r"(w) : "memory");
	else if (width == 32)
		__asm__ volatile(EACH(STORE, "ymm", "vmovdqu") : : "r"(w) : "memory");
	else
		__asm__ volatile(EACH(STORE, "xmm", "movdqu") : : "r"(w) : "memory");
}

static void find_width(void)
{
	L4_Word_t on = components();

	width = (on & COMPONENTS_AVX512) == COMPONENTS_AVX512 ? 64 : on & COMPONENT_AVX ? 32 : 16;
}

static void wide_fill(struct wide *w, L4_Word_t seed)
{
	for (unsigned i = 0; i < 16; i++)
		for (unsigned k = 0; k < width; k++)
			w->bytes[i][k] = (unsigned char)(seed + i * 37 + k);
}

static unsigned wide_different(const struct wide *a, const struct wide *b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 16; i++)
		for (unsigned k = 0; k < width; k++)
			n += a->bytes[i][k] != b->bytes[i][k];
	return n;
}

enum { ROUNDS = 20, WIDE_THREADS = 5 };
static volatile L4_Word_t wrong, rounds;

/* Each round new values: whoever restored old ones would be found out. Preemption, yielding and IPC in turn. */
static void keeps_wide(L4_Word_t seed)
{
	struct wide mine, now;

	for (unsigned i = 0; i < ROUNDS; i++) {
		L4_Word_t until = __builtin_ia32_rdtsc() + 200000 / time_scale;

		wide_fill(&mine, seed * 19 + i);
		wide_load(&mine);
		if (i % 3 == 0)
			while (__builtin_ia32_rdtsc() < until)
				;
		else if (i % 3 == 1)
			L4_Yield();
		else
			L4_Sleep(L4_TimePeriod(500));
		wide_store(&now);
		__atomic_fetch_add(&wrong, wide_different(&mine, &now), __ATOMIC_SEQ_CST);
		__atomic_fetch_add(&rounds, 1, __ATOMIC_SEQ_CST);
	}
	sleep_forever();
}

TEST(fpu, widest_registers_of_many_threads)
{
	find_width();
	wrong = rounds = 0;
	for (unsigned i = 0; i < WIDE_THREADS; i++)
		thread_start(i & 1 ? &own_space : space_new(), keeps_wide, i);
	thread_start(space_new(), yields_forever, 0);
	REQUIRE(wait_until(&rounds, ROUNDS * WIDE_THREADS, 900));
	EXPECT_EQ(wrong, 0);
}

static void tells_widest(L4_Word_t unused)
{
	struct wide v;
	L4_Word_t sum = 0;

	(void)unused;
	wide_store(&v);
	for (unsigned i = 0; i < 16; i++)
		for (unsigned k = 0; k < width; k++)
			sum += v.bytes[i][k];
	report(LABEL_DONE, sum);
}

TEST(fpu, fresh_thread_sees_zeros_in_the_widest)
{
	struct wide mine;
	struct message m;

	find_width();
	wide_fill(&mine, 0x77);
	wide_load(&mine);
	thread_start(space_new(), tells_widest, 0);
	REQUIRE(message_receive(L4_anythread, &m));
	EXPECT_EQ(m.mr[1], 0);
}

/* ThreadState. */

/* For the snippets, too. */
L4_Word_t fpu_values[4] __attribute__((aligned(16))) = {0x1111222233334444, 0x5555666677778888,
							 0x9999aaaabbbbcccc, 0xddddeeeeffff0000};
L4_Word_t fpu_results[4] __attribute__((aligned(16)));
L4_Word_t fpu_mxcsr;

/* Loads two registers and MXCSR and traps; then stores them. */
SNIPPET(snippet_vectors, "movups fpu_values(%rip), %xmm1\n movups fpu_values + 16(%rip), %xmm15\n"
			 "pushq $0x3f80\n ldmxcsr (%rsp)\n ud2\n"
			 "snippet_vectors_on: movups %xmm1, fpu_results(%rip)\n movups %xmm15, fpu_results + 16(%rip)\n"
			 "stmxcsr (%rsp)\n popq fpu_mxcsr(%rip)")
extern char snippet_vectors_on[];

SNIPPET(snippet_unused, "ud2")

static L4_Word_t state[L4_STATE_WORDS_MAX];

/* Go on behind the `ud2` to the report. */
static void go_on(L4_ThreadId_t t, L4_Word_t ip)
{
	trapper_resume_at(t, ip);
}

static bool read_all(L4_ThreadId_t t)
{
	L4_Word_t size = L4_ThreadStateSize(t);

	return size && size <= L4_STATE_WORDS_MAX && L4_ReadThreadState(t, 0, size, state);
}

TEST(fpu, state_size)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_unused_at, &m);

	EXPECT_EQ(L4_ThreadStateSize(t), words_expected());
}

static void expect_values(void)
{
	EXPECT_EQ(state[L4_STATE_XMM0 + 2], fpu_values[0]);
	EXPECT_EQ(state[L4_STATE_XMM0 + 3], fpu_values[1]);
	EXPECT_EQ(state[L4_STATE_XMM0 + 30], fpu_values[2]);
	EXPECT_EQ(state[L4_STATE_XMM0 + 31], fpu_values[3]);
	EXPECT_EQ(state[L4_STATE_MXCSR] & 0xffffffff, 0x3f80);
	if (components())
		EXPECT(state[L4_STATE_COMPONENTS] & COMPONENT_SSE);
}

/* The registers are still in the processor. */
TEST(fpu, state_read_of_owner)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_vectors_at, &m);

	REQUIRE(read_all(t));
	expect_values();
	/* Reading changes nothing. */
	go_on(t, (L4_Word_t)snippet_vectors_on);
	for (unsigned i = 0; i < 4; i++)
		EXPECT_EQ(fpu_results[i], fpu_values[i]);
	EXPECT_EQ(fpu_mxcsr, 0x3f80);
}

/* Another thread has used the processor's since. */
TEST(fpu, state_read_of_another)
{
	struct message m;
	struct wide mine;
	L4_ThreadId_t t = trapper(snippet_vectors_at, &m);

	find_width();
	wide_fill(&mine, 0x99);
	wide_load(&mine);
	REQUIRE(read_all(t));
	expect_values();
}

TEST(fpu, state_never_used)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_unused_at, &m);

	REQUIRE(read_all(t));
	EXPECT_EQ(state[L4_STATE_FCW] & 0xffff, FCW_DEFAULT);
	EXPECT_EQ(state[L4_STATE_MXCSR] & 0xffffffff, MXCSR_DEFAULT);
	for (L4_Word_t i = 4; i < words_expected(); i++)
		EXPECT_EQ(state[i], 0);
}

/* Write two registers and MXCSR; the thread must find them. */
static void write_values(L4_ThreadId_t t)
{
	REQUIRE(read_all(t));
	for (unsigned i = 0; i < 2; i++) {
		state[L4_STATE_XMM0 + 2 + i] = ~fpu_values[i];
		state[L4_STATE_XMM0 + 30 + i] = ~fpu_values[2 + i];
	}
	state[L4_STATE_MXCSR] = 0x5f80;
	state[L4_STATE_COMPONENTS] |= components() & COMPONENT_SSE;
	EXPECT(L4_WriteThreadState(t, 0, words_expected(), state));
	go_on(t, (L4_Word_t)snippet_vectors_on);
	for (unsigned i = 0; i < 4; i++)
		EXPECT_EQ(fpu_results[i], ~fpu_values[i]);
	EXPECT_EQ(fpu_mxcsr, 0x5f80);
}

TEST(fpu, state_written_to_owner)
{
	struct message m;

	write_values(trapper(snippet_vectors_at, &m));
}

TEST(fpu, state_written_to_another)
{
	struct message m;
	struct wide mine;
	L4_ThreadId_t t = trapper(snippet_vectors_at, &m);

	find_width();
	wide_fill(&mine, 0x99);
	wide_load(&mine);
	write_values(t);
}

/* To a thread that never used the registers. */
SNIPPET(snippet_first_use, "ud2\n snippet_first_use_on: movups %xmm1, fpu_results(%rip)")
extern char snippet_first_use_on[];

TEST(fpu, state_written_to_fresh_thread)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_first_use_at, &m);

	REQUIRE(read_all(t));
	state[L4_STATE_XMM0 + 2] = 0x1234;
	state[L4_STATE_XMM0 + 3] = 0x5678;
	state[L4_STATE_COMPONENTS] |= components() & COMPONENT_SSE;
	EXPECT(L4_WriteThreadState(t, 0, words_expected(), state));
	go_on(t, (L4_Word_t)snippet_first_use_on);
	EXPECT_EQ(fpu_results[0], 0x1234);
	EXPECT_EQ(fpu_results[1], 0x5678);
}

/* A component whose bit is clear is as after reset. */
TEST(fpu, state_component_cleared)
{
	struct message m;
	L4_ThreadId_t t;

	if (!components())
		return;
	t = trapper(snippet_vectors_at, &m);
	REQUIRE(read_all(t));
	state[L4_STATE_COMPONENTS] &= ~(L4_Word_t)COMPONENT_SSE;
	EXPECT(L4_WriteThreadState(t, L4_STATE_COMPONENTS, 1, &state[L4_STATE_COMPONENTS]));
	go_on(t, (L4_Word_t)snippet_vectors_on);
	EXPECT_EQ(fpu_results[0] | fpu_results[1] | fpu_results[2] | fpu_results[3], 0);
}

/* The upper halves of AVX lie where CPUID says. */
SNIPPET(snippet_ymm, "vmovdqu fpu_values(%rip), %ymm3\n ud2\n snippet_ymm_on: vmovdqu %ymm3, fpu_results(%rip)")
extern char snippet_ymm_on[];

TEST(fpu, state_of_avx)
{
	struct message m;
	L4_ThreadId_t t;
	unsigned eax, ebx, ecx, edx;
	L4_Word_t upper;

	if (!(components() & COMPONENT_AVX))
		return;
	__cpuid_count(0xd, 2, eax, ebx, ecx, edx);
	upper = ebx / 8 + 2 * 3;
	t = trapper(snippet_ymm_at, &m);
	REQUIRE(read_all(t));
	EXPECT_EQ(state[L4_STATE_XMM0 + 6], fpu_values[0]);
	EXPECT_EQ(state[L4_STATE_XMM0 + 7], fpu_values[1]);
	EXPECT_EQ(state[upper], fpu_values[2]);
	EXPECT_EQ(state[upper + 1], fpu_values[3]);
	state[upper] = 0xabcd;
	EXPECT(L4_WriteThreadState(t, upper, 1, &state[upper]));
	go_on(t, (L4_Word_t)snippet_ymm_on);
	EXPECT_EQ(fpu_results[1], fpu_values[1]);
	EXPECT_EQ(fpu_results[2], 0xabcd);
	EXPECT_EQ(fpu_results[3], fpu_values[3]);
}

/* Halted is stopped, too. */
static volatile L4_Word_t loaded;

static void loads_and_spins(L4_Word_t unused)
{
	(void)unused;
	__asm__ volatile("movups %0, %%xmm1\n\tmovups %1, %%xmm15" : : "m"(fpu_values[0]), "m"(fpu_values[2]));
	loaded = 1;
	for (;;)
		;
}

TEST(fpu, state_of_halted_thread)
{
	L4_ThreadId_t t;

	loaded = 0;
	t = thread_start(&own_space, loads_and_spins, 0);
	REQUIRE(wait_until(&loaded, 1, 200));
	EXPECT_EQ(L4_ThreadStateSize(t), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
	L4_Stop(t);
	REQUIRE(read_all(t));
	EXPECT_EQ(state[L4_STATE_XMM0 + 2], fpu_values[0]);
	EXPECT_EQ(state[L4_STATE_XMM0 + 30], fpu_values[2]);
}

/* Refusals. */

static void refused(L4_ThreadId_t t, L4_Word_t first, L4_Word_t count, L4_Word_t direction, L4_Word_t error)
{
	EXPECT_EQ(L4_ThreadState(t, first, count, direction), 0);
	EXPECT_EQ(L4_ErrorCode(), error);
}

TEST(fpu, state_of_nobody)
{
	refused(L4_nilthread, 0, 0, 0, ERROR_INVALID_THREAD);
	refused(L4_anythread, 0, 0, 0, ERROR_INVALID_THREAD);
	refused(thread_id_new(), 0, 0, 0, ERROR_INVALID_THREAD);
}

TEST(fpu, state_of_oneself)
{
	refused(L4_Myself(), 0, 0, 0, ERROR_INVALID_THREAD);
	refused(L4_MyLocalId(), 0, 64, 1, ERROR_INVALID_THREAD);
}

TEST(fpu, state_of_inactive_thread)
{
	L4_ThreadId_t t = thread_id_new();

	REQUIRE_EQ(L4_ThreadControl(t, worker, worker, L4_nilthread, (void *)-1UL), 1);
	refused(t, 0, 0, 0, ERROR_INVALID_THREAD);
	thread_delete(t);
}

static volatile L4_Word_t outcome;

static void reads_state(L4_Word_t t)
{
	outcome = L4_ThreadStateSize((L4_ThreadId_t){.raw = t}) ? 1 : 0x100 | L4_ErrorCode();
}

TEST(fpu, state_read_by_a_stranger)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_vectors_at, &m);

	outcome = 0;
	thread_start(space_new(), reads_state, t.raw);
	REQUIRE(wait_until(&outcome, 1, 200));
	EXPECT_EQ(outcome, 0x100 | ERROR_INVALID_THREAD);
}

TEST(fpu, state_beyond_its_end)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_unused_at, &m);
	L4_Word_t size = words_expected();

	for (L4_Word_t direction = 0; direction < 2; direction++) {
		refused(t, size, 1, direction, ERROR_INVALID_PARAMETER);
		refused(t, size - 1, 2, direction, ERROR_INVALID_PARAMETER);
		refused(t, size + 1, 0, direction, ERROR_INVALID_PARAMETER);
		refused(t, 0, 65, direction, ERROR_INVALID_PARAMETER);
		refused(t, ~0UL, 2, direction, ERROR_INVALID_PARAMETER);
		refused(t, 2, ~0UL, direction, ERROR_INVALID_PARAMETER);
		refused(t, 1UL << 32, 1, direction, ERROR_INVALID_PARAMETER);
		EXPECT_EQ(L4_ThreadState(t, size, 0, direction), size);
	}
	refused(t, 0, 1, 2, ERROR_INVALID_PARAMETER);
	refused(t, 0, 1, ~0UL, ERROR_INVALID_PARAMETER);
}

/* Each reserved bit alone: refused, and nothing of the piece is written. */
static void word_refused(L4_ThreadId_t t, L4_Word_t n, L4_Word_t value)
{
	L4_Word_t before = state[n];

	state[n] = value;
	EXPECT(!L4_WriteThreadState(t, n - 1, 3, &state[n - 1]));
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_PARAMETER);
	state[n] = before;
}

TEST(fpu, state_with_reserved_bits_of_mxcsr)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_vectors_at, &m);

	REQUIRE(read_all(t));
	for (unsigned bit = 16; bit < 32; bit++)
		word_refused(t, L4_STATE_MXCSR, 1UL << bit | MXCSR_DEFAULT);
	go_on(t, (L4_Word_t)snippet_vectors_on);
	EXPECT_EQ(fpu_mxcsr, 0x3f80);
}

TEST(fpu, state_with_reserved_bits_of_header)
{
	struct message m;
	L4_ThreadId_t t;

	if (!components())
		return;
	t = trapper(snippet_vectors_at, &m);
	REQUIRE(read_all(t));
	for (unsigned bit = 0; bit < 64; bit++) {
		if (!(components() >> bit & 1))
			word_refused(t, L4_STATE_COMPONENTS, 1UL << bit);
		for (unsigned n = L4_STATE_COMPONENTS + 1; n < HEADER_END; n++)
			word_refused(t, n, 1UL << bit);
	}
	go_on(t, (L4_Word_t)snippet_vectors_on);
	EXPECT_EQ(fpu_results[0], fpu_values[0]);
}

/* Whatever is accepted, the thread can run with it: random words, again and again. */
SNIPPET(snippet_use, "movaps %xmm0, %xmm0\n ud2")

TEST(fpu, state_of_random_words)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_use_at, &m);
	L4_Word_t size = words_expected(), seed = 0x5eed, accepted = 0;

	for (unsigned round = 0; round < 100; round++) {
		L4_Word_t first = random_next(&seed) % size, count = random_next(&seed) % 65, n;

		count = count < size - first ? count : size - first;
		for (L4_Word_t i = 0; i < count; i++) {
			n = first + i;
			state[n] = random_next(&seed);
			if (n == L4_STATE_MXCSR)
				state[n] &= ~0xffff0000UL;
			else if (n == L4_STATE_COMPONENTS && components())
				state[n] &= components();
			else if (n >= LEGACY_WORDS && n < HEADER_END && components() && round % 2)
				state[n] = 0;
		}
		accepted += L4_WriteThreadState(t, first, count, &state[first]);
		m.mr[EXC_RIP] = (L4_Word_t)snippet_use_at;
		EXPECT_OK(frame_reply(&m, 1));
		REQUIRE(event_receive(t, &m));
	}
	EXPECT(accepted > 20);
}
