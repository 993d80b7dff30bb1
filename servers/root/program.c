/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.c - starting and ending programs and threads.
 */
#include "program.h"

#include <string.h>

#include <abi/small.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/space.h>
#include <l4/thread.h>

#include "frames.h"
#include "gate.h"
#include "line.h"
#include "supervise.h"

enum { VERSION_MASK = (1 << SMALL_ID_VERSION_BITS) - 1 };

static struct program programs[PROGRAMS_MAX];
static unsigned int program_count;

/* The kernel is asked once where it is: that is a system call. */
static void *kip(void)
{
	static void *page;

	if (!page)
		page = L4_GetKernelInterface();
	return page;
}

static L4_Word_t first_thread_number(void)
{
	return L4_ThreadIdUserBase(kip()) + ROOT_FIRST_THREAD;
}

L4_Word_t program_thread_number(unsigned int index, unsigned int slot)
{
	return first_thread_number() + index * ROOT_THREADS_MAX + slot;
}

/* A 32-bit program has a slot from now on. Null, or what is wrong. */
static const char *slot_take(struct program *program)
{
	if (!elf_is_32(program->file->start, program->file->size))
		return NULL;
	if (!small_slot_take(&program->slot, program->is.small))
		return "there is no slot of that size left for it";
	program->space.small_end = small_end(&program->slot);
	return NULL;
}

bool program_add(const struct description *description)
{
	struct program *program = &programs[program_count];
	const char *wrong;
	unsigned int file;

	if (program_count == PROGRAMS_MAX)
		return false;
	memset(program, 0, sizeof(*program));
	program->is = *description;
	program->status = STATUS_STOPPED;
	program_count++;
	program->file = file_named(description->file, &file);
	if (!program->file) {
		console_say("%s cannot be started: there is no module %s", description->name, description->file);
		return true;
	}
	wrong = slot_take(program);
	if (!wrong)
		wrong = elf_read(&program->space.image, program->file->start, program->file->size, SPACE_LOW,
				 program->space.small_end ? program->space.small_end : SPACE_HIGH);
	if (!wrong)
		wrong = space_linked_wrong(&program->space);
	if (wrong) {
		console_say("%s cannot be started: %s", description->name, wrong);
		program->file = NULL;
		return true;
	}
	if (description->dma_memory > 0)
		program->dma_memory = frames_contiguous((description->dma_memory + SPACE_PAGE - 1) & -SPACE_PAGE);
	program->space.frames_max = description->memory / SPACE_PAGE;
	program->status = 0;
	return true;
}

static const char *refusal_reason(void)
{
	return L4_ErrorCode_String(L4_ErrorCode());
}

static bool is_small(const struct program *program)
{
	return program->slot.log2 != 0;
}

static L4_Word_t kip_area(const struct program *program)
{
	return is_small(program) ? (1UL << program->slot.log2) - SMALL_KIP_AREA : KIP_AREA;
}

static L4_Word_t utcb_area(const struct program *program)
{
	return is_small(program) ? (1UL << program->slot.log2) - SMALL_UTCB_AREA : UTCB_AREA;
}

static L4_Word_t utcb_location(const struct program *program, unsigned int slot)
{
	return utcb_area(program) + slot * L4_UtcbSize(kip());
}

static unsigned int threads_max(const struct program *program)
{
	return is_small(program) ? SMALL_THREADS_MAX : ROOT_THREADS_MAX;
}

static unsigned int utcb_area_log2(const struct program *program)
{
	unsigned int log2 = L4_UtcbAreaSizeLog2(kip());

	while (1UL << log2 < threads_max(program) * L4_UtcbSize(kip()))
		log2++;
	return log2;
}

/* The id of the next thread in a slot: same number, next version that X.2 allows, and that 32-bit programs can name. */
static L4_ThreadId_t next_id(struct program *program, unsigned int slot)
{
	struct program_thread *thread = &program->threads[slot];
	L4_Word_t number = program_thread_number(program_index(program), slot);

	do
		thread->version = (thread->version + 1) & VERSION_MASK;
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
	L4_Fpage_t kip_fpage = L4_FpageLog2(kip_area(program), L4_KipAreaSizeLog2(kip()));
	L4_Fpage_t utcb_fpage = L4_FpageLog2(utcb_area(program), utcb_area_log2(program));
	L4_ThreadId_t redirector = program->is.is_confined ? program->gate : L4_nilthread;
	L4_Word_t kernel_pages = (program->is.kernel_memory + SPACE_PAGE - 1) / SPACE_PAGE;
	L4_Word_t control = kernel_pages ? L4_SpaceQuota(kernel_pages * (SPACE_PAGE / 1024)) : 0;
	L4_Word_t old_control;

	if (is_small(program))
		control |= L4_SmallSpace(program->slot.log2, program->slot.place);
	if (!L4_ThreadControl(thread, thread, L4_Myself(), L4_nilthread, (void *)-1)) {
		console_say("%s: no thread: %s", program->is.name, refusal_reason());
		return false;
	}
	if (L4_SpaceControl(thread, control, kip_fpage, utcb_fpage, redirector, &old_control) &&
	    L4_ThreadControl(thread, thread, L4_Myself(), pager, (void *)utcb_location(program, slot)))
		return true;
	console_say("%s: no space: %s", program->is.name, refusal_reason());
	thread_delete(thread);
	return false;
}

/* The word console=NAME of its command line. Without one: the console that it had, or a manager's who started it. */
static void choose_console(struct program *program)
{
	static const char word[] = " console=";
	const char *at = program->is.command_line;
	size_t length = 0;

	while (*at && strncmp(at, word, sizeof(word) - 1) != 0)
		at++;
	if (!*at)
		return;
	at += sizeof(word) - 1;
	while (at[length] && at[length] != ' ' && length < ROOT_NAME_MAX - 1)
		length++;
	memcpy(program->console, at, length);
	program->console[length] = 0;
}

bool program_start(struct program *program, L4_ThreadId_t pager)
{
	L4_ThreadId_t main_thread = next_id(program, 0);

	choose_console(program);
	if (program->is.is_confined)
		program->gate = gate_open(program);
	if (program->is.is_confined && L4_IsNilThread(program->gate)) {
		console_say("%s: no gate: %s", program->is.name, refusal_reason());
		return false;
	}
	if (!space_create(program, main_thread, pager, 0)) {
		gate_close(program);
		return false;
	}
	priority_set(main_thread, program->is.priority);
	program->threads[0].id = main_thread;
	program->main_thread = main_thread;
	program->state = PROGRAM_RUNS;
	program->pager = pager;
	program->pager_program = program_of(pager);
	program->start_is_told = program->end_is_told = !program->pager_program;
	program->kernel_memory_at_start = program_kernel_memory(program);
	if (program->pager_program)
		return true;
	if (!thread_run(main_thread, program->space.image.entry, 0)) {
		console_say("%s: the main thread takes no start message: %s", program->is.name,
			    refusal_reason());
		program_end(program, STATUS_STOPPED);
		return false;
	}
	return true;
}

void program_end(struct program *program, int status)
{
	program->state = PROGRAM_ENDING;
	program->status = status;
	memset(program->served, 0, sizeof(program->served));
	program->wait_count = 0;
	console_writer_end(&program->output);
	supervise_soon();
	gate_close(program);
	/* The main thread first: another one may have to answer for it, and is not to go before it. */
	for (unsigned int slot = 0; slot < ROOT_THREADS_MAX; slot++) {
		L4_ThreadId_t id = program->threads[slot].id;

		program->threads[slot].id = L4_nilthread;
		if (!L4_IsNilThread(id) && !thread_delete(id))
			console_say("%s: thread 0x%lx cannot be deleted: %s", program->is.name,
				    L4_ThreadNo(id), refusal_reason());
	}
	line_program_ended(program);
}

struct program *program_of_number(L4_ThreadId_t thread)
{
	L4_Word_t index = (L4_ThreadNo(thread) - first_thread_number()) / ROOT_THREADS_MAX;

	return L4_IsGlobalId(thread) && index < program_count ? &programs[index] : NULL;
}

static unsigned int slot_of(L4_ThreadId_t thread)
{
	return (L4_ThreadNo(thread) - first_thread_number()) % ROOT_THREADS_MAX;
}

struct program *program_of(L4_ThreadId_t thread)
{
	struct program *program = program_of_number(thread);

	return program && L4_IsThreadEqual(program->threads[slot_of(thread)].id, thread) ? program : NULL;
}

struct program *program_named(const char *name)
{
	for (unsigned int i = 0; i < program_count; i++)
		if (strcmp(programs[i].is.name, name) == 0)
			return &programs[i];
	return NULL;
}

struct program *program_at(unsigned int index)
{
	return index < program_count ? &programs[index] : NULL;
}

unsigned int program_index(const struct program *program)
{
	return program - programs;
}

/* threads_max(): none. */
static unsigned int free_slot(struct program *program)
{
	unsigned int slot = 1;

	while (slot < threads_max(program) && !L4_IsNilThread(program->threads[slot].id))
		slot++;
	return slot;
}

enum root_status program_thread_create(struct program *program, unsigned long ip, unsigned long sp,
				       unsigned int priority, L4_ThreadId_t *thread)
{
	unsigned int slot = free_slot(program);

	if (priority > program->is.priority)
		return ROOT_DENIED;
	if (slot == threads_max(program))
		return ROOT_EXHAUSTED;

	*thread = next_id(program, slot);
	if (!L4_ThreadControl(*thread, program->threads[0].id, L4_Myself(), L4_Myself(),
			      (void *)utcb_location(program, slot)))
		return ROOT_EXHAUSTED;
	priority_set(*thread, priority ? priority : program->is.priority);
	if (!thread_run(*thread, ip, sp)) {
		thread_delete(*thread);
		return ROOT_EXHAUSTED;
	}
	program->threads[slot].id = *thread;
	if (program->pager_program)
		program_set_pager(program, *thread);
	return ROOT_OK;
}

void program_set_pager(struct program *program, L4_ThreadId_t thread)
{
	L4_ThreadControl(thread, thread, L4_nilthread, program->pager, (void *)-1);
}

enum root_status program_space_create(struct program *program, L4_ThreadId_t pager, unsigned int priority,
				      L4_ThreadId_t *thread)
{
	unsigned int slot = free_slot(program);

	if (!program->is.has_spaces || is_small(program) || priority > program->is.priority)
		return ROOT_DENIED;
	if (slot == threads_max(program))
		return ROOT_EXHAUSTED;

	*thread = next_id(program, slot);
	if (!space_create(program, *thread, pager, slot))
		return ROOT_EXHAUSTED;
	priority_set(*thread, priority ? priority : program->is.priority);
	program->threads[slot].id = *thread;
	return ROOT_OK;
}

enum root_status program_thread_delete(struct program *program, L4_ThreadId_t thread)
{
	if (program_of(thread) != program)
		return ROOT_NOT_FOUND;
	if (L4_IsThreadEqual(thread, program->threads[0].id))
		return ROOT_DENIED;
	program->threads[slot_of(thread)].id = L4_nilthread;
	for (unsigned int i = 0; i < program->is.serves.count; i++)
		if (L4_IsThreadEqual(program->served[i], thread))
			program->served[i] = L4_nilthread;
	wait_forget(program, thread);
	console_reader_forget(&program->output, thread);
	thread_delete(thread);
	return ROOT_OK;
}

enum root_status program_thread_priority(struct program *program, L4_ThreadId_t thread,
					 unsigned int priority)
{
	if (program_of(thread) != program)
		return ROOT_NOT_FOUND;
	if (priority == 0 || priority > program->is.priority)
		return ROOT_DENIED;
	priority_set(thread, priority);
	return ROOT_OK;
}

enum root_status program_interrupt(struct program *program, L4_Word_t number, L4_ThreadId_t handler,
				   L4_Word_t *message)
{
	if (!description_allows(&program->is, RESOURCE_INTERRUPTS, number, number))
		return ROOT_DENIED;
	if (program_of(handler) != program)
		return ROOT_NOT_FOUND;
	*message = L4_AssociateInterrupt(L4_GlobalId(number, 1), handler);
	return *message ? ROOT_OK : ROOT_NOT_FOUND;
}
