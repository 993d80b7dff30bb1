/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base/debugger.h - where the kernel calls its debugger.
 *
 * kdb/ defines all this. Without it (CMake's PECAN_DEBUGGER=OFF) base/no_debugger.c does, and nothing ever happens.
 * Nobody else knows whether there is a debugger, and none of these is called on the path of a message.
 */
#ifndef BASE_DEBUGGER_H
#define BASE_DEBUGGER_H

#include "core/tcb.h"

/* What the kernel interface page says of it: a feature string, empty without a debugger. */
extern const char debugger_feature[];

/*
 * The key that enters it is a break on COM1, told by COM1's interrupt as long as that is nobody else's. Off: a driver
 * is about to take an interrupt. On: it has, or has given one back; no harm if the key was on.
 */
void debugger_key_off(void);
void debugger_key_on(void);

/* An interrupt came, while self ran, that is nobody's. */
void debugger_interrupt(struct tcb *self, word_t number);

/* self ran into a breakpoint. True: it was a request to the debugger (lib/abi/kdebug.h), and self goes on. */
bool debugger_request(struct tcb *self);

/* self faulted, and its message is made: note it in the trace ring, if somebody wants that. */
void debugger_fault(const struct tcb *self);

/* The panic has said all. Returns when nobody wants to look around any more. */
void debugger_panic(struct cpu *cpu);

#endif
