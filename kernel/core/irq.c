/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/irq.c - interrupts as threads that send, see core/irq.h.
 *
 * When it is masked: a level line from its arrival until the answer, because it would come again at once. An edge
 * and a device's message are left open, because one that comes between message and answer must not be lost; only
 * when it comes a second time it is masked until then, so that no device can keep the CPU busy. (A device that
 * writes messages itself can; its driver made it do so.) So the common interrupt of an edge line costs no access to
 * the I/O APIC.
 *
 * Invariant: what is IRQ_PENDING is in handler->interrupts and nothing else is; tcb.open is 0 as long as that ring is
 * not empty, so the path of a message learns of it where it looks for queued senders anyway.
 */
#include "core/irq.h"
#include "base/debugger.h"
#include "core/ipc.h"
#include "core/message.h"
#include "core/sched.h"
#include "x86/cpu.h"
#include "x86/ioapic.h"
#include "x86/lapic.h"

_Static_assert(SYSTEM_BASE + VECTOR_EXCEPTIONS <= VECTOR_TIMER, "interrupt numbers are vectors");
_Static_assert(VECTOR_EXCEPTIONS + IRQ_VECTORS == 256, "every interrupt has a line");
_Static_assert(VECTOR_INT80 - VECTOR_EXCEPTIONS >= INTERRUPT_PINS &&
               VECTOR_INT80 - VECTOR_EXCEPTIONS < INTERRUPT_MSI, "no interrupt has the vector that users may call");

struct irq irqs[IRQ_VECTORS];

static unsigned number_of(const struct irq *irq)
{
	return (unsigned)(irq - irqs);
}

static word_t id_of(const struct irq *irq)
{
	return (word_t)number_of(irq) << 32 | 1;
}

static bool is_pin(const struct irq *irq)
{
	return number_of(irq) < INTERRUPT_PINS;
}

static void mask(struct irq *irq)
{
	if (is_pin(irq) && !irq->masked) {
		ioapic_mask(number_of(irq));
		irq->masked = true;
	}
}

static void unmask(struct irq *irq)
{
	if (irq->masked) {
		irq->masked = false;
		ioapic_unmask(number_of(irq));
	}
}

struct irq *irq_find(word_t id)
{
	word_t number = thread_number(id);

	if (number >= SYSTEM_BASE || id != (number << 32 | 1))
		return NULL;
	return number >= INTERRUPT_MSI || ioapic_has((unsigned)number) ? &irqs[number] : NULL;
}

/* A pin that the debugger listens to is not in use. */
static bool route(const struct irq *irq)
{
	bool done;

	debugger_key_off();
	done = ioapic_route(number_of(irq), number_of(irq) + VECTOR_EXCEPTIONS, lapic_id());
	debugger_key_on();
	return done;
}

bool irq_associate(struct irq *irq, struct tcb *handler)
{
	if (irq->handler == handler)
		return true;
	if (irq->handler)
		return false;
	if (is_pin(irq) && !route(irq))
		return false;

	/* committed: nothing below may fail */
	irq->handler = handler;
	handler->interrupt_count++;
	irq->state = IRQ_READY;
	irq->level = is_pin(irq) && ioapic_is_level(number_of(irq));
	irq->again = false;
	irq->masked = is_pin(irq);
	unmask(irq);
	return true;
}

void irq_deassociate(struct irq *irq)
{
	struct tcb *handler = irq->handler;

	if (!handler)
		return;
	if (is_pin(irq)) {
		ioapic_unroute(number_of(irq));
		debugger_key_on();
	}
	if (irq->state == IRQ_PENDING) {
		ring_remove(&irq->pending);
		tcb_update_open(handler);
	}
	handler->interrupt_count--;
	irq->handler = NULL;
}

void irq_handler_gone(struct tcb *t)
{
	for (unsigned i = 0; t->interrupt_count; i++)
		if (irqs[i].handler == t)
			irq_deassociate(&irqs[i]);
}

word_t irq_message(const struct irq *irq)
{
	if (is_pin(irq))
		return 1;
	return lapic_message_address() << 32 | (number_of(irq) + VECTOR_EXCEPTIONS);
}

/* The thread, in no phase any more, has the message. */
static void deliver(struct irq *irq, struct tcb *to)
{
	irq->state = IRQ_HANDLED;
	to->regs.rax = (word_t)LABEL_INTERRUPT << TAG_LABEL_SHIFT;
	to->regs.rsi = id_of(irq);
}

static void make_pending(struct irq *irq)
{
	irq->state = IRQ_PENDING;
	ring_insert(&irq->handler->interrupts, &irq->pending);
	irq->handler->open = 0;
}

/* The message to the handler, while self ran. Returns who runs next. */
static struct tcb *send(struct tcb *self, struct irq *irq)
{
	struct tcb *handler = irq->handler;

	if (handler->role != ROLE_USER || (handler->wait != handler->id && handler->wait != id_of(irq))) {
		make_pending(irq);
		return sched_continue(self);
	}
	ipc_leave(handler);
	deliver(irq, handler);
	return tcb_is_runnable(handler) ? sched_woken(self, handler) : sched_continue(self);
}

struct tcb *irq_raise(struct tcb *self, word_t number)
{
	struct irq *irq = &irqs[number];

	/* Masked before the end of interrupt, or a level line would come again at once. */
	if (irq->handler && (irq->state != IRQ_READY || irq->level))
		mask(irq);
	lapic_end_of_interrupt();
	if (irq->handler && irq->state == IRQ_READY)
		return send(self, irq);
	if (irq->handler && irq->state == IRQ_HANDLED)
		irq->again = true;
	if (!irq->handler)
		debugger_interrupt(self, number);
	return sched_continue(self);
}

bool irq_answer(struct tcb *self, word_t to)
{
	struct irq *irq = irq_find(to);

	if (!irq || irq->handler != self || self->role != ROLE_USER)
		return false;
	if (irq->state != IRQ_HANDLED)
		return true;
	irq->state = IRQ_READY;
	if (irq->again) {
		irq->again = false;
		make_pending(irq);
	}
	unmask(irq);
	return true;
}

/* The first that t's receive phase asks for, or NULL. */
static struct irq *find_pending(const struct tcb *t)
{
	for (struct ring *r = t->interrupts.next; r != &t->interrupts; r = r->next) {
		struct irq *irq = CONTAINER_OF(r, struct irq, pending);

		if (t->receive_from == ANY_THREAD || t->receive_from == id_of(irq))
			return irq;
	}
	return NULL;
}

bool irq_is_waiting_for(const struct tcb *t)
{
	return t->role == ROLE_USER && find_pending(t);
}

bool irq_receive(struct tcb *self)
{
	struct irq *irq = self->role == ROLE_USER ? find_pending(self) : NULL;

	if (!irq)
		return false;
	ring_remove(&irq->pending);
	tcb_update_open(self);
	deliver(irq, self);
	if (!irq->level) /* from now on an edge is news again */
		unmask(irq);
	return true;
}
