/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault.h - page faults and exceptions of programs: answered, or told to the reader of the
 * console.
 *
 * A fault that cannot be answered ends its program. The report names the program, the thread, the
 * access, the address and the instruction, so that `addr2line -e modules/NAME IP` finds the source
 * line, and who called whom.
 */
#ifndef ROOT_FAULT_H
#define ROOT_FAULT_H

#include <stdbool.h>

#include <l4/message.h>

#include "program.h"

/* What a thread's message, sent by the kernel in its name, is about. */
struct fault {
	struct program *program;
	L4_ThreadId_t thread;
	long label; /* sign-extended */
	const L4_Msg_t *msg;
};

/*
 * True: *answer is the map item to reply with. False: reported, and the program is stopped. A fault that is another
 * pager's goes there from now on, and is answered with nothing, so that it comes again.
 */
bool fault_page(const struct fault *fault, L4_MapItem_t *answer);

/* The same for an access to I/O ports, which only drivers may use. */
bool fault_port(const struct fault *fault, L4_MapItem_t *answer);

/* Reports a fault that the program's pager does not answer, with its reason, and stops the program. */
void fault_of_client(struct program *program, L4_ThreadId_t thread, unsigned int access, unsigned long address,
		     unsigned long ip, const char *why);

/* Reports and stops a program that the answer could not be mapped to. */
void fault_unanswerable(struct program *program);

/* Reports and stops the program. */
void fault_exception(const struct fault *fault);

#endif
