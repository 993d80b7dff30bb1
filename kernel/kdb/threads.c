/* SPDX-License-Identifier: BSD-2-Clause */
/* kdb/threads.c - threads, what they wait for, and who may run. */
#include "base/panic.h"
#include "core/irq.h"
#include "core/space.h"
#include "core/thread.h"
#include "entry/entry.h"
#include "kdb/kdb.h"
#include "x86/cpu.h"

static const char *const roles[] = {
	[ROLE_USER] = "its own message",
	[ROLE_START] = "its start message",
	[ROLE_PAGEFAULT] = "a page fault",
	[ROLE_EXCEPTION] = "an exception",
	[ROLE_PREEMPTED] = "a preemption",
	[ROLE_EXHAUSTED] = "the end of its quantum",
};

static void print_partner(const struct tcb *t)
{
	word_t from = t->wait != NOT_WAITING ? t->wait : t->receive_from;

	if (from == ANY_LOCAL_THREAD)
		print("any local thread");
	else if (from == ANY_THREAD || (from == t->id && t->wait != NOT_WAITING))
		print("anybody");
	else if (from == t->id)
		print("itself (sleeps)");
	else
		print("%lu", from >> 32);
}

/* What it does, why it does not run: one line, begun by the caller. */
static void print_state(const struct tcb *t)
{
	if (t == kdb_running())
		print(" running");
	if (!ring_empty(&t->ready_link))
		print(" ready");
	if (t->hold & HOLD_INACTIVE)
		print(" inactive");
	if (t->hold & HOLD_HALTED)
		print(t->hold & HOLD_DEAD ? " halted by a fault" : " halted");
	if (t->hold & HOLD_SENDING)
		print(" sends to %lu", t->partner_id >> 32);
	if (t->hold & HOLD_TRANSFER)
		print(" has a message with typed items under way");
	if (tcb_is_waiting(t)) {
		print(" waits for ");
		print_partner(t);
	}
	if (t->role != ROLE_USER)
		print(" (%s)", roles[t->role]);
	if (timeout_is_running(&t->timeout)) {
		print("; timeout ");
		kdb_print_deadline(t->timeout.deadline);
	}
	if (!ring_empty(&t->senders))
		print("; senders queued");
	print("\n");
}

static const struct tcb *first_of_space(const struct tcb *t)
{
	return CONTAINER_OF(t->space->threads.next, struct tcb, space_link);
}

static void print_thread(const struct tcb *t)
{
	print("thread %lu id 0x%lx space %lu priority %u:", t->id >> 32, t->id, first_of_space(t)->id >> 32,
	      tcb_priority(t));
	print_state(t);
}

KDB_COMMAND(threads, "", "all threads: space (named by a thread of it), priority, state, partner")
{
	(void)words;
	for (struct ring *r = all_threads.next; r != &all_threads; r = r->next)
		print_thread(CONTAINER_OF(r, struct tcb, all_link));
}

static void print_symbol(const char *what, virt_t address)
{
	word_t offset;
	const char *name = symbols_find(address, &offset);

	print("%s %016lx %s+0x%lx\n", what, address, name, offset);
}

static void print_frame(const struct tcb *t)
{
	const struct registers *r = &t->regs;

	print("entered by %lu%s\n", t->vector, t->vector == VECTOR_SYSCALL
	      ? ", a system call: the registers are those it came with or its results" : "");
	print("rip %016lx rsp %016lx rflags %08lx error %lx\n", t->rip, t->rsp, t->rflags, t->error);
	print("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", r->rax, r->rbx, r->rcx, r->rdx);
	print("rsi %016lx rdi %016lx rbp %016lx  r8 %016lx\n", r->rsi, r->rdi, r->rbp, r->r8);
	print(" r9 %016lx r10 %016lx r11 %016lx r12 %016lx\n", r->r9, r->r10, r->r11, r->r12);
	print("r13 %016lx r14 %016lx r15 %016lx\n", r->r13, r->r14, r->r15);
	print("fs base %lx, utcb (gs base) %lx\n", t->fs_base, t->utcb);
}

static void print_memory(const struct tcb *t)
{
	enum { CODE = 16, STACK = 6 };
	uint8_t code[CODE];
	word_t stack[STACK];
	size_t bytes = space_read(t->space, t->rip, code, sizeof(code));

	print("code at rip:");
	for (size_t i = 0; i < bytes; i++)
		print(" %02x", code[i]);
	bytes = space_read(t->space, t->rsp, stack, sizeof(stack));
	print("\nstack:");
	for (size_t i = 0; i < bytes / sizeof(word_t); i++)
		print(" %lx", stack[i]);
	print("\n");
}

static void print_period(const char *what, usec_t period)
{
	if (period == USEC_NEVER)
		print("%s unlimited", what);
	else
		print("%s %lu us", what, period);
}

KDB_COMMAND(thread, "THREAD", "one thread: registers, what the kernel has to do for it (with symbols), code and stack")
{
	const struct tcb *t = kdb_thread(&words);

	if (!t)
		return;
	print_thread(t);
	print_frame(t);
	print_symbol("next in the kernel", t->resume ? (virt_t)t->resume : (virt_t)leave_to);
	if (t->before_user)
		print_symbol("before user mode", (virt_t)t->before_user);
	print("scheduler %lu", t->scheduler >> 32);
	print_period("; slice", t->slice);
	print_period("; left of an interrupted one", t->slice_left);
	print_period("; left of the quantum", t->quantum_left);
	print("; hazards %x; handles %u interrupts\n", t->slow & ~(kdb_cpu->slow | SLOW_FPU), t->interrupt_count);
	if (!t->utcb_map)
		return;
	print("pager %lx, exception handler %lx, error code %lx\n", t->utcb_map->pager, t->utcb_map->exception_handler,
	      t->utcb_map->error_code);
	for (struct ring *r = t->senders.next; r != &t->senders; r = r->next)
		print("queued sender %lu\n", CONTAINER_OF(r, struct tcb, sender_link)->id >> 32);
	print_memory(t);
}

KDB_COMMAND(ready, "", "the ready queues, best first; who runs is in none")
{
	(void)words;
	print("running: thread %lu, its slice ends ", kdb_running()->id >> 32);
	if (kdb_cpu->slice_end == USEC_NEVER)
		print("never");
	else
		kdb_print_deadline(kdb_cpu->slice_end);
	print("\n");
	for (int priority = PRIORITIES - 1; priority >= 0; priority--) {
		struct ring *queue = &kdb_cpu->ready[priority];

		if (ring_empty(queue))
			continue;
		print("priority %d:", priority);
		for (struct ring *r = queue->next; r != queue; r = r->next)
			print(" %lu", CONTAINER_OF(r, struct tcb, ready_link)->id >> 32);
		print("\n");
	}
}

KDB_COMMAND(timeouts, "", "who is woken by time, and when")
{
	(void)words;
	print("the timer fires ");
	if (kdb_cpu->timer_at == USEC_NEVER)
		print("never");
	else
		kdb_print_deadline(kdb_cpu->timer_at);
	print("\n");
	for (struct ring *r = all_threads.next; r != &all_threads; r = r->next) {
		const struct tcb *t = CONTAINER_OF(r, struct tcb, all_link);

		if (!timeout_is_running(&t->timeout))
			continue;
		print("thread %lu ", t->id >> 32);
		kdb_print_deadline(t->timeout.deadline);
		print("\n");
	}
}

KDB_COMMAND(interrupts, "", "whose the interrupts are, and what they wait for")
{
	static const char *const states[] = {
		[IRQ_READY] = "may come", [IRQ_PENDING] = "its message waits", [IRQ_HANDLED] = "waits for the answer",
	};
	unsigned count = 0;

	(void)words;
	for (unsigned i = 0; i < COUNT_OF(irqs); i++) {
		const struct irq *irq = &irqs[i];

		if (!irq->handler)
			continue;
		count++;
		print("interrupt %u: handler %lu, %s%s%s\n", i, irq->handler->id >> 32, states[irq->state],
		      irq->again ? ", came again" : "", irq->masked ? ", masked" : "");
	}
	print("%u interrupts have a handler\n", count);
}
