/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.c - starting and ending programs and threads.
 */
#include "program.h"

#include <string.h>

#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/space.h>
#include <l4/thread.h>

enum { FIRST_NUMBER = 16 }; /* above UserBase, where sigma0 and the root task have theirs */

static struct program programs[PROGRAMS_MAX];
static unsigned int program_count;

static L4_Word_t first_thread_number(void)
{
	return L4_ThreadIdUserBase(L4_GetKernelInterface()) + FIRST_NUMBER;
}

/* Copies the part of text up to a space or the end; returns what follows. */
static const char *next_word(const char *text, const char **word, unsigned int *length)
{
	while (*text == ' ')
		text++;
	*word = text;
	while (*text && *text != ' ')
		text++;
	*length = text - *word;
	return text;
}

/* A decimal number with K or M behind it; 0 when it is none. */
static unsigned long size_of(const char *text)
{
	unsigned long value = 0;

	while (*text >= '0' && *text <= '9' && value < 1UL << 40)
		value = value * 10 + (*text++ - '0');
	return *text == 'K' ? value << 10 : *text == 'M' ? value << 20 : value;
}

static bool is_option(const char *word, unsigned int length, const char *option)
{
	unsigned int i = 0;

	while (i < length && option[i] && word[i] == option[i])
		i++;
	return option[i] == 0 && (i == length || option[i - 1] == '=');
}

/* A word that starts with @ is for the root task. */
static void program_option(struct program *program, const char *word, unsigned int length)
{
	if (is_option(word, length, "@server")) {
		program->is_server = true;
	} else if (is_option(word, length, "@driver")) {
		program->is_driver = true;
	} else if (is_option(word, length, "@spaces")) {
		program->has_spaces = true;
	} else if (is_option(word, length, "@priority=")) {
		unsigned long priority = size_of(word + strlen("@priority="));

		if (priority >= 1 && priority <= 255)
			program->priority = priority;
		else
			console_say("%s: @priority is 1 to 255; it stays %u", program->name,
				    program->priority);
	} else if (is_option(word, length, "@memory=")) {
		program->space.frames_max = size_of(word + strlen("@memory=")) / SPACE_PAGE;
	} else if (is_option(word, length, "@kernel=")) {
		program->kernel_memory = size_of(word + strlen("@kernel="));
	} else {
		console_say("%s: no such option: %.*s", program->name, (int)length, word);
	}
}

/* Splits the module's command line into the program's and the root task's words. */
static void program_configure(struct program *program, const char *text)
{
	unsigned int length, used = 0;
	const char *word;

	for (;;) {
		text = next_word(text, &word, &length);
		if (length == 0)
			break;
		if (used > 0 && word[0] == '@') {
			program_option(program, word, length);
			continue;
		}
		if (used + 1 + length > ROOT_TEXT_MAX)
			break;
		if (used == 0) {
			unsigned int part = length < ROOT_NAME_MAX - 1 ? length : ROOT_NAME_MAX - 1;

			memcpy(program->name, word, part);
			program->name[part] = 0;
		} else {
			program->command_line[used++] = ' ';
		}
		memcpy(program->command_line + used, word, length);
		used += length;
		program->command_line[used] = 0;
	}
}

void program_add(const char *command_line, const void *file, unsigned long size)
{
	struct program *program = &programs[program_count];
	const char *wrong;

	if (program_count == PROGRAMS_MAX) {
		console_say("more than %d programs; not started: %s", PROGRAMS_MAX, command_line);
		return;
	}
	memset(program, 0, sizeof(*program));
	memcpy(program->name, "?", 2);
	program->priority = PRIORITY_DEFAULT;
	program->space.frames_max = QUOTA_DEFAULT / SPACE_PAGE;
	program_configure(program, command_line);

	if (!elf_is(file, size)) {
		console_say("%s is no program and is left alone", program->name);
		return;
	}
	wrong = elf_read(&program->space.image, file, size, SPACE_LOW, SPACE_HIGH);
	if (!wrong && !space_leaves_heap_alone(&program->space))
		wrong = "it is linked where the heap is";
	if (wrong) {
		console_say("%s cannot be started: %s", program->name, wrong);
		program->status = STATUS_STOPPED;
	}
	program_count++;
}

static const char *refusal_reason(void)
{
	return L4_ErrorCode_String(L4_ErrorCode());
}

static L4_Word_t utcb_location(unsigned int slot)
{
	return UTCB_AREA + slot * L4_UtcbSize(L4_GetKernelInterface());
}

static unsigned int utcb_area_log2(void)
{
	void *kip = L4_GetKernelInterface();
	unsigned int log2 = L4_UtcbAreaSizeLog2(kip);

	while (1UL << log2 < ROOT_THREADS_MAX * L4_UtcbSize(kip))
		log2++;
	return log2;
}

/* The id of the next thread in a slot: same number, next version that X.2 allows. */
static L4_ThreadId_t next_id(struct program *program, unsigned int slot)
{
	struct program_thread *thread = &program->threads[slot];
	L4_Word_t number = first_thread_number() + (program - programs) * ROOT_THREADS_MAX + slot;

	do
		thread->version++;
	while ((thread->version & 0x3f) == 0);
	return L4_GlobalId(number, thread->version);
}

static bool thread_delete(L4_ThreadId_t thread)
{
	return L4_ThreadControl(thread, L4_nilthread, L4_nilthread, L4_nilthread, (void *)-1) != 0;
}

/* A thread waits for its first instruction and stack pointer from its pager. */
static bool thread_run(L4_ThreadId_t thread, unsigned long ip, unsigned long sp)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, ip);
	L4_MsgAppendWord(&msg, sp);
	L4_MsgLoad(&msg);
	return L4_IpcSucceeded(L4_Send_Timeout(thread, L4_ZeroTime));
}

static void priority_set(L4_ThreadId_t thread, unsigned int priority)
{
	static bool told;

	if (L4_Set_Priority(thread, priority) == 0 && !told) {
		console_say("the kernel does not set priorities (%s)", refusal_reason());
		told = true;
	}
}

unsigned long program_kernel_memory(struct program *program)
{
	L4_Word_t used;

	L4_SpaceControl(program->threads[0].id, L4_SpaceUsage, L4_Nilpage, L4_Nilpage, L4_nilthread, &used);
	return used;
}

/* The first thread of a new space, waiting for its start message. False: the kernel refused; nothing is left. */
static bool space_create(struct program *program, L4_ThreadId_t thread, L4_ThreadId_t pager, unsigned int slot)
{
	void *kip = L4_GetKernelInterface();
	L4_Fpage_t kip_area = L4_FpageLog2(KIP_AREA, L4_KipAreaSizeLog2(kip));
	L4_Fpage_t utcb_area = L4_FpageLog2(UTCB_AREA, utcb_area_log2());
	L4_Word_t control = program->kernel_memory ? L4_SpaceQuota(program->kernel_memory / 1024) : 0;
	L4_Word_t old_control;

	if (!L4_ThreadControl(thread, thread, L4_Myself(), L4_nilthread, (void *)-1)) {
		console_say("%s: no thread: %s", program->name, refusal_reason());
		return false;
	}
	if (L4_SpaceControl(thread, control, kip_area, utcb_area, L4_nilthread, &old_control) &&
	    L4_ThreadControl(thread, thread, L4_Myself(), pager, (void *)utcb_location(slot)))
		return true;
	console_say("%s: no space: %s", program->name, refusal_reason());
	thread_delete(thread);
	return false;
}

bool program_start(struct program *program)
{
	L4_ThreadId_t main_thread = next_id(program, 0);

	if (!space_create(program, main_thread, L4_Myself(), 0))
		return false;
	priority_set(main_thread, program->priority);
	program->threads[0].id = main_thread;
	program->runs = true;
	program->kernel_memory_at_start = program_kernel_memory(program);
	if (!thread_run(main_thread, program->space.image.entry, 0)) {
		console_say("%s: the main thread takes no start message: %s", program->name,
			    refusal_reason());
		program_end(program, STATUS_STOPPED);
		return false;
	}
	return true;
}

void program_end(struct program *program, int status)
{
	program->runs = false;
	program->status = status;
	console_writer_end(&program->output);
	/* The main thread first: another one may have to answer for it, and is not to go before it. */
	for (unsigned int slot = 0; slot < ROOT_THREADS_MAX; slot++) {
		L4_ThreadId_t id = program->threads[slot].id;

		program->threads[slot].id = L4_nilthread;
		if (!L4_IsNilThread(id) && !thread_delete(id))
			console_say("%s: thread 0x%lx cannot be deleted: %s", program->name,
				    L4_ThreadNo(id), refusal_reason());
	}
}

struct program *program_of(L4_ThreadId_t thread)
{
	L4_Word_t number = L4_ThreadNo(thread) - first_thread_number();
	L4_Word_t index = number / ROOT_THREADS_MAX, slot = number % ROOT_THREADS_MAX;

	if (L4_IsNilThread(thread) || !L4_IsGlobalId(thread) || index >= program_count)
		return NULL;
	if (!L4_IsThreadEqual(programs[index].threads[slot].id, thread))
		return NULL;
	return &programs[index];
}

struct program *program_named(const char *name)
{
	for (unsigned int i = 0; i < program_count; i++)
		if (programs[i].runs && strcmp(programs[i].name, name) == 0)
			return &programs[i];
	return NULL;
}

struct program *program_at(unsigned int index)
{
	return index < program_count ? &programs[index] : NULL;
}

/* ROOT_THREADS_MAX: none. */
static unsigned int free_slot(struct program *program)
{
	unsigned int slot = 1;

	while (slot < ROOT_THREADS_MAX && !L4_IsNilThread(program->threads[slot].id))
		slot++;
	return slot;
}

enum root_status program_thread_create(struct program *program, unsigned long ip, unsigned long sp,
				       unsigned int priority, L4_ThreadId_t *thread)
{
	unsigned int slot = free_slot(program);

	if (priority > program->priority)
		return ROOT_DENIED;
	if (slot == ROOT_THREADS_MAX)
		return ROOT_EXHAUSTED;

	*thread = next_id(program, slot);
	if (!L4_ThreadControl(*thread, program->threads[0].id, L4_Myself(), L4_Myself(),
			      (void *)utcb_location(slot)))
		return ROOT_EXHAUSTED;
	priority_set(*thread, priority ? priority : program->priority);
	if (!thread_run(*thread, ip, sp)) {
		thread_delete(*thread);
		return ROOT_EXHAUSTED;
	}
	program->threads[slot].id = *thread;
	return ROOT_OK;
}

enum root_status program_space_create(struct program *program, L4_ThreadId_t pager, unsigned int priority,
				      L4_ThreadId_t *thread)
{
	unsigned int slot = free_slot(program);

	if (!program->has_spaces || priority > program->priority)
		return ROOT_DENIED;
	if (slot == ROOT_THREADS_MAX)
		return ROOT_EXHAUSTED;

	*thread = next_id(program, slot);
	if (!space_create(program, *thread, pager, slot))
		return ROOT_EXHAUSTED;
	priority_set(*thread, priority ? priority : program->priority);
	program->threads[slot].id = *thread;
	return ROOT_OK;
}

enum root_status program_thread_delete(struct program *program, L4_ThreadId_t thread)
{
	if (program_of(thread) != program)
		return ROOT_NOT_FOUND;
	if (L4_IsThreadEqual(thread, program->threads[0].id))
		return ROOT_DENIED;
	for (unsigned int slot = 1; slot < ROOT_THREADS_MAX; slot++)
		if (L4_IsThreadEqual(program->threads[slot].id, thread))
			program->threads[slot].id = L4_nilthread;
	thread_delete(thread);
	return ROOT_OK;
}

enum root_status program_thread_priority(struct program *program, L4_ThreadId_t thread,
					 unsigned int priority)
{
	if (program_of(thread) != program)
		return ROOT_NOT_FOUND;
	if (priority == 0 || priority > program->priority)
		return ROOT_DENIED;
	priority_set(thread, priority);
	return ROOT_OK;
}

enum root_status program_interrupt(struct program *program, L4_Word_t number, L4_ThreadId_t handler,
				   L4_Word_t *message)
{
	if (!program->is_driver)
		return ROOT_DENIED;
	if (program_of(handler) != program)
		return ROOT_NOT_FOUND;
	*message = L4_AssociateInterrupt(L4_GlobalId(number, 1), handler);
	return *message ? ROOT_OK : ROOT_NOT_FOUND;
}
