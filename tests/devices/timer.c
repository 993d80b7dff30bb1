/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer.c - clients of the timer: one that tries what it promises, alone and beside others that make no sense, which
 * are programs of the same file with the argument hostile=1, or 2.
 *
 * Times are those of the system clock, and judged as such; slow=N on the command line makes all of them N times as
 * long, for an emulator with fewer instructions a microsecond.
 */
#include <device/timer.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/manage.h>

#define TIMER "timer"

enum { TICKS = 100, ALL_AT_ONCE = 10, RELAYED = 20, LATE = 100 };

static L4_ThreadId_t timer;
static unsigned long millisecond; /* in microseconds: 1000, or slower */
static unsigned long latest;	  /* the most microseconds behind its time that an alarm came; very many if before */
static char stack[2][4096] __attribute__((aligned(16)));

static unsigned long clock(void)
{
	return (unsigned long)L4_SystemClock().raw;
}

static void wait(unsigned long microseconds)
{
	L4_Sleep(L4_TimePeriod(microseconds));
}

static struct timer_alarm next(void)
{
	struct timer_alarm alarm = { 0 };
	unsigned long late;

	timer_next(timer, &alarm);
	late = clock() - alarm.time;
	latest = late > latest ? late : latest;
	return alarm;
}

static const char *punctual(void)
{
	return latest <= LATE * millisecond / 1000 ? "in time" : "late";
}

static void try_order(const char *where)
{
	static const unsigned char at[] = { 7, 3, 9, 1, 5 };
	unsigned long start = clock() + 2 * millisecond, wrong = 0;

	latest = 0;
	for (unsigned int i = 0; i < sizeof(at); i++)
		timer_set(timer, i, start + at[i] * millisecond, 0);
	printf("%s: order", where);
	for (unsigned int i = 0; i < sizeof(at); i++) {
		struct timer_alarm alarm = next();

		printf(" %lu", alarm.number);
		wrong += alarm.count != 1 || alarm.time != start + at[alarm.number % sizeof(at)] * millisecond;
	}
	printf(", %lu wrong, %s\n", wrong, punctual());
}

/* It works for a third of each period; then it sleeps for some. */
static void try_period(const char *where)
{
	unsigned long period = 2 * millisecond, first = clock() + period, ticks = 0, wrong = 0;
	struct timer_alarm alarm;

	latest = 0;
	timer_set(timer, 0, first, period);
	while (ticks < TICKS) {
		alarm = next();
		ticks += alarm.count;
		wrong += alarm.count != 1 || alarm.time != first + (ticks - 1) * period;
		wait(period / 3);
	}
	printf("%s: %lu ticks, %lu wrong, %s\n", where, ticks, wrong, punctual());
	wait((ALL_AT_ONCE - 1) * period);
	alarm = next();
	ticks += alarm.count;
	wrong = alarm.count != ALL_AT_ONCE - 1 || alarm.time != first + (ticks - 1) * period;
	alarm = next();
	wrong += alarm.count != 1 || alarm.time != first + ticks * period;
	printf("%s: late for some ticks, told at once, %lu wrong\n", where, wrong);
	timer_cancel(timer, 0);
}

static void try_many(const char *where)
{
	unsigned long start = clock() + 10 * millisecond, last = 0, wrong = 0, numbers = 0;

	for (unsigned int i = 0; i < TIMER_ALARMS; i++)
		wrong += !timer_set(timer, i, start + i * 37 % TIMER_ALARMS * millisecond / 8, 0);
	for (unsigned int i = 0; i < TIMER_ALARMS; i++) {
		struct timer_alarm alarm = next();

		wrong += alarm.count != 1 || alarm.time < last || alarm.time > clock();
		last = alarm.time;
		numbers |= 1UL << alarm.number;
	}
	printf("%s: all alarms at once: %s, %lu wrong\n", where,
	       numbers == ~0UL ? "each has come" : "one has not come", wrong);
}

static void try_cancel(void)
{
	timer_set_after(timer, 0, millisecond, 0);
	timer_set_after(timer, 1, 3 * millisecond, 0);
	timer_cancel(timer, 0);
	printf("cancelled: %lu comes", next().number);
	timer_set_after(timer, 2, millisecond, 0);
	wait(2 * millisecond);
	timer_set_after(timer, 3, millisecond, 0);
	timer_cancel(timer, 2);
	printf(", when it was due, %lu\n", next().number);
}

static void ask_and_leave(void *unused)
{
	struct timer_alarm alarm;

	(void)unused;
	wait(millisecond);
	timer_next(timer, &alarm);
}

static void try_two_threads(void)
{
	L4_ThreadId_t thread;

	timer_set_after(timer, 0, 5 * millisecond, 0);
	root_thread_start(ask_and_leave, NULL, stack[0], sizeof(stack[0]), &thread);
	printf("two threads: the first gets %lu alarms, ", next().count);
	printf("then it takes over and gets %lu\n", next().count);
}

static void try_wrong_requests(void)
{
	unsigned long period = TIMER_PERIOD_MAX + 1, refused;

	refused = timer_set(timer, TIMER_ALARMS, 0, 0) ? 0 : 1;
	refused += timer_set(timer, 0, 0, period) ? 0 : 1;
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = TIMER_SET << 16 | 2 });
	refused += L4_Label(L4_Call(timer));
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = (TIMER_NEXT + 1) << 16 });
	refused += L4_Label(L4_Call(timer));
	printf("wrong requests: %lu of 4 refused\n", refused);
}

/* All alarms with the shortest period, so that one is always due; who listens gets one whenever it asks. */
static void be_hostile(bool listens)
{
	for (unsigned long i = 0;; i++) {
		struct timer_alarm alarm;

		timer = root_lookup_wait(TIMER);
		for (unsigned int number = 0; number < TIMER_ALARMS; number++)
			timer_set(timer, number, clock(), 1);
		for (unsigned int times = 0; times < 1000; times++) {
			if (listens && !timer_next(timer, &alarm))
				break;
			L4_Set_MsgTag((L4_MsgTag_t){ .raw = (TIMER_SET + times % 4) << 16 | (i + times / 4) % 5 });
			L4_Send_Timeout(timer, L4_TimePeriod(millisecond));
		}
	}
}

static void stop_timer(void *unused)
{
	(void)unused;
	wait(2 * millisecond);
	root_program_stop(TIMER, ROOT_STOP_AS_FAILED);
}

static void try_end(void)
{
	struct timer_alarm alarm;
	L4_ThreadId_t thread;
	bool is_there;

	timer_set_after(timer, 0, 10 * millisecond, 0);
	root_thread_start(stop_timer, NULL, stack[0], sizeof(stack[0]), &thread);
	is_there = timer_next(timer, &alarm);
	timer = timer_open(TIMER);
	timer_set_after(timer, 1, millisecond, 0);
	printf("the driver %s; of the next one comes %lu\n", is_there ? "is there" : "has ended", next().number);
}

static volatile bool others_go_on = true;

static void send_others(void *to)
{
	while (others_go_on) {
		L4_LoadMR(0, 0);
		L4_Send(*(L4_ThreadId_t *)to);
		wait(millisecond);
	}
}

/* One loop for all messages; the timer is stopped in the middle. */
static void try_relay(void)
{
	static struct timer_relay relay;
	static L4_ThreadId_t myself;
	unsigned long instances = 0, ticks = 0, others = 0;
	L4_ThreadId_t thread, from;

	myself = L4_MyGlobalId();
	timer_relay_start(&relay, TIMER, myself);
	root_thread_start(send_others, &myself, stack[1], sizeof(stack[1]), &thread);
	while (ticks < RELAYED) {
		L4_MsgTag_t tag = L4_Wait(&from);
		L4_Word_t word[2];

		L4_StoreMRs(1, 2, word);
		if (!L4_IsThreadEqual(from, relay.thread)) {
			others++;
		} else if (L4_Label(tag) == TIMER_IS_THERE) {
			instances++;
			timer_set_after((L4_ThreadId_t){ .raw = word[0] }, 9, millisecond, 2 * millisecond);
		} else {
			ticks += word[1];
			if (ticks == RELAYED / 2)
				root_program_stop(TIMER, ROOT_STOP_AS_FAILED);
		}
	}
	others_go_on = false;
	printf("relay: %lu ticks of %lu drivers, %s\n", ticks, instances,
	       others > RELAYED ? "others' messages in between" : "nothing in between");
}

int main(void)
{
	millisecond = 1000 * root_option("slow", 1);
	if (root_option("hostile", 0))
		be_hostile(root_option("hostile", 0) == 2);
	timer = timer_open(TIMER);
	try_order("alone");
	try_period("alone");
	try_many("alone");
	try_cancel();
	try_two_threads();
	try_wrong_requests();
	root_program_start("hostile", NULL);
	root_program_start("hostile-too", NULL);
	wait(10 * millisecond);
	try_order("beside");
	try_period("beside");
	try_many("beside");
	try_end();
	try_relay();
	return 0;
}
