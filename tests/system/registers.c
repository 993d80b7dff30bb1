/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/registers.c - the register round trip: a different value in every register, compared
 * after every way into and out of the kernel that must preserve it; and what an IPC leaves in the
 * registers that it does not preserve.
 */
#include "raw.h"
#include "test.h"

static const char *const names[REGISTER_COUNT] = {
    "RAX", "RBX", "RCX", "RDX", "RSI", "RDI", "RBP", "RSP",    "R8",
    "R9",  "R10", "R11", "R12", "R13", "R14", "R15", "RFLAGS",
};
enum reg { RAX, RBX, RCX, RDX, RSI, RDI, RBP, RSP, R8, R9, R10, R11, R12, R13, R14, R15, RFLAGS };
#define BIT(reg) (1UL << (reg))

/* CF PF AF ZF SF DF OF, besides IF and the bit that is always 1: what a user changes with ordinary
 * instructions. */
enum { FLAGS_ALL = 0xcd5 | 0x202, FLAGS_NONE = 0x202 };

static L4_Word_t *at(struct registers *r, unsigned n)
{
	return (L4_Word_t *)r + n;
}

static void fill(struct registers *r, L4_Word_t rflags)
{
	for (unsigned n = 0; n < REGISTER_COUNT; n++)
		*at(r, n) = 0x1122334455667700UL + 0x0101010101010101UL * n;
	r->rsp = stack_new() - 512;
	r->rflags = rflags;
}

static void compare(const struct registers *want, struct registers *got, unsigned long except)
{
	for (unsigned n = 0; n < REGISTER_COUNT; n++) {
		L4_Word_t expected = *at((struct registers *)want, n);

		if (!(except & BIT(n)) && *at(got, n) != expected)
			FAIL("expected %s = 0x%lx, got 0x%lx", names[n], expected, *at(got, n));
	}
}

static void runs(L4_Word_t function)
{
	((void (*)(void))function)();
	report(LABEL_DONE, 0);
	sleep_forever();
}

static L4_ThreadId_t start(void (*round_trip)(void), L4_Word_t rflags)
{
	L4_Word_t *to = (L4_Word_t *)&round_out;

	fill(&round_in, rflags);
	for (unsigned n = 0; n < REGISTER_COUNT; n++)
		to[n] = 0;
	return thread_start_under(worker, &own_space, runs, (L4_Word_t)round_trip);
}

static void expect_done(L4_ThreadId_t t)
{
	struct message m;

	REQUIRE(event_receive(t, &m));
	REQUIRE_EQ(L4_Label(m.tag), LABEL_DONE);
}

static const L4_Word_t both[] = {FLAGS_ALL, FLAGS_NONE};

/* The timer interrupts a thread that spins on one instruction; then its instruction pointer is
 * moved. */
TEST(registers, over_preemption)
{
	for (unsigned i = 0; i < 2; i++) {
		L4_Word_t control, sp, ip, flags, handle;
		L4_ThreadId_t t = start(round_trip_spin, both[i]), pager;

		/* Several slices: others run in between. */
		L4_Sleep(L4_TimePeriod(25000));
		L4_ExchangeRegisters(t, 1 << 4, 0, (L4_Word_t)round_spin_behind, 0, 0, L4_nilthread,
				     &control, &sp, &ip, &flags, &handle, &pager);
		expect_done(t);
		compare(&round_in, &round_out, 0);
	}
}

/* ... while other threads spin with values of their own. */
TEST(registers, over_preemption_by_others)
{
	struct space *other = space_new();
	L4_ThreadId_t t, pager;
	L4_Word_t control, sp, ip, flags, handle;

	thread_start(other, loops, 0);
	thread_start(&own_space, loops, 0);
	t = start(round_trip_spin, FLAGS_ALL);
	L4_Sleep(L4_TimePeriod(120000));
	L4_ExchangeRegisters(t, 1 << 4, 0, (L4_Word_t)round_spin_behind, 0, 0, L4_nilthread,
			     &control, &sp, &ip, &flags, &handle, &pager);
	expect_done(t);
	compare(&round_in, &round_out, 0);
}

/* Stopped and started again where it was. */
TEST(registers, over_halt)
{
	L4_Word_t control, sp, ip, flags, handle;
	L4_ThreadId_t t = start(round_trip_spin, FLAGS_ALL), pager;

	settle();
	L4_ExchangeRegisters(t, 1 << 8 | 1, 0, 0, 0, 0, L4_nilthread, &control, &sp, &ip, &flags,
			     &handle, &pager);
	settle();
	L4_ExchangeRegisters(t, 1 << 8 | 1 << 4, 0, (L4_Word_t)round_spin_behind, 0, 0,
			     L4_nilthread, &control, &sp, &ip, &flags, &handle, &pager);
	expect_done(t);
	compare(&round_in, &round_out, 0);
}

#define HOLE 0x300000000000UL

static L4_ThreadId_t fault(void (*round_trip)(void), L4_Word_t rflags, L4_Word_t rbx, L4_Word_t rsp,
			   struct message *m)
{
	L4_ThreadId_t t;

	t = thread_create(&own_space, worker);
	fill(&round_in, rflags);
	round_in.rbx = rbx;
	if (rsp)
		round_in.rsp = rsp;
	thread_run(t, runs, (L4_Word_t)round_trip);
	REQUIRE(message_receive(t, m));
	REQUIRE(is_page_fault(m));
	return t;
}

static L4_Fpage_t fresh_page(L4_Word_t *address)
{
	*address = page_new();
	return L4_FpageAddRights(L4_FpageLog2(*address, 12), L4_FullyAccessible);
}

TEST(registers, over_page_fault_read)
{
	for (unsigned i = 0; i < 2; i++) {
		L4_Word_t hole = HOLE + 0x10000 * i, page;
		struct message m;
		L4_ThreadId_t t = fault(round_trip_read, both[i], hole + 8, 0, &m);
		L4_Fpage_t fpage = fresh_page(&page);

		EXPECT_EQ(m.mr[2], (L4_Word_t)round_read_at);
		((L4_Word_t *)page)[1] = 0x99aabbccddeeff00UL;
		EXPECT_OK(map_reply(t, fpage, hole));
		expect_done(t);
		compare(&round_in, &round_out, BIT(RBX));
		EXPECT_EQ(round_out.rbx, 0x99aabbccddeeff00UL);
	}
}

TEST(registers, over_page_fault_write)
{
	L4_Word_t hole = HOLE + 0x40000, page;
	struct message m;
	L4_ThreadId_t t = fault(round_trip_write, FLAGS_ALL, hole, 0, &m);
	L4_Fpage_t fpage = fresh_page(&page);

	EXPECT_EQ(m.mr[2], (L4_Word_t)round_write_at);
	EXPECT_OK(map_reply(t, fpage, hole));
	expect_done(t);
	compare(&round_in, &round_out, 0);
	EXPECT_EQ(*(L4_Word_t *)page, round_in.r15);
}

TEST(registers, over_page_fault_of_stack)
{
	L4_Word_t hole = HOLE + 0x50000, page;
	struct message m;
	L4_ThreadId_t t = fault(round_trip_push, FLAGS_ALL, 0, hole + 0x1000, &m);
	L4_Fpage_t fpage = fresh_page(&page);

	EXPECT_EQ(m.mr[1], hole + 0xff8);
	EXPECT_OK(map_reply(t, fpage, hole));
	expect_done(t);
	compare(&round_in, &round_out, BIT(RSP));
	EXPECT_EQ(round_out.rsp, round_in.rsp - 8);
	EXPECT_EQ(((L4_Word_t *)page)[511], round_in.r15);
}

/* Several answers without a mapping before the right one. */
TEST(registers, over_page_fault_again_and_again)
{
	L4_Word_t hole = HOLE + 0x60000, page;
	struct message m;
	L4_ThreadId_t t = fault(round_trip_write, FLAGS_ALL, hole, 0, &m);

	for (unsigned i = 0; i < 5; i++) {
		L4_LoadMR(0, tag_make(0, 0, 0).raw);
		EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
		REQUIRE(message_receive(t, &m));
	}
	EXPECT_OK(map_reply(t, fresh_page(&page), hole));
	expect_done(t);
	compare(&round_in, &round_out, 0);
}

/* Exceptions: the message shows every register, and the answer brings each back. */
static void exception(void (*round_trip)(void), char *at_label, char *behind, L4_Word_t rflags,
		      L4_Word_t except, unsigned answer)
{
	static const unsigned char word_of[REGISTER_COUNT] = {
	    EXC_RAX, EXC_RBX, EXC_RCX, EXC_RDX, EXC_RSI, EXC_RDI, EXC_RBP, EXC_RSP,    EXC_R8,
	    EXC_R9,  EXC_R10, EXC_R11, EXC_R12, EXC_R13, EXC_R14, EXC_R15, EXC_RFLAGS,
	};
	struct message m;
	L4_ThreadId_t t = start(round_trip, rflags);

	REQUIRE(event_receive(t, &m));
	REQUIRE(is_exception(&m));
	EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)at_label);
	for (unsigned n = 0; n < REGISTER_COUNT; n++) {
		L4_Word_t ignore = n == RFLAGS ? 1UL << 16 : 0; /* RF is the processor's */

		if (!(except & BIT(n)) && (m.mr[word_of[n]] & ~ignore) != *at(&round_in, n))
			FAIL("expected %s = 0x%lx in the message, got 0x%lx", names[n],
			     *at(&round_in, n), m.mr[word_of[n]]);
	}
	m.mr[EXC_RIP] = (L4_Word_t)behind;
	EXPECT_OK(frame_reply(&m, answer));
	expect_done(t);
	compare(&round_in, &round_out, except);
}

TEST(registers, over_exception_whole_answer)
{
	for (unsigned i = 0; i < 2; i++)
		exception(round_trip_ud2, round_ud2_at, round_ud2_behind, both[i], 0, EXC_WORDS);
}

TEST(registers, over_exception_short_answer)
{
	exception(round_trip_ud2, round_ud2_at, round_ud2_behind, FLAGS_ALL, 0, 1);
}

TEST(registers, over_breakpoint)
{
	exception(round_trip_int3, round_int3_behind, round_int3_behind, FLAGS_ALL, 0, EXC_WORDS);
	exception(round_trip_int3, round_int3_behind, round_int3_behind, FLAGS_ALL, 0, 0);
}

TEST(registers, over_int80)
{
	exception(round_trip_int80, round_int80_behind, round_int80_behind, FLAGS_ALL, 0,
		  EXC_WORDS);
	exception(round_trip_int80, round_int80_behind, round_int80_behind, FLAGS_ALL, 0, 0);
}

/* SYSCALL itself destroys RCX and R11; RFLAGS is 0x202 behind every system call. */
TEST(registers, over_foreign_syscall)
{
	L4_Word_t destroyed = BIT(RCX) | BIT(R11) | BIT(RFLAGS);

	exception(round_trip_syscall, round_syscall_behind, round_syscall_behind, FLAGS_ALL,
		  destroyed, EXC_WORDS);
	exception(round_trip_syscall, round_syscall_behind, round_syscall_behind, FLAGS_NONE,
		  destroyed, 1);
	exception(round_trip_syscall, round_syscall_behind, round_syscall_behind, FLAGS_NONE,
		  destroyed, 0);
}

/* An I/O fault, answered with the port. */
TEST(registers, over_io_fault)
{
	struct message m;
	struct space *s = space_new();
	L4_ThreadId_t t = thread_create(s, worker);
	L4_Fpage_t io;

	fill(&round_in, FLAGS_ALL);
	round_in.rdx = 0x3f8 + 5; /* we print: we have it; and writing to it does nothing */
	thread_run(t, runs, (L4_Word_t)round_trip_out);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ((L4_SignedWord_t)m.tag.raw >> 20, -8);
	EXPECT_EQ(m.mr[2], (L4_Word_t)round_out_at);
	io.raw = m.mr[1] | L4_FullyAccessible;
	EXPECT_OK(map_reply(t, io, 0));
	expect_done(t);
	compare(&round_in, &round_out, 0);
}

/* System calls but IPC preserve all but RAX, RCX, R11 and their results (abi/syscall.h). */
static void system_call(unsigned number, struct registers in, L4_Word_t results)
{
	for (unsigned i = 0; i < 2; i++) {
		struct registers before = in, r;

		before.rdx = CALL_WORD(number, 0);
		before.rflags = both[i];
		r = before;
		raw_syscall(&r);
		EXPECT_EQ(r.rsp, 0);
		EXPECT_EQ(r.rflags, 0x202);
		compare(&before, &r,
			results | BIT(RAX) | BIT(RCX) | BIT(R11) | BIT(RSP) | BIT(RFLAGS));
	}
}

static struct registers different(void)
{
	struct registers r;

	for (unsigned n = 0; n < REGISTER_COUNT; n++)
		*at(&r, n) = 0x7100000000000000UL + 0x0001010101010101UL * (n + 1);
	return r;
}

TEST(registers, over_kernel_interface)
{
	system_call(CALL_KERNEL_INTERFACE, different(), BIT(RDI) | BIT(RSI) | BIT(R8));
}

TEST(registers, over_system_clock)
{
	system_call(CALL_SYSTEM_CLOCK, different(), 0);
}

TEST(registers, over_thread_switch)
{
	struct registers r = different();

	r.rdi = 0;
	thread_start(space_new(), loops, 0);
	settle();
	system_call(CALL_THREAD_SWITCH, r, 0);
}

TEST(registers, over_exchange_registers)
{
	struct registers r = different();

	r.rdi = L4_MyGlobalId().raw;
	r.rsi = 0;
	system_call(CALL_EXCHANGE_REGISTERS, r,
		    BIT(RSI) | BIT(R8) | BIT(R9) | BIT(R10) | BIT(R12) | BIT(R13));
}

TEST(registers, over_refused_calls)
{
	struct registers r = different();

	system_call(CALL_THREAD_CONTROL, r, 0);
	system_call(CALL_SPACE_CONTROL, r, BIT(RSI));
	system_call(CALL_SCHEDULE, r, BIT(RSI));
	system_call(CALL_PROCESSOR_CONTROL, r, 0);
	system_call(CALL_MEMORY_CONTROL, r, 0);
	system_call(CALL_UNMAP, r, 0);
	system_call(CALL_EXCHANGE_REGISTERS, r,
		    BIT(RSI) | BIT(R8) | BIT(R9) | BIT(R10) | BIT(R12) | BIT(R13));
}

/* An IPC: only RSP survives, and RFLAGS is constant; what is in the other registers is the
 * partner's or our own. */

static struct registers sender_registers;

static void sends_raw(L4_Word_t unused)
{
	(void)unused;
	raw_syscall(&sender_registers);
	sleep_forever();
}

/* A value that this test put into one of both threads' registers, or that the kernel may put there.
 */
static bool is_ours(L4_Word_t value)
{
	return value >> 32 == 0xaaaaaaaa || value >> 32 == 0xbbbbbbbb || value >> 32 == CALL_MARK ||
	       value < 1UL << 47;
}

TEST(registers, ipc_brings_only_the_partners)
{
	struct space *s = space_new();
	struct registers r;
	L4_ThreadId_t t;

	for (unsigned n = 0; n < REGISTER_COUNT; n++) {
		*at(&r, n) = 0xaaaaaaaa00000000UL + n;
		*at(&sender_registers, n) = 0xbbbbbbbb00000000UL + n;
	}
	sender_registers.rax = tag_make(0x77, 3, 0).raw;
	sender_registers.rdi = worker.raw;
	sender_registers.rsi = 0;
	sender_registers.rdx = CALL_WORD(CALL_IPC, IPC_FROM);
	sender_registers.r8 = 0;
	sender_registers.rflags = FLAGS_ALL;
	t = thread_start(s, sends_raw, 0);
	settle();
	r.rdi = 0;
	r.rsi = t.raw;
	r.rdx = CALL_WORD(CALL_IPC, IPC_FROM);
	r.rflags = FLAGS_ALL;
	raw_syscall(&r);
	EXPECT_EQ(r.rsp, 0);
	EXPECT_EQ(r.rflags, 0x202);
	EXPECT_EQ(r.rax, tag_make(0x77, 3, 0).raw);
	EXPECT_EQ(r.rsi, t.raw);
	EXPECT_EQ(r.rbx, 0xbbbbbbbb00000000UL + RBX);
	EXPECT_EQ(r.rbp, 0xbbbbbbbb00000000UL + RBP);
	EXPECT_EQ(r.r9, 0xbbbbbbbb00000000UL + R9);
	for (unsigned n = 0; n < REGISTER_COUNT; n++) {
		if (n != RAX && n != RSI && n != RSP && n != RFLAGS && !is_ours(*at(&r, n)))
			FAIL("expected nothing of the kernel's in %s, got 0x%lx", names[n],
			     *at(&r, n));
	}
}

/* All seven registers carry words, in the documented order. */
TEST(registers, ipc_word_order)
{
	struct registers r = {.rflags = 0x202};
	L4_ThreadId_t t;

	for (unsigned n = 0; n < REGISTER_COUNT; n++)
		*at(&sender_registers, n) = 0xbbbbbbbb00000000UL + n;
	sender_registers.rax = tag_make(0x78, 7, 0).raw;
	sender_registers.rdi = worker.raw;
	sender_registers.rsi = 0;
	sender_registers.rdx = CALL_WORD(CALL_IPC, IPC_FROM);
	sender_registers.r8 = 0;
	sender_registers.rflags = 0x202;
	t = thread_start(space_new(), sends_raw, 0);
	r.rsi = t.raw;
	r.rdx = CALL_WORD(CALL_IPC, IPC_FROM);
	raw_syscall(&r);
	EXPECT_EQ(r.rbx, 0xbbbbbbbb00000000UL + RBX);
	EXPECT_EQ(r.rbp, 0xbbbbbbbb00000000UL + RBP);
	EXPECT_EQ(r.r9, 0xbbbbbbbb00000000UL + R9);
	EXPECT_EQ(r.r10, 0xbbbbbbbb00000000UL + R10);
	EXPECT_EQ(r.r12, 0xbbbbbbbb00000000UL + R12);
	EXPECT_EQ(r.r13, 0xbbbbbbbb00000000UL + R13);
	EXPECT_EQ(r.r14, 0xbbbbbbbb00000000UL + R14);
}

/* A message to or from this program's worker that fills all of a UTCB: the copy leaves nothing of the kernel's in the
 * receiver's registers, nor, when both go on, in the sender's. */
static void expect_nothing_of_the_kernels(const struct registers *r)
{
	for (unsigned n = 0; n < REGISTER_COUNT; n++)
		if (n != RAX && *at((struct registers *)r, n) >> 47 == 0x1ffff)
			FAIL("expected nothing of the kernel's in %s, got 0x%lx", names[n],
			     *at((struct registers *)r, n));
}

static struct registers heard;

static void hears_raw(L4_Word_t unused)
{
	(void)unused;
	raw_syscall(&heard);
	sleep_forever();
}

static void send_to_one_who_waits(struct space *space, unsigned words)
{
	struct registers r = {.rflags = 0x202};
	L4_ThreadId_t t;

	heard = (struct registers){.rsi = worker.raw, .rdx = CALL_WORD(CALL_IPC, IPC_FROM), .rflags = 0x202};
	t = thread_start(space, hears_raw, 0);
	settle();
	r.rax = tag_make(0x79, words, 0).raw;
	r.rdi = t.raw;
	r.rdx = CALL_WORD(CALL_IPC, IPC_FROM);
	raw_syscall(&r);
	EXPECT_EQ(r.rax, 0);
	expect_nothing_of_the_kernels(&r);
	settle();
	EXPECT_EQ(heard.rax, tag_make(0x79, words, 0).raw);
	expect_nothing_of_the_kernels(&heard);
}

TEST(registers, sending_shows_nothing_of_the_kernels)
{
	for (unsigned words = 0; words < 64; words += 21) {
		send_to_one_who_waits(&own_space, words);
		send_to_one_who_waits(space_new(), words);
	}
}

static void call_one_who_waits(struct space *space, unsigned kind, unsigned words)
{
	struct registers r = {.rflags = 0x202};
	L4_ThreadId_t t;

	heard = (struct registers){.rsi = worker.raw, .rdx = CALL_WORD(CALL_IPC, IPC_FROM), .rflags = 0x202};
	t = thread_start(space, hears_raw, 0);
	settle();
	thread_start(&own_space, sends_raw, 0); /* what ends our wait; the sender's registers are filled below */
	sender_registers = (struct registers){
	    .rax = tag_make(0x7a, words, 0).raw,
	    .rdi = worker.raw,
	    .rdx = CALL_WORD(CALL_IPC, IPC_FROM),
	    .rflags = 0x202,
	};
	r.rax = tag_make(0x79, words, 0).raw;
	r.rdi = t.raw;
	r.rsi = L4_anythread.raw;
	r.rdx = CALL_WORD(CALL_IPC, kind);
	raw_syscall(&r);
	expect_nothing_of_the_kernels(&r);
	settle();
	EXPECT_EQ(heard.rax, tag_make(0x79, words, 0).raw);
	expect_nothing_of_the_kernels(&heard);
}

TEST(registers, waiting_shows_nothing_of_the_kernels)
{
	for (unsigned words = 0; words < 64; words += 21) {
		call_one_who_waits(&own_space, IPC_OPEN, words);
		call_one_who_waits(space_new(), IPC_OPEN, words);
	}
}

/* The stack pointer over a blocking IPC and over one that fails. */
TEST(registers, ipc_preserves_stack_pointer)
{
	struct registers r = {.rflags = FLAGS_ALL};

	r.rdi = 0;
	r.rsi = L4_MyGlobalId().raw;
	r.rdx = CALL_WORD(CALL_IPC, IPC_FROM) | 500UL << CALL_TIMEOUT_SHIFT;
	raw_syscall(&r);
	EXPECT_EQ(r.rsp, 0);
	EXPECT_EQ(r.rflags, 0x202);
	EXPECT(r.rax >> 15 & 1);
	r = (struct registers){.rflags = FLAGS_ALL};
	r.rdi = thread_id_new().raw;
	r.rdx = CALL_WORD(CALL_IPC, IPC_CALL);
	raw_syscall(&r);
	EXPECT_EQ(r.rsp, 0);
	EXPECT_EQ(r.rflags, 0x202);
	EXPECT(r.rax >> 15 & 1);
}

/* Segment bases: FS belongs to the thread, GS shows the UTCB however the user bends it. */
TEST(registers, gs_base_is_the_utcb)
{
	L4_Word_t gs;

	if (!users_set_segment_bases())
		return;
	__asm__ volatile("rdgsbase %0" : "=r"(gs));
	EXPECT_EQ(gs, L4_MyLocalId().raw);
}

TEST(registers, fs_base_over_ipc_and_preemption)
{
	L4_Word_t fs;

	if (!users_set_segment_bases())
		return;
	thread_start(space_new(), loops, 0);
	__asm__ volatile("wrfsbase %0" : : "r"(0x123456780000UL));
	L4_Sleep(L4_TimePeriod(30000));
	__asm__ volatile("rdfsbase %0" : "=r"(fs));
	EXPECT_EQ(fs, 0x123456780000UL);
	__asm__ volatile("wrfsbase %0" : : "r"(0UL));
}
