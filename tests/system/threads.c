/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/threads.c - threads and spaces for the cases, and the warden that pages them.
 *
 * Every space sees the memory of this program at the same addresses: the warden maps the image on
 * demand. So any function of a case can run in any space. Thread ids are never used twice.
 */
#include "harness.h"
#include "raw.h"
#include <abi/kip.h>
#include <l4io.h>

enum {
	CASE_THREADS = 1016, /* what the own UTCB area has room for */
	FIRST_NUMBER = USER_BASE + 16,
	SPACES = 12,
	STACKS = 200,
	STACK_SIZE = 8192,
	PAGES = 96,
	PAGE = 4096,
	OWN_UTCB_LOG2 = 20, /* the kernel gives the root task 1024 slots */
	FIRST_CASE_SLOT = 4,
	CHILD_UTCB_LOG2 = 16,
	FAULT_REPEATS = 3, /* of the same fault, in spite of a mapping */
};
#define CHILD_UTCB_AREA 0x600000000000UL

L4_ThreadId_t runner, warden, worker, sigma0;
struct space own_space;
L4_Word_t time_scale = 1;

static struct space spaces[SPACES];
static L4_ThreadId_t threads[CASE_THREADS];
static volatile L4_Word_t thread_count, stack_count, page_count;
static L4_Word_t version = 1;
static char stacks[STACKS][STACK_SIZE] __attribute__((aligned(4096)));
static char pages[PAGES][PAGE] __attribute__((aligned(4096)));
static char warden_stack[STACK_SIZE] __attribute__((aligned(16)));
static L4_Word_t image_low, image_high;

void thread_main(void (*function)(L4_Word_t), L4_Word_t argument) __attribute__((noreturn));

/* Where every thread of a case begins, called by thread_entry. */
void thread_main(void (*function)(L4_Word_t), L4_Word_t argument)
{
	L4_Set_ExceptionHandler(L4_Pager());
	function(argument);
	sleep_forever();
}

void sleep_forever(void)
{
	for (;;)
		L4_Sleep(L4_Never);
}

void sleeps(L4_Word_t unused)
{
	(void)unused;
	sleep_forever();
}

void takes_a_message(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	sleep_forever();
}

void loops(L4_Word_t unused)
{
	(void)unused;
	for (;;)
		;
}

void yields_forever(L4_Word_t unused)
{
	(void)unused;
	for (;;)
		L4_Yield();
}

void unmaps_forever(L4_Word_t unused)
{
	(void)unused;
	for (;;) {
		L4_LoadMR(0, L4_CompleteAddressSpace.raw & ~7UL);
		L4_Unmap(0);
	}
}

void sets_attributes_forever(L4_Word_t unused)
{
	(void)unused;
	for (;;)
		L4_Set_PageAttribute(L4_CompleteAddressSpace, L4_DefaultMemory);
}

struct utcb *own_utcb(void)
{
	return (struct utcb *)L4_MyLocalId().raw;
}

L4_Word_t now_us(void)
{
	return L4_SystemClock().raw;
}

L4_Word_t us_of(L4_Time_t period)
{
	return (L4_Word_t)(period.raw & 0x3ff) << (period.raw >> 10);
}

void settle(void)
{
	L4_Sleep(L4_TimePeriod(1000 * time_scale));
}

bool wait_until(volatile L4_Word_t *word, L4_Word_t value, unsigned ms)
{
	L4_Word_t end = now_us() + ms * 1000UL * time_scale;

	while (*word < value) {
		if (now_us() > end)
			return false;
		L4_Sleep(L4_TimePeriod(200 * time_scale));
	}
	return true;
}

L4_Word_t random_next(L4_Word_t *state)
{
	/* xorshift64* */
	L4_Word_t x = *state ? *state : 88172645463325252UL;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dUL;
}

/* Messages. */

L4_MsgTag_t tag_make(L4_Word_t label, unsigned untyped, unsigned typed)
{
	L4_MsgTag_t tag;

	tag.raw = label << 16 | typed << 6 | untyped;
	return tag;
}

void message_take(L4_MsgTag_t tag, L4_ThreadId_t from, struct message *message)
{
	message->tag = tag;
	message->from = from;
	message->error = L4_IpcFailed(tag) ? L4_ErrorCode() : 0;
	L4_StoreMRs(1, 63, &message->mr[1]);
	message->mr[0] = tag.raw;
}

bool message_receive(L4_ThreadId_t from, struct message *message)
{
	L4_MsgTag_t tag;

	if (L4_IsThreadEqual(from, L4_anythread))
		tag = L4_Wait_Timeout(PATIENCE, &from);
	else
		tag = L4_Receive_Timeout(from, PATIENCE);
	message_take(tag, from, message);
	return L4_IpcSucceeded(tag);
}

bool event_receive(L4_ThreadId_t from, struct message *message)
{
	L4_Word_t last[3] = {0, 0, 0};
	unsigned repeated = 0;

	for (;;) {
		if (!message_receive(from, message))
			return false;
		if (!is_page_fault(message) || repeated > FAULT_REPEATS)
			return true;
		repeated = message->tag.raw == last[0] && message->mr[1] == last[1] &&
				   message->mr[2] == last[2]
			       ? repeated + 1
			       : 0;
		last[0] = message->tag.raw;
		last[1] = message->mr[1];
		last[2] = message->mr[2];
		if (!image_fault(message))
			return true;
	}
}

L4_MsgTag_t words_send(L4_ThreadId_t to, L4_Word_t label, unsigned count, const L4_Word_t *words)
{
	L4_LoadMR(0, tag_make(label, count, 0).raw);
	for (unsigned i = 0; i < count; i++)
		L4_LoadMR(1 + i, words[i]);
	return L4_Send_Timeout(to, PATIENCE);
}

L4_MsgTag_t word_send(L4_ThreadId_t to, L4_Word_t label, L4_Word_t word)
{
	return words_send(to, label, 1, &word);
}

L4_MsgTag_t map_reply(L4_ThreadId_t to, L4_Fpage_t page, L4_Word_t address)
{
	L4_MapItem_t item = L4_MapItem(page, address);

	L4_LoadMR(0, tag_make(0, 0, 2).raw);
	L4_LoadMR(1, item.raw[0]);
	L4_LoadMR(2, item.raw[1]);
	return L4_Send_Timeout(to, PATIENCE);
}

L4_MsgTag_t frame_reply(const struct message *message, unsigned count)
{
	L4_LoadMR(0, tag_make(0, count, 0).raw);
	for (unsigned i = 1; i <= count; i++)
		L4_LoadMR(i, message->mr[i]);
	return L4_Send_Timeout(message->from, PATIENCE);
}

void report(L4_Word_t label, L4_Word_t word)
{
	word_send(worker, label, word);
}

/* The label with the access bits cleared; labels of kernel messages are negative. */
static L4_Word_t label_class(L4_MsgTag_t tag)
{
	return L4_Label(tag) & ~0xfUL;
}

/* How a label of the kernel reads after it went through a tag. */
static L4_Word_t label_seen(L4_Word_t label)
{
	return L4_Label(tag_make(label, 0, 0)) & ~0xfUL;
}

bool is_page_fault(const struct message *message)
{
	return label_class(message->tag) == label_seen((L4_Word_t)LABEL_PAGEFAULT);
}

bool is_exception(const struct message *message)
{
	return label_class(message->tag) == label_seen((L4_Word_t)LABEL_SYSTEM_EXCEPTION) ||
	       label_class(message->tag) == label_seen((L4_Word_t)LABEL_ARCH_EXCEPTION);
}

/* The warden. */

bool image_fault(const struct message *message)
{
	L4_Word_t address = message->mr[1] & ~(L4_Word_t)(PAGE - 1);
	L4_Fpage_t page;

	if (!is_page_fault(message) || address < image_low || address >= image_high)
		return false;
	page = L4_FpageAddRights(L4_FpageLog2(address, 12), L4_FullyAccessible);
	map_reply(message->from, page, address);
	return true;
}

static void warden_report(const struct message *m)
{
	L4_Word_t nothing = 0;

	if (is_page_fault(m))
		FAIL("expected no fault in thread 0x%lx, got one at address 0x%lx, access %lu, ip "
		     "0x%lx",
		     m->from.raw, m->mr[1], m->tag.raw >> 16 & 7, m->mr[2]);
	else if (is_exception(m))
		FAIL("expected no exception in thread 0x%lx, got number %lu, error 0x%lx, ip 0x%lx",
		     m->from.raw, m->mr[EXC_TRAP], m->mr[EXC_ERROR], m->mr[EXC_RIP]);
	else
		return;
	words_send(runner, LABEL_CRASH, 1, &nothing);
}

static void warden_main(L4_Word_t unused)
{
	static struct message m;

	(void)unused;
	for (;;) {
		L4_ThreadId_t from;
		L4_MsgTag_t tag = L4_Wait(&from);

		message_take(tag, from, &m);
		if (L4_IpcFailed(tag))
			continue;
		if (L4_Label(tag) == LABEL_START) {
			L4_ThreadId_t thread = {.raw = m.mr[1]};

			L4_LoadMR(0, tag_make(0, 2, 0).raw);
			L4_LoadMR(1, m.mr[2]);
			L4_LoadMR(2, m.mr[3]);
			L4_Send_Timeout(thread, PATIENCE);
		} else if (!image_fault(&m)) {
			warden_report(&m);
		}
	}
}

/* Threads. */

L4_ThreadId_t thread_id_new(void)
{
	L4_Word_t n = __atomic_fetch_add(&thread_count, 1, __ATOMIC_SEQ_CST);

	if (n >= CASE_THREADS) {
		FAIL("expected at most %u threads in a case, got more", CASE_THREADS);
		test_abort();
	}
	threads[n] = L4_GlobalId(FIRST_NUMBER + n, version);
	return threads[n];
}

L4_Word_t utcb_new(struct space *space)
{
	return space->utcb_area + UTCB_SIZE * (L4_Word_t)space->slots++;
}

struct space *space_new_at(L4_Word_t kip, L4_Word_t utcb_area, unsigned utcb_log2)
{
	for (unsigned i = 0; i < SPACES; i++) {
		struct space *s = &spaces[i];

		if (s->used)
			continue;
		*s = (struct space){.used = true,
				    .name = L4_nilthread,
				    .kip = kip,
				    .utcb_area = utcb_area,
				    .utcb_log2 = utcb_log2,
				    .slots = 0};
		return s;
	}
	FAIL("expected at most %u spaces in a case, got more", SPACES);
	test_abort();
}

struct space *space_new(void)
{
	/* libl4 caches the KIP's address in a variable that all spaces share. */
	return space_new_at((L4_Word_t)L4_GetKernelInterface(), CHILD_UTCB_AREA, CHILD_UTCB_LOG2);
}

/* The first thread of a space: created inactive, so that SpaceControl can lay the space out. */
static void space_make(struct space *space, L4_ThreadId_t thread)
{
	L4_Word_t old;

	REQUIRE_EQ(L4_ThreadControl(thread, thread, runner, L4_nilthread, (void *)-1UL), 1);
	REQUIRE_EQ(L4_SpaceControl(thread, space->control, L4_FpageLog2(space->kip, 12),
				   L4_FpageLog2(space->utcb_area, space->utcb_log2), L4_nilthread,
				   &old),
		   1);
	space->name = thread;
}

void set_priority(L4_ThreadId_t thread, L4_Word_t priority)
{
	EXPECT(L4_Set_Priority(thread, priority) != 0);
}

L4_ThreadId_t thread_create(struct space *space, L4_ThreadId_t pager)
{
	L4_ThreadId_t thread = thread_id_new();

	if (L4_IsNilThread(space->name))
		space_make(space, thread);
	REQUIRE_EQ(L4_ThreadControl(thread, space->name, runner, pager, (void *)utcb_new(space)),
		   1);
	set_priority(thread, PRIORITY_WORKER);
	return thread;
}

L4_Word_t stack_new(void)
{
	L4_Word_t n = __atomic_fetch_add(&stack_count, 1, __ATOMIC_SEQ_CST);

	if (n >= STACKS) {
		FAIL("expected at most %u stacks in a case, got more", STACKS);
		test_abort();
	}
	return (L4_Word_t)stacks[n] + STACK_SIZE;
}

L4_Word_t page_new(void)
{
	L4_Word_t n = __atomic_fetch_add(&page_count, 1, __ATOMIC_SEQ_CST);

	if (n >= PAGES) {
		FAIL("expected at most %u pages in a case, got more", PAGES);
		test_abort();
	}
	for (unsigned i = 0; i < PAGE; i++)
		pages[n][i] = 0;
	return (L4_Word_t)pages[n];
}

/* What thread_entry pops: function, argument. The stack is aligned as at a call behind that. */
static L4_Word_t stack_prepare(L4_Word_t top, void (*function)(L4_Word_t), L4_Word_t argument)
{
	L4_Word_t *sp = (L4_Word_t *)(top - 32);

	sp[0] = (L4_Word_t)function;
	sp[1] = argument;
	return (L4_Word_t)sp;
}

void thread_run_on(L4_ThreadId_t thread, L4_Word_t stack_top, void (*function)(L4_Word_t),
		   L4_Word_t argument)
{
	L4_Word_t sp = stack_prepare(stack_top, function, argument);

	L4_LoadMR(0, tag_make(0, 2, 0).raw);
	L4_LoadMR(1, (L4_Word_t)thread_entry);
	L4_LoadMR(2, sp);
	REQUIRE_OK(L4_Send_Timeout(thread, PATIENCE));
}

void thread_run(L4_ThreadId_t thread, void (*function)(L4_Word_t), L4_Word_t argument)
{
	thread_run_on(thread, stack_new(), function, argument);
}

void thread_run_by_warden(L4_ThreadId_t thread, void (*function)(L4_Word_t), L4_Word_t argument)
{
	L4_Word_t words[3] = {thread.raw, (L4_Word_t)thread_entry,
			      stack_prepare(stack_new(), function, argument)};

	REQUIRE_OK(words_send(warden, LABEL_START, 3, words));
}

L4_ThreadId_t thread_start(struct space *space, void (*function)(L4_Word_t), L4_Word_t argument)
{
	L4_ThreadId_t thread = thread_create(space, warden);

	thread_run_by_warden(thread, function, argument);
	return thread;
}

L4_ThreadId_t thread_start_under(L4_ThreadId_t pager, struct space *space,
				 void (*function)(L4_Word_t), L4_Word_t argument)
{
	L4_ThreadId_t thread = thread_create(space, pager);

	thread_run(thread, function, argument);
	return thread;
}

L4_Word_t thread_delete(L4_ThreadId_t thread)
{
	return L4_ThreadControl(thread, L4_nilthread, L4_nilthread, L4_nilthread, (void *)-1UL);
}

L4_ThreadId_t empty_space(void)
{
	L4_ThreadId_t t = thread_id_new();

	REQUIRE_EQ(thread_control(t, t, runner, L4_nilthread, -1UL), 1);
	return t;
}

L4_Word_t set_areas(L4_ThreadId_t space, L4_Fpage_t kip, L4_Fpage_t utcbs)
{
	L4_Word_t old;

	return L4_SpaceControl(space, 0, kip, utcbs, L4_nilthread, &old);
}

L4_Word_t set_redirector(L4_ThreadId_t space, L4_ThreadId_t redirector)
{
	L4_Word_t old;

	return L4_SpaceControl(space, 0, L4_Nilpage, L4_Nilpage, redirector, &old);
}

/* Per case. */

static L4_ThreadId_t own_thread_start(L4_Word_t number, L4_Word_t slot, L4_ThreadId_t pager,
				      L4_Word_t ip, L4_Word_t sp)
{
	L4_ThreadId_t thread = L4_GlobalId(number, version);
	L4_Word_t utcb = own_space.utcb_area + slot * UTCB_SIZE;

	if (!L4_ThreadControl(thread, runner, runner, pager, (void *)utcb))
		printf("cannot create thread %lu: error %lu\n", number, L4_ErrorCode());
	L4_Start_SpIp(thread, sp, ip);
	return thread;
}

/* Slower than 100 MHz is an emulator whose clock runs ahead of it. */
static void time_measure(void)
{
	enum { SLOW_KHZ = 100000 };
	L4_Word_t khz = L4_ProcDescInternalFreq(L4_ProcDesc(L4_GetKernelInterface(), 0));

	if (khz != 0 && khz < SLOW_KHZ)
		time_scale = SLOW_KHZ / khz;
}

/* Have every page of the image mapped here: what maps it to others must own it, and faults here
 * would only disturb. */
static void image_touch(void)
{
	struct kip *kip = (struct kip *)L4_GetKernelInterface();

	image_low = kip->root.low & ~(L4_Word_t)(PAGE - 1);
	image_high = (kip->root.high + PAGE) & ~(L4_Word_t)(PAGE - 1);
	for (L4_Word_t page = image_low; page < image_high; page += PAGE)
		*(volatile char *)page;
}

void threads_init(void)
{
	L4_Word_t user_base = L4_ThreadIdUserBase(L4_GetKernelInterface());

	runner = L4_MyGlobalId();
	sigma0 = L4_GlobalId(user_base, 1);
	own_space.used = true;
	own_space.name = runner;
	own_space.kip = (L4_Word_t)L4_GetKernelInterface();
	own_space.utcb_log2 = OWN_UTCB_LOG2;
	own_space.utcb_area = L4_MyLocalId().raw & ~((1UL << OWN_UTCB_LOG2) - 1);
	time_measure();
	image_touch();
	warden =
	    own_thread_start(FIRST_NUMBER - 2, FIRST_CASE_SLOT - 2, sigma0, (L4_Word_t)thread_entry,
			     stack_prepare((L4_Word_t)warden_stack + STACK_SIZE, warden_main, 0));
	L4_Set_Priority(warden, PRIORITY_RUNNER + 1);
	L4_Set_Priority(runner, PRIORITY_RUNNER);
}

void threads_begin(void (*entry)(L4_Word_t), L4_Word_t argument)
{
	thread_count = 0;
	stack_count = 0;
	page_count = 0;
	own_space.slots = FIRST_CASE_SLOT;
	version += 2; /* odd: the low six bits are never all 0 */
	worker = L4_GlobalId(FIRST_NUMBER - 1, version);
	own_thread_start(FIRST_NUMBER - 1, FIRST_CASE_SLOT - 1, warden, (L4_Word_t)thread_entry,
			 stack_prepare(stack_new(), entry, argument));
	L4_Set_Priority(worker, PRIORITY_WORKER);
}

unsigned threads_end(void)
{
	L4_Word_t count = thread_count < CASE_THREADS ? thread_count : CASE_THREADS;
	unsigned failures = 0;

	failures += thread_delete(worker) != 1;
	/* Ids that a case took but did not use, or whose thread it deleted, name no thread:
	 * error 2. */
	for (L4_Word_t i = count; i-- > 0;)
		failures +=
		    thread_delete(threads[i]) != 1 && L4_ErrorCode() != ERROR_INVALID_THREAD;
	for (unsigned i = 0; i < SPACES; i++)
		spaces[i].used = false;
	return failures;
}
