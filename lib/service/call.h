/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call.h - one request to the root task and its answer.
 */
#ifndef SERVICE_CALL_H
#define SERVICE_CALL_H

#include <stdbool.h>

#include <l4/message.h>
#include <service/root.h>

/*
 * Sends *msg, whose words are appended already, as this request and waits for the answer, which
 * replaces *msg. Returns the answer's status.
 */
enum root_status root_call(enum root_request request, L4_Msg_t *msg);

/* The same, with a page of 4 KiB of the caller's space into which the answer may map something. */
enum root_status root_call_for_page(enum root_request request, L4_Msg_t *msg, void *page);

/* Appends size bytes, the last word filled up with zeros. */
void root_append_bytes(L4_Msg_t *msg, const char *bytes, size_t size);

/* Appends a name as requests have it: a word with its length, then its bytes. False: it is too long for any name. */
bool root_append_name(L4_Msg_t *msg, const char *name);

/* Copies size bytes out of the words from index on, the first word's being 0. */
void root_get_bytes(L4_Msg_t *msg, unsigned int index, char *bytes, size_t size);

#endif
