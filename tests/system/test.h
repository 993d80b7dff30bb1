/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/test.h - what a system test case is written with.
 *
 * A case is a function: TEST(area, name) { ... }. The runner starts a fresh thread for each, the
 * worker, waits for its end with a time limit, and then deletes every thread and space that the
 * case made. An expectation that does not hold is noted (the first one is printed) and the case
 * goes on; REQUIRE ends the case.
 *
 * All threads of all spaces see the memory of this program at the same addresses: the warden, a
 * thread of this space, is pager and exception handler of whatever has no other, and maps the image
 * page by page. So an expectation may stand in any thread. A fault outside of the image or an
 * exception that reaches the warden ends the case as failed.
 */
#ifndef TESTS_SYSTEM_TEST_H
#define TESTS_SYSTEM_TEST_H

#include <abi/protocol.h>
#include <abi/syscall.h>
#include <abi/utcb.h>
#include <l4/types.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4/schedule.h>
#include <l4/space.h>
#include <l4/kip.h>
#include <l4/misc.h>
#include <l4/sigma0.h>
#include <stdbool.h>
#include <stddef.h>

struct test_case {
	const char *area;
	const char *name;
	void (*run)(void);
	const char *file;
	unsigned line;
	unsigned limit_ms; /* of the system clock, scaled */
	bool hidden;	   /* runs only when its whole name is given */
};

#define TEST_CASE(area_, name_, limit_, hidden_)                                                   \
	static void test_##area_##_##name_(void);                                                  \
	static const struct test_case case_##area_##_##name_ = {                                   \
	    #area_, #name_, test_##area_##_##name_, __FILE__, __LINE__, limit_, hidden_};          \
	__attribute__((section("test_cases"),                                                      \
		       used)) static const struct test_case *const entry_##area_##_##name_ =       \
	    &case_##area_##_##name_;                                                               \
	static void test_##area_##_##name_(void)

#define TEST(area_, name_)		 TEST_CASE(area_, name_, 1000, false)
#define TEST_LIMIT(area_, name_, limit_) TEST_CASE(area_, name_, limit_, false)

/* Expectations. The first one that fails is the case's failure. Each returns whether it held. */
bool test_true(const char *file, unsigned line, const char *text, bool held);
bool test_equal(const char *file, unsigned line, const char *text, L4_Word_t got, L4_Word_t want);
bool test_between(const char *file, unsigned line, const char *text, L4_Word_t got, L4_Word_t low,
		  L4_Word_t high);
bool test_ipc_error(const char *file, unsigned line, const char *text, L4_MsgTag_t tag,
		    L4_Word_t phase, L4_Word_t code);
bool test_fail(const char *file, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void test_abort(void) __attribute__((noreturn));

#define EXPECT(held) test_true(__FILE__, __LINE__, #held, held)
#define EXPECT_EQ(got, want)                                                                       \
	test_equal(__FILE__, __LINE__, #got, (L4_Word_t)(got), (L4_Word_t)(want))
#define EXPECT_BETWEEN(got, low, high)                                                             \
	test_between(__FILE__, __LINE__, #got, (L4_Word_t)(got), (L4_Word_t)(low),                 \
		     (L4_Word_t)(high))
#define EXPECT_OK(tag) test_ipc_error(__FILE__, __LINE__, #tag, tag, 0, 0)
/* The IPC failed in this phase (SEND or RECEIVE) with this code (enum ipc_error). */
#define EXPECT_FAILED(tag, phase, code) test_ipc_error(__FILE__, __LINE__, #tag, tag, phase, code)
/* A system call returns 0 and leaves this code (enum error_code). */
#define EXPECT_REFUSED(call, code)                                                                                     \
	do {                                                                                                           \
		if (EXPECT_EQ(call, 0))                                                                                \
			EXPECT_EQ(L4_ErrorCode(), code);                                                               \
	} while (0)
#define FAIL(...)			test_fail(__FILE__, __LINE__, __VA_ARGS__)
#define REQUIRE(held)                                                                              \
	do {                                                                                       \
		if (!EXPECT(held))                                                                 \
			test_abort();                                                              \
	} while (0)
#define REQUIRE_EQ(got, want)                                                                      \
	do {                                                                                       \
		if (!EXPECT_EQ(got, want))                                                         \
			test_abort();                                                              \
	} while (0)
#define REQUIRE_OK(tag)                                                                            \
	do {                                                                                       \
		if (!EXPECT_OK(tag))                                                               \
			test_abort();                                                              \
	} while (0)

enum { SEND = 0, RECEIVE = 1 };

/* States of a thread that ExchangeRegisters tells; with TAKE_HALT it sets the first. */
enum { HALTED = 1, RECEIVING = 2, SENDING = 4, TAKE_HALT = 1 << 8 };

/* Threads and spaces. Whatever a case makes is gone when it ends. */
enum {
	PRIORITY_RUNNER = 200,
	PRIORITY_WORKER = 100,
	PRIORITY_LOW = 80,
};

struct space {
	bool used;
	L4_ThreadId_t name; /* a thread of the space: how ThreadControl names it */
	L4_Word_t kip;	    /* address */
	L4_Word_t utcb_area;
	unsigned utcb_log2;
	unsigned slots; /* UTCB slots handed out */
	L4_Word_t control; /* for SpaceControl */
};

extern struct space own_space;
extern L4_ThreadId_t runner, warden, worker, sigma0;

/* A space without threads; the first thread_create in it makes it. NULL when all are in use. */
struct space *space_new(void);
/* The same with areas of the caller's choice. */
struct space *space_new_at(L4_Word_t kip, L4_Word_t utcb_area, unsigned utcb_log2);

/* An id never used before, of no thread. */
L4_ThreadId_t thread_id_new(void);
/* The address of a UTCB slot not used before. */
L4_Word_t utcb_new(struct space *space);
/* An active thread that waits for the start message of `pager`. Its exception handler is `pager`,
 * too. */
L4_ThreadId_t thread_create(struct space *space, L4_ThreadId_t pager);
/* Run function(argument) in a thread that thread_create made, on a stack of its own. */
void thread_run(L4_ThreadId_t thread, void (*function)(L4_Word_t), L4_Word_t argument);
/* The same when its pager is the warden. */
void thread_run_by_warden(L4_ThreadId_t thread, void (*function)(L4_Word_t), L4_Word_t argument);
/* The same on a given stack. */
void thread_run_on(L4_ThreadId_t thread, L4_Word_t stack_top, void (*function)(L4_Word_t),
		   L4_Word_t argument);
/* Create and run; pager and exception handler are the warden. */
L4_ThreadId_t thread_start(struct space *space, void (*function)(L4_Word_t), L4_Word_t argument);
/* Create and run under another pager and exception handler (a thread of this space, usually the
 * worker). */
L4_ThreadId_t thread_start_under(L4_ThreadId_t pager, struct space *space,
				 void (*function)(L4_Word_t), L4_Word_t argument);
L4_Word_t thread_delete(L4_ThreadId_t thread);
/* A new, empty space: its only thread, which is inactive. */
L4_ThreadId_t empty_space(void);
/* ThreadControl with the UTCB's address as a word. */
static inline L4_Word_t thread_control(L4_ThreadId_t t, L4_ThreadId_t space, L4_ThreadId_t scheduler,
				       L4_ThreadId_t pager, L4_Word_t utcb)
{
	return L4_ThreadControl(t, space, scheduler, pager, (void *)utcb);
}
/* The top of a stack that nobody has used in this case. */
L4_Word_t stack_new(void);
/* A page of this program's memory that nobody has used in this case, filled with zeros. */
L4_Word_t page_new(void);
void set_priority(L4_ThreadId_t thread, L4_Word_t priority);
void sleep_forever(void) __attribute__((noreturn));
/* SpaceControl for the two areas of a space, and for its redirector. */
L4_Word_t set_areas(L4_ThreadId_t space, L4_Fpage_t kip, L4_Fpage_t utcbs);
L4_Word_t set_redirector(L4_ThreadId_t space, L4_ThreadId_t redirector);
/* Functions of threads: sleeps for ever, and does so after one message; never stops, and lets others go first. */
void sleeps(L4_Word_t unused);
void takes_a_message(L4_Word_t unused);
void loops(L4_Word_t unused);
void yields_forever(L4_Word_t unused);
/* Calls that the kernel does in pieces, again and again: so that it is in them most of the time. */
void unmaps_forever(L4_Word_t unused);
void sets_attributes_forever(L4_Word_t unused);
struct utcb *own_utcb(void);

/* Let every other ready thread of the same or lower priority run until it waits. */
void settle(void);
/* Sleep until the word is not less than `value`; false after `ms` (scaled) milliseconds. */
bool wait_until(volatile L4_Word_t *word, L4_Word_t value, unsigned ms);
L4_Word_t now_us(void);
/* The length of a period, as Schedule tells it. */
L4_Word_t us_of(L4_Time_t period);

/* Messages. */
struct message {
	L4_MsgTag_t tag;
	L4_ThreadId_t from;
	L4_Word_t error; /* of the IPC, when it failed */
	L4_Word_t mr[64];
};

/*
 * How many times slower than a real machine this one is against its clock: 1, but in Bochs, which
 * counts four instructions as a microsecond, 25. What gives others time to run is multiplied with
 * it.
 */
extern L4_Word_t time_scale;

/* Never wait longer than this for a partner in a test. */
#define PATIENCE L4_TimePeriod(200000 * time_scale)

L4_MsgTag_t tag_make(L4_Word_t label, unsigned untyped, unsigned typed);
/* The message that an IPC has just received with this tag. */
void message_take(L4_MsgTag_t tag, L4_ThreadId_t from, struct message *message);
/* Receive from one thread (or L4_anythread) into `message`. */
bool message_receive(L4_ThreadId_t from, struct message *message);
/* The same, but page faults on this program's image are resolved on the way, unless that does not
 * help. */
bool event_receive(L4_ThreadId_t from, struct message *message);
/* Send `count` words; returns the tag of the IPC. */
L4_MsgTag_t words_send(L4_ThreadId_t to, L4_Word_t label, unsigned count, const L4_Word_t *words);
L4_MsgTag_t word_send(L4_ThreadId_t to, L4_Word_t label, L4_Word_t word);
/* Reply to a fault with a map item for `page` of this program, to appear at `address`. */
L4_MsgTag_t map_reply(L4_ThreadId_t to, L4_Fpage_t page, L4_Word_t address);
/* Continue after an exception: the first `count` words of `message` are the new frame. */
L4_MsgTag_t frame_reply(const struct message *message, unsigned count);
/* In a thread of the case: tell the worker a word under this label. */
void report(L4_Word_t label, L4_Word_t word);
enum { LABEL_DONE = 0x7001, LABEL_REPORT = 0x7002 };

bool is_page_fault(const struct message *message);
bool is_exception(const struct message *message);

/* A deterministic generator (the seed is printed when a fuzzing case fails). */
L4_Word_t random_next(L4_Word_t *state);

#endif
