/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * entry/lane.c - the lanes: short ways for the messages of page faults and exceptions, and for their answers.
 *
 * A lane is to core/fault.c and core/ipc.c what the path is to all of C (entry/path.asm): the same message, in the case
 * that nearly always is, and behind its guards no decision is left. That case is: the handler waits, for anybody or for
 * this thread; neither of the two has a hazard that asks for more (enum slow); nobody better than who is to run is
 * ready. So no queue, no clock and no timer is touched, and the time slice is passed on as the path passes it on. What
 * a lane refuses goes the general way, from the beginning; with `path=off`, and on a processor without FSGSBASE, that
 * is everything (cpu.lane_slow).
 */
#include "core/fault.h"
#include "core/map.h"
#include "core/message.h"
#include "core/space.h"
#include "core/thread.h"
#include "entry/entry.h"
#include "entry/leave.h"

void lanes_open(struct cpu *cpu, bool open)
{
	cpu->lane_slow = open && cpu_features.path ? cpu->number << SLOW_CPU_SHIFT : LANES_CLOSED;
}

/*
 * Why can't this CPU switch to t, which waits? What is left are its hazards, if it is this CPU's, nobody better is
 * ready, and the lanes are open; else it is something odd or large. One subtraction, as on the path.
 */
static inline uint32_t obstacles(const struct cpu *cpu, const struct tcb *t)
{
	return (*(const word_t *)&t->priority - *(const word_t *)&cpu->ready_floor) >> 32;
}

/* Does this thread of that id wait for self's fault message, so that it can run at once? */
static ALWAYS_INLINE bool takes_fault(const struct tcb *handler, word_t id, const struct tcb *self)
{
	const struct cpu *cpu = self->cpu;

	return handler->id == id && (handler->wait == id || handler->wait == self->id) &&
	       !(obstacles(cpu, handler) & ~(uint32_t)SLOW_FPU) &&
	       !((self->slow ^ cpu->slow) & ~(uint32_t)(SLOW_FPU | SLOW_CALLS));
}

/* `next` runs, by what leave() does for it: no more, if neither it nor who ran before has a hazard or the FPU. */
static ALWAYS_INLINE _Noreturn void switch_to(struct cpu *cpu, struct tcb *next)
{
	if (cpu->floor == CPU_FLOOR_CLOSED || next->slow != cpu->slow)
		leave_prepare_and_switch(cpu, next);
	next->own_id = next->id;
	leave_switch(cpu, next, true);
}

/* The message is in place but for its tag: self waits for the answer, and the handler runs. */
static ALWAYS_INLINE _Noreturn void hand_over(struct tcb *self, struct tcb *handler, word_t tag)
{
	self->wait = handler->id;
	self->slow |= SLOW_ROLE;
	handler->regs.rax = tag;
	handler->regs.rsi = thread_name(handler, self);
	handler->vector = VECTOR_SYSCALL;
	handler->wait = NOT_WAITING;
	switch_to(self->cpu, handler);
}

void lane_exception(struct tcb *self, long label, word_t trap, virt_t address)
{
	word_t id = self->utcb_map->exception_handler;
	struct tcb *handler = tcb_slot(id);
	word_t *words;

	if (!takes_fault(handler, id, self))
		leave(fault_exception(self, label, trap, address));

	/* committed: nothing below may fail */
	self->role = ROLE_EXCEPTION;
	self->fault_word = trap;
	self->fault_address = address;
	words = handler->utcb_map->mr;
#pragma GCC unroll 8
	for (unsigned n = 1; n <= MESSAGE_IN_REGISTERS; n++)
		*message_register(handler, n) = *fault_state_word(self, n);
#pragma GCC unroll 32
	for (unsigned n = MESSAGE_IN_REGISTERS + 1; n <= EXC_WORDS; n++)
		words[n] = *fault_state_word(self, n);
	hand_over(self, handler, fault_tag((word_t)label, EXC_WORDS));
}

void lane_page_fault(struct tcb *self, virt_t address, unsigned access)
{
	word_t id = self->utcb_map->pager;
	struct tcb *pager = tcb_slot(id);

	if (self->space->is_sigma0)
		leave(fault_page(self, address, access));
	if (self->faults_are_exceptions)
		lane_exception(self, LABEL_ARCH_EXCEPTION, VECTOR_PF, address);
	if (!takes_fault(pager, id, self))
		leave(fault_page(self, address, access));

	/* committed: nothing below may fail */
	self->role = ROLE_PAGEFAULT;
	self->fault_label = (word_t)LABEL_PAGEFAULT | access;
	self->fault_word = address;
	*message_register(pager, 1) = address;
	*message_register(pager, 2) = self->rip;
	hand_over(self, pager, fault_tag(self->fault_label, 2));
}

/* The answer to t's fault was taken: t goes on, and self waits for anybody. */
static ALWAYS_INLINE _Noreturn void go_on(struct tcb *self, struct tcb *t)
{
	t->wait = NOT_WAITING;
	t->slow ^= SLOW_ROLE;
	t->role = ROLE_USER;
	self->wait = self->id;
	switch_to(self->cpu, t);
}

/* Registers; not if they are more than words, or none that a user can have. */
static inline bool take_registers(struct tcb *self, struct tcb *t)
{
	const word_t *words = self->utcb_map->mr;
	word_t tag = self->regs.rax, rip = *message_register(self, EXC_RIP), fs_base = 0;
	unsigned count = tag_untyped(tag);

	if (tag & TAG_NOT_LABEL & ~TAG_UNTYPED_MASK)
		return false;
	if (count >= EXC_RIP && rip >= USER_END)
		return false;
	if (count >= EXC_FS_BASE && !canonical(fs_base = words[EXC_FS_BASE])) /* read once: others may write it */
		return false;

	/* committed: nothing below may fail */
	if (count >= EXC_RIP)
		t->rip = rip;
	if (count >= EXC_RFLAGS)
		t->rflags = *message_register(self, EXC_RFLAGS);
	t->rflags = rflags_sanitise(t->rflags);
	if (count >= EXC_FS_BASE)
		t->fs_base = fs_base;
	for (unsigned n = EXC_FS_BASE + 1; n <= count && n <= EXC_WORDS; n++)
		if (fault_is_settable(n))
			*fault_state_word(t, n) = words[n];
	return true;
}
_Static_assert((int)EXC_FS_BASE == (int)MESSAGE_IN_REGISTERS + 1, "of the words in registers, an answer sets two");

/* One map item of a page and no words, for a page fault; not one in the middle of a message, which is no exception. */
static inline bool take_page(struct tcb *self, struct tcb *t)
{
	word_t base = *message_register(self, 1), page = *message_register(self, 2);

	return (self->regs.rax & TAG_NOT_LABEL) == 2 << TAG_TYPED_SHIFT && t->vector == VECTOR_PF &&
	       item_is_map(base) && map_small(self->space, page, t->space, base, FPAGE_COMPLETE, self->cpu);
}

/* The answer to a thread of this space, which its handler knows by the local id. */
static _Noreturn __attribute__((noinline)) void reply_to_local(struct tcb *self)
{
	const struct tcb *t = thread_find_any(self, self->regs.rdi);

	if (!t)
		syscall_go_on(self);
	self->regs.rdi = t->id;
	lane_reply(self);
}

void lane_reply(struct tcb *self)
{
	const struct cpu *cpu = self->cpu;
	struct tcb *t = tcb_slot(self->regs.rdi);

	if (t->id == self->regs.rdi && t->wait == self->id &&
	    (obstacles(cpu, t) & ~(uint32_t)(SLOW_FPU | SLOW_CALLS)) == SLOW_ROLE &&
	    !((self->slow ^ cpu->slow) & ~(uint32_t)SLOW_FPU) && self->open == self->id &&
	    (t->role == ROLE_EXCEPTION ? take_registers(self, t) : t->role == ROLE_PAGEFAULT && take_page(self, t)))
		go_on(self, t);
	if (id_is_local(self->regs.rdi))
		reply_to_local(self);
	syscall_go_on(self);
}
