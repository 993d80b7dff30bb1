/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager/advice.h - a client that says which of its pages have to go.
 *
 * One thread of the client, the adviser, waits for the pager's questions: page `missing` is coming; may `candidate`
 * go, the page that is due by its age, or which other one? Pages are numbers in the file. An answer that is no page
 * of the client's counts for the candidate. An adviser that does not answer in time (it must not touch memory of the
 * same pager) is not asked any more, nor is any other of its client's.
 */
#ifndef PAGER_ADVICE_H
#define PAGER_ADVICE_H

#include <l4/types.h>
#include <pager/protocol.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	PAGER_ADVISE = PAGER_OWN_REQUEST, /* the sender is its client's adviser from now on */
	PAGER_WHICH = 0x2f0, /* to the adviser: MR1 missing, MR2 candidate; the answer: MR1 the page to give up */
};

typedef unsigned long (*pager_choice)(unsigned long missing, unsigned long candidate, void *argument);

/* The calling thread becomes its client's adviser and answers by `choose`. Returns only if the pager will have none. */
enum pager_status pager_advise(L4_ThreadId_t pager, pager_choice choose, void *argument);

#ifdef __cplusplus
}
#endif
#endif
