/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * display - what a PC shows, as a console: programs write there, and read what is typed on the keyboard.
 *
 * It answers "write" and "read" as the root task does (lib/service/README.md, "Requests"). A text is on the screen when
 * its writer has the answer. One thread does all that; a second one waits for keys and sends them to the first, so that
 * the keyboard's server may fail and come back and no writer notices.
 */
#include <string.h>

#include <device/keyboard.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

#include "input.h"
#include "linear.h"
#include "pixels.h"
#include "screen.h"
#include "text.h"

enum { PROGRAMS = 32, WORD = sizeof(L4_Word_t), SMALL_WORD = 4 };

static const struct card *card;
static struct terminal terminal;
static struct terminal_writer writer[PROGRAMS + 1]; /* one of each program, which is the index below, too */

static struct input input;
static L4_ThreadId_t reader[PROGRAMS + 1]; /* waits for a character */
static unsigned int turn;		   /* the program that got the last one */

static char keyboard_name[ROOT_NAME_MAX];
static char keys_stack[4096] __attribute__((aligned(16)));
static L4_ThreadId_t main_thread, keys_thread;

/*
 * Characters that are typed
 */

static void wait_for_keys(void *unused)
{
	L4_ThreadId_t keyboard;
	unsigned int key;

	(void)unused;
	while (!L4_IsNilThread(keyboard = root_lookup_wait(keyboard_name))) {
		while (keyboard_next(keyboard, &key)) {
			L4_LoadMR(0, 1); /* label 0, one word */
			L4_LoadMR(1, key);
			L4_Send(main_thread);
		}
	}
	printf("display: there is no '%s', so nobody types\n", keyboard_name);
}

/* False: the client does not wait for it. */
static bool answer(L4_ThreadId_t client, enum root_status status, int character)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_Set_MsgLabel(&msg, status);
	if (character != INPUT_NONE)
		L4_MsgAppendWord(&msg, (L4_Word_t)character);
	L4_MsgLoad(&msg);
	return L4_IpcSucceeded(L4_Reply(client));
}

/* A reader that does not wait any more loses its turn, not the character. */
static void give_characters(void)
{
	for (unsigned int i = 1; i <= PROGRAMS + 1 && input_next(&input) != INPUT_NONE; i++) {
		unsigned int program = (turn + i) % (PROGRAMS + 1);
		L4_ThreadId_t client = reader[program];

		reader[program] = L4_nilthread;
		if (L4_IsNilThread(client) || !answer(client, ROOT_OK, input_next(&input)))
			continue;
		input_take(&input);
		turn = program;
		i = 0;
	}
}

static void serve_read(L4_ThreadId_t client, unsigned long program, bool waits)
{
	int character = input_next(&input);

	if (waits) {
		if (!L4_IsNilThread(reader[program]))
			answer(reader[program], ROOT_EXHAUSTED, INPUT_NONE);
		reader[program] = client;
	} else if (character == INPUT_NONE) {
		answer(client, ROOT_NOT_FOUND, INPUT_NONE);
	} else if (answer(client, ROOT_OK, character)) {
		input_take(&input);
	}
}

/*
 * Text
 */

/* A 32-bit program's has four bytes a word: how many words there are says which. */
static enum root_status serve_write(unsigned long program, L4_Msg_t *msg, unsigned int words)
{
	char text[ROOT_TEXT_MAX];
	L4_Word_t size = L4_MsgWord(msg, 0);
	unsigned int width = words == 1 + (size + WORD - 1) / WORD ? WORD : SMALL_WORD;

	if (size > ROOT_TEXT_MAX || words != 1 + (size + width - 1) / width)
		return ROOT_MALFORMED;
	for (unsigned int i = 0; i < size; i++)
		text[i] = (char)(L4_MsgWord(msg, 1 + i / width) >> 8 * (i % width));
	terminal_write(&terminal, &writer[program], text, size);
	screen_show(card, &terminal);
	return ROOT_OK;
}

static void serve(L4_ThreadId_t client, L4_MsgTag_t tag, L4_Msg_t *msg)
{
	unsigned long program = root_program_number(client), label = L4_Label(tag);
	unsigned int words = L4_TypedWords(tag) == 0 && program <= PROGRAMS ? L4_UntypedWords(tag) : 0;

	if (program <= PROGRAMS && L4_IsThreadEqual(reader[program], client))
		reader[program] = L4_nilthread; /* it had given up */
	if (label == ROOT_READ && words == 1)
		serve_read(client, program, L4_MsgWord(msg, 0) != 0);
	else if (label == ROOT_WRITE && words > 0)
		answer(client, serve_write(program, msg, words), INPUT_NONE);
	else
		answer(client, ROOT_MALFORMED, INPUT_NONE);
}

/* As the arguments say, else text if the card shows text. From linear there is no way back. */
static const struct card *choose(void)
{
	unsigned int width = (unsigned int)root_option("width", 0), height = (unsigned int)root_option("height", 0);
	bool is_text = text_is_on() && !dispi_is_on();
	char mode[8] = "";

	root_option_text("mode", mode, sizeof(mode));
	if (strcmp(mode, "text") == 0 && !is_text) {
		printf("display: the card is in no text mode\n");
		return NULL;
	}
	if (strcmp(mode, "text") == 0 || (is_text && width == 0 && height == 0 && mode[0] == 0))
		return text_begin(&terminal);
	return linear_begin(&terminal, strcmp(mode, "loader") == 0, width, height);
}

static void show_nothing(unsigned int column, unsigned int row, struct cell cell)
{
	(void)column, (void)row, (void)cell;
}

/* Without a screen all goes on: who writes is not to wait for ever. */
static void begin(void)
{
	static const struct card none = { .columns = 80, .rows = 25, .put = show_nothing };

	card = choose();
	if (card) {
		printf("display: %s, %u columns, %u rows\n", card->cursor ? "text" : "linear", card->columns,
		       card->rows);
	} else {
		printf("display: nothing is shown\n");
		card = &none;
		terminal_begin(&terminal, none.columns, none.rows);
	}
	for (unsigned int i = 0; i <= PROGRAMS; i++)
		terminal_writer_begin(&writer[i]);
	screen_show(card, &terminal);
}

int main(void)
{
	begin();
	main_thread = L4_MyGlobalId();
	if (root_option_text("keyboard", keyboard_name, sizeof(keyboard_name)))
		root_thread_start(wait_for_keys, NULL, keys_stack, sizeof(keys_stack), &keys_thread);
	for (;;) {
		L4_ThreadId_t from;
		L4_MsgTag_t tag = L4_Wait(&from);
		L4_Msg_t msg;

		if (L4_IpcFailed(tag))
			continue;
		L4_MsgStore(tag, &msg);
		from = L4_GlobalIdOf(from);
		if (L4_IsThreadEqual(from, keys_thread))
			input_key(&input, (unsigned int)L4_MsgWord(&msg, 0));
		else
			serve(from, tag, &msg);
		give_characters();
	}
}
