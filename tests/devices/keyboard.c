/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keyboard.c - types by itself, and reads; beside another program, too, that sends what makes no sense, which is of the
 * same file with the argument hostile=1.
 */
#include <device/keyboard.h>
#include <l4/ipc.h>
#include <l4io.h>
#include <service/manage.h>

#include "role.h"
#include "type.h"

#define KEYBOARD "keyboard"

enum { TYPED = 16, LETTER = 0x10 /* q, and w e r t y u i o p on its right */, LETTERS = 10 };

static char stack[2][4096] __attribute__((aligned(16)));

static void type_later(void *unused)
{
	(void)unused;
	L4_Sleep(L4_TimePeriod(50000));
	type(0x1f); /* s */
	L4_Sleep(L4_TimePeriod(50000));
	root_program_stop(KEYBOARD, ROOT_STOP_AS_FAILED);
}

static volatile bool all_typed;

static void type_letters(void *unused)
{
	(void)unused;
	for (unsigned int i = 0; i < TYPED; i++)
		type((unsigned char)(LETTER + i % LETTERS));
	all_typed = true;
}

/* Programs get keys in turn; so of those that are typed at least every second one is ours. */
static void read_beside(L4_ThreadId_t keyboard)
{
	static const char letters[] = "qwertyuiop";
	unsigned int key, at = 0, got = 0, wrong = 0;
	L4_ThreadId_t thread;

	root_program_start("hostile", NULL);
	L4_Sleep(L4_TimePeriod(10000));
	root_thread_start(type_letters, NULL, stack[1], sizeof(stack[1]), &thread);
	for (; got < TYPED / 2; got++) {
		keyboard_next(keyboard, &key);
		while (at < TYPED && (unsigned int)letters[at++ % LETTERS] != key)
			;
		wrong += (unsigned int)letters[(at - 1) % LETTERS] != key;
	}
	while (!all_typed)
		L4_Sleep(L4_TimePeriod(1000));
	root_program_stop("hostile", ROOT_STOP);
	type(0xe0);
	type(0x48);
	while (keyboard_next(keyboard, &key) && key != KEY_UP)
		got++;
	printf("keys beside a hostile client: %s, %u wrong\n", got <= TYPED ? "half of them at least" : "too many", wrong);
}

int main(void)
{
	static const unsigned char word[] = { 0x2a, 0x19, 0x99, 0xaa, 0x12, 0x2e, 0x1e, 0x31, 0xe0, 0x48 };
	L4_ThreadId_t thread, keyboard;
	unsigned int key;

	if (root_option("hostile", 0))
		be_hostile(KEYBOARD, KEYBOARD_NEXT);
	keyboard = root_lookup_wait(KEYBOARD);
	for (unsigned int i = 0; i < sizeof(word); i++) /* Shift down, P down and up, shift up, ecan, up */
		type(word[i]);
	printf("keys kept: ");
	do {
		if (!keyboard_next(keyboard, &key))
			return 1;
		printf(key < 0x80 ? "%c" : " %x\n", key);
	} while (key != KEY_UP);
	read_beside(keyboard);
	root_thread_start(type_later, NULL, stack[0], sizeof(stack[0]), &thread);
	keyboard_next(keyboard, &key);
	printf("key waited for: %c\n", key);
	printf("keyboard: its driver %s\n", keyboard_next(keyboard, &key) ? "is there" : "has ended");
	keyboard = root_lookup_wait(KEYBOARD);
	type(0x31);
	printf("key of the next driver: %c\n", keyboard_next(keyboard, &key) ? key : '?');
	return 0;
}
