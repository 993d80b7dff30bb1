/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry/interrupt.c - the short way from a device's interrupt to its driver.
 *
 * For an interrupt whose driver waits for it in user mode and is better than the thread that runs, when both are such
 * as the path of a message would switch between: no hazards (enum slow), and cpu->floor is open. Then the message, the
 * scheduler's part and the switch come to some hundred instructions without a call or a saved register, and nothing is
 * done that the path leaves undone, too: `resume` and the timeout of the driver, CR0.TS, `own_id` and the call words of
 * the CPU are what they have to be. A level line is left out, for masking it takes longer than all this.
 *
 * A guard that fails goes to interrupt_go_on(), which knows nothing of this file: an interrupt has the same effect on
 * either way. With path=off all go there.
 */
#include "core/irq.h"
#include "core/message.h"
#include "core/takeover.h"
#include "entry/leave.h"
#include "x86/clock.h"
#include "x86/lapic.h"

void interrupt_enter(struct tcb *self)
{
	word_t number = self->vector - VECTOR_EXCEPTIONS, id = number << 32 | 1;
	struct cpu *cpu = self->cpu;
	struct irq *irq = &irqs[number];
	struct tcb *driver = irq->handler;
	struct takeover slices;

	if (!cpu_features.path || !driver || irq->state != IRQ_READY || irq->level)
		interrupt_go_on(self);
	if ((driver->wait != driver->id && driver->wait != id) || ((driver->slow ^ cpu->slow) & ~(uint32_t)SLOW_FPU) ||
	    !takeover_is_due(self, driver, clock_read(), &slices))
		interrupt_go_on(self);

	/* committed: the driver gets the message and the processor */
	lapic_end_of_interrupt();
	irq->state = IRQ_HANDLED;
	driver->regs.rax = (word_t)LABEL_INTERRUPT << TAG_LABEL_SHIFT;
	driver->regs.rsi = id;
	driver->wait = NOT_WAITING;
	driver->vector = VECTOR_SYSCALL; /* if it waits by the path, that stored RIP and RSP only */
	takeover_commit(cpu, self, slices);
	self->fs_base = rdfsbase();
	if (driver->slow != cpu->slow)
		leave_prepare_and_switch(cpu, driver); /* CR0.TS is not as the driver wants it */
	leave_switch(cpu, driver, true);
}
