/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checkpoint.c - the cases of servers/checkpoint.
 *
 * The program that is killed and restored has its table and its stack in a region of the pager, and nothing else that
 * it remembers: what is in static variables is the driver's, and survives whatever happens.
 */
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <pager/checkpoint.h>
#include <service/manage.h>

#include "hostile.h"
#include "test.h"

enum {
	RW = L4_Readable | L4_Writable,
	TABLE_PAGES = 24,
	STACK_PAGES = 4,
	RECORDS = TABLE_PAGES * PAGE / 32,
	INTERVAL = 10000, /* microseconds */
	KILLS = 100,
	QUOTA_PAGES = 256,
};

#define STACK_AT (AT + 64 * PAGE)
#define OTHER_AT (AT + 128 * PAGE)

static const char name[] = "checkpoint";

static unsigned long program_name = 1000;

static L4_ThreadId_t pager(void)
{
	return pager_named(name);
}

/*
 * The table: records that point at each other, and their sum
 */

struct record {
	unsigned long value, copy, changes, time;
};

struct table {
	unsigned long sum, updates, seed, last_time;
	double half; /* updates / 2, through the floating-point registers */
	struct record record[RECORDS - 2];
};

static struct table *const table = (struct table *)AT;

/* What the program tells the driver. */
static volatile unsigned long checked, corrupt, restored_time, longest_gap;
static volatile bool tell;

static unsigned long next_random(void)
{
	table->seed = table->seed * 6364136223846793005UL + 1442695040888963407UL;
	return table->seed >> 33;
}

static bool table_is_consistent(void)
{
	unsigned long sum = 0, changes = 0;

	for (unsigned int i = 0; i < RECORDS - 2; i++) {
		if (table->record[i].copy != ~table->record[i].value)
			return false;
		sum += table->record[i].value;
		changes += table->record[i].changes;
	}
	return sum == table->sum && changes == table->updates && table->half * 2 == (double)table->updates;
}

static void table_init(void)
{
	table->seed = 1;
	for (unsigned int i = 0; i < RECORDS - 2; i++)
		table->record[i].copy = ~0UL;
}

/* Many stores, between any two of which it may be killed. */
static void table_update(double half)
{
	struct record *record = &table->record[next_random() % (RECORDS - 2)];
	unsigned long value = next_random();

	table->sum -= record->value;
	record->value = value;
	record->changes++;
	record->copy = ~value;
	table->half += half;
	table->sum += value;
	table->updates++;
}

/* All registers that a program has, for a while: is each one still what it was? */
static bool registers_hold(void)
{
	unsigned long wrong;

	__asm__ volatile("leaq -128(%%rsp), %%rsp\n\tpushq %%rbp\n\t"
			 "movq $1, %%rbx\n\tmovq $2, %%rcx\n\tmovq $3, %%rdx\n\tmovq $4, %%rsi\n\tmovq $5, %%rdi\n\t"
			 "movq $6, %%rbp\n\tmovq $8, %%r8\n\tmovq $9, %%r9\n\tmovq $10, %%r10\n\tmovq $11, %%r11\n\t"
			 "movq $12, %%r12\n\tmovq $13, %%r13\n\tmovq $14, %%r14\n\tmovq $15, %%r15\n\t"
			 "movq $200000, %%rax\n"
			 "1:	decq %%rax\n\tjnz 1b\n\t"
			 "xorq $1, %%rbx\n\txorq $2, %%rcx\n\txorq $3, %%rdx\n\txorq $4, %%rsi\n\txorq $5, %%rdi\n\t"
			 "xorq $6, %%rbp\n\txorq $8, %%r8\n\txorq $9, %%r9\n\txorq $10, %%r10\n\txorq $11, %%r11\n\t"
			 "xorq $12, %%r12\n\txorq $13, %%r13\n\txorq $14, %%r14\n\txorq $15, %%r15\n\t"
			 "orq %%rbx, %%rax\n\torq %%rcx, %%rax\n\torq %%rdx, %%rax\n\t"
			 "orq %%rsi, %%rax\n\torq %%rdi, %%rax\n\t"
			 "orq %%rbp, %%rax\n\torq %%r8, %%rax\n\torq %%r9, %%rax\n\t"
			 "orq %%r10, %%rax\n\torq %%r11, %%rax\n\t"
			 "orq %%r12, %%rax\n\torq %%r13, %%rax\n\torq %%r14, %%rax\n\torq %%r15, %%rax\n\t"
			 "popq %%rbp\n\tleaq 128(%%rsp), %%rsp"
			 : "=a"(wrong) : : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
			 "r14", "r15", "memory", "cc");
	return wrong == 0;
}

static void work_forever(void)
{
	volatile double half = 0.5;

	for (;;) {
		unsigned long time = L4_SystemClock().raw;

		if (tell) {
			restored_time = table->last_time;
			tell = false;
		}
		table->last_time = time;
		for (unsigned int i = 0; i < 50; i++)
			table_update(half);
		corrupt += !table_is_consistent();
		corrupt += !registers_hold();
		checked++;
	}
}

/* On a stack in the region. */
static void run_there(void (*function)(void))
{
	__asm__ volatile("movq %0, %%rsp\n\txorl %%ebp, %%ebp\n\tcall *%1\n\tud2"
			 : : "r"(STACK_AT + STACK_PAGES * PAGE), "r"(function) : "memory");
	__builtin_unreachable();
}

static void begin(unsigned long interval)
{
	pager_begin(pager());
	EXPECT_EQ(pager_attach(pager(), AT, TABLE_PAGES * PAGE, RW, 0), PAGER_OK);
	EXPECT_EQ(pager_attach(pager(), STACK_AT, STACK_PAGES * PAGE, RW, 0), PAGER_OK);
	EXPECT_EQ(pager_checkpoints(pager(), program_name, interval), PAGER_OK);
}

static void start_fresh(unsigned long unused)
{
	(void)unused;
	begin(INTERVAL);
	table_init();
	run_there(work_forever);
}

static void start_restored(unsigned long unused)
{
	(void)unused;
	pager_begin(pager());
	EXPECT_EQ(pager_enter(pager()), PAGER_OK);
	EXPECT_EQ(pager_restore(pager(), program_name), PAGER_NO_ANSWER); /* never comes back */
}

static void forget(unsigned long unused)
{
	(void)unused;
	pager_begin(pager());
	EXPECT_EQ(pager_enter(pager()), PAGER_OK);
	EXPECT_EQ(pager_forget(pager(), program_name), PAGER_OK);
	EXPECT_EQ(pager_restore(pager(), program_name), PAGER_NOT_FOUND);
}

/* The program is killed for good. */
static void end(struct actor *actor)
{
	actor_kill(actor);
	run_actor(forget, 0);
}

static void until_checked(unsigned long count)
{
	unsigned long had = checked;

	for (unsigned int i = 0; i < 2000 && checked < had + count; i++)
		L4_Sleep(L4_TimePeriod(500));
	EXPECT(checked >= had + count);
}

static void survives_a_hundred_kills(void)
{
	unsigned long seed = 12345, began, worst = 0;
	struct actor *actor;

	program_name++;
	corrupt = 0;
	actor = actor_start(start_fresh, 0, PRIORITY_VICTIM);
	L4_Sleep(L4_TimePeriod(3 * INTERVAL));
	began = 0;
	for (unsigned int i = 0; i < KILLS; i++) {
		unsigned long killed, age;

		/* At any time of three intervals. */
		seed = seed * 6364136223846793005UL + 1442695040888963407UL;
		L4_Sleep(L4_TimePeriod(1 + (seed >> 33) % (3 * INTERVAL)));
		actor_kill(actor);
		killed = L4_SystemClock().raw;
		tell = true;
		actor = actor_start(start_restored, 0, PRIORITY_VICTIM);
		until_checked(2);
		EXPECT(!tell);
		EXPECT_EQ(corrupt, 0);
		/* What it had done since then is lost; it may have been restored from there before. */
		age = killed - (restored_time > began ? restored_time : began);
		worst = age > worst ? age : worst;
		began = L4_SystemClock().raw;
	}
	end(actor);
	EXPECT_EQ(corrupt, 0);
	EXPECT_AT_MOST(worst, INTERVAL);
	printf("BENCH name=checkpoint.age kills=%d unit=microseconds interval=%d max=%lu\n", KILLS, INTERVAL, worst);
}

/* Until there have been some checkpoints. It is not killed before the machine ends. */
void checkpoint_begin(void)
{
	actor_start(start_fresh, 0, PRIORITY_VICTIM);
	L4_Sleep(L4_TimePeriod(20 * INTERVAL));
	until_checked(2);
	EXPECT_EQ(corrupt, 0);
}

void checkpoint_goes_on(void)
{
	struct actor *actor;

	tell = true;
	actor = actor_start(start_restored, 0, PRIORITY_VICTIM);
	until_checked(3);
	EXPECT(!tell && restored_time > 0);
	EXPECT_EQ(corrupt, 0);
	end(actor);
}

/*
 * The pause: a program that writes to some pages and looks at the clock all the time
 */

static volatile unsigned long pages_to_write;

static void watch_the_clock(void)
{
	unsigned long last, longest = 0, gap;
	L4_Word_t counts[4] = { 0 };

	/* The first write to each page is a fault; what counts is the rest. */
	for (unsigned int round = 0; round < 6; round++) {
		for (unsigned int i = 0; i < pages_to_write; i++)
			*word_at(AT + i * PAGE) = round;
		last = now();
		for (unsigned int i = 0; i < 400000; i++) {
			unsigned long time = now();

			gap = time - last;
			longest = gap > longest ? gap : longest;
			last = time;
		}
	}
	pager_call(pager(), PAGER_CHECKPOINT_COUNTS, 0, counts);
	EXPECT(counts[0] >= 2);
	EXPECT_EQ(counts[3], 0);
	longest_gap = longest;
	checked++;
	for (;;)
		L4_Sleep(L4_Never);
}

static void start_watching(unsigned long unused)
{
	(void)unused;
	begin(INTERVAL);
	run_there(watch_the_clock);
}

static void pause_is_short(void)
{
	static const unsigned int pages[] = { 0, 1, TABLE_PAGES };
	unsigned long first = 0;

	for (unsigned int i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct actor *actor;

		program_name++;
		pages_to_write = pages[i];
		actor = actor_start(start_watching, 0, PRIORITY_VICTIM);
		until_checked(1);
		end(actor);
		printf("BENCH name=checkpoint.pause pages=%u unit=instructions max=%lu\n", pages[i], longest_gap);
		if (i == 0)
			first = longest_gap;
	}
	EXPECT_AT_MOST(first, 30000);
	EXPECT_AT_MOST(longest_gap, first + 5000 * (TABLE_PAGES + STACK_PAGES));
}

/*
 * Pages that are written while the checkpoint is being saved are in it as they were
 */

static volatile unsigned long saved_before_write;

static void write_all_the_time(void)
{
	unsigned long end = L4_SystemClock().raw + 3 * INTERVAL, round = 1;
	L4_Word_t counts[4] = { 0 };

	for (; L4_SystemClock().raw < end; round++) {
		for (unsigned int i = 0; i < TABLE_PAGES; i++)
			*word_at(AT + (TABLE_PAGES - 1 - i) * PAGE) = round;
	}
	pager_call(pager(), PAGER_CHECKPOINT_COUNTS, 0, counts);
	saved_before_write = counts[2];
	for (;; round++) {
		unsigned int seams = 0;

		/* In a checkpoint pages from some one on have this round's number, those before it the last's. */
		for (unsigned int i = 0; i < TABLE_PAGES; i++)
			*word_at(AT + (TABLE_PAGES - 1 - i) * PAGE) = round;
		for (unsigned int i = 1; i < TABLE_PAGES; i++)
			seams += *word_at(AT + i * PAGE) != *word_at(AT);
		corrupt += seams > 0;
		checked++;
	}
}

static void start_writing(unsigned long unused)
{
	(void)unused;
	begin(INTERVAL);
	run_there(write_all_the_time);
}

static void writes_do_not_get_into_it(void)
{
	struct actor *actor;

	program_name++;
	corrupt = 0;
	actor = actor_start(start_writing, 0, PRIORITY_VICTIM);
	until_checked(1);
	EXPECT(saved_before_write > 0);
	for (unsigned int i = 0; i < 10; i++) {
		L4_Sleep(L4_TimePeriod(INTERVAL + i * 700));
		actor_kill(actor);
		actor = actor_start(start_restored, 0, PRIORITY_VICTIM);
		until_checked(3);
		EXPECT_EQ(corrupt, 0);
	}
	end(actor);
}

/*
 * Who may
 */

static void ask_for_what_is_not(unsigned long unused)
{
	L4_Word_t word[4] = { 0 };

	(void)unused;
	pager_begin(pager());
	EXPECT_EQ(pager_enter(pager()), PAGER_OK);
	EXPECT_EQ(pager_restore(pager(), 0), PAGER_NOT_FOUND);
	EXPECT_EQ(pager_restore(pager(), ~0UL), PAGER_NOT_FOUND);
	EXPECT_EQ(pager_forget(pager(), 0), PAGER_NOT_FOUND);
	EXPECT_EQ(pager_forget(pager(), ~0UL), PAGER_NOT_FOUND);
	EXPECT_EQ(pager_checkpoints(pager(), 0, INTERVAL), PAGER_MALFORMED);
	EXPECT_EQ(pager_checkpoints(pager(), 5, 0), PAGER_MALFORMED);
	EXPECT_EQ(pager_checkpoints(pager(), 5, 1), PAGER_MALFORMED);
	EXPECT_EQ(pager_checkpoints(pager(), 5, ~0UL), PAGER_MALFORMED);
	EXPECT_EQ(pager_call(pager(), PAGER_CHECKPOINT_COUNTS, 0, word), PAGER_MALFORMED);
	EXPECT_EQ(pager_call(pager(), PAGER_RESTORE, 2, word), PAGER_MALFORMED);
}

static void take_over(unsigned long unused)
{
	(void)unused;
	pager_begin(pager());
	EXPECT_EQ(pager_enter(pager()), PAGER_OK);
	/* It lives. */
	EXPECT_EQ(pager_restore(pager(), program_name), PAGER_DENIED);
	EXPECT_EQ(pager_checkpoints(pager(), program_name, INTERVAL), PAGER_DENIED);
	EXPECT_EQ(pager_forget(pager(), program_name), PAGER_DENIED);
}

static void the_living_are_not_replaced(void)
{
	struct actor *actor;

	run_actor(ask_for_what_is_not, 0);
	program_name++;
	corrupt = 0;
	actor = actor_start(start_fresh, 0, PRIORITY_CROWD);
	L4_Sleep(L4_TimePeriod(3 * INTERVAL));
	run_actor(take_over, 0);
	until_checked(2);
	EXPECT_EQ(corrupt, 0);
	end(actor);
}

/* The one that has died here is of the name that `counter` uses for itself. */
static void the_dead_are_their_programs(void)
{
	unsigned long before = program_name;
	struct actor *actor;
	int status = -1;

	program_name = 0xc0;
	corrupt = 0;
	actor = actor_start(start_fresh, 0, PRIORITY_VICTIM);
	L4_Sleep(L4_TimePeriod(3 * INTERVAL));
	actor_kill(actor);
	EXPECT_EQ(root_program_start("counter", ""), ROOT_OK);
	EXPECT_EQ(root_program_wait("counter", &status), ROOT_OK);
	EXPECT_EQ(status, 0);
	actor = actor_start(start_restored, 0, PRIORITY_VICTIM);
	until_checked(2);
	EXPECT_EQ(corrupt, 0);
	end(actor);
	program_name = before;
}

/* Takes all images there are, with nothing in them, and goes. */
static void take_a_name(unsigned long number)
{
	pager_begin(pager());
	EXPECT_EQ(pager_enter(pager()), PAGER_OK);
	pager_checkpoints(pager(), 5000 + number, 1000000);
}

static void names_of_the_dead_come_back(void)
{
	for (unsigned int i = 0; i < 12; i++) {
		struct actor *actor = actor_start(take_a_name, i, PRIORITY_VICTIM);

		L4_Sleep(L4_TimePeriod(1000));
		actor_kill(actor);
	}
	run_actor(ask_for_what_is_not, 0);
}

static void touch_beyond_quota(unsigned long unused)
{
	(void)unused;
	pager_begin(pager());
	EXPECT_EQ(pager_attach(pager(), OTHER_AT, (QUOTA_PAGES + 1) * PAGE, RW, 0), PAGER_OK);
	for (unsigned int i = 0; i <= QUOTA_PAGES; i++)
		*word_at(OTHER_AT + i * PAGE) = 1;
}

static void quota_is_the_end(void)
{
	struct actor *actor = actor_start(touch_beyond_quota, 0, PRIORITY_VICTIM);

	EXPECT_EQ(actor_wait(actor, PATIENCE_MS), ACTOR_REFUSED);
	actor_kill(actor);
}

static const struct test_case cases[] = {
	{ "survives_a_hundred_kills", survives_a_hundred_kills },
	{ "pause_is_short", pause_is_short },
	{ "writes_do_not_get_into_it", writes_do_not_get_into_it },
	{ "the_living_are_not_replaced", the_living_are_not_replaced },
	{ "the_dead_are_their_programs", the_dead_are_their_programs },
	{ "names_of_the_dead_come_back", names_of_the_dead_come_back },
	{ "quota_is_the_end", quota_is_the_end },
	{ "leaver", hostile_leaver },
	{ NULL, NULL },
};

const struct test_pager checkpoint_tests = {
	.name = name,
	.cases = cases,
	.size = 16 * PAGE,
	.takers = 2,
	.taken_pages = 250,
	.flood_bound = 40000,
};
