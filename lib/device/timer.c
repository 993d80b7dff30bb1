/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer.c - the requests of timer.h as calls, and the thread that turns their answers into messages.
 */
#include <device/timer.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <service/root.h>

static void load(unsigned long label, unsigned int words, const L4_Word_t word[3])
{
	L4_LoadMR(0, label << 16 | words);
	L4_LoadMRs(1, (int)words, word);
}

/* False: the driver has ended, or has refused. */
static bool call(L4_ThreadId_t timer, enum timer_request request, unsigned int words, const L4_Word_t word[3])
{
	L4_MsgTag_t tag;

	load(request, words, word);
	tag = L4_Call(timer);
	return L4_IpcSucceeded(tag) && L4_Label(tag) == 0;
}

L4_ThreadId_t timer_open(const char *name)
{
	L4_ThreadId_t timer;

	do
		timer = root_lookup_wait(name);
	while (!L4_IsNilThread(timer) && !call(timer, TIMER_CANCEL, 1, (L4_Word_t[3]){ ~0UL }));
	return timer;
}

bool timer_set(L4_ThreadId_t timer, unsigned int number, unsigned long time, unsigned long period)
{
	return call(timer, TIMER_SET, 3, (L4_Word_t[3]){ number, time, period });
}

bool timer_set_after(L4_ThreadId_t timer, unsigned int number, unsigned long microseconds, unsigned long period)
{
	return timer_set(timer, number, (unsigned long)L4_SystemClock().raw + microseconds, period);
}

bool timer_cancel(L4_ThreadId_t timer, unsigned int number)
{
	return call(timer, TIMER_CANCEL, 1, (L4_Word_t[3]){ 1UL << number });
}

bool timer_next(L4_ThreadId_t timer, struct timer_alarm *alarm)
{
	L4_Word_t word[3] = { 0 };
	bool good = call(timer, TIMER_NEXT, 0, word);

	L4_StoreMRs(1, 3, word);
	*alarm = (struct timer_alarm){ word[0], word[1], word[2] };
	return good;
}

static void run_relay(void *argument)
{
	struct timer_relay *relay = argument;
	L4_ThreadId_t timer = timer_open(relay->name);

	while (!L4_IsNilThread(timer)) {
		struct timer_alarm alarm;

		load(TIMER_IS_THERE, 1, (L4_Word_t[3]){ timer.raw });
		if (L4_IpcFailed(L4_Send(relay->to)))
			return;
		while (timer_next(timer, &alarm)) {
			load(TIMER_ALARM, 3, (L4_Word_t[3]){ alarm.number, alarm.count, alarm.time });
			if (L4_IpcFailed(L4_Send(relay->to)))
				return;
		}
		timer = timer_open(relay->name);
	}
}

bool timer_relay_start(struct timer_relay *relay, const char *name, L4_ThreadId_t to)
{
	relay->name = name;
	relay->to = to;
	if (root_thread_start(run_relay, relay, relay->stack, sizeof(relay->stack), &relay->thread) != ROOT_OK)
		return false;
	relay->thread = L4_LocalIdOf(relay->thread); /* as L4_Wait() names it */
	return true;
}
