/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call.c - the requests of root.h as calls.
 *
 * The root task is addressed by the number that X.2 fixes for it, not as "my pager": a thread may
 * well have another pager.
 */
#include "call.h"

#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/schedule.h>
#include <l4/thread.h>

enum { PAGE_LOG2 = 12 };

/* The kernel is asked once: it would be a system call for each request. */
static L4_Word_t user_base(void)
{
	static L4_Word_t base;

	if (base == 0)
		base = L4_ThreadIdUserBase(L4_GetKernelInterface());
	return base;
}

L4_ThreadId_t root_task(void)
{
	return L4_GlobalId(user_base() + 2, 1);
}

unsigned long root_program_number(L4_ThreadId_t thread)
{
	L4_Word_t first = user_base() + ROOT_FIRST_THREAD;

	if (!L4_IsGlobalId(thread) || L4_ThreadNo(thread) < first)
		return 0;
	return (L4_ThreadNo(thread) - first) / ROOT_THREADS_MAX + 1;
}

/* Schedule refuses us other programs' threads; why, depends on whether there is one. */
bool root_thread_exists(L4_ThreadId_t thread)
{
	L4_Word_t old;

	return L4_Schedule(thread, ~0UL, ~0UL, ~0UL, ~0UL, &old) != 0 || L4_ErrorCode() != L4_ErrInvalidThread;
}

static enum root_status call(L4_ThreadId_t server, enum root_request request, L4_Msg_t *msg)
{
	L4_MsgTag_t tag;

	L4_Set_MsgLabel(msg, request);
	L4_MsgLoad(msg);
	tag = L4_Call(server);
	if (L4_IpcFailed(tag))
		return ROOT_UNREACHABLE;
	L4_MsgStore(tag, msg);
	return (enum root_status)L4_Label(tag);
}

enum root_status root_call(enum root_request request, L4_Msg_t *msg)
{
	enum root_status status = call(root_task(), request, msg);

	if (status == ROOT_UNREACHABLE)
		L4_MsgClear(msg);
	return status;
}

/*
 * The console
 */

static const char *console_name; /* null: the root task is the console, or says who is */
static L4_ThreadId_t console;

void root_console(const char *name)
{
	console_name = name;
	console = L4_nilthread;
}

/* The name in an answer ROOT_ELSEWHERE is the console's from now on. */
static const char *console_note(L4_Msg_t *msg)
{
	static char name[ROOT_NAME_MAX];

	root_get_bytes(msg, 1, name, L4_MsgWord(msg, 0));
	name[L4_MsgWord(msg, 0)] = 0;
	root_console(name);
	return name;
}

/*
 * A console that has gone is waited for, and gets the request once more; if it does not come back, the root task does.
 */
static enum root_status console_call(enum root_request request, L4_Msg_t *msg)
{
	L4_Msg_t once_more = *msg;

	for (;;) {
		const char *name = console_name; /* once: another thread may be here, too */
		L4_ThreadId_t to = name ? console : root_task();
		enum root_status status = L4_IsNilThread(to) ? ROOT_UNREACHABLE : call(to, request, msg);

		if (status != (name ? ROOT_UNREACHABLE : ROOT_ELSEWHERE))
			return status;
		if (!name)
			name = console_note(msg);
		*msg = once_more;
		console = root_lookup_wait(name);
		if (L4_IsNilThread(console))
			console_name = NULL;
	}
}

enum root_status root_call_for_page(enum root_request request, L4_Msg_t *msg, void *page)
{
	L4_Acceptor_t before = L4_Accepted();
	enum root_status status;

	L4_Accept(L4_MapGrantItems(L4_FpageLog2((L4_Word_t)page, PAGE_LOG2)));
	status = root_call(request, msg);
	L4_Accept(before);
	return status;
}

void root_append_bytes(L4_Msg_t *msg, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i += sizeof(L4_Word_t)) {
		size_t part = size - i < sizeof(L4_Word_t) ? size - i : sizeof(L4_Word_t);
		L4_Word_t word = 0;

		for (size_t j = 0; j < part; j++)
			word |= (L4_Word_t)(unsigned char)bytes[i + j] << 8 * j;
		L4_MsgAppendWord(msg, word);
	}
}

void root_get_bytes(L4_Msg_t *msg, unsigned int index, char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)(L4_MsgWord(msg, index + i / sizeof(L4_Word_t)) >> 8 * (i % sizeof(L4_Word_t)));
}

/* What printf ends in: it must not disturb a message that the program is putting together. */
void root_write(const char *text, size_t size)
{
	L4_Word_t saved[__L4_NUM_MRS];

	L4_StoreMRs(0, __L4_NUM_MRS, saved);
	while (size > 0) {
		size_t part = size < ROOT_TEXT_MAX ? size : ROOT_TEXT_MAX;
		L4_Msg_t msg;

		L4_MsgClear(&msg);
		L4_MsgAppendWord(&msg, part);
		root_append_bytes(&msg, text, part);
		console_call(ROOT_WRITE, &msg);
		text += part;
		size -= part;
	}
	L4_LoadMRs(0, __L4_NUM_MRS, saved);
}

static int read_character(L4_Word_t wait)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, wait);
	if (console_call(ROOT_READ, &msg) != ROOT_OK)
		return -1;
	return L4_MsgWord(&msg, 0) & 0xff;
}

int root_read(void)
{
	return read_character(1);
}

int root_read_now(void)
{
	return read_character(0);
}

void root_exit(int status)
{
	for (;;) {
		L4_Msg_t msg;

		L4_MsgClear(&msg);
		L4_MsgAppendWord(&msg, (L4_Word_t)(long)status);
		root_call(ROOT_EXIT, &msg);
	}
}

enum root_status root_command_line(char *line, size_t size)
{
	enum root_status status;
	L4_Msg_t msg;

	if (size == 0)
		return ROOT_MALFORMED;
	L4_MsgClear(&msg);
	status = root_call(ROOT_COMMAND_LINE, &msg);
	line[0] = 0;
	if (status != ROOT_OK)
		return status;

	size_t length = L4_MsgWord(&msg, 0);

	if (length > ROOT_TEXT_MAX)
		length = ROOT_TEXT_MAX;
	if (length > size - 1)
		length = size - 1;
	root_get_bytes(&msg, 1, line, length);
	line[length] = 0;
	return ROOT_OK;
}

enum root_status root_thread_create(unsigned long ip, unsigned long sp, unsigned int priority,
				    L4_ThreadId_t *thread)
{
	enum root_status status;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, ip);
	L4_MsgAppendWord(&msg, sp);
	L4_MsgAppendWord(&msg, priority);
	status = root_call(ROOT_THREAD_CREATE, &msg);
	thread->raw = status == ROOT_OK ? L4_MsgWord(&msg, 0) : L4_nilthread.raw;
	return status;
}

enum root_status root_space_create(unsigned int priority, L4_ThreadId_t *thread)
{
	enum root_status status;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, priority);
	status = root_call(ROOT_SPACE_CREATE, &msg);
	thread->raw = status == ROOT_OK ? L4_MsgWord(&msg, 0) : L4_nilthread.raw;
	return status;
}

enum root_status root_thread_delete(L4_ThreadId_t thread)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, L4_GlobalIdOf(thread).raw);
	return root_call(ROOT_THREAD_DELETE, &msg);
}

enum root_status root_thread_priority(L4_ThreadId_t thread, unsigned int priority)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, L4_GlobalIdOf(thread).raw);
	L4_MsgAppendWord(&msg, priority);
	return root_call(ROOT_THREAD_PRIORITY, &msg);
}

enum root_status root_large_page(unsigned long address)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, address);
	return root_call(ROOT_LARGE_PAGE, &msg);
}

enum root_status root_kernel_memory(unsigned long *now, unsigned long *at_start)
{
	enum root_status status;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	status = root_call(ROOT_KERNEL_MEMORY, &msg);
	*now = status == ROOT_OK ? L4_MsgWord(&msg, 0) : 0;
	*at_start = status == ROOT_OK ? L4_MsgWord(&msg, 1) : 0;
	return status;
}
