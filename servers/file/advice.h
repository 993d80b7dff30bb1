/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * advice.h - asking clients which of their pages has to go (<pager/advice.h>).
 *
 * The pager calls the adviser and waits, at most as long as `patience`. That is all that a client can cost the others
 * with it: who has not answered once is never asked again, however often it comes with another adviser.
 */
#ifndef FILE_ADVICE_H
#define FILE_ADVICE_H

#include <l4/types.h>
#include <pager/clients.h>

void advice_init(unsigned long patience_microseconds);

/* The thread is its client's adviser from now on. */
enum pager_status advice_enter(struct pager_client *client, L4_ThreadId_t adviser);

/* Which page the owner of the candidate wants to give up. There is no answer: the candidate. */
unsigned long advice_ask(struct pager_client *owner, unsigned long missing, unsigned long candidate);

void advice_forget(struct pager_client *client);

#endif
