/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * actor.c - making threads, giving them the image, listening to them.
 */
#include "actor.h"

#include <stddef.h>

#include <l4/exception.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/pagefault.h>
#include <l4/thread.h>
#include <service/root.h>

enum { LABEL_DONE = 0x3001, FLAGS_AT_START = 0x202 };

extern const char __program_start[], __program_end[];

static struct actor actors[ACTORS_MAX];
static char stacks[ACTORS_MAX][ACTOR_STACK] __attribute__((aligned(16)));
static L4_ThreadId_t driver;

/* A thread starts with an instruction and a stack pointer, so its actor lies on the stack. */
__asm__(".text\n"
	".type actor_first_steps, @function\n"
	"actor_first_steps:\n"
	"	xorl %ebp, %ebp\n"
	"	movq (%rsp), %rdi\n"
	"	call actor_main\n"
	"	ud2\n"
	".size actor_first_steps, . - actor_first_steps\n");

extern const char actor_first_steps[];
void actor_main(struct actor *actor) __attribute__((used, noreturn));

void actor_main(struct actor *actor)
{
	L4_Set_ExceptionHandler(driver);
	actor->function(actor->argument);
	for (;;) {
		L4_Set_MsgTag((L4_MsgTag_t){ .raw = (L4_Word_t)LABEL_DONE << 16 });
		L4_Send(driver);
		L4_Sleep(L4_Never);
	}
}

static unsigned long *stack_top(struct actor *actor)
{
	unsigned long *top = (unsigned long *)(stacks[actor - actors] + ACTOR_STACK) - 2;

	*top = (unsigned long)actor;
	return top;
}

/* A flexpage around the image. */
static L4_Fpage_t image(void)
{
	unsigned int log2 = 12;

	while (((unsigned long)__program_start & -(1UL << log2)) + (1UL << log2) < (unsigned long)__program_end)
		log2++;
	return L4_FpageAddRights(L4_FpageLog2((unsigned long)__program_start & -(1UL << log2), log2),
				 L4_FullyAccessible);
}

/* The thread waits for its start message, then for its first instruction. */
static bool run(struct actor *actor)
{
	L4_MsgTag_t tag;
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, (L4_Word_t)actor_first_steps);
	L4_MsgAppendWord(&msg, (L4_Word_t)stack_top(actor));
	L4_MsgLoad(&msg);
	tag = L4_Call(actor->thread);
	if (L4_IpcFailed(tag) || !L4_IsPagefault(tag))
		return false;
	L4_MsgClear(&msg);
	L4_MsgAppendMapItem(&msg, L4_MapItem(image(), L4_Address(image())));
	L4_MsgLoad(&msg);
	return L4_IpcSucceeded(L4_Send(actor->thread));
}

struct actor *actor_start(void (*function)(unsigned long), unsigned long argument, unsigned int priority)
{
	struct actor *actor = actors;

	driver = L4_MyGlobalId();
	while (actor < actors + ACTORS_MAX && !L4_IsNilThread(actor->thread))
		actor++;
	if (actor == actors + ACTORS_MAX)
		return NULL;
	/* What is mapped on must be here. */
	for (const char *page = __program_start; page < __program_end; page += 4096)
		(void)*(volatile const char *)page;
	if (root_space_create(priority, &actor->thread) != ROOT_OK) {
		actor->thread = L4_nilthread;
		return NULL;
	}
	actor->function = function;
	actor->argument = argument;
	if (!run(actor)) {
		actor_kill(actor);
		return NULL;
	}
	return actor;
}

enum actor_event actor_wait(struct actor *actor, unsigned int milliseconds)
{
	L4_MsgTag_t tag;
	L4_Word_t trap;

	if (!actor)
		return ACTOR_SILENT;
	tag = L4_Receive_Timeout(actor->thread, L4_TimePeriod(milliseconds * 1000UL));
	if (L4_IpcFailed(tag))
		return ACTOR_SILENT;
	if (L4_Label(tag) == LABEL_DONE)
		return ACTOR_DONE;
	if (!L4_IsArchException(tag))
		return ACTOR_TRAPPED;
	L4_StoreMR(L4_EXC_TRAP, &trap);
	return trap == L4_EXC_TRAP_FORCED ? ACTOR_REFUSED : ACTOR_TRAPPED;
}

void actor_resume(struct actor *actor, void (*function)(unsigned long), unsigned long argument)
{
	L4_Msg_t msg;

	actor->function = function;
	actor->argument = argument;
	L4_MsgClear(&msg);
	for (unsigned int i = 1; i <= L4_EXC_WORDS; i++)
		L4_MsgAppendWord(&msg, i == L4_EXC_RIP ? (L4_Word_t)actor_first_steps :
				       i == L4_EXC_RSP ? (L4_Word_t)stack_top(actor) :
				       i == L4_EXC_RFLAGS ? FLAGS_AT_START : 0);
	L4_MsgLoad(&msg);
	L4_Send(actor->thread);
}

void actor_kill(struct actor *actor)
{
	if (!actor || L4_IsNilThread(actor->thread))
		return;
	root_thread_delete(actor->thread);
	actor->thread = L4_nilthread;
}

void actors_kill(void)
{
	for (unsigned int i = 0; i < ACTORS_MAX; i++)
		actor_kill(&actors[i]);
}
