/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86/fpu.h - the FPU and vector registers, switched only for threads that use them.
 *
 * They stay in the processor, with CR0.TS set, until another thread wants them. So threads that compute with
 * integers pay nothing, and nobody ever sees the registers of another: touching them with TS set raises #NM.
 *
 * Who has touched them finds them loaded the next times that it runs (SLOW_FPU_WANTED), without another #NM; after some
 * turns it has to ask again, so that who has used them once is soon an integer thread again. While the running thread
 * has them TS is clear, and both its `slow` and the CPU's have SLOW_FPU_ON: the path of a message, which compares the
 * partner's with the CPU's, goes on by itself only if nothing has to be switched.
 *
 * In memory they have XSAVE's standard format (SDM 1 13.4) with all components that the kernel has switched on, not
 * XSAVEC's, in which nobody could find anything (sys/thread_state.c); or FXSAVE's where there is no XSAVE. What users
 * write there is judged, for XRSTOR faults on some of it.
 */
#ifndef X86_FPU_H
#define X86_FPU_H

#include "core/tcb.h"
#include "x86/cpu_data.h"

/* Switch on what the CPU has and find out how large it is. Called from cpu_features_init(). */
void fpu_init(void);

/* The running thread raised #NM: it wants the registers, and gets them when it leaves the kernel. False: no memory. */
bool fpu_claim(struct tcb *self);

/* As fpu_switch, if there is something to switch. */
void fpu_switch_from_other(struct cpu *cpu, struct tcb *next);

/*
 * `next` is about to run: give it the registers if it wants them; else set CR0.TS, unless it is set or they are next's.
 */
static inline void fpu_switch(struct cpu *cpu, struct tcb *next)
{
	if ((next->slow ^ cpu->slow) & SLOW_FPU)
		fpu_switch_from_other(cpu, next);
}

/* Both the running thread and the partner that it wakes go on: neither has the registers until it touches them. */
void fpu_leave_off(struct tcb *partner);

/* How many words a thread's state has. */
unsigned fpu_words(void);

/* Copy words [first, first + count) of the state of t, which is not running. */
void fpu_read(const struct tcb *t, unsigned first, unsigned count, word_t *words);

/* May a user write these there? Whatever else is written, the processor loads the state without a fault then. */
bool fpu_acceptable(unsigned first, unsigned count, const word_t *words);

/* Write them, which are acceptable. False when there is no memory for t's registers; then nothing is changed. */
bool fpu_write(struct tcb *t, unsigned first, unsigned count, const word_t *words);

/* t is about to be deleted: drop its registers, in the processor and in memory. */
void fpu_forget(struct tcb *t);

#endif
