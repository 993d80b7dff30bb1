/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keyboard.c - types by itself, and reads.
 */
#include <device/keyboard.h>
#include <l4/ipc.h>
#include <l4io.h>
#include <service/manage.h>

#include "type.h"

#define KEYBOARD "keyboard"

static char stack[4096] __attribute__((aligned(16)));

static void type_later(void *unused)
{
	(void)unused;
	L4_Sleep(L4_TimePeriod(50000));
	type(0x1f); /* s */
	L4_Sleep(L4_TimePeriod(50000));
	root_program_stop(KEYBOARD, ROOT_STOP_AS_FAILED);
}

int main(void)
{
	static const unsigned char word[] = { 0x2a, 0x19, 0x99, 0xaa, 0x12, 0x2e, 0x1e, 0x31, 0xe0, 0x48 };
	L4_ThreadId_t thread, keyboard = root_lookup_wait(KEYBOARD);
	unsigned int key;

	for (unsigned int i = 0; i < sizeof(word); i++) /* Shift down, P down and up, shift up, ecan, up */
		type(word[i]);
	printf("keys kept: ");
	do {
		if (!keyboard_next(keyboard, &key))
			return 1;
		printf(key < 0x80 ? "%c" : " %x\n", key);
	} while (key != KEY_UP);
	root_thread_start(type_later, NULL, stack, sizeof(stack), &thread);
	keyboard_next(keyboard, &key);
	printf("key waited for: %c\n", key);
	printf("keyboard: its driver %s\n", keyboard_next(keyboard, &key) ? "is there" : "has ended");
	keyboard = root_lookup_wait(KEYBOARD);
	type(0x31);
	printf("key of the next driver: %c\n", keyboard_next(keyboard, &key) ? key : '?');
	return 0;
}
