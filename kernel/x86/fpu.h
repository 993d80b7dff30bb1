/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86/fpu.h - the FPU and vector registers, switched only for threads that use them.
 *
 * They stay in the processor, with CR0.TS set, until another thread wants them. So threads that compute with
 * integers pay nothing, and nobody ever sees the registers of another: touching them with TS set raises #NM.
 */
#ifndef X86_FPU_H
#define X86_FPU_H

#include "core/tcb.h"

/* The running thread raised #NM: give it the FPU. False when there is no memory for its registers. */
bool fpu_claim(struct tcb *self);

/* `next` is about to run: set CR0.TS unless the FPU holds its registers. No CR0 write when TS is right already. */
void fpu_switch(struct cpu *cpu, const struct tcb *next);

/* t is about to be deleted: drop its registers, in the processor and in memory. */
void fpu_forget(struct tcb *t);

#endif
