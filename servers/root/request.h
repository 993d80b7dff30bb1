/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.h - what programs ask of the root task (lib/service/include/service/root.h).
 */
#ifndef ROOT_REQUEST_H
#define ROOT_REQUEST_H

#include <stdbool.h>

#include <l4/message.h>

#include "program.h"

/*
 * Serves the request with this label. *msg is the message and becomes the answer, its label the
 * status. False: there is no answer now (the thread or its program has ended, or it waits for a
 * character).
 */
bool request_serve(struct program *program, L4_ThreadId_t thread, unsigned long label,
		   L4_Msg_t *msg);

#endif
