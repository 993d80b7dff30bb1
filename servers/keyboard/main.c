/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keyboard - keys for who waits for them, from the PC's keyboard controller (Intel 8042).
 *
 * The firmware has switched the keyboard on, with translation to set 1; nothing is to be set up but what lies in the
 * buffer. Reading the buffer makes the controller interrupt again.
 */
#include <device/keyboard.h>
#include <device/ports.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

#include "scancode.h"

enum { DATA = 0x60, STATUS = 0x64, INTERRUPT = 1, STATUS_FULL = 1 << 0, STATUS_MOUSE = 1 << 5, PROGRAMS = 32 };
enum { BYTES_AT_ONCE = 16 };

static L4_ThreadId_t waiter[PROGRAMS + 1]; /* one of each program */
static unsigned int turn;		   /* the program that got the last key */
static unsigned int kept[KEYBOARD_KEPT], first, count;
static struct scancodes state;

/* False: the client does not wait for it any more. */
static bool answer(L4_ThreadId_t client, unsigned int key)
{
	L4_LoadMR(0, 1); /* label 0, one word */
	L4_LoadMR(1, key);
	return L4_IpcSucceeded(L4_Reply(client));
}

static void give_to_next(void)
{
	for (unsigned int i = 1; i <= PROGRAMS + 1 && count > 0; i++) {
		unsigned int program = (turn + i) % (PROGRAMS + 1);
		L4_ThreadId_t client = waiter[program];

		if (L4_IsNilThread(client))
			continue;
		waiter[program] = L4_nilthread;
		if (!answer(client, kept[first]))
			continue;
		turn = program;
		first = (first + 1) % KEYBOARD_KEPT;
		count--;
	}
}

static void read_controller(void)
{
	for (unsigned int i = 0; i < BYTES_AT_ONCE; i++) {
		unsigned char status = port_in8(STATUS), byte;
		unsigned int key;

		if (!(status & STATUS_FULL))
			return;
		byte = port_in8(DATA);
		key = status & STATUS_MOUSE ? KEY_NONE : scancode_key(&state, byte);
		if (key != KEY_NONE && count < KEYBOARD_KEPT)
			kept[(first + count++) % KEYBOARD_KEPT] = key;
	}
}

static void serve(L4_ThreadId_t client, L4_MsgTag_t tag)
{
	unsigned long program = root_program_number(client);

	if (L4_Label(tag) != KEYBOARD_NEXT || program > PROGRAMS) {
		answer(client, KEY_NONE);
		return;
	}
	if (!L4_IsNilThread(waiter[program]))
		answer(waiter[program], KEY_NONE);
	waiter[program] = client;
}

int main(void)
{
	unsigned long message;

	if (root_interrupt(INTERRUPT, L4_Myself(), &message) != ROOT_OK) {
		printf("keyboard: it may not have interrupt %d\n", INTERRUPT);
		return 1;
	}
	for (;;) {
		L4_ThreadId_t from;
		L4_MsgTag_t tag;

		read_controller(); /* first of all what came when nobody listened */
		give_to_next();
		tag = L4_Wait(&from);
		if (L4_IpcFailed(tag))
			continue;
		if (L4_ThreadNo(from) != INTERRUPT) {
			serve(from, tag);
			continue;
		}
		read_controller();
		L4_LoadMR(0, 0);
		L4_Reply(from);
	}
}
