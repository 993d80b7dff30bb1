/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ThreadState - read and write the floating-point and vector registers of a stopped thread. Not in X.2.
 *
 *   RDI thread   RSI first word   R8 number of words, at most 64   R9 0: read, 1: write
 *   the words in MR0 .. of the UTCB, both ways
 *   returns RAX the number of words that the whole state has, 0: failed
 *
 * The state is the area of XSAVE in its standard format, with every component that is on in XCR0 (XGETBV tells a
 * program which), or of FXSAVE (64 words) on a processor without XSAVE. Where the components lie is CPUID's leaf 0xd to
 * say. A component whose bit in XSTATE_BV (word 64) is 0 has its initial value, whatever its words are; so who writes a
 * component sets that bit. No words at all tell the size.
 *
 * The thread must be active and of the caller's space, or its pager or exception handler must be of that space; and it
 * must be stopped: halted, or waiting for the answer to an exception. Nothing else changes it then between two pieces.
 *
 * ErrorCode: invalid thread     no such thread, or it is not stopped
 *            invalid parameter  words beyond the state, or more than 64; neither 0 nor 1 in R9; bits of MXCSR that the
 *                               processor does not have, components in XSTATE_BV that are not on, anything but 0 in
 *                               words 65 to 71 (with XSAVE)
 *            no memory          for the state of a thread that had none
 */
#include "base/string.h"
#include "core/thread.h"
#include "sys/calls.h"
#include "x86/fpu.h"

enum direction { STATE_READ = 0, STATE_WRITE = 1 };

static bool is_stopped(const struct tcb *t)
{
	return (t->hold & HOLD_HALTED) || t->role == ROLE_EXCEPTION;
}

struct tcb *sys_thread_state(struct tcb *self)
{
	struct tcb *t = thread_find_any(self, self->regs.rdi);
	word_t first = self->regs.rsi, count = self->regs.r8, direction = self->regs.r9;
	word_t words[MESSAGE_REGISTERS];

	if (!t || !thread_obeys(t, self) || !is_stopped(t))
		return sys_refuse(self, ERROR_INVALID_THREAD);
	if (direction > STATE_WRITE || count > MESSAGE_REGISTERS || first > fpu_words() || count > fpu_words() - first)
		return sys_refuse(self, ERROR_INVALID_PARAMETER);
	if (direction == STATE_READ) {
		fpu_read(t, (unsigned)first, (unsigned)count, self->utcb_map->mr);
		return sys_result(self, fpu_words());
	}

	/* Other threads write message registers, too: what is judged is what is written. */
	words_copy(words, self->utcb_map->mr, count);
	if (!fpu_acceptable((unsigned)first, (unsigned)count, words))
		return sys_refuse(self, ERROR_INVALID_PARAMETER);
	if (!fpu_write(t, (unsigned)first, (unsigned)count, words))
		return sys_refuse(self, ERROR_NO_MEMORY);
	return sys_result(self, fpu_words());
}
