/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/errors.c - every error code of every system call, provoked once: call_number_meaning.
 *
 * The other files have more ways to each. A refused call returns 0 (ExchangeRegisters: nilthread), leaves the code in
 * ErrorCode, and changes nothing. Unmap, ThreadSwitch, SystemClock and KernelInterface can't fail. MemoryControl's "no
 * memory" is for sigma0 alone, whose page tables are made when it names memory that it has not touched.
 */
#include "test.h"

#define KEEP (-1UL)

/* What a call returns in a space without privileges. */

static L4_Word_t (*unprivileged)(void);
static L4_ThreadId_t subject;

static void tries(L4_Word_t unused)
{
	L4_Word_t result = unprivileged();

	(void)unused;
	report(result ? LABEL_REPORT : LABEL_DONE, L4_ErrorCode());
}

static void expect_no_privilege(L4_Word_t (*call)(void))
{
	struct message m;
	L4_ThreadId_t t;

	unprivileged = call;
	t = thread_start(space_new(), tries, 0);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	EXPECT_EQ(m.mr[1], ERROR_NO_PRIVILEGE);
}

/* ExchangeRegisters. */

static L4_Word_t exchange(L4_ThreadId_t t, L4_Word_t bits, L4_Word_t ip)
{
	L4_Word_t old;

	return L4_ExchangeRegisters(t, bits, 0, ip, 0, 0, L4_nilthread, &old, &old, &old, &old, &old, &subject).raw;
}

TEST(errors, exchange_registers_2_invalid_thread)
{
	EXPECT_REFUSED(exchange(thread_id_new(), 0, 0), ERROR_INVALID_THREAD);
	EXPECT_REFUSED(exchange(thread_start(space_new(), sleeps, 0), 0, 0), ERROR_INVALID_THREAD);
}

TEST(errors, exchange_registers_5_invalid_parameter)
{
	EXPECT_REFUSED(exchange(thread_start(&own_space, sleeps, 0), 1 << 4, 1UL << 63), ERROR_INVALID_PARAMETER);
}

/* ThreadControl. */

static L4_Word_t creates(void)
{
	return thread_control(subject, subject, L4_Myself(), L4_nilthread, KEEP);
}

TEST(errors, thread_control_1_no_privilege)
{
	subject = thread_id_new();
	expect_no_privilege(creates);
}

TEST(errors, thread_control_2_invalid_thread)
{
	EXPECT_REFUSED(thread_control(L4_GlobalId(SYSTEM_BASE, 1), runner, runner, L4_nilthread, KEEP),
		       ERROR_INVALID_THREAD);
	EXPECT_REFUSED(thread_delete(thread_id_new()), ERROR_INVALID_THREAD);
	EXPECT_REFUSED(thread_delete(worker), ERROR_INVALID_THREAD);
}

TEST(errors, thread_control_3_invalid_space)
{
	L4_ThreadId_t t = thread_id_new();

	EXPECT_REFUSED(thread_control(t, thread_id_new(), runner, L4_nilthread, KEEP), ERROR_INVALID_SPACE);
	/* A space without areas: active at once, later, or by moving there. */
	EXPECT_REFUSED(thread_control(t, t, runner, worker, 0x600000000000UL), ERROR_INVALID_SPACE);
	EXPECT_EQ(thread_control(t, t, runner, L4_nilthread, KEEP), 1);
	EXPECT_REFUSED(thread_control(t, t, runner, worker, 0x600000000000UL), ERROR_INVALID_SPACE);
	EXPECT_REFUSED(thread_control(thread_start(&own_space, sleeps, 0), t, L4_nilthread, L4_nilthread, KEEP),
		       ERROR_INVALID_SPACE);
}

TEST(errors, thread_control_4_invalid_scheduler)
{
	L4_ThreadId_t t = thread_id_new();

	EXPECT_REFUSED(thread_control(t, runner, L4_nilthread, L4_nilthread, KEEP), ERROR_INVALID_SCHEDULER);
	EXPECT_REFUSED(thread_control(t, runner, thread_id_new(), L4_nilthread, KEEP), ERROR_INVALID_SCHEDULER);
	EXPECT_EQ(thread_control(t, runner, runner, L4_nilthread, KEEP), 1);
	EXPECT_REFUSED(thread_control(t, runner, thread_id_new(), L4_nilthread, KEEP), ERROR_INVALID_SCHEDULER);
}

TEST(errors, thread_control_5_invalid_parameter)
{
	EXPECT_REFUSED(thread_control(thread_id_new(), runner, runner, L4_anythread, utcb_new(&own_space)),
		       ERROR_INVALID_PARAMETER);
}

TEST(errors, thread_control_6_utcb_area)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	EXPECT_REFUSED(thread_control(thread_id_new(), runner, runner, worker, 0x1000), ERROR_UTCB_AREA);
	EXPECT_REFUSED(thread_control(thread_id_new(), runner, runner, worker, KEEP), ERROR_UTCB_AREA);
	EXPECT_REFUSED(thread_control(t, t, L4_nilthread, L4_nilthread, utcb_new(&own_space)), ERROR_UTCB_AREA);
}

/* Memory used up by spaces; how many were made. */
enum { FIRST = 10000, MOST = 200000 };

static L4_Word_t use_up_memory(void)
{
	for (L4_Word_t n = 0; n < MOST; n++) {
		L4_ThreadId_t t = L4_GlobalId(FIRST + n, 1);

		if (!thread_control(t, t, runner, L4_nilthread, KEEP))
			return n;
	}
	return MOST;
}

static void give_back(L4_Word_t made)
{
	for (L4_Word_t n = 0; n < made; n++)
		EXPECT_EQ(thread_delete(L4_GlobalId(FIRST + n, 1)), 1);
}

TEST_LIMIT(errors, thread_control_8_no_memory, 10000)
{
	L4_Word_t made = use_up_memory();

	EXPECT_EQ(L4_ErrorCode(), ERROR_NO_MEMORY);
	EXPECT(made > 0 && made < MOST);
	give_back(made);
}

/* SpaceControl. */

static L4_Word_t lay_out(L4_ThreadId_t t, L4_Word_t bits, L4_Fpage_t kip, L4_Fpage_t utcbs)
{
	L4_Word_t old;

	return L4_SpaceControl(t, bits, kip, utcbs, L4_nilthread, &old);
}

static L4_Fpage_t kip_area(void)
{
	return L4_FpageLog2(0x500000000000UL, 12);
}

static L4_Fpage_t utcb_area(void)
{
	return L4_FpageLog2(0x600000000000UL, 16);
}

static L4_ThreadId_t bare_space(void)
{
	L4_ThreadId_t t = thread_id_new();

	EXPECT_EQ(thread_control(t, t, runner, L4_nilthread, KEEP), 1);
	return t;
}

static L4_Word_t lays_out(void)
{
	return lay_out(subject, 0, kip_area(), utcb_area());
}

TEST(errors, space_control_1_no_privilege)
{
	subject = bare_space();
	expect_no_privilege(lays_out);
}

TEST(errors, space_control_3_invalid_space)
{
	EXPECT_REFUSED(lay_out(thread_id_new(), 0, kip_area(), utcb_area()), ERROR_INVALID_SPACE);
}

TEST(errors, space_control_5_invalid_parameter)
{
	L4_Word_t old;

	EXPECT_REFUSED(lay_out(bare_space(), 1 << 20, kip_area(), utcb_area()), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(L4_SpaceControl(bare_space(), 0, kip_area(), utcb_area(), thread_id_new(), &old),
		       ERROR_INVALID_PARAMETER);
}

TEST(errors, space_control_6_utcb_area)
{
	EXPECT_REFUSED(lay_out(bare_space(), 0, kip_area(), L4_Nilpage), ERROR_UTCB_AREA);
	EXPECT_REFUSED(lay_out(bare_space(), 0, kip_area(), L4_CompleteAddressSpace), ERROR_UTCB_AREA);
}

TEST(errors, space_control_7_kip_area)
{
	EXPECT_REFUSED(lay_out(bare_space(), 0, L4_Nilpage, utcb_area()), ERROR_KIP_AREA);
}

TEST_LIMIT(errors, space_control_8_no_memory, 10000)
{
	L4_ThreadId_t t = bare_space();
	L4_Word_t made = use_up_memory();

	EXPECT_REFUSED(lay_out(t, 0, kip_area(), utcb_area()), ERROR_NO_MEMORY);
	give_back(made);
	EXPECT_EQ(lay_out(t, 0, kip_area(), utcb_area()), 1);
}

/* Schedule. */

static L4_Word_t raises(void)
{
	return L4_Set_Priority(worker, 1);
}

TEST(errors, schedule_1_no_privilege)
{
	expect_no_privilege(raises);
}

TEST(errors, schedule_2_invalid_thread)
{
	EXPECT_REFUSED(L4_Set_Priority(thread_id_new(), 1), ERROR_INVALID_THREAD);
}

TEST(errors, schedule_5_invalid_parameter)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0);

	EXPECT_REFUSED(L4_Set_Priority(t, 255), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(L4_Set_ProcessorNo(t, 1000), ERROR_INVALID_PARAMETER);
}

/* ProcessorControl. */

static L4_Word_t sets_frequency(void)
{
	return L4_ProcessorControl(0, 1, 1, 1);
}

TEST(errors, processor_control_1_no_privilege)
{
	expect_no_privilege(sets_frequency);
}

TEST(errors, processor_control_5_invalid_parameter)
{
	EXPECT_REFUSED(L4_ProcessorControl(0, 1, 1, 1), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(L4_ProcessorControl(1000, 0, 0, 0), ERROR_INVALID_PARAMETER);
}

/* MemoryControl. */

static L4_Word_t sets_attribute(void)
{
	return L4_Set_PageAttribute(L4_FpageLog2(0x1000, 12), L4_DefaultMemory);
}

TEST(errors, memory_control_1_no_privilege)
{
	expect_no_privilege(sets_attribute);
}

TEST(errors, memory_control_5_invalid_parameter)
{
	EXPECT_REFUSED(L4_Set_PageAttribute(L4_Nilpage, L4_DefaultMemory), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(L4_Set_PageAttribute(L4_FpageLog2(0x1000, 12), 4), ERROR_INVALID_PARAMETER);
}

/*
 * IPC: two threads of this space, a sender and a receiver, and each error in either phase. What each ends with is
 * kept; the text of a string may lie where no page is, and then the worker is asked for it.
 */

#define NOT_MAPPED 0x710000000000UL
enum { UNDER_WAY = 0xffff, TEXT = 4096 };

static char text[TEXT];
static volatile L4_Word_t ended[2];
static L4_ThreadId_t party[2];
static struct plan {
	L4_ThreadId_t partner;
	L4_Time_t timeout;
	L4_Word_t string, length, transfer_timeouts;
} plan[2];

static void keep_result(unsigned who, L4_MsgTag_t tag)
{
	ended[who] = L4_IpcFailed(tag) ? L4_ErrorCode() & 0xf : 0;
	sleep_forever();
}

static void sends(L4_Word_t unused)
{
	(void)unused;
	L4_Set_XferTimeouts(plan[SEND].transfer_timeouts);
	L4_LoadMR(0, plan[SEND].length ? 2 << 6 : 0);
	L4_LoadMR(1, plan[SEND].length << 10);
	L4_LoadMR(2, plan[SEND].string);
	keep_result(SEND, L4_Send_Timeout(plan[SEND].partner, plan[SEND].timeout));
}

static void receives(L4_Word_t unused)
{
	(void)unused;
	L4_Set_XferTimeouts(plan[RECEIVE].transfer_timeouts);
	L4_LoadBR(0, 1);
	L4_LoadBR(1, plan[RECEIVE].length << 10);
	L4_LoadBR(2, plan[RECEIVE].string);
	keep_result(RECEIVE, L4_Receive_Timeout(plan[RECEIVE].partner, plan[RECEIVE].timeout));
}

/* Both active but not started. They send nothing yet, and have all the time. */
static void cast(void)
{
	for (unsigned who = SEND; who <= RECEIVE; who++) {
		party[who] = thread_create(&own_space, worker);
		plan[who] = (struct plan){.partner = L4_nilthread, .timeout = L4_Never};
		ended[who] = UNDER_WAY;
	}
	plan[SEND].partner = party[RECEIVE];
	plan[RECEIVE].partner = party[SEND];
}

static void strings(L4_Word_t source, L4_Word_t target)
{
	plan[SEND].string = source;
	plan[RECEIVE].string = target;
	plan[SEND].length = plan[RECEIVE].length = TEXT;
}

static void go(unsigned who)
{
	thread_run(party[who], who == SEND ? sends : receives, 0);
	settle();
}

static void expect_ends(unsigned who, L4_Word_t code)
{
	settle();
	EXPECT_EQ(ended[who], code << 1 | who);
}

TEST(errors, ipc_send_1_timeout)
{
	cast();
	plan[SEND].timeout = L4_TimePeriod(100);
	go(SEND);
	expect_ends(SEND, IPC_TIMEOUT);
}

TEST(errors, ipc_receive_1_timeout)
{
	cast();
	plan[RECEIVE].timeout = L4_TimePeriod(100);
	go(RECEIVE);
	expect_ends(RECEIVE, IPC_TIMEOUT);
}

TEST(errors, ipc_send_2_no_partner)
{
	cast();
	plan[SEND].partner = thread_id_new();
	go(SEND);
	expect_ends(SEND, IPC_NO_PARTNER);
}

TEST(errors, ipc_receive_2_no_partner)
{
	cast();
	plan[RECEIVE].partner = thread_id_new();
	go(RECEIVE);
	expect_ends(RECEIVE, IPC_NO_PARTNER);
}

TEST(errors, ipc_send_3_cancelled)
{
	cast();
	go(SEND);
	L4_Start(party[SEND]);
	expect_ends(SEND, IPC_CANCELLED);
}

TEST(errors, ipc_receive_3_cancelled)
{
	cast();
	go(RECEIVE);
	L4_Start(party[RECEIVE]);
	expect_ends(RECEIVE, IPC_CANCELLED);
}

static void overflow(void)
{
	cast();
	strings((L4_Word_t)text, (L4_Word_t)text);
	plan[RECEIVE].length = TEXT - 1;
	go(RECEIVE);
	go(SEND);
}

TEST(errors, ipc_send_4_overflow)
{
	overflow();
	expect_ends(SEND, IPC_OVERFLOW);
}

TEST(errors, ipc_receive_4_overflow)
{
	overflow();
	expect_ends(RECEIVE, IPC_OVERFLOW);
}

/* The page of `owner` does not come: its transfer timeout is zero. */
static void page_missing(unsigned owner)
{
	cast();
	strings(owner == SEND ? NOT_MAPPED : (L4_Word_t)text, owner == RECEIVE ? NOT_MAPPED : (L4_Word_t)text);
	plan[SEND].transfer_timeouts = plan[RECEIVE].transfer_timeouts = 0x04000400; /* ZeroTime, twice */
	go(RECEIVE);
	go(SEND);
}

TEST(errors, ipc_send_5_own_transfer_timeout)
{
	page_missing(SEND);
	expect_ends(SEND, IPC_XFER_TIMEOUT_OWN);
}

TEST(errors, ipc_receive_5_own_transfer_timeout)
{
	page_missing(RECEIVE);
	expect_ends(RECEIVE, IPC_XFER_TIMEOUT_OWN);
}

TEST(errors, ipc_send_6_transfer_timeout_of_the_partner)
{
	page_missing(RECEIVE);
	expect_ends(SEND, IPC_XFER_TIMEOUT_PARTNER);
}

TEST(errors, ipc_receive_6_transfer_timeout_of_the_partner)
{
	page_missing(SEND);
	expect_ends(RECEIVE, IPC_XFER_TIMEOUT_PARTNER);
}

/* While the sender waits for its page, the other of the two is deleted. */
static void partner_deleted(unsigned survivor)
{
	cast();
	strings(NOT_MAPPED, (L4_Word_t)text);
	go(RECEIVE);
	go(SEND);
	EXPECT_EQ(ended[survivor], UNDER_WAY);
	EXPECT_EQ(thread_delete(party[!survivor]), 1);
}

TEST(errors, ipc_send_7_aborted)
{
	partner_deleted(SEND);
	expect_ends(SEND, IPC_ABORTED);
}

TEST(errors, ipc_receive_7_aborted)
{
	partner_deleted(RECEIVE);
	expect_ends(RECEIVE, IPC_ABORTED);
}
