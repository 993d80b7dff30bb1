/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/small/main.c - libl4, libio and the root task's services in a small space: each case a function that tells
 * what it expected in vain.
 */
#include <stdbool.h>
#include <string.h>

#include <l4/exception.h>
#include <l4/ipc.h>
#include <l4/kdebug.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/space.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/console.h>
#include <service/root.h>

static const char *case_name;
static bool case_failed;

#define EXPECT(what)                                                                               \
	do {                                                                                       \
		if (!(what) && !case_failed) {                                                     \
			case_failed = true;                                                        \
			printf("FAIL %s: expected %s, got the contrary (%s:%d)\n", case_name, #what, \
			       __FILE__, __LINE__);                                                \
		}                                                                                  \
	} while (0)

bool cxx_works(void);

static char stack[8192] __attribute__((aligned(16)));
static volatile unsigned long seen;

/* A thread of this space; it is deleted when the case is over. */
static L4_ThreadId_t start(void (*function)(void *), void *argument)
{
	L4_ThreadId_t thread;

	EXPECT(root_thread_start(function, argument, stack, sizeof(stack), &thread) == ROOT_OK);
	return thread;
}

static void echo(void *unused)
{
	L4_ThreadId_t client;
	L4_MsgTag_t tag = L4_Wait(&client);

	(void)unused;
	for (;;)
		tag = L4_IpcFailed(tag) ? L4_Wait(&client) : L4_ReplyWait(client, &client);
}

static void messages(void)
{
	L4_ThreadId_t partner = start(echo, NULL);

	for (unsigned int words = 0; words < 64; words++) {
		L4_Word_t word;
		L4_MsgTag_t tag;

		for (unsigned int i = 1; i <= words; i++)
			L4_LoadMR((int)i, words << 16 | i);
		L4_Set_MsgTag((L4_MsgTag_t){ .raw = 0x1234UL << 16 | words });
		tag = L4_Call(partner);
		EXPECT(L4_IpcSucceeded(tag) && tag.raw == (0x1234UL << 16 | words));
		for (unsigned int i = 1; i <= words; i++) {
			L4_StoreMR((int)i, &word);
			EXPECT(word == (words << 16 | i));
		}
	}
	root_thread_delete(partner);
	EXPECT(L4_IpcFailed(L4_Call(partner)) && (L4_ErrorCode() & 0xf) == 2 << 1);
}

static void local_ids(void)
{
	L4_ThreadId_t partner = start(echo, NULL), local = L4_LocalIdOf(partner);

	EXPECT(L4_IsLocalId(L4_MyLocalId()) && L4_IsGlobalId(L4_MyGlobalId()));
	EXPECT(L4_GlobalIdOf(L4_MyLocalId()).raw == L4_Myself().raw);
	EXPECT(L4_LocalIdOf(L4_Myself()).raw == L4_MyLocalId().raw);
	EXPECT(L4_IsLocalId(local) && L4_SameThreads(local, partner));
	L4_Set_MsgTag(L4_Niltag);
	EXPECT(L4_IpcSucceeded(L4_Call(local)) && L4_IpcSucceeded(L4_Lcall(local)));
	root_thread_delete(partner);
}

static void timeouts(void)
{
	L4_Word64_t before = L4_SystemClock().raw;

	L4_Sleep(L4_TimePeriod(20000));
	EXPECT(L4_SystemClock().raw >= before + 20000);
	L4_Set_MsgTag(L4_Niltag);
	EXPECT(L4_IpcFailed(L4_Send_Timeout(L4_Myself(), L4_ZeroTime)) && L4_ErrorCode() == 1 << 1);
	EXPECT(L4_IpcFailed(L4_Receive_Timeout(L4_anythread, L4_ZeroTime)) && L4_ErrorCode() == (1 << 1 | 1));
	EXPECT(L4_IpcFailed(L4_Receive_Timeout(L4_anythread, L4_TimePoint(L4_ClockAddUsec(L4_SystemClock(), 1000)))));
}

static void spin(void *counter)
{
	for (;;)
		++*(volatile unsigned long *)counter;
}

static void other_threads_registers(void)
{
	static volatile unsigned long counter;
	L4_ThreadId_t t = start(spin, (void *)&counter);
	L4_Word_t sp, ip, flags;

	L4_Sleep(L4_TimePeriod(20000));
	EXPECT(counter != 0);
	EXPECT(!L4_ThreadWasHalted(L4_Stop_SpIpFlags(t, &sp, &ip, &flags)));
	EXPECT(ip >= (L4_Word_t)spin && ip < (L4_Word_t)spin + 64);
	EXPECT(sp > (L4_Word_t)stack && sp <= (L4_Word_t)stack + sizeof(stack));
	seen = counter;
	L4_Sleep(L4_TimePeriod(20000));
	EXPECT(counter == seen);
	L4_Set_UserDefinedHandleOf(t, 4711);
	EXPECT(L4_UserDefinedHandleOf(t) == 4711);
	L4_Start(t);
	L4_Sleep(L4_TimePeriod(20000));
	EXPECT(counter != seen);
	root_thread_delete(t);
}

/* An exception of one thread, for another to answer: it skips the instruction, and sets a register. */
static void divides_by_zero(void *handler)
{
	unsigned int quotient = 1, remainder = 0, zero = 0;

	L4_Set_ExceptionHandler(*(L4_ThreadId_t *)handler);
	__asm__ volatile("divl %2" : "+a"(quotient), "+d"(remainder) : "r"(zero) : "cc");
	seen = quotient;
	for (;;)
		L4_Sleep(L4_Never);
}

static void exceptions(void)
{
	static L4_ThreadId_t handler;
	L4_ThreadId_t t, from;
	L4_Msg_t msg;

	seen = 0;
	handler = L4_Myself();
	t = start(divides_by_zero, &handler);
	L4_MsgTag_t tag = L4_Wait(&from);

	EXPECT(L4_IsArchException(tag) && L4_UntypedWords(tag) == L4_EXC_WORDS && L4_SameThreads(from, t));
	L4_MsgStore(tag, &msg);
	EXPECT(msg.msg[L4_EXC_TRAP] == 0 && msg.msg[L4_EXC_RAX] == 1);
	msg.msg[L4_EXC_RIP] += 2;
	msg.msg[L4_EXC_RAX] = 4711;
	L4_Set_MsgMsgTag(&msg, (L4_MsgTag_t){ .raw = L4_EXC_RAX });
	L4_MsgLoad(&msg);
	L4_Reply(from);
	L4_Sleep(L4_TimePeriod(20000));
	EXPECT(seen == 4711);
	root_thread_delete(t);
}

static void heap_and_unmap(void)
{
	volatile unsigned long *heap = (volatile unsigned long *)((ROOT_HEAP_LOW + 8191) & ~4095UL);
	L4_Fpage_t page = L4_FpageLog2((L4_Word_t)heap, 12);

	EXPECT(*heap == 0);
	*heap = 4711;
	L4_Flush(L4_FpageAddRights(page, L4_FullyAccessible));
	EXPECT(*heap == 4711); /* the root task maps the same page again */
	heap = (volatile unsigned long *)(ROOT_HEAP_HIGH - 4096);
	EXPECT(*heap == 0);
	EXPECT(root_kernel_memory((unsigned long[]){ 0 }, (unsigned long[]){ 0 }) == ROOT_OK);
}

static void kernel_interface_page(void)
{
	void *kip = L4_GetKernelInterface();

	EXPECT(*(L4_Word_t *)kip == (L4_Word_t)L4_MAGIC);
	EXPECT(L4_ApiVersion() >> 24 == L4_APIVERSION_X2 && L4_ApiFlags() == L4_APIFLAG_32BIT);
	EXPECT(L4_ThreadIdBits(kip) <= 18 && L4_NumProcessors(kip) >= 1);
	EXPECT(L4_HasFeature("small-spaces") && !L4_HasFeature("small"));
	EXPECT(L4_PageSizeMask(kip) & 1 << 12);
}

static void privileged_calls_fail(void)
{
	L4_Word_t old;

	EXPECT(L4_ThreadControl(L4_Myself(), L4_nilthread, L4_nilthread, L4_nilthread, (void *)-1) == 0);
	EXPECT(L4_ErrorCode() == L4_ErrNoPrivilege);
	EXPECT(L4_SpaceControl(L4_Myself(), 0, L4_Nilpage, L4_Nilpage, L4_nilthread, &old) == 0);
	EXPECT(L4_ErrorCode() == L4_ErrNoPrivilege);
}

static void prints(void)
{
	char text[80];
	L4_Word64_t large = 1234567890123456789ULL;

	snprintf(text, sizeof(text), "%llu %lld %llx %lu %d %s", large, -(long long)large, large, 4000000000UL, -5,
		 "end");
	EXPECT(strcmp(text, "1234567890123456789 -1234567890123456789 112210f47de98115 4000000000 -5 end") == 0);
}

static volatile L4_Word64_t numerator = 0x123456789abcdef0ULL;

static void divides(void)
{
	EXPECT(numerator / 0x1000000001ULL == 19088743ULL && numerator % 10 == 0);
	EXPECT((long long)-numerator / 7 == -187395495351970045LL);
}

static void command_line_and_options(void)
{
	char line[ROOT_TEXT_MAX + 1];

	EXPECT(root_command_line(line, sizeof(line)) == ROOT_OK);
	EXPECT(strcmp(line, "test-small number=0x1234 word") == 0);
	EXPECT(root_option("number", 0) == 0x1234 && root_option("nothing", 7) == 7);
}

static void console_in_another_small_space(void)
{
	static const char line[] = "a line from a small program";
	L4_ThreadId_t console = root_lookup_wait(CONSOLE_NAME);

	EXPECT(!L4_IsNilThread(console) && root_lookup("test-small").raw == L4_Myself().raw);
	EXPECT(L4_IsNilThread(root_lookup("nobody")));
	EXPECT(console_write(console, line, sizeof(line) - 1));
}

/* With a debugger the request is done there; without one it would end the program. */
static void debugger(void)
{
	if (L4_HasFeature("debugger"))
		L4_KDB_PrintString("small: printed by the debugger\n");
}

static void cxx(void)
{
	EXPECT(cxx_works());
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "messages", messages },
	{ "local_ids", local_ids },
	{ "timeouts", timeouts },
	{ "other_threads_registers", other_threads_registers },
	{ "exceptions", exceptions },
	{ "heap_and_unmap", heap_and_unmap },
	{ "kernel_interface_page", kernel_interface_page },
	{ "privileged_calls_fail", privileged_calls_fail },
	{ "prints", prints },
	{ "divides", divides },
	{ "command_line_and_options", command_line_and_options },
	{ "console_in_another_small_space", console_in_another_small_space },
	{ "debugger", debugger },
	{ "cxx", cxx },
};

int main(void)
{
	unsigned int passed = 0, failed = 0;

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		case_name = cases[i].name;
		case_failed = false;
		printf("RUN %s\n", case_name);
		cases[i].run();
		if (!case_failed)
			printf("PASS %s\n", case_name);
		*(case_failed ? &failed : &passed) += 1;
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
