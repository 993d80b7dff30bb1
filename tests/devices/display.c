/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * display.c - clients of the display: one looks into the card's memory for what it has written, and types by the
 * keyboard's controller; the others write at the same time.
 */
#include <device/keyboard.h>
#include <device/ports.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/manage.h>
#include <string.h>

#include <ascii.h> /* the font of servers/display */

#include "type.h"

#define DISPLAY "display"
#define CLEAR	"\033[m\033[2J\033[H"

enum { MEMORY = 0xb8000, COLUMNS = 80, ROWS = 25, CRTC = 0x3d4, CURSOR_HIGH = 14, CURSOR_LOW = 15, UNREACHABLE = 99 };
enum { STRIPE_ROWS = 6, STRIPES = 100, FLOODERS = 3 };

static volatile unsigned short *const cell = (volatile unsigned short *)ROOT_AREA_LOW;
static L4_ThreadId_t display;
static char stack[FLOODERS][4096] __attribute__((aligned(16)));

/*
 * Requests
 */

/* The answer's label, or UNREACHABLE; its only word is then in *word, 0 without one. */
static unsigned long call(unsigned long label, unsigned int words, L4_Msg_t *msg, L4_Time_t patience, L4_Word_t *word)
{
	L4_MsgTag_t tag;

	msg->tag.X.u = words;
	L4_Set_MsgLabel(msg, label);
	L4_MsgLoad(msg);
	tag = L4_Call_Timeouts(display, L4_Never, patience);
	if (L4_IpcFailed(tag))
		return UNREACHABLE;
	L4_MsgStore(tag, msg);
	*word = L4_UntypedWords(tag) == 1 ? L4_MsgWord(msg, 0) : 0;
	return L4_Label(tag);
}

static unsigned long write_bytes(const char *text, size_t size)
{
	L4_Word_t unused, word[ROOT_TEXT_MAX / sizeof(L4_Word_t)] = { 0 };
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	memcpy(word, text, size);
	L4_MsgAppendWord(&msg, size);
	for (size_t i = 0; i < (size + 7) / 8; i++)
		L4_MsgAppendWord(&msg, word[i]);
	return call(ROOT_WRITE, 1 + (size + 7) / 8, &msg, L4_Never, &unused);
}

static unsigned long put(const char *text)
{
	return write_bytes(text, strlen(text));
}

/* The character, or -1. */
static int read(bool waits, L4_Time_t patience)
{
	L4_Word_t character;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, waits);
	return call(ROOT_READ, 1, &msg, patience, &character) == ROOT_OK ? (int)character : -1;
}

/*
 * The screen
 */

/* Without the blanks at the end. */
static const char *row_text(unsigned int row)
{
	static char text[COLUMNS + 1];
	unsigned int length = COLUMNS;

	for (unsigned int i = 0; i < COLUMNS; i++)
		text[i] = (char)cell[row * COLUMNS + i];
	while (length > 0 && text[length - 1] == ' ')
		length--;
	text[length] = 0;
	return text;
}

static unsigned int cursor(void)
{
	unsigned int high;

	port_out8(CRTC, CURSOR_HIGH);
	high = port_in8(CRTC + 1);
	port_out8(CRTC, CURSOR_LOW);
	return high << 8 | port_in8(CRTC + 1);
}

static void texts(void)
{
	put(CLEAR "one\ntwo\n\033[31;44mred\033[m \033[8;3Hthere\033[3D");
	printf("user: the screen begins with '%s'", row_text(0));
	printf(", '%s'", row_text(1));
	printf(", '%s'", row_text(2));
	printf(", then '%s'\n", row_text(7));
	printf("user: red on blue is %x, the cursor is at %u\n", cell[2 * COLUMNS] >> 8, cursor());
	put("\n");
	for (unsigned int i = 0; i < 30; i++) {
		char line[16];

		snprintf(line, sizeof(line), "line %u\n", i);
		put(line);
	}
	printf("user: after 30 lines the first row is '%s'", row_text(0));
	printf(", the last but one '%s'\n", row_text(ROWS - 2));
}

/*
 * What makes no sense
 */

static void refusals(void)
{
	static const struct {
		unsigned long label, first;
		unsigned int words;
	} wrong[] = {
		{ ROOT_WRITE, 0, 0 }, { ROOT_WRITE, 497, 63 }, { ROOT_WRITE, 8, 1 },	     { ROOT_WRITE, 8, 4 },
		{ ROOT_WRITE, ~0UL, 1 }, { ROOT_WRITE, 1UL << 63, 2 }, { ROOT_READ, 0, 0 }, { ROOT_READ, 0, 2 },
		{ 0, 0, 1 },	      { ROOT_EXIT, 0, 1 },	{ KEYBOARD_NEXT, 'x', 1 },
	};

	printf("user: refused");
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		L4_Word_t unused;
		L4_Msg_t msg;

		memset(&msg, 0, sizeof(msg));
		L4_MsgPutWord(&msg, 0, wrong[i].first);
		printf(" %lu", call(wrong[i].label, wrong[i].words, &msg, L4_Never, &unused));
	}
	printf("; nothing typed: %d\n", read(false, L4_Never));
}

/*
 * Keys
 */

static volatile int got = -1;

static void read_later(void *unused)
{
	(void)unused;
	got = read(true, L4_Never);
}

static void wait_until_got(void)
{
	for (unsigned int i = 0; i < 1000 && got < 0; i++)
		L4_Sleep(L4_TimePeriod(10000));
}

static void keys(void)
{
	L4_ThreadId_t reader;

	type(0x1e); /* a */
	type(0xe0);
	type(0x48); /* up */
	printf("user: keys %x", read(true, L4_Never));
	for (unsigned int i = 0; i < 3; i++)
		printf(" %x", read(true, L4_Never));
	printf("; gave up: %d", read(true, L4_TimePeriod(20000)));
	type(0x25);
	printf(", then %c\n", read(true, L4_Never));

	root_thread_start(read_later, NULL, stack[0], sizeof(stack[0]), &reader);
	L4_Sleep(L4_TimePeriod(20000));
	printf("user: while somebody waits for a key, a text: %lu\n", put("x\n"));
	root_program_stop("keyboard", ROOT_STOP_AS_FAILED);
	root_lookup_wait("keyboard");
	type(0x31);
	wait_until_got();
	printf("user: a key from the next keyboard driver: %c\n", got);
}

/*
 * Several programs
 */

/* Rows of one letter, several in a text. */
static void stripes(char letter)
{
	char text[STRIPE_ROWS * COLUMNS];

	memset(text, letter, sizeof(text));
	for (unsigned int i = 0; i < STRIPE_ROWS; i++)
		text[(i + 1) * COLUMNS - 1] = '\n';
	for (unsigned int i = 0; i < STRIPES; i++)
		if (write_bytes(text, sizeof(text)) != ROOT_OK)
			printf("stripes: not written\n");
}

/* Rows that are not of one letter, or whose text is not all there; of what begins and ends on the screen. */
static void look_for_torn(void)
{
	unsigned int torn = 0, same = 0, changes = 0;

	for (unsigned int row = 0; row < ROWS - 1; row++) {
		for (unsigned int i = 1; i < COLUMNS - 1; i++)
			torn += (cell[row * COLUMNS + i] & 0xff) != (cell[row * COLUMNS] & 0xff);
		if (row > 0 && cell[row * COLUMNS] != cell[(row - 1) * COLUMNS]) {
			torn += changes > 0 && same % STRIPE_ROWS != 0;
			changes++;
			same = 0;
		}
		same++;
	}
	torn += same % STRIPE_ROWS != 0;
	printf("user: torn %u, %s\n", torn, changes > 0 ? "of two programs" : "of one");
}

static void beside_another(void)
{
	int status;

	put(CLEAR);
	root_program_start("beside", "stripes");
	stripes('a');
	root_program_wait("beside", &status);
	look_for_torn();
}

static unsigned int seed = 1;

static unsigned int chance(void)
{
	seed = seed * 1103515245 + 12345;
	return seed >> 16;
}

/* Texts of sequences with large numbers, wrong sizes, other requests; and never takes an answer. */
static void flood(void *unused)
{
	static const char likely[] = "\033[[[0123456789999;;ABCDGHJKmf\n\n\b\t?x";

	(void)unused;
	for (;;) {
		L4_Msg_t msg;
		unsigned int words = 1 + chance() % 63;
		unsigned long size = chance() % 8 ? (words - 1) * 8 : chance();

		L4_MsgClear(&msg);
		L4_MsgAppendWord(&msg, size);
		for (unsigned int i = 1; i < words; i++) {
			L4_Word_t word = 0;

			for (unsigned int j = 0; j < 8; j++)
				word = word << 8 | (unsigned char)likely[chance() % sizeof(likely)] << chance() % 16 / 15;
			L4_MsgAppendWord(&msg, word);
		}
		L4_Set_MsgLabel(&msg, chance() % 8 ? ROOT_WRITE : chance() % 2 ? ROOT_READ : chance());
		L4_MsgLoad(&msg);
		L4_Send(display);
	}
}

static void role_hostile(void)
{
	L4_ThreadId_t thread;

	for (unsigned int i = 1; i < FLOODERS; i++)
		root_thread_start(flood, NULL, stack[i], sizeof(stack[i]), &thread);
	flood(NULL);
}

static void beside_hostile(void)
{
	unsigned int written = 0;

	root_program_start("beside", "hostile");
	L4_Sleep(L4_TimePeriod(20000));
	for (unsigned int i = 0; i < 20; i++)
		written += put("\033[35mmine") == ROOT_OK;
	root_program_stop("beside", ROOT_STOP);
	put(CLEAR "\033[34mmine");
	printf("user: beside a flood %u texts, the last '%s' in colour %x\n", written, row_text(0), cell[0] >> 8);
}

/*
 * The next display
 */

static void read_from_console(void *unused)
{
	(void)unused;
	got = root_read();
}

static void display_killed(void)
{
	L4_ThreadId_t reader;
	unsigned int wrong = 0;

	got = -1;
	put(CLEAR);
	root_console(DISPLAY);
	root_thread_start(read_from_console, NULL, stack[1], sizeof(stack[1]), &reader);
	for (unsigned int i = 100; i < 200; i++) {
		printf("line %u\n", i);
		if (i == 190)
			root_program_stop(DISPLAY, ROOT_STOP_AS_FAILED);
	}
	L4_Sleep(L4_TimePeriod(20000)); /* the reader has found the next one, too */
	type(0x2c);
	wait_until_got();
	root_console(NULL);
	for (unsigned int row = 0; row < ROWS - 1; row++) {
		char line[16];

		snprintf(line, sizeof(line), "line %u", 200 - (ROWS - 1) + row);
		wrong += strcmp(row_text(row), line) != 0;
	}
	printf("user: display killed, rows that are wrong: %u, who waited gets %c\n", wrong, got);
}

/*
 * A linear framebuffer, 640 pixels wide
 */

static int role_pixels(void)
{
	enum { WIDTH = 640, GLYPH_WIDTH = 8, GLYPH_HEIGHT = 16, RED = 0xaa0000 };
	volatile unsigned int *pixel = (volatile unsigned int *)ROOT_AREA_LOW;
	unsigned int right = 0;

	if (root_device_memory(root_option("at", 0), WIDTH * GLYPH_HEIGHT * 4, (void *)ROOT_AREA_LOW) != ROOT_OK)
		return 1;
	put(CLEAR "\033[31mP\n");
	for (unsigned int y = 0; y < GLYPH_HEIGHT; y++, pixel += WIDTH)
		for (unsigned int x = 0; x < GLYPH_WIDTH; x++)
			right += (pixel[x] & 0xffffff) == (ascii_bitmaps['P' * GLYPH_HEIGHT + y] << x & 0x80 ? RED : 0);
	printf("pixels: %u of %u are right\n", right, GLYPH_WIDTH * GLYPH_HEIGHT);
	return 0;
}

int main(void)
{
	static char line[ROOT_TEXT_MAX + 1];

	root_command_line(line, sizeof(line));
	display = root_lookup_wait(DISPLAY);
	if (strcmp(line, "beside stripes") == 0) {
		stripes('b');
		return 0;
	}
	if (strncmp(line, "pixels", strlen("pixels")) == 0)
		return role_pixels();
	if (strcmp(line, "beside hostile") == 0)
		role_hostile();
	if (root_device_memory(MEMORY, 0x1000, (void *)ROOT_AREA_LOW) != ROOT_OK) {
		printf("user: it may not look at the screen\n");
		return 1;
	}
	texts();
	refusals();
	keys();
	beside_another();
	beside_hostile();
	display_killed();
	return 0;
}
