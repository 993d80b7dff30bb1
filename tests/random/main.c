/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/random/main.c - a root task that runs random programs of messages and prints what came of them.
 *
 *   root FIRST COUNT [trace]    programs FIRST .. FIRST + COUNT - 1; with `trace` every operation's result is printed
 *
 * A program has 2 to 6 threads in up to three spaces (program.h). Whatever an operation ends with is noted, in the
 * order in which they end: tag, error code, sender, words, and whether FS base and a vector register are still the
 * thread's. When nobody can run any more, the state of each thread is noted, and it is stopped. A line for every
 * hundred programs has a checksum of all that. It depends on nothing but the kernel's rules, so a kernel with the
 * path and one without print the same: tests/run compares.
 *
 * The main thread is better than all actors, so it sets up a program undisturbed; the watcher is worse, so it runs
 * when no actor can. Nobody's slice ends.
 */
#include "program.h"

#include <abi/bootinfo.h>
#include <abi/kip.h>
#include <abi/protocol.h>
#include <abi/syscall.h>
#include <abi/utcb.h>
#include <cpuid.h>
#include <l4/exception.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/space.h>
#include <l4/thread.h>
#include <l4io.h>

#include "servers/root/machine.h"

enum {
	PAGE = 4096,
	STACK_SIZE = 4096,
	FIRST_NUMBER = USER_BASE + 16,
	CHILD_UTCB_LOG2 = 14,
	PRIORITY_MAIN = 200,
	PRIORITY_WATCHER = 10,
	BATCH = 100,
	NOTES = 1024,
	FLAG_ERROR = 1 << 15,
	FLAG_PROPAGATED = 1 << 12,
	WORDS_MASK = 0x3f,
	EXREGS_AS_PAGER = 1 << 22,
	EXREGS_ABORT = 6,
	DEFAULT_COUNT = 1000,
};
#define CHILD_UTCB_AREA 0x600000000000UL
#define ALL_ONES ~0UL

struct note {
	L4_Word_t who, what; /* actor, operation */
	L4_Word_t result, error, sender, words, own;
};

L4_ThreadId_t thread_ids[SPACES][ACTORS], local_ids[SPACES][ACTORS];

extern char _start[];
static L4_ThreadId_t main_thread, watcher;
static struct program program;
static struct note notes[NOTES];
static volatile L4_Word_t noted;
static L4_Word_t succeeded;
static bool has_fs_base, trace;
static char stacks[SPACES * ACTORS + 1][STACK_SIZE] __attribute__((aligned(16)));

static void fail(const char *what, L4_Word_t value)
{
	printf("test-random: %s %lu, error %lu\n", what, value, L4_ErrorCode());
	machine_end(false);
}

/* --- what actors do ---------------------------------------------------------------------------------------------- */

static L4_Word_t mix(L4_Word_t hash, L4_Word_t word)
{
	return (hash ^ word) * 0x100000001b3UL + (hash >> 29);
}

static L4_Word_t word_of(L4_Word_t who, L4_Word_t what, L4_Word_t i)
{
	return (program.number << 32 | who << 24 | what << 16 | i) * 0x9e3779b97f4a7c15UL;
}

/* What belongs to the thread and travels in no message. */
static L4_Word_t own_state(bool fpu)
{
	L4_Word_t base = 0, vector = 0;

	if (has_fs_base)
		__asm__ volatile("rdfsbase %0" : "=r"(base));
	if (fpu)
		__asm__ volatile("movq %%xmm15, %0" : "=r"(vector));
	return mix(base, vector);
}

static void ipc(const struct operation *o, struct note *n, L4_Word_t *partner)
{
	L4_Word_t to = o->reply && *partner ? *partner : o->to, sender = 0, kind;
	L4_MsgTag_t tag;

	L4_LoadMR(0, o->tag);
	for (L4_Word_t i = 1; i <= (o->tag & WORDS_MASK); i++)
		L4_LoadMR((int)i, word_of(n->who, n->what, i));
	L4_Set_VirtualSender((L4_ThreadId_t){.raw = o->speaker});
	tag = __L4_DoIpc(to, o->from, o->call, o->timeout, &sender);
	n->result = tag.raw;
	n->error = n->sender = n->words = 0;
	if (tag.raw & FLAG_ERROR) {
		n->error = L4_ErrorCode();
		return;
	}
	kind = o->call & CALL_KIND_MASK;
	if ((kind == IPC_CALL && !to) || (kind == IPC_FROM && !o->from))
		return; /* there was no receive phase */
	n->sender = *partner = sender;
	for (L4_Word_t i = 1; i <= (tag.raw & WORDS_MASK); i++) {
		L4_Word_t word;

		L4_StoreMR((int)i, &word);
		n->words = mix(n->words, word);
	}
	if (tag.raw & FLAG_PROPAGATED)
		n->words = mix(n->words, L4_ActualSender().raw);
}

static void exchange(const struct operation *o, struct note *n)
{
	struct __L4_Exregs r = __L4_ExregsControl(o->value);

	n->result = __L4_ExchangeRegistersOf((L4_ThreadId_t){.raw = o->to}, &r).raw;
	n->sender = r.control;
}

static void perform(const struct operation *o, struct note *n, L4_Word_t *partner)
{
	L4_Word_t time;

	switch (o->kind) {
	case OPERATION_IPC:
		ipc(o, n, partner);
		break;
	case OPERATION_SWITCH:
		L4_ThreadSwitch((L4_ThreadId_t){.raw = o->to});
		break;
	case OPERATION_SCHEDULE:
		n->result = L4_Schedule((L4_ThreadId_t){.raw = o->to}, ALL_ONES, ALL_ONES, o->value, ALL_ONES, &time);
		break;
	case OPERATION_EXCHANGE:
		exchange(o, n);
		break;
	}
}

static void actor_main(void)
{
	L4_Word_t who = L4_UserDefinedHandle(), partner = 0;
	const struct actor *a = &program.actor[who];
	bool fpu = false;

	if (has_fs_base)
		L4_Set_FsBase(L4_Myself(), word_of(who, 0, 0) >> 20);
	for (L4_Word_t what = 0; what < a->count; what++) {
		const struct operation *o = &a->operation[what];
		struct note n = { .who = who, .what = what };

		if (o->fpu) {
			fpu = true;
			__asm__ volatile("movq %0, %%xmm15" : : "r"(word_of(who, what, 0)));
		}
		perform(o, &n, &partner);
		n.own = own_state(fpu);
		notes[noted++] = n;
	}
	L4_Sleep(L4_Never);
}

static void watcher_main(void)
{
	L4_ThreadId_t from;

	L4_Wait(&from);
	for (;;) {
		L4_LoadMR(0, 0);
		L4_ReplyWait(from, &from);
	}
}

/* --- threads ----------------------------------------------------------------------------------------------------- */

/* As at the beginning of a function that was called. */
static L4_Word_t stack_of(L4_Word_t space, L4_Word_t i)
{
	return (L4_Word_t)stacks[space * ACTORS + i] + STACK_SIZE - 8;
}

static void create(L4_ThreadId_t thread, L4_ThreadId_t space, L4_Word_t utcb)
{
	if (L4_ThreadControl(thread, space, main_thread, main_thread, (void *)utcb) != 1)
		fail("no thread", thread.raw);
	if (L4_Set_Timeslice(thread, L4_Never, L4_Never) == 0)
		fail("no slice for thread", thread.raw);
}

static void start(L4_ThreadId_t thread, void (*function)(void), L4_Word_t stack)
{
	L4_LoadMR(0, 2);
	L4_LoadMR(1, (L4_Word_t)function);
	L4_LoadMR(2, stack);
	if (L4_IpcFailed(L4_Send(thread)))
		fail("no start of thread", thread.raw);
}

/* All of this program at once, where it is here. */
static void map_image(L4_ThreadId_t thread)
{
	const struct kip *kip = (struct kip *)L4_GetKernelInterface();
	L4_MapItem_t item;
	L4_Word_t log2 = 12;

	while (kip->root.low >> log2 != kip->root.high >> log2)
		log2++;
	item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2(kip->root.low, (int)log2), L4_FullyAccessible),
			  kip->root.low >> log2 << log2);
	L4_LoadMR(0, 2 << 6);
	L4_LoadMR(1, item.raw[0]);
	L4_LoadMR(2, item.raw[1]);
	if (L4_IpcFailed(L4_Send(thread)))
		fail("no pages for thread", thread.raw);
}

static void park(void)
{
	L4_Sleep(L4_Never);
}

static void make_space(L4_Word_t space)
{
	L4_ThreadId_t name = space == 0 ? main_thread : thread_ids[space][0];
	L4_Word_t utcbs = space == 0 ? L4_MyLocalId().raw + UTCB_SIZE : CHILD_UTCB_AREA, old;

	if (space != 0) {
		if (L4_ThreadControl(name, name, main_thread, L4_nilthread, (void *)ALL_ONES) != 1)
			fail("no space", space);
		if (L4_SpaceControl(name, 0, L4_FpageLog2((L4_Word_t)L4_GetKernelInterface(), 12),
				    L4_FpageLog2(utcbs, CHILD_UTCB_LOG2), L4_nilthread, &old) != 1)
			fail("no areas of space", space);
	}
	for (L4_Word_t i = 0; i < ACTORS; i++) {
		local_ids[space][i].raw = utcbs + i * UTCB_SIZE;
		create(thread_ids[space][i], name, local_ids[space][i].raw);
	}
	if (space != 0) {
		start(name, park, stack_of(space, 0));
		/* Its first fault, at its first instruction. */
		if (L4_IpcFailed(L4_Receive(name)))
			fail("no fault in space", space);
		map_image(name);
	}
}

static void make_threads(void)
{
	const struct kip *kip = (struct kip *)L4_GetKernelInterface();

	for (L4_Word_t page = kip->root.low; page <= kip->root.high; page += PAGE)
		*(volatile char *)page;
	main_thread = L4_MyGlobalId();
	L4_Set_Priority(main_thread, PRIORITY_MAIN);
	L4_Set_Timeslice(main_thread, L4_Never, L4_Never);
	for (L4_Word_t i = 0; i < SPACES * ACTORS; i++)
		thread_ids[i / ACTORS][i % ACTORS] = L4_GlobalId(FIRST_NUMBER + i, 1);
	for (L4_Word_t space = 0; space < SPACES; space++)
		make_space(space);
	watcher = L4_GlobalId(FIRST_NUMBER + SPACES * ACTORS, 1);
	create(watcher, main_thread, L4_MyLocalId().raw + (ACTORS + 1) * UTCB_SIZE);
	L4_Set_Priority(watcher, PRIORITY_WATCHER);
	start(watcher, watcher_main, stack_of(SPACES, 0));
}

/* --- running ----------------------------------------------------------------------------------------------------- */

static L4_Word_t exchange_actor(const struct actor *a, L4_Word_t control, L4_Word_t who)
{
	struct __L4_Exregs r = __L4_ExregsControl(control | EXREGS_AS_PAGER | EXREGS_ABORT | __L4_EXREGS_HALT_VALID);

	r.ip = (L4_Word_t)actor_main;
	r.sp = stack_of(a->space, who);
	r.handle = who;
	if (L4_IsNilThread(__L4_ExchangeRegistersOf((L4_ThreadId_t){.raw = a->id}, &r)))
		fail("cannot reach thread", a->id);
	return r.control;
}

/* Until no actor can run. */
static void let_them_run(void)
{
	L4_LoadMR(0, 0);
	if (L4_IpcFailed(L4_Call(watcher)))
		fail("no watcher", 0);
}

static L4_Word_t run(L4_Word_t number, L4_Word_t hash)
{
	L4_Word_t time;

	program_make(&program, number);
	noted = 0;
	for (L4_Word_t i = 0; i < program.actors; i++) {
		const struct actor *a = &program.actor[i];

		if (L4_Set_Priority((L4_ThreadId_t){.raw = a->id}, a->priority) == 0)
			fail("no priority for thread", a->id);
		exchange_actor(a, __L4_EXREGS_IP | __L4_EXREGS_SP | __L4_EXREGS_HANDLE, i);
	}
	let_them_run();
	if (program.times != 0) {
		L4_Sleep(L4_TimePeriod(TIME_ALL_US));
		let_them_run();
	}
	for (L4_Word_t i = 0; i < program.actors; i++) {
		struct note *n = &notes[noted++];

		*n = (struct note){ .who = i, .what = OPERATIONS };
		n->result = L4_Schedule((L4_ThreadId_t){.raw = program.actor[i].id}, ALL_ONES, ALL_ONES, ALL_ONES,
					ALL_ONES, &time);
	}
	for (L4_Word_t i = 0; i < program.actors; i++)
		notes[noted - program.actors + i].sender = exchange_actor(&program.actor[i], __L4_EXREGS_HALT, i);
	for (L4_Word_t i = 0; i < noted; i++) {
		const struct note *n = &notes[i];

		hash = mix(mix(mix(hash, n->who), n->what), n->result);
		hash = mix(mix(mix(mix(hash, n->error), n->sender), n->words), n->own);
		succeeded += n->what < OPERATIONS && !(n->result & FLAG_ERROR);
		if (trace)
			printf("program %lu thread %lu operation %lu: 0x%lx error %lu sender 0x%lx words 0x%lx "
			       "own 0x%lx\n",
			       number, n->who, n->what, n->result, n->error, n->sender, n->words, n->own);
	}
	return hash;
}

/* --- the command line -------------------------------------------------------------------------------------------- */

/* That of the boot module which has this program's first instruction. */
static const char *command_line(void)
{
	struct bootinfo *info = (struct bootinfo *)L4_BootInfo(L4_GetKernelInterface());
	struct bootrec_simple_exec *exec = (void *)((char *)info + info->first_entry);

	for (L4_Word_t i = 0; i < info->num_entries; i++) {
		if (exec->type == BOOTREC_SIMPLE_EXEC && exec->initial_ip == (L4_Word_t)_start && exec->cmdline_offset)
			return (char *)exec + exec->cmdline_offset;
		exec = (void *)((char *)exec + ((unsigned long long *)exec)[2]);
	}
	return "";
}

/* The number behind the next space, or `otherwise`. */
static L4_Word_t number_next(const char **line, L4_Word_t otherwise)
{
	L4_Word_t number = 0;

	while (**line && **line != ' ')
		++*line;
	while (**line == ' ')
		++*line;
	if (**line < '0' || **line > '9')
		return otherwise;
	for (; **line >= '0' && **line <= '9'; ++*line)
		number = number * 10 + (L4_Word_t)(**line - '0');
	return number;
}

int main(void)
{
	const char *line = command_line();
	L4_Word_t first = number_next(&line, 0), count = number_next(&line, DEFAULT_COUNT), hash = 0;
	unsigned int eax, ebx = 0, ecx, edx;

	trace = line[0] == ' ' && line[1] == 't';
	has_fs_base = __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & 1);
	make_threads();
	for (L4_Word_t i = 0; i < count; i++) {
		hash = run(first + i, hash);
		if ((i + 1) % BATCH == 0 || i + 1 == count) {
			printf("programs to %lu: %lu operations succeeded, checksum 0x%lx\n", first + i, succeeded,
			       hash);
			hash = 0;
			succeeded = 0;
		}
	}
	printf("%lu programs\n", count);
	machine_end(true);
}
