/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * thread.c - a thread that runs a C function.
 *
 * The root task starts a thread with an instruction pointer and a stack pointer, nothing more. So
 * the function and its argument go onto the new stack, and the thread begins in first_steps (first_steps.c,
 * of small programs lib/small/first_steps.c), which fetches them.
 */
#include <l4/thread.h>
#include <service/root.h>

struct first_frame {
	void (*function)(void *);
	void *argument;
} __attribute__((aligned(16)));

void first_steps(void) __attribute__((noreturn));
void run_thread(struct first_frame *frame) __attribute__((noreturn, used));

void run_thread(struct first_frame *frame)
{
	L4_Set_ExceptionHandler(root_task());
	frame->function(frame->argument);
	for (;;)
		root_thread_delete(L4_MyGlobalId());
}

enum root_status root_thread_start(void (*function)(void *), void *argument, void *stack,
				   size_t stack_size, L4_ThreadId_t *thread)
{
	unsigned long top = ((unsigned long)stack + stack_size) & -(unsigned long)sizeof(struct first_frame);
	struct first_frame *frame = (struct first_frame *)(top - sizeof(*frame));

	if (stack_size < 512)
		return ROOT_MALFORMED;
	frame->function = function;
	frame->argument = argument;
	return root_thread_create((unsigned long)first_steps, (unsigned long)frame, 0, thread);
}
