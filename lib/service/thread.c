/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * thread.c - a thread that runs a C function.
 *
 * The root task starts a thread with an instruction pointer and a stack pointer, nothing more. So
 * the function and its argument go onto the new stack, and the thread begins in first_steps, which
 * fetches them.
 */
#include <l4/thread.h>
#include <service/root.h>

struct first_frame {
	void (*function)(void *);
	void *argument;
};

void first_steps(void) __attribute__((noreturn));
void run_thread(struct first_frame *frame) __attribute__((noreturn, used));

/* in: RSP = struct first_frame, 16-byte aligned */
__asm__(".text\n"
	".type first_steps, @function\n"
	".globl first_steps\n"
	"first_steps:\n"
	"	xorl %ebp, %ebp\n" /* the end of a backtrace */
	"	movq %rsp, %rdi\n"
	"	cld\n"
	"	call run_thread\n"
	"	ud2\n"
	".size first_steps, . - first_steps\n");

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
	unsigned long top = ((unsigned long)stack + stack_size) & -16UL;
	struct first_frame *frame = (struct first_frame *)(top - sizeof(*frame));

	if (stack_size < 512)
		return ROOT_MALFORMED;
	frame->function = function;
	frame->argument = argument;
	return root_thread_create((unsigned long)first_steps, (unsigned long)frame, 0, thread);
}
