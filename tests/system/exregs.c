/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/exregs.c - ExchangeRegisters: start, stop, registers of other threads, cancelled
 * IPC, returned state. */
#include "raw.h"
#include "test.h"

/* Control bits, X.2 2.3. */
enum {
	CONTROL_H = 1 << 0,
	CONTROL_R = 1 << 1,
	CONTROL_S = 1 << 2,
	CONTROL_SP = 1 << 3,
	CONTROL_IP = 1 << 4,
	CONTROL_FLAGS = 1 << 5,
	CONTROL_USER = 1 << 6,
	CONTROL_PAGER = 1 << 7,
	CONTROL_HALT_VALID = 1 << 8,
	CONTROL_DELIVER = 1 << 9,
};

struct exchange {
	L4_ThreadId_t result;
	L4_Word_t control, sp, ip, flags, user;
	L4_ThreadId_t pager;
};

/* Deliver only. */
static struct exchange look(L4_ThreadId_t t)
{
	struct exchange e;

	e.result = L4_ExchangeRegisters(t, CONTROL_DELIVER, 0, 0, 0, 0, L4_nilthread, &e.control,
					&e.sp, &e.ip, &e.flags, &e.user, &e.pager);
	return e;
}

static struct exchange exchange(L4_ThreadId_t t, L4_Word_t control, L4_Word_t sp, L4_Word_t ip,
				L4_Word_t flags, L4_Word_t user, L4_ThreadId_t pager)
{
	struct exchange e;

	e.result = L4_ExchangeRegisters(t, control | CONTROL_DELIVER, sp, ip, flags, user, pager,
					&e.control, &e.sp, &e.ip, &e.flags, &e.user, &e.pager);
	return e;
}

static volatile L4_Word_t counter, second_counter;
volatile L4_Word_t exregs_entered_with_sp; /* written by exregs_stores_sp */

static void counts(L4_Word_t unused)
{
	(void)unused;
	for (;;)
		counter++;
}

static void counts_second(void)
{
	for (;;)
		second_counter++;
}

/* Did the counter move while others had the chance to run for 25 ms? */
static bool moves(volatile L4_Word_t *c)
{
	L4_Word_t before = *c;

	L4_Sleep(L4_TimePeriod(25000));
	return *c != before;
}

TEST(exregs, returns_other_form_of_id)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t local = look(t).result;

	EXPECT_EQ(local.raw & 0x3f, 0);
	EXPECT(!L4_IsNilThread(local));
	EXPECT_EQ(look(local).result.raw, t.raw);
}

TEST(exregs, nobody)
{
	EXPECT_EQ(look(thread_id_new()).result.raw, 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
	EXPECT_EQ(look(L4_nilthread).result.raw, 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
	EXPECT_EQ(look(L4_anythread).result.raw, 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
}

TEST(exregs, wrong_version)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	EXPECT_EQ(look(L4_GlobalId(L4_ThreadNo(t), L4_Version(t) + 2)).result.raw, 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
}

/* A thread of another space whose pager is somebody else is out of reach. */
TEST(exregs, other_space)
{
	L4_ThreadId_t t = thread_start(space_new(), sleeps, 0);

	settle();
	EXPECT_EQ(look(t).result.raw, 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
}

TEST(exregs, stop)
{
	L4_ThreadId_t t = thread_start(&own_space, counts, 0);

	EXPECT(moves(&counter));
	L4_Stop(t);
	EXPECT(!moves(&counter));
}

TEST(exregs, stop_and_resume)
{
	L4_ThreadId_t t = thread_start(&own_space, counts, 0);

	settle();
	L4_Stop(t);
	EXPECT(!moves(&counter));
	L4_Start(t);
	EXPECT(moves(&counter));
}

static void stops_itself(L4_Word_t unused)
{
	(void)unused;
	counter++;
	L4_Stop(L4_MyGlobalId());
	counter++;
	sleep_forever();
}

TEST(exregs, stop_itself)
{
	L4_ThreadId_t t = thread_start(&own_space, stops_itself, 0);

	counter = 0;
	settle();
	EXPECT_EQ(counter, 1);
	EXPECT(look(t).control & CONTROL_H);
	L4_Start(t);
	settle();
	EXPECT_EQ(counter, 2);
}

TEST(exregs, halted_state)
{
	L4_ThreadId_t t = thread_start(&own_space, counts, 0);

	settle();
	EXPECT_EQ(look(t).control & CONTROL_H, 0);
	/* The state that is told is the one before. */
	EXPECT_EQ(exchange(t, CONTROL_H | CONTROL_HALT_VALID, 0, 0, 0, 0, L4_nilthread).control &
		      CONTROL_H,
		  0);
	EXPECT_EQ(look(t).control & CONTROL_H, CONTROL_H);
}

/* Bit H without bit h changes nothing. */
TEST(exregs, halt_needs_its_valid_bit)
{
	L4_ThreadId_t t = thread_start(&own_space, counts, 0);

	settle();
	exchange(t, CONTROL_H, 0, 0, 0, 0, L4_nilthread);
	EXPECT(moves(&counter));
}

TEST(exregs, receiving_state)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	settle();
	EXPECT_EQ(look(t).control & (CONTROL_H | CONTROL_R | CONTROL_S), CONTROL_R);
}

static void sends_forever(L4_Word_t to)
{
	L4_ThreadId_t destination = {.raw = to};
	L4_MsgTag_t tag;

	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	tag = L4_Send(destination);
	report(LABEL_DONE, L4_IpcFailed(tag) ? L4_ErrorCode() : 0);
}

static void receives_forever(L4_Word_t source)
{
	L4_ThreadId_t from = {.raw = source};
	L4_MsgTag_t tag = L4_Receive(from);

	report(LABEL_DONE, L4_IpcFailed(tag) ? L4_ErrorCode() : 0);
}

TEST(exregs, sending_state)
{
	L4_ThreadId_t deaf = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t t = thread_start(&own_space, sends_forever, deaf.raw);

	settle();
	EXPECT_EQ(look(t).control & (CONTROL_H | CONTROL_R | CONTROL_S), CONTROL_S);
}

TEST(exregs, running_state)
{
	L4_ThreadId_t t = thread_start(&own_space, counts, 0);

	settle();
	EXPECT_EQ(look(t).control & (CONTROL_H | CONTROL_R | CONTROL_S), 0);
}

static void cancelled(void (*activity)(L4_Word_t), L4_Word_t control, L4_Word_t phase)
{
	L4_ThreadId_t deaf = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t t = thread_start(&own_space, activity, deaf.raw);
	struct message m;

	settle();
	exchange(t, control, 0, 0, 0, 0, L4_nilthread);
	REQUIRE(message_receive(t, &m));
	/* Nothing was transferred yet: cancelled; aborted is right, too, where the manual leaves it
	 * open. */
	if ((m.mr[1] & 0xf) != (IPC_ABORTED << 1 | phase))
		EXPECT_EQ(m.mr[1] & 0xf, IPC_CANCELLED << 1 | phase);
}

TEST(exregs, abort_send)
{
	cancelled(sends_forever, CONTROL_S, SEND);
}

TEST(exregs, abort_receive)
{
	cancelled(receives_forever, CONTROL_R, RECEIVE);
}

TEST(exregs, abort_receive_leaves_sender)
{
	L4_ThreadId_t deaf = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t t = thread_start(&own_space, sends_forever, deaf.raw);

	settle();
	exchange(t, CONTROL_R, 0, 0, 0, 0, L4_nilthread);
	settle();
	EXPECT_EQ(look(t).control & (CONTROL_R | CONTROL_S), CONTROL_S);
}

TEST(exregs, abort_send_leaves_receiver)
{
	L4_ThreadId_t deaf = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t t = thread_start(&own_space, receives_forever, deaf.raw);

	settle();
	exchange(t, CONTROL_S, 0, 0, 0, 0, L4_nilthread);
	settle();
	EXPECT_EQ(look(t).control & (CONTROL_R | CONTROL_S), CONTROL_R);
}

static void calls(L4_Word_t to)
{
	L4_ThreadId_t destination = {.raw = to};
	L4_MsgTag_t tag;

	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	tag = L4_Call(destination);
	report(LABEL_DONE, L4_IpcFailed(tag) ? L4_ErrorCode() : 0);
}

/* The send phase of a call is aborted: no receive phase follows. */
TEST(exregs, abort_call_in_send_phase)
{
	cancelled(calls, CONTROL_S | CONTROL_R, SEND);
}

static void naps(L4_Word_t time)
{
	L4_Sleep(L4_TimePeriod(time));
	counter = 1;
	sleep_forever();
}

/* A thread that sleeps and is halted finishes its sleep, but does not run on. */
TEST(exregs, halted_while_receiving)
{
	L4_ThreadId_t t = thread_start(&own_space, naps, 5000 * time_scale);

	counter = 0;
	settle();
	exchange(t, CONTROL_H | CONTROL_HALT_VALID, 0, 0, 0, 0, L4_nilthread);
	L4_Sleep(L4_TimePeriod(20000 * time_scale));
	EXPECT_EQ(counter, 0);
	exchange(t, CONTROL_HALT_VALID, 0, 0, 0, 0, L4_nilthread);
	L4_Sleep(L4_TimePeriod(20000 * time_scale));
	EXPECT_EQ(counter, 1);
}

TEST(exregs, set_ip)
{
	L4_ThreadId_t t = thread_start(&own_space, counts, 0);

	second_counter = 0;
	settle();
	exchange(t, CONTROL_IP, 0, (L4_Word_t)counts_second, 0, 0, L4_nilthread);
	EXPECT(moves(&second_counter));
	EXPECT(!moves(&counter));
}

__asm__(".pushsection .text\n"
	"exregs_stores_sp:\n"
	"	movq %rsp, exregs_entered_with_sp(%rip)\n"
	"1:	jmp 1b\n"
	".popsection");
extern char exregs_stores_sp[];

TEST(exregs, set_sp)
{
	L4_ThreadId_t t = thread_start(&own_space, counts, 0);

	settle();
	exchange(t, CONTROL_IP | CONTROL_SP, 0x123456789aUL, (L4_Word_t)exregs_stores_sp, 0, 0,
		 L4_nilthread);
	settle();
	settle();
	EXPECT_EQ(exregs_entered_with_sp, 0x123456789aUL);
}

TEST(exregs, old_ip_and_sp)
{
	L4_Word_t top = stack_new();
	L4_ThreadId_t t = thread_start(&own_space, counts, 0);
	struct exchange e;

	settle();
	L4_Stop(t);
	e = look(t);
	EXPECT(e.ip >= (L4_Word_t)counts && e.ip < (L4_Word_t)counts + 128);
	EXPECT_BETWEEN(e.sp - top, 1, 8192);
	EXPECT_EQ(exchange(t, CONTROL_IP, 0, 0x1000, 0, 0, L4_nilthread).ip, e.ip);
	EXPECT_EQ(look(t).ip, 0x1000);
}

/* Without their bits, the arguments mean nothing. */
TEST(exregs, arguments_need_their_bits)
{
	L4_ThreadId_t t = thread_start(&own_space, counts, 0);
	struct exchange before, after;

	settle();
	L4_Stop(t);
	before = look(t);
	exchange(t, 0, 1, 2, 3, 4, runner);
	after = look(t);
	EXPECT_EQ(after.sp, before.sp);
	EXPECT_EQ(after.ip, before.ip);
	EXPECT_EQ(after.flags, before.flags);
	EXPECT_EQ(after.user, before.user);
	EXPECT_EQ(after.pager.raw, before.pager.raw);
}

TEST(exregs, user_defined_handle)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	settle();
	L4_Set_UserDefinedHandleOf(t, 0x1122334455667788UL);
	EXPECT_EQ(L4_UserDefinedHandleOf(t), 0x1122334455667788UL);
	EXPECT_EQ(((struct utcb *)L4_LocalIdOf(t).raw)->user_defined_handle, 0x1122334455667788UL);
}

TEST(exregs, pager)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	settle();
	EXPECT_EQ(L4_PagerOf(t).raw, warden.raw);
	L4_Set_PagerOf(t, worker);
	EXPECT_EQ(L4_PagerOf(t).raw, worker.raw);
}

static void touches(L4_Word_t address)
{
	while (counter == 0)
		L4_ThreadSwitch(L4_nilthread);
	*(volatile L4_Word_t *)address;
}

TEST(exregs, new_pager_gets_the_faults)
{
	L4_ThreadId_t t = thread_start(&own_space, touches, 0x700000000000UL);
	struct message m;

	counter = 0;
	settle();
	L4_Set_PagerOf(t, worker);
	counter = 1;
	REQUIRE(message_receive(t, &m));
	EXPECT(is_page_fault(&m));
	EXPECT_EQ(m.mr[1], 0x700000000000UL);
}

/* FLAGS: what a user may set is set, nothing else. */
TEST(exregs, flags)
{
	enum {
		CF = 1,
		TF = 1 << 8,
		IF = 1 << 9,
		DF = 1 << 10,
		IOPL = 3 << 12,
		NT = 1 << 14,
		VM = 1 << 17
	};
	L4_ThreadId_t t = thread_start(&own_space, counts, 0);

	settle();
	L4_Stop(t);
	exchange(t, CONTROL_FLAGS, 0, 0, CF | DF, 0, L4_nilthread);
	EXPECT_EQ(look(t).flags & (CF | DF), CF | DF);
	EXPECT_EQ(look(t).flags & IF, IF);
	exchange(t, CONTROL_FLAGS, 0, 0, ~0UL & ~(L4_Word_t)TF, 0, L4_nilthread);
	EXPECT_EQ(look(t).flags & (IOPL | VM | NT), 0);
	EXPECT_EQ(look(t).flags & IF, IF);
	EXPECT_EQ(look(t).flags >> 22, 0);
	exchange(t, CONTROL_FLAGS, 0, 0, 0, 0, L4_nilthread);
	EXPECT_EQ(look(t).flags & IF, IF);
	L4_Start(t);
	EXPECT(moves(&counter));
}

TEST(exregs, start_sp_ip)
{
	L4_ThreadId_t t = thread_create(&own_space, warden);

	second_counter = 0;
	L4_Start_SpIp(t, stack_new() - 8, (L4_Word_t)counts_second);
	EXPECT(moves(&second_counter));
}

TEST(exregs, start_sp_ip_again)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	second_counter = 0;
	settle();
	L4_Start_SpIp(t, stack_new() - 8, (L4_Word_t)counts_second);
	EXPECT(moves(&second_counter));
}

/* Nobody's pager, not yet active: nothing to do harm to, and nothing that could be set. */
TEST(exregs, inactive_thread)
{
	L4_ThreadId_t t = thread_id_new();

	REQUIRE_EQ(L4_ThreadControl(t, runner, runner, L4_nilthread, (void *)-1UL), 1);
	EXPECT_EQ(look(t).result.raw, t.raw);
	EXPECT_EQ(look(t).control, 0);
	L4_Start_SpIp(t, 0, 0);
	L4_Stop(t);
	L4_Start(t);
	settle();
	EXPECT_EQ(L4_Set_Priority(t, 7), L4_SCHEDRESULT_INACTIVE);
}

TEST(exregs, itself)
{
	struct exchange e = look(L4_MyGlobalId());

	EXPECT_EQ(e.result.raw, L4_MyLocalId().raw);
	EXPECT_EQ(e.pager.raw, warden.raw);
	EXPECT_EQ(e.control & (CONTROL_H | CONTROL_R | CONTROL_S), 0);
}

/* An address that no user can run at is refused or ends as a fault of the thread; the kernel goes
 * on. */
TEST(exregs, ip_that_is_no_address)
{
	static const L4_Word_t places[] = {
	    0x800000000000UL, 0xffff800000000000UL, 0xffffffff80000000UL, 0x7fffffffffffUL, ~0UL,
	    1UL << 63};

	for (unsigned i = 0; i < 6; i++) {
		L4_ThreadId_t t = thread_start_under(worker, &own_space, counts, 0);

		settle();
		exchange(t, CONTROL_IP, 0, places[i], 0, 0, L4_nilthread);
		L4_Receive_Timeout(t, L4_TimePeriod(2000));
		EXPECT_EQ(thread_delete(t), 1);
	}
}

TEST(exregs, sp_that_is_no_address)
{
	static const L4_Word_t places[] = {
	    0x800000000000UL, 0xffff800000000000UL, 0xffffffff80000008UL, ~0UL, 1UL << 63, 0};

	for (unsigned i = 0; i < 6; i++) {
		L4_ThreadId_t t = thread_start_under(worker, &own_space, counts, 0);

		settle();
		exchange(t, CONTROL_SP, places[i], 0, 0, 0, L4_nilthread);
		EXPECT(moves(&counter));
		EXPECT_EQ(thread_delete(t), 1);
	}
}

/* The same where the thread sleeps in the kernel and will leave it by SYSRET. */
TEST(exregs, ip_of_a_sleeper_that_is_no_address)
{
	static const L4_Word_t places[] = {0x800000000000UL, 0xffff800000000000UL,
					   0xffffffffc0000000UL, 1UL << 63};

	for (unsigned i = 0; i < 4; i++) {
		L4_ThreadId_t t = thread_start_under(worker, &own_space, sleeps, 0);

		settle();
		exchange(t, CONTROL_IP | CONTROL_R | CONTROL_S | CONTROL_HALT_VALID, 0, places[i],
			 0, 0, L4_nilthread);
		L4_Receive_Timeout(t, L4_TimePeriod(2000));
		EXPECT_EQ(thread_delete(t), 1);
	}
}

/* A fault that nobody answers is waited for like an answer: it can be aborted. */
TEST(exregs, abort_fault)
{
	L4_ThreadId_t t;
	struct message m;

	counter = 1;
	second_counter = 0;
	t = thread_start_under(worker, &own_space, touches, 0x700000000000UL);
	REQUIRE(message_receive(t, &m));
	REQUIRE(is_page_fault(&m));
	EXPECT_EQ(look(t).control & CONTROL_R, CONTROL_R);
	exchange(t, CONTROL_R | CONTROL_IP, 0, (L4_Word_t)counts_second, 0, 0, L4_nilthread);
	EXPECT(moves(&second_counter));
}

TEST(exregs, abort_fault_that_waits_for_its_pager)
{
	L4_ThreadId_t t;

	counter = 1;
	second_counter = 0;
	t = thread_start_under(worker, &own_space, touches, 0x700000000000UL);
	settle();
	EXPECT_EQ(look(t).control & CONTROL_S, CONTROL_S);
	exchange(t, CONTROL_S | CONTROL_IP, 0, (L4_Word_t)counts_second, 0, 0, L4_nilthread);
	EXPECT(moves(&second_counter));
}

static void counts_messages(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	counter++;
	sleep_forever();
}

/* A halted thread still gets the message that it waits for, and runs when it is let go. */
TEST(exregs, halted_receiver_gets_its_message)
{
	L4_ThreadId_t t = thread_start(&own_space, counts_messages, 0);

	counter = 0;
	settle();
	exchange(t, CONTROL_H | CONTROL_HALT_VALID, 0, 0, 0, 0, L4_nilthread);
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
	settle();
	EXPECT_EQ(counter, 0);
	exchange(t, CONTROL_HALT_VALID, 0, 0, 0, 0, L4_nilthread);
	settle();
	EXPECT_EQ(counter, 1);
}

/* FLAGS of one that sends, and then waits for the answer: it has them behind its call. */
static struct registers called;
static L4_ThreadId_t called_by_flags;

static void calls_worker(L4_Word_t unused)
{
	(void)unused;
	called = (struct registers){
	    .rdi = worker.raw,
	    .rdx = CALL_WORD(CALL_IPC, IPC_CALL),
	    .rflags = 0x202,
	};
	raw_syscall(&called);
	sleep_forever();
}

TEST(exregs, flags_of_a_sender_over_its_receive_phase)
{
	struct message m;

	called_by_flags = thread_start(&own_space, calls_worker, 0);
	settle();
	exchange(called_by_flags, 1 << 5, 0, 0, 1, 0, L4_nilthread); /* carry */
	REQUIRE(message_receive(called_by_flags, &m));
	EXPECT_EQ(look(called_by_flags).flags & 1, 1);
	EXPECT_OK(word_send(called_by_flags, 1, 1));
	settle();
	EXPECT_EQ(called.rflags & 1, 1);
}
