/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/irq.h - interrupts as threads that send.
 *
 * An interrupt thread is nothing but an id, (number, 1), and a line of a static table: whose it is, and whether its
 * message waits. Numbers below INTERRUPT_PINS are lines of the I/O APICs (x86/ioapic.h), those from INTERRUPT_MSI to
 * below SYSTEM_BASE vectors for messages that a device writes itself. The number is the vector, less VECTOR_EXCEPTIONS.
 *
 * The message has the label LABEL_INTERRUPT and no words. It comes again only after the handler has sent a
 * message, whose content does not matter, to the interrupt thread. An interrupt that comes before that is remembered,
 * once. Nobody but the handler can send to an interrupt thread: to all others it is a partner that does not exist.
 */
#ifndef CORE_IRQ_H
#define CORE_IRQ_H

#include "core/tcb.h"

/* The vectors that are not exceptions. Those that are no device's have a line, too, which is nobody's. */
enum { IRQ_VECTORS = 224 };

enum irq_state {
	IRQ_READY,   /* may come */
	IRQ_PENDING, /* has come; its message waits in handler->interrupts */
	IRQ_HANDLED, /* the handler has the message and has not answered */
};

struct irq {
	struct tcb *handler;  /* NULL: nobody's */
	struct ring pending;  /* link, in IRQ_PENDING */
	uint8_t state;        /* enum irq_state */
	bool level;           /* its line asks as long as the device wants something; else once */
	bool again;           /* came in IRQ_HANDLED */
	bool masked;          /* at the I/O APIC */
};

/* The line of this interrupt thread, or NULL: no such id, or the machine has no such interrupt. */
struct irq *irq_find(word_t id);

/* Make the thread the handler. False: the interrupt has another, or its pin is in use by another interrupt. */
bool irq_associate(struct irq *irq, struct tcb *handler);

/* Mask it. A message that waits is lost. */
void irq_deassociate(struct irq *irq);

/* The thread's id names nobody from now on: its interrupts are nobody's. */
void irq_handler_gone(struct tcb *t);

/* The message by which a device raises it: address << 32 | data; 1: it is a line. */
word_t irq_message(const struct irq *irq);

/* It has come, while self ran. Returns who runs next. */
struct tcb *irq_raise(struct tcb *self, word_t number);

/* self sends to `to`, which names no thread. True: it is an interrupt of self's, and may come again. */
bool irq_answer(struct tcb *self, word_t to);

/* Does a message of an interrupt wait that t's receive phase asks for? */
bool irq_is_waiting_for(const struct tcb *t);

/* Give the running thread, in its receive phase, the message that waits for it. False: there is none. */
bool irq_receive(struct tcb *self);

/* For the short way of entry/, the panic and the debugger. */
extern struct irq irqs[IRQ_VECTORS];

#endif
