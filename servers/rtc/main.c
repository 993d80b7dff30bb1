/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rtc - the driver to copy: the clock that runs on a battery (Motorola MC146818).
 *
 * It tells the time, and interrupts once a second. What clients ask: lib/device/include/device/rtc.h.
 */
#include <device/ports.h>
#include <device/rtc.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

#include "calendar.h"

enum { INDEX = 0x70, DATA = 0x71, INTERRUPT = 8, REGISTER_B = 0xb, REGISTER_C = 0xc, PROGRAMS = 32 };

static L4_ThreadId_t waiter[PROGRAMS + 1]; /* one of each program */

static unsigned char clock_read(unsigned char number)
{
	port_out8(INDEX, number);
	return port_in8(DATA);
}

static unsigned long time_now(void)
{
	static const unsigned char registers[FIELDS] = { 0, 2, 4, 7, 8, 9 };
	unsigned char field[FIELDS];

	for (unsigned int i = 0; i < FIELDS; i++)
		field[i] = clock_read(registers[i]);
	return calendar_seconds(field, clock_read(REGISTER_B));
}

/* A second may begin while the fields are read. */
static unsigned long time_read(void)
{
	unsigned long time = time_now(), again;

	while ((again = time_now()) != time)
		time = again;
	return time;
}

static void answer(L4_ThreadId_t client, unsigned long time)
{
	L4_LoadMR(0, 1); /* label 0, one word */
	L4_LoadMR(1, time);
	L4_Reply(client); /* who does not wait for it does not get it */
}

static void serve_interrupt(L4_ThreadId_t interrupt)
{
	unsigned long time = time_read();

	for (unsigned int program = 0; program <= PROGRAMS; program++) {
		if (!L4_IsNilThread(waiter[program]))
			answer(waiter[program], time);
		waiter[program] = L4_nilthread;
	}
	clock_read(REGISTER_C); /* or it would not come again */
	L4_LoadMR(0, 0);
	L4_Reply(interrupt);
}

static void serve(L4_ThreadId_t client, unsigned long label)
{
	unsigned long program = root_program_number(client);

	if (label != RTC_NEXT_SECOND || program > PROGRAMS) {
		answer(client, time_read());
		return;
	}
	if (!L4_IsNilThread(waiter[program]))
		answer(waiter[program], time_read());
	waiter[program] = client;
}

int main(void)
{
	unsigned long message;

	if (root_interrupt(INTERRUPT, L4_Myself(), &message) != ROOT_OK) {
		printf("rtc: it may not have interrupt %d\n", INTERRUPT);
		return 1;
	}
	port_out8(DATA, clock_read(REGISTER_B) | B_EACH_SECOND);
	clock_read(REGISTER_C);
	for (;;) {
		L4_ThreadId_t from;
		L4_MsgTag_t tag = L4_Wait(&from);

		if (L4_IpcSucceeded(tag) && L4_ThreadNo(from) == INTERRUPT)
			serve_interrupt(from);
		else if (L4_IpcSucceeded(tag))
			serve(from, L4_Label(tag));
	}
}
