/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/libl4.c - libl4's functions about other threads do what the manual says, in C and, where C++ has
 * names of its own for them (libl4_cxx.cc), in C++.
 */
#include "test.h"

#include <l4io.h>
#include <string.h>

/* libl4_cxx.cc: the overloads. */
extern L4_Word_t cxx_global_id(L4_Word_t t), cxx_local_id(L4_Word_t t);
extern L4_Word_t cxx_handle(L4_Word_t t), cxx_pager(L4_Word_t t);
extern void cxx_set_handle(L4_Word_t t, L4_Word_t handle), cxx_set_pager(L4_Word_t t, L4_Word_t pager);
extern void cxx_start(L4_Word_t t), cxx_start_sp_ip(L4_Word_t t, L4_Word_t sp, L4_Word_t ip);
extern void cxx_start_sp_ip_flags(L4_Word_t t, L4_Word_t sp, L4_Word_t ip, L4_Word_t flags);
/* Which: 0 Stop, 1 AbortReceive_and_stop, 2 AbortSend_and_stop, 3 AbortIpc_and_stop. */
extern L4_Word_t cxx_stop(unsigned which, L4_Word_t t, L4_Word_t *sp, L4_Word_t *ip, L4_Word_t *flags);

/* The sum of what two objects say that share a base. */
extern L4_Word_t cxx_objects(void);

static L4_Word_t c_stop(unsigned which, L4_Word_t thread, L4_Word_t *sp, L4_Word_t *ip, L4_Word_t *flags)
{
	L4_ThreadId_t t = {.raw = thread};

	switch (which) {
	case 0:
		return L4_Stop_SpIpFlags(t, sp, ip, flags).raw;
	case 1:
		return L4_AbortReceive_and_stop_SpIpFlags(t, sp, ip, flags).raw;
	case 2:
		return L4_AbortSend_and_stop_SpIpFlags(t, sp, ip, flags).raw;
	default:
		return L4_AbortIpc_and_stop_SpIpFlags(t, sp, ip, flags).raw;
	}
}

/* Without the registers. */
static L4_Word_t c_stop_only(unsigned which, L4_Word_t thread, L4_Word_t *sp, L4_Word_t *ip, L4_Word_t *flags)
{
	L4_ThreadId_t t = {.raw = thread};

	(void)sp;
	(void)ip;
	(void)flags;
	switch (which) {
	case 0:
		return L4_Stop(t).raw;
	case 1:
		return L4_AbortReceive_and_stop(t).raw;
	case 2:
		return L4_AbortSend_and_stop(t).raw;
	default:
		return L4_AbortIpc_and_stop(t).raw;
	}
}

static volatile L4_Word_t counter, arrived, outcome;

static void counts(L4_Word_t unused)
{
	(void)unused;
	for (;;)
		counter++;
}

static void sends(L4_Word_t to)
{
	L4_LoadMR(0, 0);
	outcome = L4_IpcFailed(L4_Send((L4_ThreadId_t){.raw = to})) ? L4_ErrorCode() : 0;
	sleep_forever();
}

static void receives(L4_Word_t from)
{
	outcome = L4_IpcFailed(L4_Receive((L4_ThreadId_t){.raw = from})) ? L4_ErrorCode() : 0;
	sleep_forever();
}

static bool moves(void)
{
	L4_Word_t before = counter;

	L4_Sleep(L4_TimePeriod(25000));
	return counter != before;
}

/* Ids. */

struct ids {
	L4_ThreadId_t here, there, inactive, nobody;
};

static struct ids some_ids(void)
{
	struct ids ids = {thread_start(&own_space, sleeps, 0), thread_start(space_new(), sleeps, 0), thread_id_new(),
			  thread_id_new()};

	EXPECT_EQ(L4_ThreadControl(ids.inactive, runner, runner, L4_nilthread, (void *)-1UL), 1);
	return ids;
}

TEST(libl4, local_id_of)
{
	struct ids ids = some_ids();
	L4_Word_t local = L4_LocalIdOf(ids.here).raw;

	EXPECT_EQ(((struct utcb *)local)->my_global_id, ids.here.raw);
	EXPECT_EQ(L4_LocalIdOf((L4_ThreadId_t){.raw = local}).raw, local);
	EXPECT_EQ(L4_LocalIdOf(L4_Myself()).raw, L4_MyLocalId().raw);
	EXPECT_EQ(L4_LocalIdOf(L4_nilthread).raw, 0);
	/* Whoever has none here. */
	EXPECT_EQ(L4_LocalIdOf(ids.there).raw, 0);
	EXPECT_EQ(L4_LocalIdOf(ids.inactive).raw, 0);
	EXPECT_EQ(L4_LocalIdOf(ids.nobody).raw, 0);
	EXPECT_EQ(L4_LocalIdOf(L4_anythread).raw, 0);
	EXPECT_EQ(cxx_local_id(ids.here.raw), local);
	EXPECT_EQ(cxx_local_id(ids.there.raw), 0);
}

TEST(libl4, global_id_of)
{
	struct ids ids = some_ids();
	L4_Word_t local = L4_LocalIdOf(ids.here).raw;

	EXPECT_EQ(L4_GlobalIdOf((L4_ThreadId_t){.raw = local}).raw, ids.here.raw);
	EXPECT_EQ(L4_GlobalIdOf(L4_MyLocalId()).raw, L4_Myself().raw);
	/* What is global already is not looked at. */
	EXPECT_EQ(L4_GlobalIdOf(ids.here).raw, ids.here.raw);
	EXPECT_EQ(L4_GlobalIdOf(ids.there).raw, ids.there.raw);
	EXPECT_EQ(L4_GlobalIdOf(ids.nobody).raw, ids.nobody.raw);
	EXPECT_EQ(L4_GlobalIdOf(L4_nilthread).raw, 0);
	EXPECT_EQ(L4_GlobalIdOf(L4_anythread).raw, L4_anythread.raw);
	/* Local ids of nobody: a free slot, a place in a slot, a place that is none. */
	EXPECT_EQ(L4_GlobalIdOf((L4_ThreadId_t){.raw = utcb_new(&own_space)}).raw, 0);
	EXPECT_EQ(L4_GlobalIdOf((L4_ThreadId_t){.raw = local + 64}).raw, 0);
	EXPECT_EQ(L4_GlobalIdOf((L4_ThreadId_t){.raw = 0x400000}).raw, 0);
	EXPECT_EQ(L4_GlobalIdOf(L4_anylocalthread).raw, 0);
	EXPECT_EQ(cxx_global_id(local), ids.here.raw);
	EXPECT_EQ(cxx_global_id(ids.there.raw), ids.there.raw);
}

TEST(libl4, same_threads)
{
	struct ids ids = some_ids();
	L4_ThreadId_t local = L4_LocalIdOf(ids.here);

	EXPECT(L4_SameThreads(ids.here, ids.here));
	EXPECT(L4_SameThreads(ids.here, local));
	EXPECT(L4_SameThreads(local, ids.here));
	EXPECT(L4_SameThreads(local, local));
	EXPECT(L4_SameThreads(L4_Myself(), L4_MyLocalId()));
	EXPECT(L4_SameThreads(ids.there, ids.there));
	EXPECT(!L4_SameThreads(ids.here, ids.there));
	EXPECT(!L4_SameThreads(local, L4_MyLocalId()));
	EXPECT(!L4_SameThreads(local, ids.nobody));
	EXPECT(!L4_SameThreads(ids.here, L4_GlobalId(L4_ThreadNo(ids.here), L4_Version(ids.here) + 2)));
	EXPECT(!L4_SameThreads(ids.here, L4_nilthread));
}

TEST(libl4, is_local_and_global)
{
	L4_ThreadId_t here = thread_start(&own_space, sleeps, 0), local = L4_LocalIdOf(here);

	EXPECT(L4_IsLocalId(local) && !L4_IsGlobalId(local));
	EXPECT(L4_IsGlobalId(here) && !L4_IsLocalId(here));
	EXPECT(L4_IsNilThread(L4_nilthread) && !L4_IsNilThread(local));
}

/* C++ without its library: what its compilers ask the startup code for. */
TEST(libl4, virtual_functions)
{
	EXPECT_EQ(cxx_objects(), 1 + 41);
}

/* Handle and pager, by either id. */

TEST(libl4, user_defined_handle_of)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0), local;

	settle();
	local = L4_LocalIdOf(t);
	EXPECT_EQ(L4_UserDefinedHandleOf(t), 0);
	L4_Set_UserDefinedHandleOf(t, 1);
	EXPECT_EQ(L4_UserDefinedHandleOf(local), 1);
	L4_Set_UserDefinedHandleOf(local, ~0UL);
	EXPECT_EQ(L4_UserDefinedHandleOf(t), ~0UL);
	cxx_set_handle(t.raw, 3);
	EXPECT_EQ(cxx_handle(local.raw), 3);
	/* One's own: the word in the UTCB. */
	L4_Set_UserDefinedHandle(5);
	EXPECT_EQ(L4_UserDefinedHandle(), 5);
	EXPECT_EQ(L4_UserDefinedHandleOf(L4_Myself()), 5);
	L4_Set_UserDefinedHandleOf(L4_MyLocalId(), 6);
	EXPECT_EQ(L4_UserDefinedHandle(), 6);
	/* It is no business of the kernel's, and the IPC of the thread goes on. */
	EXPECT(L4_ThreadWasReceiving(L4_Stop(t)));
}

TEST(libl4, pager_of)
{
	L4_ThreadId_t t = thread_start(&own_space, sleeps, 0), local;

	settle();
	local = L4_LocalIdOf(t);
	EXPECT_EQ(L4_PagerOf(t).raw, warden.raw);
	L4_Set_PagerOf(local, worker);
	EXPECT_EQ(L4_PagerOf(t).raw, worker.raw);
	L4_Set_PagerOf(t, L4_nilthread);
	EXPECT_EQ(L4_PagerOf(local).raw, 0);
	/* As it was given, local or global. */
	cxx_set_pager(t.raw, L4_LocalIdOf(worker).raw);
	EXPECT_EQ(cxx_pager(t.raw), L4_LocalIdOf(worker).raw);
	EXPECT_EQ(L4_Pager().raw, L4_PagerOf(L4_Myself()).raw);
	EXPECT(L4_ThreadWasReceiving(L4_Stop(t)));
}

/* Starting. */

static void arrives(void)
{
	arrived++;
	sleep_forever();
}

static bool has_arrived(void)
{
	bool once = wait_until(&arrived, 1, 20);

	arrived = 0;
	return once;
}

TEST(libl4, start_resumes)
{
	L4_ThreadId_t t = thread_start(&own_space, counts, 0);

	settle();
	L4_Stop(t);
	EXPECT(!moves());
	L4_Start(t);
	EXPECT(moves());
	L4_Stop(t);
	cxx_start(t.raw);
	EXPECT(moves());
	/* Who runs, runs on. */
	L4_Start(t);
	EXPECT(moves());
}

TEST(libl4, start_aborts_what_it_does)
{
	L4_ThreadId_t deaf = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t t = thread_start(&own_space, sends, deaf.raw);

	settle();
	L4_Start(t);
	settle();
	EXPECT_EQ(outcome, IPC_CANCELLED << 1 | SEND);
	t = thread_start(&own_space, receives, deaf.raw);
	settle();
	L4_Start(t);
	settle();
	EXPECT_EQ(outcome, IPC_CANCELLED << 1 | RECEIVE);
}

TEST(libl4, start_sp_ip)
{
	L4_ThreadId_t t = thread_create(&own_space, warden);

	arrived = 0;
	L4_Start_SpIp(t, stack_new() - 8, (L4_Word_t)arrives);
	EXPECT(has_arrived());
	L4_Start_SpIp(L4_LocalIdOf(t), stack_new() - 8, (L4_Word_t)arrives);
	EXPECT(has_arrived());
	cxx_start_sp_ip(t.raw, stack_new() - 8, (L4_Word_t)arrives);
	EXPECT(has_arrived());
	L4_Stop(t);
	L4_Start_SpIp(t, stack_new() - 8, (L4_Word_t)arrives);
	EXPECT(has_arrived());
}

/* X.2 says nothing of a stack pointer's alignment. libio prints from any; compiled code may ask for more. */
static void prints(void)
{
	char text[32];

	snprintf(text, sizeof text, "%d %s %lx", 12, "words", 0x345UL);
	arrived += strcmp(text, "12 words 345") == 0;
	sleep_forever();
}

TEST(libl4, prints_from_any_stack)
{
	L4_ThreadId_t t = thread_create(&own_space, warden);

	arrived = 0;
	for (L4_Word_t offset = 0; offset <= 16; offset += 8) {
		L4_Start_SpIp(t, stack_new() - offset, (L4_Word_t)prints);
		EXPECT(has_arrived());
	}
}

volatile L4_Word_t libl4_flags;
extern char libl4_stores_flags[];
__asm__(".pushsection .text\n"
	"libl4_stores_flags:\n"
	"	pushfq\n"
	"	popq libl4_flags(%rip)\n"
	"1:	jmp 1b\n"
	".popsection");

TEST(libl4, start_sp_ip_flags)
{
	enum { CARRY = 1, DIRECTION = 0x400, USUAL = 0x202 };
	L4_ThreadId_t t = thread_create(&own_space, warden);

	L4_Start_SpIpFlags(t, stack_new() - 8, (L4_Word_t)libl4_stores_flags, CARRY | DIRECTION);
	settle();
	EXPECT_EQ(libl4_flags, USUAL | CARRY | DIRECTION);
	cxx_start_sp_ip_flags(t.raw, stack_new() - 8, (L4_Word_t)libl4_stores_flags, CARRY);
	settle();
	EXPECT_EQ(libl4_flags, USUAL | CARRY);
}

/* Stopping: what it was doing is told, as it was before; what is aborted depends on the name. */

static void stop_one(unsigned which, L4_Word_t (*stop)(unsigned, L4_Word_t, L4_Word_t *, L4_Word_t *, L4_Word_t *),
		     void (*function)(L4_Word_t), L4_Word_t state, L4_Word_t aborted_by)
{
	L4_ThreadId_t deaf = thread_start(&own_space, sleeps, 0), t = thread_start(&own_space, function, deaf.raw);
	L4_ThreadState_t s;
	L4_Word_t sp = 1, ip = 1, flags = 1;
	bool aborted = which & aborted_by;

	settle();
	s.raw = stop(which, t.raw, &sp, &ip, &flags);
	EXPECT_EQ(s.raw, state);
	EXPECT_EQ(L4_ThreadWasHalted(s), 0);
	EXPECT_EQ(L4_ThreadWasReceiving(s), state == RECEIVING);
	EXPECT_EQ(L4_ThreadWasSending(s), state == SENDING);
	EXPECT_EQ(L4_ThreadWasIpcing(s), state != 0);
	if (stop != c_stop_only) {
		EXPECT(ip > 4096 && sp > 4096);
		EXPECT_EQ(flags & 0x200, 0x200);
	}
	s = L4_Stop(t);
	EXPECT_EQ(s.raw, HALTED | (aborted ? 0 : state));
	EXPECT(L4_ThreadWasHalted(s));
	EXPECT_EQ(thread_delete(t), 1);
}

static void stop_all(unsigned which)
{
	L4_Word_t (*const stops[])(unsigned, L4_Word_t, L4_Word_t *, L4_Word_t *, L4_Word_t *) = {c_stop, c_stop_only,
												  cxx_stop};

	for (unsigned i = 0; i < 3; i++) {
		stop_one(which, stops[i], counts, 0, 0);
		stop_one(which, stops[i], receives, RECEIVING, 1);
		stop_one(which, stops[i], sends, SENDING, 2);
	}
}

TEST(libl4, stop)
{
	stop_all(0);
}

TEST(libl4, abort_receive_and_stop)
{
	stop_all(1);
}

TEST(libl4, abort_send_and_stop)
{
	stop_all(2);
}

TEST(libl4, abort_ipc_and_stop)
{
	stop_all(3);
}

static void stops_itself(L4_Word_t unused)
{
	(void)unused;
	counter = 1;
	L4_Stop(L4_Myself());
	counter = 2;
	sleep_forever();
}

TEST(libl4, stop_oneself)
{
	L4_ThreadId_t t;

	counter = 0;
	t = thread_start(&own_space, stops_itself, 0);
	settle();
	EXPECT_EQ(counter, 1);
	EXPECT(L4_ThreadWasHalted(L4_Stop(t)));
	L4_Start(t);
	settle();
	EXPECT_EQ(counter, 2);
}
