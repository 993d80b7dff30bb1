/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line.c - text on its way to the serial line's driver, and characters on their way from it.
 *
 * The driver gets a line at a time, or what there is of one: that much may come twice if it ends.
 */
#include "line.h"

#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4io.h>

#include "machine.h"
#include "message.h"
#include "program.h"
#include "wait.h"

enum { KEPT_MAX = 16384, CROWDED = 2048, TYPED_MAX = 4096, PATIENCE_MICROSECONDS = 10000000 };

static struct program *driver; /* null: COM1 is polled */
static L4_ThreadId_t taker;    /* of the driver's, waits for text; or nilthread */
static unsigned long waiting_since; /* for the driver, if text is kept; in microseconds of the system's clock */

static char kept[KEPT_MAX];
static unsigned int kept_first, kept_count;
static unsigned int handed_over; /* of what is kept, and not said to be out */

static char typed[TYPED_MAX];
static unsigned int typed_first, typed_count;

static unsigned long now(void)
{
	return L4_SystemClock().raw;
}

bool line_is_polled(void)
{
	return !driver;
}

bool line_is_drivers(const struct program *program)
{
	return driver == program;
}

/* The driver itself is never kept waiting. */
bool line_is_crowded(const struct program *writer)
{
	return driver && driver != writer && kept_count > CROWDED;
}

bool line_is_out(void)
{
	return kept_count == 0;
}

/*
 * Output
 */

static void drop(unsigned int size)
{
	kept_first = (kept_first + size) % KEPT_MAX;
	kept_count -= size;
	handed_over = 0;
}

/* What the driver was at may have come in part, and comes again, on a line of its own. */
static void print_kept(void)
{
	if (handed_over > 0)
		io_write("\n", 1);
	while (kept_count > 0) {
		io_write(&kept[kept_first], 1);
		drop(1);
	}
}

void line_write(const char *text, size_t size)
{
	if (driver && size > KEPT_MAX - kept_count)
		print_kept();
	if (!driver) {
		io_write(text, size);
		return;
	}
	if (kept_count == 0)
		waiting_since = now();
	for (size_t i = 0; i < size; i++)
		kept[(kept_first + kept_count++) % KEPT_MAX] = text[i];
}

/* A line, or as much as there is of it. */
static unsigned int next_text(char text[ROOT_TEXT_MAX])
{
	unsigned int size = 0;

	while (size < kept_count && size < ROOT_TEXT_MAX && (size == 0 || text[size - 1] != '\n')) {
		text[size] = kept[(kept_first + size) % KEPT_MAX];
		size++;
	}
	return size;
}

static void hand_over(void)
{
	char text[ROOT_TEXT_MAX];
	L4_Msg_t msg;

	handed_over = next_text(text);
	answer_text(&msg, ROOT_OK, text, handed_over);
	L4_MsgLoad(&msg);
	L4_Send_Timeout(taker, L4_ZeroTime);
	taker = L4_nilthread;
}

void line_poll(void)
{
	if (kept_count == 0)
		return;
	if (now() - waiting_since > PATIENCE_MICROSECONDS) {
		console_say("%s does not put out its text; program stopped", driver->is.name);
		program_end(driver, STATUS_STOPPED);
	} else if (!L4_IsNilThread(taker)) {
		hand_over();
	}
}

L4_Time_t line_patience(void)
{
	return kept_count == 0 ? L4_Never : L4_TimePeriod(PATIENCE_MICROSECONDS);
}

/* Who has waited for room writes on, and what was under way comes again. The next driver is told by a text of no bytes. */
void line_program_ended(const struct program *program)
{
	if (driver != program)
		return;
	driver = NULL;
	taker = L4_nilthread;
	print_kept();
	wait_end(WAIT_FOR_ROOM, "", 0);
	wait_end(WAIT_FOR_LINE, "", 0);
}

bool line_serve_text(struct program *program, L4_ThreadId_t thread, L4_Msg_t *msg)
{
	if (!program->is.is_console)
		return answer(msg, ROOT_DENIED);
	if (driver && driver != program)
		return !wait_begin(program, thread, WAIT_FOR_LINE, "") && answer(msg, ROOT_EXHAUSTED);
	if (message_words(msg) != 1)
		return answer(msg, ROOT_MALFORMED);
	/* Who asks again and has put out nothing is waited for no longer. */
	if (!driver || L4_MsgWord(msg, 0) != 0)
		waiting_since = now();
	driver = program;
	taker = thread;
	if (L4_MsgWord(msg, 0) != 0)
		drop(handed_over);
	if (kept_count <= CROWDED)
		wait_end(WAIT_FOR_ROOM, "", 0);
	return false;
}

/*
 * Input
 */

bool line_serve_typed(const struct program *program, L4_Msg_t *msg)
{
	char text[ROOT_TEXT_MAX];
	unsigned int size, taken = 0;

	if (!program->is.is_console)
		return answer(msg, ROOT_DENIED);
	if (!message_has_text(msg, 0, sizeof(text)))
		return answer(msg, ROOT_MALFORMED);
	size = L4_MsgWord(msg, 0);
	message_bytes(msg, 1, text, size);
	for (; taken < size && typed_count < TYPED_MAX; taken++)
		typed[(typed_first + typed_count++) % TYPED_MAX] = text[taken];
	return answer_word(msg, taken);
}

int line_read(void)
{
	unsigned char character;

	if (typed_count == 0)
		return driver ? -1 : machine_received();
	character = typed[typed_first];
	typed_first = (typed_first + 1) % TYPED_MAX;
	typed_count--;
	return character;
}
