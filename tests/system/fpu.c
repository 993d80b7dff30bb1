/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/fpu.c - floating-point and vector registers belong to their thread alone. */
#include "test.h"

struct vectors {
	unsigned char xmm[16][16];
} __attribute__((aligned(16)));

static void load(const struct vectors *v)
{
	__asm__ volatile("movaps 0x00(%0), %%xmm0\n\tmovaps 0x10(%0), %%xmm1\n\t"
			 "movaps 0x20(%0), %%xmm2\n\tmovaps 0x30(%0), %%xmm3\n\t"
			 "movaps 0x40(%0), %%xmm4\n\tmovaps 0x50(%0), %%xmm5\n\t"
			 "movaps 0x60(%0), %%xmm6\n\tmovaps 0x70(%0), %%xmm7\n\t"
			 "movaps 0x80(%0), %%xmm8\n\tmovaps 0x90(%0), %%xmm9\n\t"
			 "movaps 0xa0(%0), %%xmm10\n\tmovaps 0xb0(%0), %%xmm11\n\t"
			 "movaps 0xc0(%0), %%xmm12\n\tmovaps 0xd0(%0), %%xmm13\n\t"
			 "movaps 0xe0(%0), %%xmm14\n\tmovaps 0xf0(%0), %%xmm15"
			 :
			 : "r"(v)
			 : "memory");
}

static void store(struct vectors *v)
{
	__asm__ volatile("movaps %%xmm0, 0x00(%0)\n\tmovaps %%xmm1, 0x10(%0)\n\t"
			 "movaps %%xmm2, 0x20(%0)\n\tmovaps %%xmm3, 0x30(%0)\n\t"
			 "movaps %%xmm4, 0x40(%0)\n\tmovaps %%xmm5, 0x50(%0)\n\t"
			 "movaps %%xmm6, 0x60(%0)\n\tmovaps %%xmm7, 0x70(%0)\n\t"
			 "movaps %%xmm8, 0x80(%0)\n\tmovaps %%xmm9, 0x90(%0)\n\t"
			 "movaps %%xmm10, 0xa0(%0)\n\tmovaps %%xmm11, 0xb0(%0)\n\t"
			 "movaps %%xmm12, 0xc0(%0)\n\tmovaps %%xmm13, 0xd0(%0)\n\t"
			 "movaps %%xmm14, 0xe0(%0)\n\tmovaps %%xmm15, 0xf0(%0)"
			 :
			 : "r"(v)
			 : "memory");
}

static unsigned different(const struct vectors *v, unsigned char seed)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 16; i++)
		for (unsigned k = 0; k < 16; k++)
			n += v->xmm[i][k] != (unsigned char)(seed + i * 16 + k);
	return n;
}

static void fill(struct vectors *v, unsigned char seed)
{
	for (unsigned i = 0; i < 16; i++)
		for (unsigned k = 0; k < 16; k++)
			v->xmm[i][k] = (unsigned char)(seed + i * 16 + k);
}

static volatile L4_Word_t wrong, rounds;
enum { ROUNDS = 30, THREADS = 4 };

/* Keeps its own values over `pause` again and again. */
static void keeps(L4_Word_t seed, void (*pause)(void))
{
	struct vectors mine, now;

	fill(&mine, (unsigned char)seed);
	for (unsigned i = 0; i < ROUNDS; i++) {
		load(&mine);
		pause();
		store(&now);
		__atomic_fetch_add(&wrong, different(&now, (unsigned char)seed), __ATOMIC_SEQ_CST);
		__atomic_fetch_add(&rounds, 1, __ATOMIC_SEQ_CST);
	}
	sleep_forever();
}

static void pause_yield(void)
{
	L4_Yield();
}

static void pause_spin(void)
{
	L4_Word_t until = __builtin_ia32_rdtsc() + 3000000 / time_scale;

	while (__builtin_ia32_rdtsc() < until)
		;
}

static void pause_ipc(void)
{
	L4_LoadMR(0, tag_make(0x33, 0, 0).raw);
	L4_Call(worker);
}

static void yields(L4_Word_t seed)
{
	keeps(seed, pause_yield);
}

static void spins(L4_Word_t seed)
{
	keeps(seed, pause_spin);
}

static void calls(L4_Word_t seed)
{
	keeps(seed, pause_ipc);
}

static void together(void (*function)(L4_Word_t))
{
	wrong = 0;
	rounds = 0;
	for (unsigned i = 0; i < THREADS; i++)
		thread_start(i & 1 ? space_new() : &own_space, function, 1 + 61 * i);
}

TEST(fpu, over_yield)
{
	together(yields);
	REQUIRE(wait_until(&rounds, ROUNDS * THREADS, 500));
	EXPECT_EQ(wrong, 0);
}

TEST(fpu, over_preemption)
{
	together(spins);
	REQUIRE(wait_until(&rounds, ROUNDS * THREADS, 900));
	EXPECT_EQ(wrong, 0);
}

TEST(fpu, over_ipc)
{
	struct vectors mine;
	L4_ThreadId_t from;

	together(calls);
	while (rounds < ROUNDS * THREADS) {
		if (L4_IpcFailed(L4_Wait_Timeout(PATIENCE, &from)))
			break;
		/* The server uses the registers, too. */
		fill(&mine, 0xee);
		load(&mine);
		L4_LoadMR(0, tag_make(0, 0, 0).raw);
		L4_Send_Timeout(from, L4_ZeroTime);
	}
	EXPECT_EQ(rounds, ROUNDS * THREADS);
	EXPECT_EQ(wrong, 0);
}

/* A thread that never used them sees nothing of another's. */
static void tells_what_it_sees(L4_Word_t unused)
{
	struct vectors v;
	L4_Word_t sum = 0;

	(void)unused;
	store(&v);
	for (unsigned i = 0; i < 16; i++)
		for (unsigned k = 0; k < 16; k++)
			sum += v.xmm[i][k];
	report(LABEL_DONE, sum);
}

TEST(fpu, fresh_thread_sees_zeros)
{
	struct vectors mine;
	struct message m;

	fill(&mine, 0x77);
	load(&mine);
	thread_start(space_new(), tells_what_it_sees, 0);
	REQUIRE(message_receive(L4_anythread, &m));
	EXPECT_EQ(m.mr[1], 0);
}

/* The owner is deleted with its values still in the processor. */
static void loads_and_spins(L4_Word_t unused)
{
	struct vectors mine;

	(void)unused;
	fill(&mine, 0x55);
	load(&mine);
	rounds = 1;
	for (;;)
		;
}

TEST(fpu, owner_deleted)
{
	L4_ThreadId_t t;
	struct message m;

	rounds = 0;
	t = thread_start(space_new(), loads_and_spins, 0);
	REQUIRE(wait_until(&rounds, 1, 200));
	EXPECT_EQ(thread_delete(t), 1);
	thread_start(space_new(), tells_what_it_sees, 0);
	REQUIRE(message_receive(L4_anythread, &m));
	EXPECT_EQ(m.mr[1], 0);
}

/* x87 stack and both control words. */
static void keeps_control(L4_Word_t which)
{
	unsigned short cw = (unsigned short)(0x37f ^ which << 10), cw_now = 0;
	unsigned mxcsr = 0x1f80 ^ (unsigned)which << 13, mxcsr_now = 0;
	double value = 1.5 + (double)which, value_now = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		__asm__ volatile("fninit\n\tfldcw %0\n\tldmxcsr %1\n\tfldl %2"
				 :
				 : "m"(cw), "m"(mxcsr), "m"(value));
		L4_Yield();
		__asm__ volatile("fstpl %2\n\tfnstcw %0\n\tstmxcsr %1"
				 : "=m"(cw_now), "=m"(mxcsr_now), "=m"(value_now));
		if (cw_now != cw || mxcsr_now != mxcsr || value_now != value)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_SEQ_CST);
		__atomic_fetch_add(&rounds, 1, __ATOMIC_SEQ_CST);
	}
	sleep_forever();
}

TEST(fpu, control_words_and_x87)
{
	wrong = 0;
	rounds = 0;
	for (unsigned i = 0; i < 3; i++)
		thread_start(&own_space, keeps_control, i);
	REQUIRE(wait_until(&rounds, ROUNDS * 3, 500));
	EXPECT_EQ(wrong, 0);
}

/* The initial state is the processor's: exceptions masked, round to nearest. */
static void tells_control(L4_Word_t unused)
{
	unsigned short cw;
	unsigned mxcsr;

	(void)unused;
	__asm__ volatile("fnstcw %0\n\tstmxcsr %1" : "=m"(cw), "=m"(mxcsr));
	report(LABEL_DONE, (L4_Word_t)mxcsr << 16 | cw);
}

TEST(fpu, initial_control_words)
{
	struct message m;

	thread_start(&own_space, tells_control, 0);
	REQUIRE(message_receive(L4_anythread, &m));
	EXPECT_EQ(m.mr[1], 0x1f80UL << 16 | 0x37f);
}
