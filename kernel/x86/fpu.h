/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86/fpu.h - the FPU and vector registers, switched only for threads that use them.
 *
 * They stay in the processor, with CR0.TS set, until another thread wants them. So threads that compute with
 * integers pay nothing, and nobody ever sees the registers of another: touching them with TS set raises #NM.
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

/* The running thread raised #NM: give it the FPU. False when there is no memory for its registers. */
bool fpu_claim(struct tcb *self);

/* Set CR0.TS, or clear it. */
void fpu_set_off(struct cpu *cpu, bool off);

/* `next` is about to run: set CR0.TS unless the FPU holds its registers. No CR0 write when TS is right already. */
static inline void fpu_switch(struct cpu *cpu, const struct tcb *next)
{
	if (cpu->fpu_off != (cpu->fpu_owner != next))
		fpu_set_off(cpu, cpu->fpu_owner != next);
}

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
