/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate.c - one thread for each confined program.
 *
 * A gate reads of the root task's memory only what does not change while its program runs: what gate_open() left for
 * it, and the program's pager. It calls nothing that prints. A message that may pass it never touches: the words are
 * where they came, in its message registers, and go on from there with the system call that waits for the next one.
 */
#include "gate.h"

#include <string.h>

#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/schedule.h>
#include <l4/thread.h>

enum { STACK_BYTES = 2048, TRESPASS_WORDS = 2 };

static struct gate {
	L4_ThreadId_t thread; /* nilthread: closed */
	L4_Word_t version;
	struct program *program;
	bool passes[PROGRAMS_MAX]; /* what is sent to the program of that index */
	char stack[STACK_BYTES] __attribute__((aligned(16)));
} gates[PROGRAMS_MAX];

/* Whether one of the names to talk to is that of the other program, or of a service of it. */
static bool may_talk(const struct program *program, const struct program *to)
{
	bool may = to == program || name_list_has(&program->is.talks, to->is.name);

	for (unsigned int i = 0; i < to->is.serves.count; i++)
		may |= name_list_has(&program->is.talks, to->is.serves.names[i]);
	return may;
}

/* By the thread's number: it may have ended meanwhile. Then our send fails, and the sender waits for nobody. */
static bool may_pass(const struct gate *gate, L4_ThreadId_t to)
{
	const struct program *partner = program_of_number(to);

	return (partner && gate->passes[program_index(partner)]) || L4_IsThreadEqual(to, gate->program->pager);
}

static void tell(L4_ThreadId_t sender, L4_ThreadId_t to)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, sender.raw);
	L4_MsgAppendWord(&msg, to.raw);
	L4_MsgLoad(&msg);
	L4_Send(L4_Pager());
}

static void gate_run(struct gate *gate) __attribute__((noreturn, used));

static void gate_run(struct gate *gate)
{
	L4_ThreadId_t to = L4_nilthread; /* whom the message in the message registers is for */

	L4_Accept(L4_UntypedWordsAcceptor);
	for (;;) {
		L4_ThreadId_t sender;
		L4_MsgTag_t tag = L4_Ipc(to, L4_anythread, L4_Timeouts(L4_Never, L4_Never), &sender);

		to = L4_nilthread;
		if (L4_IpcFailed(tag) || !L4_IpcRedirected(tag))
			continue;
		if (!may_pass(gate, L4_IntendedReceiver())) {
			tell(sender, L4_IntendedReceiver());
			continue;
		}
		to = L4_IntendedReceiver();
		L4_Set_Propagation(&tag);
		L4_LoadMR(0, tag.raw);
		L4_Set_VirtualSender(sender);
	}
}

/* in: RSP = struct gate's stack's end, on which its address lies */
void gate_start(void) __attribute__((noreturn));

__asm__(".text\n"
	".type gate_start, @function\n"
	"gate_start:\n"
	"	popq %rdi\n"
	"	xorl %ebp, %ebp\n" /* the end of a backtrace */
	"	cld\n"
	"	call gate_run\n"
	"	ud2\n"
	".size gate_start, . - gate_start\n");

static struct gate *gate_of(const struct program *program)
{
	return &gates[program_index(program)];
}

/* Behind those of all programs. */
static L4_ThreadId_t next_id(struct gate *gate)
{
	do
		gate->version++;
	while ((gate->version & 0x3f) == 0);
	return L4_GlobalId(program_thread_number(PROGRAMS_MAX, gate - gates), gate->version);
}

/* The root task's own is the first of its area. */
static void *utcb_of(const struct gate *gate)
{
	L4_Word_t size = L4_UtcbSize(L4_GetKernelInterface());

	return (void *)((L4_MyLocalId().raw & -size) + (1 + (gate - gates)) * size);
}

L4_ThreadId_t gate_open(struct program *program)
{
	struct gate *gate = gate_of(program);
	struct gate **top = (struct gate **)(gate->stack + STACK_BYTES) - 2;
	L4_ThreadId_t thread = next_id(gate);
	const struct program *to;
	L4_Msg_t msg;

	if (!L4_ThreadControl(thread, L4_Myself(), L4_Myself(), L4_Myself(), utcb_of(gate)))
		return L4_nilthread;
	gate->program = program;
	for (unsigned int i = 0; (to = program_at(i)); i++)
		gate->passes[i] = may_talk(program, to);
	gate->thread = thread;
	L4_Set_Priority(thread, program->is.priority);
	*top = gate;
	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, (L4_Word_t)gate_start);
	L4_MsgAppendWord(&msg, (L4_Word_t)top);
	L4_MsgLoad(&msg);
	L4_Send_Timeout(thread, L4_ZeroTime);
	return thread;
}

void gate_close(struct program *program)
{
	struct gate *gate = gate_of(program);

	if (L4_IsNilThread(gate->thread))
		return;
	L4_ThreadControl(gate->thread, L4_nilthread, L4_nilthread, L4_nilthread, (void *)-1);
	gate->thread = L4_nilthread;
}

bool gate_told(L4_ThreadId_t from, L4_Msg_t *msg)
{
	L4_ThreadId_t global = L4_GlobalIdOf(from), sender, to;
	L4_Word_t number = L4_ThreadNo(global) - program_thread_number(PROGRAMS_MAX, 0);
	struct program *program, *partner;

	if (number >= PROGRAMS_MAX || !L4_IsThreadEqual(gates[number].thread, global) ||
	    L4_UntypedWords(L4_MsgMsgTag(msg)) != TRESPASS_WORDS)
		return false;
	program = gates[number].program;
	sender.raw = L4_MsgWord(msg, 0);
	to.raw = L4_MsgWord(msg, 1);
	partner = program_of(to);
	console_say("%s (thread 0x%lx.%lu) sent a message to %s (thread 0x%lx): it may not talk to it; program stopped",
		    program->is.name, L4_ThreadNo(sender), L4_Version(sender), partner ? partner->is.name : "nobody",
		    L4_ThreadNo(to));
	program_end(program, STATUS_STOPPED);
	return true;
}
