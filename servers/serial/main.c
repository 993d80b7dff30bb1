/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serial - a serial line (16550), driven by its interrupts: a console for programs.
 *
 * One loop, which waits for a message: of the device, or of a client. What clients ask is in lib/service/README.md
 * ("write", "read") and in lib/device/include/device/serial.h. Who waits is noted (input.h, output.h), and nobody is
 * waited for.
 */
#include <device/serial.h>
#include <l4/ipc.h>
#include <l4/kdebug.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

#include "input.h"
#include "output.h"
#include "uart.h"

enum { COM1 = 0x3f8, COM3 = 0x3e8, INTERRUPT_OF_COM1 = 4, INTERRUPT_OF_COM2 = 3 };
enum { RECEIVED_AT_ONCE = 64, SMALL_WORD = 4 };

static struct uart uart;
static struct output output;
static struct input input;
static struct serial_counts counts;
static L4_Word_t lost_when_said;
static bool writes_bytes[OUTPUT_PROGRAMS];
static bool has_debugger; /* ... which the kernel has on this line */

static bool answer(unsigned long client, enum root_status status, unsigned int words)
{
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = (L4_Word_t)status << 16 | words });
	return L4_IpcSucceeded(L4_Reply((L4_ThreadId_t){ .raw = client }));
}

static bool give(unsigned long client, int character)
{
	L4_LoadMR(1, (L4_Word_t)character);
	return character == INPUT_END ? answer(client, ROOT_NOT_FOUND, 0) : answer(client, ROOT_OK, 1);
}

/*
 * The device
 */

static void receive(void)
{
	for (unsigned int i = 0; i < RECEIVED_AT_ONCE; i++) {
		int event = uart_receive(&uart);

		if (event == UART_NOTHING)
			return;
		if (event == UART_BREAK && has_debugger)
			L4_KDB_Enter("break on the serial line");
		if (event == UART_DAMAGED)
			counts.damaged++;
		if (event < 0)
			continue;
		counts.received++;
		if (!input_add(&input, (char)event))
			counts.lost++;
	}
}

/* As much as the device takes, and whose write is out gets his answer. */
static void transmit(void)
{
	unsigned long client;
	int byte;

	for (unsigned int i = 0; i < uart.room && (byte = output_next(&output, &client)) >= 0; i++) {
		uart_send(&uart, (unsigned char)byte);
		counts.sent++;
		if (client)
			answer(client, ROOT_OK, 0);
	}
}

/* The device tells when there is room again, as long as something is to go out. */
static void go_on(void)
{
	uart_hush(&uart);
	if (uart_can_send(&uart))
		transmit();
	uart_listen(&uart, output_waits(&output));
}

static void say_lost(void)
{
	L4_Word_t lost = counts.lost + uart.overruns;

	if (lost == lost_when_said || input.kept_count > 0)
		return;
	printf("serial: %lu characters are lost\n", lost - lost_when_said);
	lost_when_said = lost;
}

/*
 * Clients
 */

/* A text's words, of eight bytes, or four if they are a 32-bit program's. */
static bool serve_write(unsigned long client, unsigned int program, const L4_Word_t *words, unsigned int count)
{
	L4_Word_t size = words[0];
	unsigned int in_word = count == 1 + (size + 7) / 8 ? 8 : SMALL_WORD;
	struct write *write;

	if (count == 0 || size > OUTPUT_TEXT_MAX || count != 1 + (size + in_word - 1) / in_word)
		return answer(client, ROOT_MALFORMED, 0);
	if (size == 0)
		return answer(client, ROOT_OK, 0);
	write = output_room(&output, program);
	if (!write)
		return answer(client, ROOT_EXHAUSTED, 0);
	write->client = client;
	write->size = (unsigned int)size;
	write->is_bytes = writes_bytes[program];
	for (unsigned int i = 0; i < size; i++)
		write->text[i] = (char)(words[1 + i / in_word] >> 8 * (i % in_word));
	output_add(&output, program);
	return true;
}

static bool serve_read(unsigned long client, unsigned int program, const L4_Word_t *words, unsigned int count)
{
	int character;

	if (count != 1)
		return answer(client, ROOT_MALFORMED, 0);
	if (words[0] != 0)
		return input_wait(&input, program, client) || answer(client, ROOT_EXHAUSTED, 0);
	character = input_now(&input, program);
	return character >= 0 ? give(client, character) : answer(client, ROOT_NOT_FOUND, 0);
}

static bool serve_mode(unsigned long client, unsigned int program, const L4_Word_t *words, unsigned int count)
{
	if (count != 1 || words[0] > SERIAL_BYTES)
		return answer(client, ROOT_MALFORMED, 0);
	input_lines(&input, program, words[0] == SERIAL_LINE);
	writes_bytes[program] = words[0] == SERIAL_BYTES;
	return answer(client, ROOT_OK, 0);
}

static bool serve_counts(unsigned long client)
{
	struct serial_counts now = counts;

	now.lost += uart.overruns;
	L4_LoadMRs(1, sizeof(now) / sizeof(L4_Word_t), (L4_Word_t *)&now);
	return answer(client, ROOT_OK, sizeof(now) / sizeof(L4_Word_t));
}

/* A client that asks for something does not wait for anything else any more. */
static void serve(L4_ThreadId_t from, L4_MsgTag_t tag)
{
	unsigned long program = root_program_number(L4_GlobalIdOf(from)), client = from.raw;
	unsigned int count = L4_UntypedWords(tag);
	L4_Word_t words[__L4_NUM_MRS] = { 0 };

	L4_StoreMRs(1, count, words);
	input_forget(&input, client);
	if (program == 0 || program >= OUTPUT_PROGRAMS || L4_TypedWords(tag) > 0)
		answer(client, ROOT_MALFORMED, 0);
	else if (L4_Label(tag) == ROOT_WRITE)
		serve_write(client, program, words, count);
	else if (L4_Label(tag) == ROOT_READ)
		serve_read(client, program, words, count);
	else if (L4_Label(tag) == SERIAL_MODE)
		serve_mode(client, program, words, count);
	else if (L4_Label(tag) == SERIAL_COUNTS && count == 0)
		serve_counts(client);
	else
		answer(client, ROOT_MALFORMED, 0);
}

/*
 * Who reads a line has the turn until it is complete; a thread that is no more shall not.
 */
static void look_after_turn(void)
{
	L4_ThreadId_t reader;

	while ((reader.raw = input_line_reader(&input)) != 0 && !root_thread_exists(reader))
		input_forget(&input, reader.raw);
}

/*
 * Under the root task's console. A thread of our own carries its text: it asks for some, and writes it as any client
 * does. Which text has come, it is told by the answer; so the root task knows by the next question that it is out.
 * What is typed goes to the root task when no client waits for it.
 */

static char carrier_stack[4096] __attribute__((aligned(16)));
static L4_ThreadId_t server;
static bool is_console;

static void carry_text(void *unused)
{
	L4_MsgTag_t tag;

	(void)unused;
	L4_LoadMR(1, 0);
	for (;;) {
		L4_Set_MsgTag((L4_MsgTag_t){ .raw = ROOT_CONSOLE_TEXT << 16 | 1 });
		tag = L4_Call(root_task());
		if (L4_IpcFailed(tag) || L4_Label(tag) != ROOT_OK)
			return;
		/* The words that have come are those of a write, and stay where they are. */
		L4_Set_MsgTag((L4_MsgTag_t){ .raw = ROOT_WRITE << 16 | L4_UntypedWords(tag) });
		L4_Call(server);
		L4_LoadMR(1, 1);
	}
}

/* Returns how many it has taken. All of them, or the description does not say that this is its console. */
static bool tell_typed(const L4_Word_t *words, L4_Word_t size)
{
	unsigned int count = 1 + (size + 7) / 8;
	L4_MsgTag_t tag;
	L4_Word_t taken;

	L4_LoadMRs(1, count, words);
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = ROOT_CONSOLE_TYPED << 16 | count });
	tag = L4_Call(root_task());
	if (L4_IpcFailed(tag) || L4_Label(tag) != ROOT_OK)
		return false;
	L4_StoreMR(1, &taken);
	counts.lost += size - taken;
	return true;
}

static void give_to_root(void)
{
	L4_Word_t words[1 + OUTPUT_TEXT_MAX / 8] = { 0 }, size = 0;
	int character;

	while (size < OUTPUT_TEXT_MAX && (character = input_now(&input, 0)) >= 0) {
		words[1 + size / 8] |= (L4_Word_t)character << 8 * (size % 8);
		size++;
	}
	words[0] = size;
	if (size > 0)
		tell_typed(words, size);
}

static void begin_console(void)
{
	static const L4_Word_t nothing[1];
	L4_ThreadId_t carrier;

	server = L4_MyGlobalId();
	is_console = tell_typed(nothing, 0);
	if (is_console)
		root_thread_start(carry_text, NULL, carrier_stack, sizeof(carrier_stack), &carrier);
}

static __attribute__((noreturn)) void loop(L4_ThreadId_t interrupt)
{
	for (;;) {
		L4_ThreadId_t from;
		L4_MsgTag_t tag = L4_Wait(&from);
		bool is_interrupt = L4_IpcSucceeded(tag) && L4_IsThreadEqual(from, interrupt);

		counts.messages++;
		if (is_interrupt) {
			counts.interrupts++;
			receive();
			look_after_turn();
		} else if (L4_IpcSucceeded(tag)) {
			serve(from, tag);
		}
		input_deliver(&input);
		if (is_console && input.reader_count == 0)
			give_to_root();
		say_lost();
		if (is_interrupt || (output_waits(&output) && !uart.tells_empty))
			go_on();
		if (is_interrupt) {
			L4_Set_MsgTag(L4_Niltag);
			L4_Reply(interrupt);
		}
	}
}

int main(void)
{
	unsigned long port = root_option("port", COM1), speed = root_option("speed", 0), message;
	unsigned int number = port == COM1 || port == COM3 ? INTERRUPT_OF_COM1 : INTERRUPT_OF_COM2;

	number = root_option("irq", number);
	if (root_interrupt(number, L4_Myself(), &message) != ROOT_OK) {
		printf("serial: it may not have interrupt %u\n", number);
		return 1;
	}
	if (!uart_begin(&uart, port, speed)) {
		printf("serial: there is no line at port 0x%lx, or no speed of %lu\n", port, speed);
		return 1;
	}
	input.give = give;
	input.echo = &output;
	has_debugger = port == COM1 && L4_HasFeature("debugger");
	begin_console();
	loop(L4_GlobalId(number, 1));
}
