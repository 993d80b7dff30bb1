/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/handler.h - the worker as the handler of faults: it waits for them without a timeout, and answers by
 * ReplyWait, which brings the next one. So both go by the lanes of the kernel.
 *
 * Faults on this program's image are answered on the way.
 */
#ifndef TESTS_SYSTEM_HANDLER_H
#define TESTS_SYSTEM_HANDLER_H

#include "trapper.h"

enum { PAGE = 4096, MIB2_LOG2 = 21 };

/* Where nothing is, and in the same MiB. */
#define FAR 0x123456600000UL
#define NEARBY (FAR + 0x1ff000)

/* A message of these words, or of a page to appear at this address, into the message registers. */
void message_load(L4_Word_t label, const L4_Word_t *words, unsigned untyped, unsigned typed);
void page_load(L4_Fpage_t page, L4_Word_t address);
L4_Fpage_t page_of(L4_Word_t address, L4_Word_t rights);

/* The next message. */
void handler_wait(struct message *m);
/* The next message, after what is in the message registers went to this thread. */
void handler_reply(L4_ThreadId_t to, struct message *m);
/* The answer to the sender of m is its first `count` words, or a page; m is the next message then. */
void handler_answer(struct message *m, unsigned count);
void handler_answer_page(struct message *m, L4_Fpage_t page, L4_Word_t address);

/* What m is: an invalid opcode at this instruction, a page fault, a message, or nothing, for an answer was not sent. */
void expect_trap(const struct message *m, L4_ThreadId_t t, const char *ip);
void expect_fault(const struct message *m, L4_ThreadId_t t, L4_Word_t address);
void expect_label(const struct message *m, L4_ThreadId_t t, L4_Word_t label);
void expect_send_failed(const struct message *m, L4_Word_t code);

#endif
