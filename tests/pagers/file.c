/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file.c - the cases of servers/file, which was started with cache=64 pages=256 (pages) patience=200 (microseconds).
 *
 * Advisers are threads of the driver's space that the client adds: they have nothing of the pager's that they could
 * miss.
 */
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <pager/advice.h>
#include <service/root.h>

#include "hostile.h"
#include "test.h"

enum { RW = L4_Readable | L4_Writable, FRAMES = 64, FILE_PAGES = 256, ADVISERS = 4, FIRST_WORD = 1000 };

static const char name[] = "file";

/*
 * Advisers
 */

static char adviser_stack[ADVISERS][4096] __attribute__((aligned(16)));
static L4_ThreadId_t adviser[ADVISERS];
static volatile bool may_register[ADVISERS], registered[ADVISERS];
static pager_choice choice[ADVISERS];
static void (*behaviour[ADVISERS])(unsigned long);

static void run_adviser(void *number)
{
	unsigned long i = (unsigned long)number;

	while (!may_register[i])
		L4_Sleep(L4_TimePeriod(100));
	registered[i] = true;
	behaviour[i](i);
	L4_Sleep(L4_Never);
}

static void adviser_start(unsigned int i, void (*how)(unsigned long), pager_choice choose)
{
	choice[i] = choose;
	behaviour[i] = how;
	may_register[i] = registered[i] = false;
	EXPECT_EQ(root_thread_start(run_adviser, (void *)(unsigned long)i, adviser_stack[i], sizeof(adviser_stack[i]),
				    &adviser[i]), ROOT_OK);
	root_thread_priority(adviser[i], PRIORITY_CROWD);
}

static void adviser_end(unsigned int i)
{
	root_thread_delete(adviser[i]);
}

static void advise(unsigned long i)
{
	pager_advise(pager_named(name), choice[i], NULL);
}

/* In the client: from now on it has this adviser. */
static void be_advised(unsigned int i)
{
	EXPECT_EQ(pager_add_thread(pager_named(name), adviser[i]), PAGER_OK);
	may_register[i] = true;
	while (!registered[i])
		L4_Sleep(L4_TimePeriod(100));
	L4_Sleep(L4_TimePeriod(500));
}

/*
 * What is in the file
 */

static void begin(unsigned long first, unsigned long pages)
{
	pager_begin(pager_named(name));
	EXPECT_EQ(pager_attach(pager_named(name), AT, pages * PAGE, RW, first * PAGE), PAGER_OK);
}

static unsigned long page_ins(void)
{
	struct pager_counts counts;

	EXPECT_EQ(pager_counts(pager_named(name), &counts), PAGER_OK);
	return counts.page_ins;
}

static void write_file(unsigned long unused)
{
	(void)unused;
	begin(0, FILE_PAGES);
	for (unsigned long page = 0; page < FILE_PAGES; page++) {
		*word_at(AT + page * PAGE) = FIRST_WORD + page;
		*word_at(AT + page * PAGE + PAGE - 8) = ~page;
	}
}

static void read_file(unsigned long unused)
{
	(void)unused;
	begin(0, FILE_PAGES);
	for (unsigned long page = 0; page < FILE_PAGES; page++) {
		EXPECT_EQ(*word_at(AT + page * PAGE), FIRST_WORD + page);
		EXPECT_EQ(*word_at(AT + page * PAGE + PAGE - 8), ~page);
	}
}

/* All of it out of the cache, so that it is in the store. */
void file_write(void)
{
	run_actor(write_file, 0);
	run_actor(read_file, 0);
}

void file_is_there(void)
{
	run_actor(read_file, 0);
}

static void what_was_written_is_there(void)
{
	/* Four times the cache, so most of it has been in the store. */
	run_actor(write_file, 0);
	run_actor(read_file, 0);
}

static void write_in_turn(unsigned long value)
{
	begin(3, 1);
	*word_at(AT + 8) = value;
}

static void read_in_turn(unsigned long value)
{
	pager_begin(pager_named(name));
	EXPECT_EQ(pager_attach(pager_named(name), 2 * AT, 8 * PAGE, L4_Readable, 0), PAGER_OK);
	EXPECT_EQ(*word_at(2 * AT + 3 * PAGE + 8), value);
}

static void all_see_one_file(void)
{
	run_actor(write_in_turn, 4711);
	run_actor(read_in_turn, 4711);
}

static void places_that_are_not(unsigned long unused)
{
	const L4_ThreadId_t pager = pager_named(name);

	(void)unused;
	pager_begin(pager);
	EXPECT_EQ(pager_attach(pager, AT, PAGE, RW, 1), PAGER_MALFORMED);
	EXPECT_EQ(pager_attach(pager, AT, PAGE, RW, FILE_PAGES * PAGE), PAGER_MALFORMED);
	EXPECT_EQ(pager_attach(pager, AT, 2 * PAGE, RW, (FILE_PAGES - 1) * PAGE), PAGER_MALFORMED);
	EXPECT_EQ(pager_attach(pager, AT, PAGE, RW, -(unsigned long)PAGE), PAGER_MALFORMED);
	EXPECT_EQ(pager_attach(pager, AT, PAGE, RW, 1UL << 63), PAGER_MALFORMED);
	EXPECT_EQ(pager_attach(pager, AT, PAGE, RW, (FILE_PAGES - 1) * PAGE), PAGER_OK);
	EXPECT_EQ(*word_at(AT), FIRST_WORD + FILE_PAGES - 1);
}

static void nothing_behind_the_end(void)
{
	run_actor(write_file, 0);
	run_actor(places_that_are_not, 0);
}

/* The boot module that was named on the command line of another instance: lines of seven digits, zeros behind them. */
enum { LINES = 5000, LINE = 8 };

static void read_lines(unsigned long unused)
{
	const L4_ThreadId_t pager = pager_named("romfile");
	const unsigned long size = (LINES * LINE + PAGE - 1) & -PAGE;
	volatile const char *text = (volatile const char *)AT;

	(void)unused;
	pager_begin(pager);
	EXPECT_EQ(pager_attach(pager, AT, size, RW, 0), PAGER_DENIED);
	EXPECT_EQ(pager_attach(pager, AT, size + PAGE, L4_Readable, 0), PAGER_MALFORMED);
	EXPECT_EQ(pager_attach(pager, AT, size, L4_Readable, 0), PAGER_OK);
	for (unsigned int line = 0; line < LINES; line++) {
		unsigned int number = 0;

		for (unsigned int i = 0; i < LINE - 1; i++)
			number = number * 10 + (unsigned int)(text[line * LINE + i] - '0');
		EXPECT_EQ(number, line);
		EXPECT_EQ(text[line * LINE + LINE - 1], '\n');
	}
	for (unsigned long i = LINES * LINE; i < size; i++)
		EXPECT_EQ(text[i], 0);
}

static void boot_module_is_shown(void)
{
	run_actor(read_lines, 0);
}

/*
 * Scan and join: plain, and with advice
 */

enum { SCAN_PAGES = FRAMES * 3 / 2 - 1, SCANS = 250 };

static volatile unsigned long counted;

/* In a cycle the page that was used last is used again last. */
static unsigned long choose_for_scan(unsigned long missing, unsigned long candidate, void *unused)
{
	(void)candidate;
	(void)unused;
	return (missing + SCAN_PAGES - 1) % SCAN_PAGES;
}

static void scan(unsigned long with_advice)
{
	begin(0, SCAN_PAGES);
	if (with_advice)
		be_advised(0);
	for (unsigned int i = 0; i < SCANS; i++)
		for (unsigned long page = 0; page < SCAN_PAGES; page++)
			EXPECT_EQ(*word_at(AT + page * PAGE), FIRST_WORD + page);
	counted = page_ins();
	EXPECT_EQ(pager_leave(pager_named(name)), PAGER_OK);
}

/* Each page of the small table with each of the large one, which lies behind it. */
enum { SMALL_TABLE = 16, LARGE_TABLE = FRAMES * 3 / 2 - SMALL_TABLE, KEYS = 17 };

/* Of the large table the page used last; of the small one the page that is done with. */
static unsigned long choose_for_join(unsigned long missing, unsigned long candidate, void *unused)
{
	(void)candidate;
	(void)unused;
	if (missing > SMALL_TABLE)
		return missing - 1;
	return missing == SMALL_TABLE ? SMALL_TABLE + LARGE_TABLE - 1 : missing - 1;
}

static void join(unsigned long with_advice)
{
	unsigned long pairs = 0, expected = 0;

	begin(0, SMALL_TABLE + LARGE_TABLE);
	if (with_advice)
		be_advised(0);
	for (unsigned long i = 0; i < SMALL_TABLE; i++)
		for (unsigned long j = SMALL_TABLE; j < SMALL_TABLE + LARGE_TABLE; j++) {
			pairs += *word_at(AT + i * PAGE) % KEYS == *word_at(AT + j * PAGE) % KEYS;
			expected += (FIRST_WORD + i) % KEYS == (FIRST_WORD + j) % KEYS;
		}
	EXPECT_EQ(pairs, expected);
	counted = page_ins();
	EXPECT_EQ(pager_leave(pager_named(name)), PAGER_OK);
}

/* Everything else out of the cache: what a run finds there must not depend on what was before it. */
static void read_far_away(unsigned long unused)
{
	(void)unused;
	begin(FILE_PAGES - FRAMES, FRAMES);
	for (unsigned long page = 0; page < FRAMES; page++)
		(void)*word_at(AT + page * PAGE);
}

static void compare(const char *what, void (*work)(unsigned long), pager_choice choose, unsigned int pages)
{
	unsigned long plain;

	run_actor(write_file, 0);
	run_actor(read_far_away, 0);
	run_actor(work, false);
	plain = counted;
	run_actor(read_far_away, 0);
	adviser_start(0, advise, choose);
	run_actor(work, true);
	adviser_end(0);
	printf("BENCH name=file.%s.lru pages=%u frames=%d unit=pageins value=%lu\n", what, pages, FRAMES, plain);
	printf("BENCH name=file.%s.app pages=%u frames=%d unit=pageins value=%lu\n", what, pages, FRAMES, counted);
	EXPECT_AT_MOST(3 * counted, plain);
}

static void scan_with_advice(void)
{
	compare("scan", scan, choose_for_scan, SCAN_PAGES);
}

static void join_with_advice(void)
{
	compare("join", join, choose_for_join, SMALL_TABLE + LARGE_TABLE);
}

/*
 * Foolish advice: one client goes round in what would fit, and must not notice another one's.
 */

enum { MINE = 24, THEIRS = 60, ROUNDS = 3000, A = 0, B = 1 };

static volatile unsigned int turn;
static volatile unsigned long victim_page_ins, fool_page_ins;

static unsigned long seed;

static unsigned long random(void)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return seed >> 33;
}

static unsigned long choose_newest(unsigned long missing, unsigned long candidate, void *unused)
{
	(void)candidate;
	(void)unused;
	return missing > 100 ? missing - 1 : candidate;
}

static unsigned long choose_wildly(unsigned long missing, unsigned long candidate, void *unused)
{
	static const unsigned long wild[] = { ~0UL, 1UL << 63, FILE_PAGES, 0, 5, 1000000, 1UL << 52 };

	(void)unused;
	return (missing + candidate) % 3 ? wild[random() % 7] : 100 + random() % THEIRS;
}

static void wait_for_turn(unsigned int who)
{
	while (turn != who)
		L4_Sleep(L4_TimePeriod(10));
}

static void be_the_victim(unsigned long unused)
{
	(void)unused;
	begin(0, MINE);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		wait_for_turn(A);
		(void)*word_at(AT + i % MINE * PAGE);
		turn = B;
	}
	victim_page_ins = page_ins();
}

static void be_the_fool(unsigned long with_advice)
{
	begin(100, THEIRS);
	if (with_advice)
		be_advised(0);
	seed = 1;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		wait_for_turn(B);
		/* Near each other for a while: age would do well. */
		(void)*word_at(AT + (i / 40 * 7 + random() % 30) % THEIRS * PAGE);
		turn = A;
	}
	fool_page_ins = page_ins();
}

static void both(bool with_advice)
{
	struct actor *victim, *fool;

	run_actor(read_far_away, 0);
	turn = A;
	fool = actor_start(be_the_fool, with_advice, PRIORITY_VICTIM);
	victim = actor_start(be_the_victim, 0, PRIORITY_VICTIM);
	EXPECT_EQ(actor_wait(victim, 10 * PATIENCE_MS), ACTOR_DONE);
	EXPECT_EQ(actor_wait(fool, PATIENCE_MS), ACTOR_DONE);
	actor_kill(victim);
	actor_kill(fool);
}

static void harm(const char *how, pager_choice choose)
{
	unsigned long before;

	run_actor(write_file, 0);
	both(false);
	before = victim_page_ins;
	printf("BENCH name=file.fool.none unit=pageins victim=%lu fool=%lu\n", victim_page_ins, fool_page_ins);
	adviser_start(0, advise, choose);
	both(true);
	adviser_end(0);
	printf("BENCH name=file.fool.%s unit=pageins victim=%lu fool=%lu\n", how, victim_page_ins, fool_page_ins);
	EXPECT_AT_MOST(victim_page_ins, before);
}

static void foolish_advice_harms_nobody_else(void)
{
	harm("newest", choose_newest);
}

static void wild_advice_harms_nobody_else(void)
{
	harm("wild", choose_wildly);
}

/*
 * Advisers that do not answer
 */

/* Registers and says nothing any more. */
static void stay_silent(unsigned long unused)
{
	(void)unused;
	pager_call(pager_named(name), PAGER_ADVISE, 0, (L4_Word_t[4]){ 0 });
	for (;;) {
		L4_ThreadId_t from;

		L4_Wait(&from);
	}
}

/* Tries to be asked again and again. */
static void register_again_and_again(unsigned long unused)
{
	(void)unused;
	for (;;) {
		L4_ThreadId_t from;

		pager_call(pager_named(name), PAGER_ADVISE, 0, (L4_Word_t[4]){ 0 });
		L4_Wait(&from);
		L4_Sleep(L4_TimePeriod(500));
	}
}

/* Has a page fault instead of an answer: its pager is the one that waits for it. */
static void fault_instead(unsigned long unused)
{
	L4_ThreadId_t from;

	(void)unused;
	pager_call(pager_named(name), PAGER_ADVISE, 0, (L4_Word_t[4]){ 0 });
	L4_Wait(&from);
	L4_Set_Pager(pager_named(name));
	L4_Set_ExceptionHandler(L4_nilthread); /* it is halted there */
	*word_at(3 * AT) = 1;
}

/* Answers in time, with the words of another message. */
static void babble(unsigned long unused)
{
	L4_ThreadId_t from;

	(void)unused;
	pager_call(pager_named(name), PAGER_ADVISE, 0, (L4_Word_t[4]){ 0 });
	L4_Wait(&from);
	for (;;) {
		L4_Set_MsgTag((L4_MsgTag_t){ .raw = 0x777UL << 16 | 40 });
		L4_ReplyWait(from, &from);
	}
}

static void miss_all_the_time(unsigned long unused)
{
	(void)unused;
	begin(100, 2 * FRAMES);
	be_advised(0);
	for (;;)
		for (unsigned long page = 0; page < 2 * FRAMES; page++)
			(void)*word_at(AT + page * PAGE);
}

static volatile unsigned long longest;

static void measure(unsigned long pages)
{
	begin(0, pages);
	longest = 0;
	for (unsigned long page = 0; page < pages; page++) {
		unsigned long start = now(), taken;

		(void)*word_at(AT + page * PAGE);
		taken = now() - start;
		longest = taken > longest ? taken : longest;
		L4_Sleep(L4_TimePeriod(300));
	}
}

/* Whatever an adviser does, it costs the others the patience once. */
static void silence(const char *way, void (*how)(unsigned long), unsigned int priority)
{
	enum { PATIENCE = 200000, BOUND = 60000 };
	unsigned long first;

	run_actor(write_file, 0);
	adviser_start(0, how, NULL);
	root_thread_priority(adviser[0], priority);
	EXPECT(actor_start(miss_all_the_time, 0, PRIORITY_CROWD));
	while (!registered[0])
		L4_Sleep(L4_TimePeriod(100));
	run_actor(measure, 40);
	first = longest;
	run_actor(measure, 40);
	printf("BENCH name=file.fault.adviser way=%s unit=instructions first=%lu then=%lu\n", way, first, longest);
	EXPECT_AT_MOST(first, PATIENCE + BOUND);
	EXPECT_AT_MOST(longest, BOUND);
	adviser_end(0);
}

static void adviser_is_silent(void)
{
	silence("silent", stay_silent, PRIORITY_CROWD);
}

static void adviser_registers_again(void)
{
	silence("registers_again", register_again_and_again, PRIORITY_VICTIM);
}

static void adviser_faults(void)
{
	silence("faults", fault_instead, PRIORITY_CROWD);
}

/* Answers, but as late as it can. */
static void take_its_time(unsigned long unused)
{
	enum { THINKS_MICROSECONDS = 150 };
	L4_ThreadId_t from;

	(void)unused;
	pager_call(pager_named(name), PAGER_ADVISE, 0, (L4_Word_t[4]){ 0 });
	L4_Wait(&from);
	for (;;) {
		unsigned long until = L4_SystemClock().raw + THINKS_MICROSECONDS;

		while (L4_SystemClock().raw < until)
			;
		L4_LoadMR(1, 0);
		L4_Set_MsgTag((L4_MsgTag_t){ .raw = (L4_Word_t)PAGER_WHICH << 16 | 1 });
		L4_ReplyWait(from, &from);
	}
}

static void adviser_takes_its_time(void)
{
	silence("takes_its_time", take_its_time, PRIORITY_VICTIM);
}

static void adviser_babbles(void)
{
	silence("babbles", babble, PRIORITY_CROWD);
}

static const struct test_case cases[] = {
	{ "what_was_written_is_there", what_was_written_is_there },
	{ "all_see_one_file", all_see_one_file },
	{ "nothing_behind_the_end", nothing_behind_the_end },
	{ "boot_module_is_shown", boot_module_is_shown },
	{ "scan_with_advice", scan_with_advice },
	{ "join_with_advice", join_with_advice },
	{ "foolish_advice_harms_nobody_else", foolish_advice_harms_nobody_else },
	{ "wild_advice_harms_nobody_else", wild_advice_harms_nobody_else },
	{ "adviser_is_silent", adviser_is_silent },
	{ "adviser_registers_again", adviser_registers_again },
	{ "adviser_faults", adviser_faults },
	{ "adviser_babbles", adviser_babbles },
	{ "adviser_takes_its_time", adviser_takes_its_time },
	{ NULL, NULL },
};

const struct test_pager file_tests = {
	.name = name,
	.cases = cases,
	.size = 16 * PAGE,
	/* Twice the cache: every fault of everybody is a miss. */
	.flood_size = 2 * FRAMES * PAGE,
	.flood_bound = 40000,
};
