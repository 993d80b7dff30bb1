/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call.h - one request to the root task and its answer.
 */
#ifndef SERVICE_CALL_H
#define SERVICE_CALL_H

#include <l4/message.h>
#include <service/root.h>

/*
 * Sends *msg, whose words are appended already, as this request and waits for the answer, which
 * replaces *msg. Returns the answer's status.
 */
enum root_status root_call(enum root_request request, L4_Msg_t *msg);

#endif
