/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate.h - who may talk to whom: what the threads of a confined program send to others goes through its gate.
 *
 * A gate is a thread of the root task's space, one for each confined program, and the redirector of the program's
 * spaces: the kernel brings it what they send, but for messages to the root task. It passes on what the description
 * allows, in the sender's name, so that the answer goes straight to the sender; of anything else it tells the root
 * task, which stops the program. It may wait for a receiver as long as that takes: nobody but its own program waits for
 * it.
 */
#ifndef ROOT_GATE_H
#define ROOT_GATE_H

#include <stdbool.h>

#include <l4/message.h>
#include <l4/types.h>

#include "program.h"

/* Makes the gate of a program that is about to start. nilthread: the kernel refused. */
L4_ThreadId_t gate_open(struct program *program);

/* The program has ended: nothing is passed on any more. */
void gate_close(struct program *program);

/*
 * A message for the root task from one of its gates: reports the trespass, and stops the program. False: it is from
 * nobody such.
 */
bool gate_told(L4_ThreadId_t from, L4_Msg_t *msg);

#endif
