/* SPDX-License-Identifier: BSD-2-Clause */
/* core/small.c - see core/small.h. */
#include "core/small.h"
#include "abi/syscall.h"
#include "base/string.h"
#include "core/message.h"
#include "core/small_word.h"
#include "core/space.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/segments.h"

void small_open(struct cpu *cpu)
{
	static bool open;

	if (open)
		return;
	open = true;
	cpu->id_mask = SMALL_ID_MASK;
	segments_open_small(cpu);
}

/* A control register that holds an id. One that has no short form stays until the program writes another one. */
static void take_id(word_t *ours, uint32_t program)
{
	if (small_id_narrow(*ours) != program)
		*ours = small_id_widen(program);
}

static void take_controls(struct utcb *u, const struct small_utcb *program)
{
	take_id(&u->pager, program->pager);
	take_id(&u->exception_handler, program->exception_handler);
	u->user_defined_handle = program->user_defined_handle;
	u->flags = program->flags;
	u->xfer_timeouts = program->xfer_timeouts;
}

static void show_controls(struct small_utcb *program, const struct utcb *u)
{
	program->my_local_id = (uint32_t)u->my_local_id;
	program->my_global_id = small_id_narrow(u->my_global_id);
	program->processor_no = (uint32_t)u->processor_no;
	program->user_defined_handle = (uint32_t)u->user_defined_handle;
	program->pager = small_id_narrow(u->pager);
	program->exception_handler = small_id_narrow(u->exception_handler);
	program->flags = (uint32_t)u->flags;
	program->error_code = (uint32_t)u->error_code;
}

void small_activate(struct tcb *t)
{
	const struct space *s = t->space;
	struct small_utcb *program = space_small_utcb(s, t->utcb);

	words_fill((word_t *)program, 0, UTCB_SIZE / sizeof(word_t));
	program->word_size_mask = ~0U;
	show_controls(program, t->utcb_map);
	t->small = (struct small_thread){
		.utcb = program,
		.landing = s->kip_area.base + SMALL_KIP_LANDING,
		.code = segments_small_code(s->base, s->end),
		.data = segments_small_data(s->base, s->end),
		.thread = segments_small_data(s->base + t->utcb, UTCB_SIZE),
	};
	t->slow |= SLOW_SMALL;
	t->call_mark = SMALL_CALL_MARK;
}

/* The registers that 32-bit programs have, without what is above them; and nothing in the others. */
static void cut_registers(struct registers *r)
{
	word_t *others = &r->r15, *own = &r->rbp;

	for (unsigned i = 0; i < 8; i++)
		others[i] = 0;
	for (unsigned i = 0; i < 7; i++)
		own[i] = (uint32_t)own[i];
}
_Static_assert(offsetof(struct registers, rbp) == 8 * sizeof(word_t) && sizeof(struct registers) == 15 * sizeof(word_t),
               "R8 to R15, then the seven that 32-bit programs have");

void small_refresh(const struct tcb *t)
{
	if (small_is(t))
		take_controls(t->utcb_map, t->small.utcb);
}

void small_show(const struct tcb *t)
{
	if (small_is(t))
		show_controls(t->small.utcb, t->utcb_map);
}

void small_entered(struct tcb *self)
{
	cut_registers(&self->regs);
	self->rsp = (uint32_t)self->rsp;
	self->fs_base = 0;
	take_controls(self->utcb_map, self->small.utcb);
}

/* MR[first] up to and with MR[last], from the program to us and back. */
static void words_widen(word_t *to, const uint32_t *from, unsigned first, unsigned last)
{
	for (unsigned n = first; n <= last && n < MESSAGE_REGISTERS; n++)
		to[n] = from[n];
}

static void words_narrow(uint32_t *to, const word_t *from, unsigned first, unsigned last)
{
	for (unsigned n = first; n <= last && n < MESSAGE_REGISTERS; n++)
		to[n] = (uint32_t)from[n];
}

static void widen_ipc(struct tcb *self)
{
	struct registers *r = &self->regs;
	struct small_utcb *program = self->small.utcb;
	struct utcb *u = self->utcb_map;

	r->rax = small_tag_widen((uint32_t)r->rax);
	r->rdi = small_id_widen((uint32_t)r->rdi);
	r->rsi = small_id_widen((uint32_t)r->rsi);
	r->r8 = r->rdx & SMALL_SEND_TIMEOUT ? program->send_timeout : 0;
	for (unsigned n = SMALL_MESSAGE_IN_REGISTERS + 1; n <= MESSAGE_IN_REGISTERS; n++)
		*message_register(self, n) = program->mr[n];
	words_widen(u->mr, program->mr, MESSAGE_IN_REGISTERS + 1, tag_words(r->rax));
	u->br[0] = program->br[0];
	for (unsigned n = 1; (u->br[0] & 1) && n < BUFFER_REGISTERS; n++)
		u->br[n] = program->br[n];
	u->virtual_sender = small_id_widen(program->virtual_sender);
}

static void narrow_ipc(struct tcb *t)
{
	struct registers *r = &t->regs;
	struct small_utcb *program = t->small.utcb;

	if (!(r->rax & TAG_FLAG_ERROR)) {
		for (unsigned n = SMALL_MESSAGE_IN_REGISTERS + 1; n <= MESSAGE_IN_REGISTERS; n++)
			program->mr[n] = (uint32_t)*message_register(t, n);
		words_narrow(program->mr, t->utcb_map->mr, MESSAGE_IN_REGISTERS + 1, tag_words(r->rax));
	}
	if (r->rax & TAG_FLAG_PROPAGATED)
		program->virtual_sender = small_id_narrow(t->utcb_map->virtual_sender);
	if (r->rax & TAG_FLAG_REDIRECTED)
		program->intended_receiver = small_id_narrow(t->utcb_map->intended_receiver);
	r->rdx = 0;
	r->rsi = small_id_narrow(r->rsi);
	r->rdi = 0;
}

/*
 * Which registers of a call hold ids? The scheduler, pager and redirector of privileged calls are nobody's business
 * here.
 */
static bool names_thread(unsigned number)
{
	return number == CALL_EXCHANGE_REGISTERS || number == CALL_THREAD_SWITCH || number == CALL_SCHEDULE;
}

enum { UNMAP_LAST = 0x3f }; /* in the control word */

static void widen_call(struct tcb *self, unsigned number)
{
	struct registers *r = &self->regs;
	const struct small_utcb *program = self->small.utcb;

	if (names_thread(number))
		r->rdi = small_id_widen((uint32_t)r->rdi);
	r->r8 = r->rbx;
	r->r9 = r->rbp;
	r->r10 = program->argument[0];
	r->r12 = program->argument[1];
	r->r13 = program->argument[2];
	r->r14 = program->argument[3];
	if (number == CALL_EXCHANGE_REGISTERS)
		r->r13 = small_id_widen(program->argument[2]);
	if (number == CALL_UNMAP)
		words_widen(self->utcb_map->mr, program->mr, 0, r->rdi & UNMAP_LAST);
}

static void narrow_call(struct tcb *t, unsigned number)
{
	struct registers *r = &t->regs;
	struct small_utcb *program = t->small.utcb;

	r->rbx = r->r8;
	r->rbp = r->r9;
	r->rdx = r->rax >> 32;
	if (number == CALL_EXCHANGE_REGISTERS) {
		r->rax = small_id_narrow(r->rax);
		r->r13 = small_id_narrow(r->r13);
		r->rdx = 0;
	}
	if (number == CALL_KERNEL_INTERFACE)
		r->rsi = small_kip_page->api_flags;
	program->argument[0] = (uint32_t)r->r10;
	program->argument[1] = (uint32_t)r->r12;
	program->argument[2] = (uint32_t)r->r13;
	program->argument[3] = (uint32_t)r->r14;
	if (number == CALL_UNMAP)
		words_narrow(program->mr, t->utcb_map->mr, 0, r->rdi & UNMAP_LAST);
}

bool small_call_widen(struct tcb *self)
{
	struct registers *r = &self->regs;
	unsigned number = r->rdx >> CALL_NUMBER_SHIFT & CALL_NUMBER_MASK;

	if (number >= CALL_COUNT || number == CALL_THREAD_STATE || (self->slow & SLOW_CALLS))
		return false;

	/* committed: nothing below may fail */
	if (number == CALL_IPC || number == CALL_LIPC)
		widen_ipc(self);
	else
		widen_call(self, number);
	self->small.call = number + 1;
	self->vector = VECTOR_SYSCALL;
	self->own_id = self->id; /* the gate of the door by `int` has stored an error code there */
	return true;
}

void small_call_narrow(struct tcb *t)
{
	unsigned number = (unsigned)t->small.call - 1;

	if (!t->small.call)
		return;
	if (number == CALL_IPC || number == CALL_LIPC)
		narrow_ipc(t);
	else
		narrow_call(t, number);
	t->regs.rcx = 0;
	cut_registers(&t->regs);
	t->small.call = 0;
}

void small_leave(struct tcb *t)
{
	small_call_narrow(t);
	if (t->vector == VECTOR_SYSCALL)
		t->rflags = RFLAGS_ALWAYS;
	t->rflags = (t->rflags & (RFLAGS_USER | RFLAGS_NT | RFLAGS_RF)) | RFLAGS_ALWAYS;
	t->vector = VECTOR_NONE; /* IRETQ, whatever it came by */
	t->cs = SELECTOR_SMALL_CODE;
	t->ss = SELECTOR_SMALL_DATA;
	t->rsp = (uint32_t)t->rsp;
	show_controls(t->small.utcb, t->utcb_map);
}
