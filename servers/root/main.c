/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the root task: starts programs from boot modules, is their pager and their
 * console, and ends the machine when the last of them has ended.
 *
 * One thread, one loop. It never waits for a program: answers go out with timeout zero. Before it
 * starts the first program it takes everything from sigma0, so that no program can get memory
 * behind its back. What is to be started it reads from the description, or else from the modules' command lines.
 */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>

#include <abi/bootinfo.h>
#include <abi/protocol.h>

#include "console.h"
#include "fault.h"
#include "file.h"
#include "frames.h"
#include "gate.h"
#include "line.h"
#include "machine.h"
#include "name.h"
#include "message.h"
#include "program.h"
#include "request.h"
#include "supervise.h"

#define DESCRIPTION_FILE "system.conf"

enum { PAGE = 4096, CONSOLE_POLL_MICROSECONDS = 10000 };

extern const char __program_start[], __program_end[];

/* Makes every page of [low, high) this task's own, by faulting on it. */
static void claim(unsigned long low, unsigned long high)
{
	for (unsigned long page = low & -(unsigned long)PAGE; page < high; page += PAGE)
		(void)*(volatile const char *)page;
}

static const struct bootinfo *boot_info(void)
{
	const struct bootinfo *info = (const void *)L4_BootInfo(L4_GetKernelInterface());

	return info && info->magic == BOOTINFO_MAGIC ? info : NULL;
}

static const char *command_line(const struct bootrec_module *record)
{
	return record->cmdline_offset ? (const char *)record + record->cmdline_offset : "?";
}

/* Enters every boot module as a file. */
static void add_files(void)
{
	const struct bootinfo *info = boot_info();
	unsigned long record_at;

	if (!info) {
		console_say("the kernel passed no boot information");
		return;
	}
	claim((unsigned long)info, (unsigned long)info + info->size);
	record_at = (unsigned long)info + info->first_entry;
	for (unsigned long i = 0; i < info->num_entries; i++) {
		const struct bootrec_module *record = (const void *)record_at;

		record_at += record->offset_next;
		if (record->type != BOOTREC_MODULE)
			continue;
		claim(record->start, record->start + record->size);
		file_add(command_line(record), (const void *)record->start, record->size);
	}
}

static unsigned int mistakes;

static void say_mistake(unsigned int line, const char *what, const char *word)
{
	const char *colon = word[0] ? ": " : "";

	mistakes++;
	if (line > 0)
		console_say(DESCRIPTION_FILE ":%u: %s%s%s", line, what, colon, word);
	else
		console_say("on a command line: %s%s%s", what, colon, word);
}

static const struct description_complaints complaints = { say_mistake };

/* Whether it has, or may register, the name of the program's pager. */
static bool pages(const struct program *pager, const struct program *program)
{
	return strcmp(program->is.pager, pager->is.name) == 0 || name_list_has(&pager->is.serves, program->is.pager);
}

/* The first such program, else null. */
static struct program *pager_of(const struct program *program)
{
	struct program *pager;

	for (unsigned int i = 0; program->is.pager[0] && (pager = program_at(i)); i++)
		if (pages(pager, program))
			return pager;
	return NULL;
}

/* Whether its pager's pager, or that one's, and so on, is the program itself: then none of them could start first. */
static bool is_in_circle(const struct program *program)
{
	const struct program *at = pager_of(program);

	for (unsigned int steps = 1; steps < PROGRAMS_MAX && at && at != program; steps++)
		at = pager_of(at);
	return at == program;
}

/* Tells pagers that there are not, or cannot be; the memory of those that there are may hold others' text. */
static void check_pagers(void)
{
	struct program *program, *pager;

	for (unsigned int i = 0; (program = program_at(i)); i++) {
		char *name = program->is.pager;

		for (unsigned int j = 0; name[0] && (pager = program_at(j)); j++)
			pager->space.heap_executes |= pages(pager, program);
		if (is_in_circle(program)) {
			say_mistake(program->is.line, "a program cannot be its own pager, nor its pager's", name);
			name[0] = 0;
		} else if (name[0] && !name_is_known(name)) {
			say_mistake(program->is.line, "no program has or serves the name of its pager", name);
		}
	}
}

/* Enters the programs that the description names. */
static void add_described(const struct file *text)
{
	static struct description described[PROGRAMS_MAX];
	unsigned int count = description_read(described, PROGRAMS_MAX, text->start, text->size, &complaints);

	for (unsigned int i = 0; i < count; i++)
		program_add(&described[i]);
	check_pagers();
}

/* Without a description: enters the program of every module that is one. */
static void add_modules(void)
{
	static struct description description;
	const struct file *file;

	for (unsigned int i = 0; (file = file_at(i)); i++) {
		if (!elf_is(file->start, file->size)) {
			console_say("%s is no program and is left alone", file->name);
			continue;
		}
		description_of_module(&description, file->command_line, &complaints);
		if (!program_add(&description))
			console_say("%s is left out: there is room for %d programs", file->name, PROGRAMS_MAX);
	}
	check_pagers();
	mistakes = 0;
}

static void start_programs(void)
{
	struct program *program;

	if (!program_at(0))
		console_say("no program among the boot modules behind the root task");
	for (unsigned int i = 0; (program = program_at(i)); i++) {
		if (!program->file || program->is.is_manual)
			continue;
		console_say("starting %s (priority %u, at most %lu KiB%s)", program->is.command_line,
			    program->is.priority, program->space.frames_max * (SPACE_PAGE / 1024),
			    program->is.is_server ? ", a server" : "");
		supervise_start(program);
	}
}

/* The request of a 32-bit program, served as everybody's. */
static bool small_request_serve(struct program *program, L4_ThreadId_t from, unsigned long label, L4_Msg_t *msg)
{
	if (!small_widen(label, msg))
		return answer(msg, ROOT_MALFORMED);
	if (!request_serve(program, from, label, msg))
		return false;
	small_narrow(label, msg);
	return true;
}

/* Serves one message. True: *msg is the answer. */
static bool serve(L4_MsgTag_t tag, L4_ThreadId_t from, L4_Msg_t *msg)
{
	struct program *program = program_of(from);
	long label = (long)tag.raw >> 16;
	bool has_answer = false;
	L4_MapItem_t item;

	L4_MsgStore(tag, msg);
	if (!program) {
		gate_told(from, msg);
		return false;
	}
	wait_forget(program, from);
	console_reader_forget(&program->output, from);

	struct fault fault = { .program = program, .thread = from, .label = label, .msg = msg };
	unsigned int words = L4_UntypedWords(tag);

	if ((label & ~7L) == LABEL_PAGEFAULT && words == 2) {
		has_answer = fault_page(&fault, &item);
		L4_MsgClear(msg);
		if (has_answer)
			L4_MsgAppendMapItem(msg, item);
	} else if ((label & ~7L) == LABEL_IO_PAGEFAULT && words == 2) {
		has_answer = fault_port(&fault, &item);
		L4_MsgClear(msg);
		if (has_answer)
			L4_MsgAppendMapItem(msg, item);
	} else if ((label == LABEL_SYSTEM_EXCEPTION || label == LABEL_ARCH_EXCEPTION) &&
		   words == EXC_WORDS) {
		fault_exception(&fault);
	} else {
		has_answer = program->slot.log2 ? small_request_serve(program, from, L4_Label(tag), msg) :
						  request_serve(program, from, L4_Label(tag), msg);
	}
	return has_answer;
}

/* The page in the answer could not be mapped. */
static bool found_no_memory(L4_MsgTag_t tag)
{
	return L4_IpcFailed(tag) && (L4_ErrorCode() & 0xf) == IPC_OVERFLOW << 1;
}

/* A message, and then its answer, if it has one now. */
struct exchange {
	L4_ThreadId_t from;
	bool has_answer;
	L4_Msg_t msg;
};

/* Sends the answer and waits for the next message. */
static L4_MsgTag_t exchange_next(struct exchange *exchange, L4_Time_t wait)
{
	struct program *client = program_of(exchange->from);
	L4_MsgTag_t tag;

	if (!exchange->has_answer)
		return L4_Wait_Timeout(wait, &exchange->from);
	L4_MsgLoad(&exchange->msg);
	tag = L4_ReplyWait_Timeout(exchange->from, wait, &exchange->from);
	if (client && found_no_memory(tag))
		fault_unanswerable(client);
	return tag;
}

/* The serial line's driver, and nobody else, is served until all text is out. */
static void finish_text(struct exchange *exchange)
{
	while (!line_is_out()) {
		const struct program *program;
		L4_MsgTag_t tag;

		line_poll();
		tag = exchange_next(exchange, line_patience());
		program = L4_IpcSucceeded(tag) ? program_of(exchange->from) : NULL;
		exchange->has_answer = program && line_is_drivers(program) && serve(tag, exchange->from, &exchange->msg);
	}
}

int main(void)
{
	static struct exchange exchange;
	const struct file *description;
	unsigned int number;
	int status;

	claim((unsigned long)__program_start, (unsigned long)__program_end);
	add_files();
	frames_init();
	console_say("%lu KiB of memory for programs", frames_left() * (PAGE / 1024));
	description = file_named(DESCRIPTION_FILE, &number);
	if (description)
		add_described(description);
	else
		add_modules();
	L4_Accept(L4_UntypedWordsAcceptor);
	if (!supervise_begin())
		console_say("no thread for notices to pagers: %s", L4_ErrorCode_String(L4_ErrorCode()));
	if (mistakes == 0)
		start_programs();
	else
		console_say(DESCRIPTION_FILE " has mistakes: nothing is started");
	supervise();

	while (!supervise_all_finished(&status)) {
		L4_Time_t wait = supervise_patience();
		L4_MsgTag_t tag;

		if (wait.raw == L4_Never.raw)
			wait = console_wants_poll() ? L4_TimePeriod(CONSOLE_POLL_MICROSECONDS) : line_patience();
		tag = exchange_next(&exchange, wait);
		exchange.has_answer = L4_IpcSucceeded(tag) && serve(tag, exchange.from, &exchange.msg);
		supervise();
		console_poll(L4_IpcFailed(tag));
	}
	if (mistakes > 0)
		status = STATUS_STOPPED;
	console_line("pecan: finished, status %d", status);
	finish_text(&exchange);
	machine_end(status == 0);
}
