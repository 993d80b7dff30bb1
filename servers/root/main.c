/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the root task: starts the programs among the boot modules, is their pager and their
 * console, and ends the machine when the last of them has ended.
 *
 * One thread, one loop. It never waits for a program: answers go out with timeout zero. Before it
 * starts the first program it takes everything from sigma0, so that no program can get memory
 * behind its back.
 */
#include <stdbool.h>
#include <stddef.h>

#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>

#include <abi/bootinfo.h>
#include <abi/protocol.h>

#include "console.h"
#include "fault.h"
#include "frames.h"
#include "machine.h"
#include "program.h"
#include "request.h"

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

/* Enters the program of every boot module that is one. */
static void add_modules(void)
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
		program_add(command_line(record), (const void *)record->start, record->size);
	}
}

static void start_programs(void)
{
	struct program *program;

	if (!program_at(0))
		console_say("no program among the boot modules behind the root task");
	for (unsigned int i = 0; (program = program_at(i)); i++) {
		if (program->status != 0)
			continue;
		console_say("starting %s (priority %u, at most %lu KiB%s)", program->command_line,
			    program->priority, program->space.frames_max * (SPACE_PAGE / 1024),
			    program->is_server ? ", a server" : "");
		if (!program_start(program))
			program->status = STATUS_STOPPED;
	}
}

/*
 * True: nobody is left who would end. *status is the first exit status that is not 0, in the order
 * of the modules.
 */
static bool all_finished(int *status)
{
	struct program *program;

	*status = program_at(0) ? 0 : STATUS_STOPPED;
	for (unsigned int i = 0; (program = program_at(i)); i++) {
		if (program->runs && !program->is_server)
			return false;
		if (!program->runs && *status == 0)
			*status = program->status;
	}
	return true;
}

/* Serves one message. True: *msg is the answer. */
static bool serve(L4_MsgTag_t tag, L4_ThreadId_t from, L4_Msg_t *msg)
{
	struct program *program = program_of(from);
	long label = (long)tag.raw >> 16;
	bool has_answer = false;
	L4_MapItem_t item;

	if (!program)
		return false;
	L4_MsgStore(tag, msg);

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
		has_answer = request_serve(program, from, L4_Label(tag), msg);
	}
	return has_answer;
}

/* The page in the answer could not be mapped. */
static bool found_no_memory(L4_MsgTag_t tag)
{
	return L4_IpcFailed(tag) && (L4_ErrorCode() & 0xf) == IPC_OVERFLOW << 1;
}

int main(void)
{
	L4_ThreadId_t from = L4_nilthread;
	bool has_answer = false;
	L4_Msg_t msg;
	int status;

	claim((unsigned long)__program_start, (unsigned long)__program_end);
	add_modules();
	frames_init();
	console_say("%lu KiB of memory for programs", frames_left() * (PAGE / 1024));
	L4_Accept(L4_UntypedWordsAcceptor);
	start_programs();

	while (!all_finished(&status)) {
		L4_MsgTag_t tag;
		L4_Time_t wait;

		wait = console_wants_poll() ? L4_TimePeriod(CONSOLE_POLL_MICROSECONDS) : L4_Never;
		if (has_answer) {
			struct program *client = program_of(from);

			L4_MsgLoad(&msg);
			tag = L4_ReplyWait_Timeout(from, wait, &from);
			if (client && found_no_memory(tag))
				fault_unanswerable(client);
		} else {
			tag = L4_Wait_Timeout(wait, &from);
		}
		has_answer = L4_IpcSucceeded(tag) && serve(tag, from, &msg);
		console_poll(L4_IpcFailed(tag));
	}
	console_line("pecan: finished, status %d", status);
	machine_end(status == 0);
}
