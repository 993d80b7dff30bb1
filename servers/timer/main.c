/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer - alarms for programs, from the timer of a PC (Intel 8254, channel 0): <device/timer.h>.
 *
 * The time is the system clock's; the device does nothing but interrupt once, when the next alarm is due that somebody
 * waits for, or as late as its 16 bits reach. What nobody waits for costs no interrupt: how often it has
 * been due is computed when somebody asks. So a program that has ended, or does not listen, costs nothing.
 */
#include <device/ports.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

#include "alarms.h"

enum { CHANNEL0 = 0x40, COMMAND = 0x43, ONE_SHOT = 0x30, HZ = 1193182, LONGEST = 50000, PROGRAMS = 32 };

/* The firmware's tables say on which pin of the I/O APIC it is; where they forget it, it is pin 2. */
enum { INTERRUPT = 0, PIN = 2 };

static struct client {
	L4_ThreadId_t waiter;
	struct alarms alarms;
} clients[PROGRAMS + 1];

static unsigned long interrupt_at = NEVER; /* when the device has been set to */

static unsigned long clock(void)
{
	return (unsigned long)L4_SystemClock().raw;
}

/* False: the client does not wait for it any more. */
static bool answer(L4_ThreadId_t client, const struct timer_alarm *alarm)
{
	L4_LoadMR(0, 3); /* label 0, three words */
	L4_LoadMR(1, alarm->number);
	L4_LoadMR(2, alarm->count);
	L4_LoadMR(3, alarm->time);
	return L4_IpcSucceeded(L4_Reply(client));
}

static void tell(struct client *client, unsigned long now)
{
	struct timer_alarm alarm = alarms_due(&client->alarms, now);

	if (answer(client->waiter, &alarm))
		alarms_told(&client->alarms, &alarm);
	client->waiter = L4_nilthread;
}

static void set_device(unsigned long time, unsigned long now)
{
	unsigned long count;

	if (time > now + LONGEST)
		time = now + LONGEST;
	if (time >= interrupt_at)
		return;
	interrupt_at = time;
	count = (time - now) * HZ / 1000000 + 2;
	port_out8(COMMAND, ONE_SHOT);
	port_out8(CHANNEL0, (unsigned char)count);
	port_out8(CHANNEL0, (unsigned char)(count >> 8));
}

static void look_at_clock(void)
{
	unsigned long now = clock(), next = NEVER;

	for (unsigned int program = 1; program <= PROGRAMS; program++) {
		struct client *client = &clients[program];

		if (!L4_IsNilThread(client->waiter) && client->alarms.next <= now)
			tell(client, now);
		if (!L4_IsNilThread(client->waiter) && client->alarms.next < next)
			next = client->alarms.next;
	}
	if (next != NEVER)
		set_device(next, now);
}

static void wait_for_next(struct client *client, L4_ThreadId_t thread)
{
	if (!L4_IsNilThread(client->waiter))
		answer(client->waiter, &(struct timer_alarm){ 0 });
	client->waiter = thread;
}

static void serve(L4_ThreadId_t from, L4_MsgTag_t tag)
{
	unsigned long program = root_program_number(from), label = L4_Label(tag), words = L4_UntypedWords(tag);
	bool is_known = program >= 1 && program <= PROGRAMS, good = false;
	struct client *client = &clients[is_known ? program : 0];
	L4_Word_t word[3];

	L4_StoreMRs(1, 3, word);
	if (is_known && label == TIMER_NEXT) {
		wait_for_next(client, from);
		return;
	}
	if (is_known && label == TIMER_SET && words == 3) {
		good = alarms_set(&client->alarms, word[0], word[1], word[2]);
	} else if (is_known && label == TIMER_CANCEL && words == 1) {
		alarms_cancel(&client->alarms, word[0]);
		good = true;
	}
	L4_LoadMR(0, good ? 0 : 1UL << 16);
	L4_Reply(from);
}

int main(void)
{
	unsigned long message;
	bool on_its_line = root_interrupt(INTERRUPT, L4_Myself(), &message) == ROOT_OK;

	if (root_interrupt(PIN, L4_Myself(), &message) != ROOT_OK && !on_its_line) {
		printf("timer: it may not have interrupt %d\n", INTERRUPT);
		return 1;
	}
	for (unsigned int program = 0; program <= PROGRAMS; program++)
		alarms_cancel(&clients[program].alarms, ~0UL);
	for (;;) {
		L4_ThreadId_t from;
		L4_MsgTag_t tag = L4_Wait(&from);

		if (L4_IpcFailed(tag))
			continue;
		if (L4_ThreadNo(from) == INTERRUPT || L4_ThreadNo(from) == PIN) {
			interrupt_at = NEVER;
			L4_LoadMR(0, 0);
			L4_Reply(from);
		} else {
			serve(from, tag);
		}
		look_at_clock();
	}
}
