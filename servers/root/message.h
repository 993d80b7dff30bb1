/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message.h - what is in a request, and what goes into its answer.
 */
#ifndef ROOT_MESSAGE_H
#define ROOT_MESSAGE_H

#include <stdbool.h>

#include <l4/message.h>
#include <service/root.h>

/* Untyped words of the message that was received. */
unsigned int message_words(L4_Msg_t *msg);

/*
 * Whether word `first`, counted from 0, says how many bytes the words behind it hold, at most limit, and nothing is
 * behind.
 */
bool message_has_text(L4_Msg_t *msg, unsigned int first, L4_Word_t limit);

/* Copies size bytes out of the words from `first` on. */
void message_bytes(L4_Msg_t *msg, unsigned int first, char *bytes, unsigned int size);

/* A name of that form at word `first`: at most 31 bytes and a final zero. False: there is none. */
bool message_name(L4_Msg_t *msg, unsigned int first, char name[ROOT_NAME_MAX]);

/* The message becomes an answer: this status; ROOT_OK and a word; a status and a text. All return true. */
bool answer(L4_Msg_t *msg, enum root_status status);
bool answer_word(L4_Msg_t *msg, L4_Word_t word);
bool answer_text(L4_Msg_t *msg, enum root_status status, const char *text, unsigned int size);

/* Appends a name to an answer, in as many words as any name has. Returns true. */
bool append_name(L4_Msg_t *msg, const char name[ROOT_NAME_MAX]);

#endif
