/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/fuzz.c - every system-call number and many that are none, with random registers,
 * hundreds of thousands of times.
 *
 * A fuzzer runs in an unprivileged space and calls; the worker is its exception handler and lets it
 * go on; when it has come to a halt (it waits for a message, or has stopped itself), the worker
 * deletes it and starts another one where the count stands. Meanwhile two other threads of other
 * spaces talk, and must go on talking. The seed is a constant: what failed fails again.
 */
#include "raw.h"
#include "harness.h"

enum {
	NUMBERS = 512, /* every number from 0 up */
	WAYS = 4,      /* places where a number can stand */
	FILLS = 8,     /* random registers for each number and way */
	STRUCTURED = NUMBERS * WAYS * FILLS,
	TOTAL = 210000,
	PRIVILEGED_TOTAL = 30000,
	IDLE_MAX = 20,
	TRAP_PAGE_FAULT = 14,
	PATIENCE_US = 3000, /* a fuzzer that does nothing for so long waits forever */
};

/* Shared by fuzzer and worker. */
static volatile L4_Word_t calls_made, calls_wanted, kernel_seen;
static L4_Word_t seed;
static struct registers fuzz_registers;

/* Values that are more interesting than random ones. */
static L4_Word_t interesting(L4_Word_t *state)
{
	const L4_Word_t values[] = {
	    0,
	    1,
	    ~0UL,
	    ~0UL << 6,
	    0x40,
	    0x400,
	    0xfff,
	    0x1000,
	    0x400000,
	    0x7ffffffff000UL,
	    0x7fffffffffffUL,
	    0x800000000000UL,
	    0xffff800000000000UL,
	    0xffffff0000000000UL,
	    0xffffffff80000000UL,
	    0xffffffffc0000000UL,
	    0x8000000000000000UL,
	    0xffffffffUL,
	    0x10,
	    0x20,
	    0x1f7,
	    0x3f,
	    runner.raw,
	    warden.raw,
	    worker.raw,
	    sigma0.raw,
	    runner.raw ^ 1UL << 32,
	    worker.raw | 1UL << 63,
	    L4_MyGlobalId().raw,
	    L4_MyLocalId().raw,
	    own_space.utcb_area,
	    own_space.kip,
	    0xfffff00000001UL,
	    0x10000000000001UL,
	    0xffffffff00000001UL,
	    (L4_Word_t)&fuzz_registers,
	};
	L4_Word_t r = random_next(state);

	return values[r % (sizeof values / sizeof *values)] +
	       (r >> 32 & 0xff ? 0 : (r >> 40 & 0xf) - 8);
}

static L4_Word_t any_word(L4_Word_t *state)
{
	L4_Word_t r = random_next(state);

	switch (r >> 60) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
	case 5:
		return interesting(state);
	case 6:
	case 7:
		return random_next(state) & 0xffff;
	default:
		return random_next(state);
	}
}

static void fill(struct registers *r, L4_Word_t *state)
{
	L4_Word_t *words = (L4_Word_t *)r;

	for (unsigned n = 0; n < REGISTER_COUNT; n++)
		words[n] = any_word(state);
	/* Arithmetic flags, DF, NT, AC, ID: all that a user can set but TF, which only makes it
	 * slow. */
	r->rflags = 0x202 | (random_next(state) & 0x244cd5);
}

/* The k-th call of the structured part: number, place and fill are functions of k. */
static void place_number(struct registers *r, L4_Word_t k)
{
	L4_Word_t number = k % NUMBERS, mark = (L4_Word_t)CALL_MARK << 32;

	switch (k / NUMBERS % WAYS) {
	case 0:
		r->rax = number;
		break;
	case 1:
		r->rdx = number;
		break;
	case 2:
		r->rdx = mark | number;
		break;
	case 3:
		r->rdx = mark | number << CALL_NUMBER_SHIFT | (r->rdx & CALL_KIND_MASK);
		break;
	}
}

/* An IPC that waits forever ends the fuzzer's life: let most of them have a short timeout. */
static void shorten_wait(struct registers *r, L4_Word_t *state)
{
	L4_Word_t number = r->rdx >> CALL_NUMBER_SHIFT & CALL_NUMBER_MASK;

	if (r->rdx >> 32 != CALL_MARK || number > CALL_LIPC || random_next(state) % 64 == 0)
		return;
	r->rdx = (r->rdx & ~0xffff0000UL) | 0x0400UL << CALL_TIMEOUT_SHIFT;
	r->r8 = 0x0400;
}

/* The kernel's addresses among interesting(); give or take 8. */
static const L4_Word_t kernel_edges[] = {
    0xffff800000000000UL,
    0xffffff0000000000UL,
    0xffffffff80000000UL,
    0xffffffffc0000000UL,
};

static bool is_kernel_address(L4_Word_t value, const struct registers *given)
{
	const L4_Word_t *words = (const L4_Word_t *)given;

	if (value < 0xffff800000000000UL || value > 0xfffffffffffff000UL)
		return false;
	for (unsigned n = 0; n < REGISTER_COUNT; n++)
		if (value == words[n])
			return false; /* what we gave */
	for (unsigned n = 0; n < sizeof(kernel_edges) / sizeof(kernel_edges[0]); n++)
		if (value - kernel_edges[n] + 8 < 16)
			return false; /* what we gave once: a user-defined handle, say, comes back */
	return true;
}

static void fuzz(L4_Word_t unused)
{
	static struct registers given;

	(void)unused;
	while (calls_made < calls_wanted) {
		struct registers *r = &fuzz_registers;
		L4_Word_t k = calls_made;

		fill(r, &seed);
		if (k < STRUCTURED)
			place_number(r, k);
		else if (k % 3 == 0)
			r->rdx = (L4_Word_t)CALL_MARK << 32 | (r->rdx & 0xffffffff);
		else if (k % 3 == 1)
			r->rdx =
			    CALL_WORD(random_next(&seed) % CALL_COUNT, r->rdx & CALL_KIND_MASK) |
			    (r->rdx & 0xffff0000);
		shorten_wait(r, &seed);
		if (random_next(&seed) % 16 == 0)
			own_utcb()->br[0] = any_word(&seed);
		given = *r;
		calls_made = k + 1;
		raw_syscall_rsp(r);
		/* After an IPC, the partner's registers may be here: those of sigma0 and of this
		 * program are no kernel addresses. */
		for (unsigned n = 0; n < REGISTER_COUNT; n++)
			if (is_kernel_address(((L4_Word_t *)r)[n], &given))
				kernel_seen = k + 1;
	}
	report(LABEL_DONE, 0);
	sleep_forever();
}

/* The two who talk meanwhile. */
static volatile L4_Word_t round_trips;

static void serves(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	for (;;) {
		L4_LoadMR(0, tag_make(0, 1, 0).raw);
		L4_ReplyWait(from, &from);
	}
}

static void talks(L4_Word_t to)
{
	L4_ThreadId_t server = {.raw = to};

	for (;;) {
		L4_LoadMR(0, tag_make(0, 1, 0).raw);
		if (L4_IpcSucceeded(L4_Call_Timeouts(server, PATIENCE, PATIENCE)))
			round_trips++;
		L4_Sleep(L4_TimePeriod(500));
	}
}

/* Receive from the fuzzer, short patience. */
static L4_MsgTag_t fuzzer_event(L4_ThreadId_t t, struct message *m)
{
	m->tag = L4_Receive_Timeout(t, L4_TimePeriod(PATIENCE_US * time_scale));
	m->error = L4_IpcFailed(m->tag) ? L4_ErrorCode() : 0;
	m->from = t;
	L4_StoreMRs(1, EXC_WORDS, &m->mr[1]);
	return m->tag;
}

/*
 * Supervise one fuzzer until it is done or halts, or gets nowhere: it may have made exceptions of all its system calls,
 * or of its page faults, and then what it has not touched yet of this image is out of its reach for good.
 */
static void supervise(L4_ThreadId_t t)
{
	static struct message m;
	L4_Word_t last = calls_made;

	for (unsigned idle = 0; idle < IDLE_MAX; idle = calls_made == last ? idle + 1 : 0) {
		last = calls_made;
		if (L4_IpcFailed(fuzzer_event(t, &m)))
			return;
		if (L4_Label(m.tag) == LABEL_DONE || image_fault(&m))
			continue;
		if (is_exception(&m)) {
			if (m.mr[EXC_TRAP] == TRAP_PAGE_FAULT)
				return;
			/* Any other trap comes from registers that it gave itself: go on behind the
			 * call, with sober flags. */
			L4_LoadMR(0,
				  tag_make(0, m.mr[EXC_TRAP] == EXC_TRAP_SYSCALL ? 0 : 2, 0).raw);
			L4_LoadMR(EXC_RIP, (L4_Word_t)raw_syscall_rsp_behind);
			L4_LoadMR(EXC_RFLAGS, 0x202);
			L4_Send_Timeout(t, L4_ZeroTime);
		} else if (is_page_fault(&m)) {
			return;
		}
	}
}

static void check_talk(L4_Word_t *last)
{
	L4_Sleep(L4_TimePeriod(5000 * time_scale));
	if (round_trips == *last)
		FAIL("expected other threads to talk after %lu calls, got no round trip (seed "
		     "state 0x%lx)",
		     calls_made, seed);
	*last = round_trips;
}

static void campaign(bool own, L4_Word_t total, void (*fuzzer)(L4_Word_t))
{
	struct space *clients = space_new(), *servers = space_new(), *space = NULL;
	L4_ThreadId_t server = thread_start(servers, serves, 0), t;
	L4_Word_t last = 0, next_check = 0, utcb = 0, stack = stack_new();
	unsigned version = 1;

	thread_start(clients, talks, server.raw);
	seed = 0x5eed0000 + total;
	calls_made = 0;
	kernel_seen = 0;
	calls_wanted = total;
	round_trips = 0;
	t = thread_id_new();
	while (calls_made < total) {
		/* The same thread number and UTCB again and again, with a new version. */
		t = L4_GlobalId(L4_ThreadNo(t), version += 2);
		if (own) {
			utcb = utcb ? utcb : utcb_new(&own_space);
			REQUIRE_EQ(L4_ThreadControl(t, runner, runner, worker, (void *)utcb), 1);
		} else {
			space = space ? space : space_new();
			REQUIRE_EQ(L4_ThreadControl(t, t, runner, L4_nilthread, (void *)-1UL), 1);
			REQUIRE_EQ(set_areas(t, L4_FpageLog2(space->kip, 12), L4_FpageLog2(space->utcb_area, 16)), 1);
			REQUIRE_EQ(L4_ThreadControl(t, t, runner, worker, (void *)space->utcb_area),
				   1);
		}
		set_priority(t, PRIORITY_WORKER);
		thread_run_on(t, stack, fuzzer, 0);
		supervise(t);
		if (calls_made >= next_check) {
			check_talk(&last);
			next_check = calls_made + total / 10;
		}
		REQUIRE_EQ(thread_delete(t), 1);
	}
	check_talk(&last);
	EXPECT(calls_made >= total);
	EXPECT_EQ(kernel_seen, 0);
}

TEST_LIMIT(fuzz, unprivileged, 10000)
{
	campaign(false, time_scale == 1 ? TOTAL : TOTAL / 4, fuzz); /* fewer where time is dear */
}

/*
 * The same from this space, which may do anything: its own threads are out of bounds as targets,
 * and what it creates it creates among numbers that nobody else uses.
 */
enum { PLAYGROUND = 60000, PLAYGROUND_SIZE = 64 };

static L4_Word_t playground(L4_Word_t *state)
{
	L4_Word_t r = random_next(state);

	return L4_GlobalId(PLAYGROUND + r % PLAYGROUND_SIZE, 1 + (r >> 32 & 3)).raw;
}

static void fuzz_privileged(L4_Word_t unused)
{
	(void)unused;
	while (calls_made < calls_wanted) {
		static const unsigned char numbers[] = {
		    CALL_THREAD_CONTROL,
		    CALL_THREAD_CONTROL,
		    CALL_THREAD_CONTROL,
		    CALL_SPACE_CONTROL,
		    CALL_SPACE_CONTROL,
		    CALL_EXCHANGE_REGISTERS,
		    CALL_SCHEDULE,
		    CALL_THREAD_SWITCH,
		    CALL_PROCESSOR_CONTROL,
		    CALL_IPC,
		    CALL_UNMAP,
		};
		struct registers *r = &fuzz_registers;
		L4_Word_t number = numbers[random_next(&seed) % sizeof numbers];

		fill(r, &seed);
		r->rdx = CALL_WORD(number, number == CALL_IPC ? IPC_FROM : 0);
		/* Most often a target of the playground; else nobody at all. */
		r->rdi = random_next(&seed) % 8 ? playground(&seed)
						: random_next(&seed) << 40 | 0xfffff0000003f;
		if (random_next(&seed) % 2)
			r->rsi = number == CALL_THREAD_CONTROL
				     ? (random_next(&seed) % 2 ? r->rdi : playground(&seed))
				     : 0;
		if (number == CALL_THREAD_CONTROL && random_next(&seed) % 2) {
			r->r8 = runner.raw;
			r->r9 = random_next(&seed) % 2 ? 0 : worker.raw;
			r->r10 = random_next(&seed) % 2
				     ? ~0UL
				     : 0x600000000000UL + (random_next(&seed) % 64) * UTCB_SIZE;
		}
		if (number == CALL_SPACE_CONTROL && random_next(&seed) % 2) {
			r->rsi = 0;
			r->r8 = 0x500000000000UL | 12 << 4;
			r->r9 = 0x600000000000UL | 16 << 4;
			r->r10 = 0;
		}
		if (number == CALL_IPC) {
			r->rdx |= 0x0400UL << CALL_TIMEOUT_SHIFT;
			r->rsi = playground(&seed);
			r->r8 = 0x0400;
		}
		if (number == CALL_THREAD_CONTROL && r->rsi != 0 && r->rsi == worker.raw)
			r->rsi = 0;
		calls_made++;
		raw_syscall_rsp(r);
	}
	report(LABEL_DONE, 0);
	sleep_forever();
}

TEST_LIMIT(fuzz, privileged, 6000)
{
	campaign(true, PRIVILEGED_TOTAL, fuzz_privileged);
	for (L4_Word_t i = 0; i < PLAYGROUND_SIZE; i++)
		thread_delete(L4_GlobalId(PLAYGROUND + i, 1));

	/*
	 * One of them may have been in this space, and have got it a redirector: nobody outside would hear of us
	 * again.
	 */
	EXPECT_EQ(set_redirector(worker, L4_anythread), 1);
}

/* Random ids as partners, random timeouts: the IPC path alone, many times. */
static void fuzz_ipc(L4_Word_t unused)
{
	(void)unused;
	while (calls_made < calls_wanted) {
		struct registers *r = &fuzz_registers;

		fill(r, &seed);
		r->rdx = CALL_WORD(random_next(&seed) % 2, random_next(&seed) & CALL_KIND_MASK);
		if (random_next(&seed) % 4)
			r->rdi = interesting(&seed);
		if (random_next(&seed) % 4)
			r->rsi = interesting(&seed);
		shorten_wait(r, &seed);
		own_utcb()->br[0] =
		    random_next(&seed) % 2 ? L4_CompleteAddressSpace.raw : any_word(&seed);
		calls_made++;
		raw_syscall_rsp(r);
	}
	report(LABEL_DONE, 0);
	sleep_forever();
}

TEST_LIMIT(fuzz, ipc, 6000)
{
	campaign(false, 60000, fuzz_ipc);
}
