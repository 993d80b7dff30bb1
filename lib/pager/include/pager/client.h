/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager/client.h - what a program needs that is to have memory from a pager of its choice.
 *
 * A thread's pager is a word in its thread control registers, which it sets itself. From then on *all* its page
 * faults go there, so its program, which the root task pages until then, must be in memory as a whole: pager_begin()
 * sees to that. The heap of root.h ends where it has been touched; further memory is the pager's regions.
 *
 * Programs that the system's description gives a pager need none of this.
 */
#ifndef PAGER_CLIENT_H
#define PAGER_CLIENT_H

#include <l4/types.h>
#include <pager/protocol.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Touches the whole program, and makes `pager` the calling thread's pager. */
void pager_begin(L4_ThreadId_t pager);

/*
 * Memory of a pager at [low, low + size), with these rights; `argument` as the pager understands it. All other
 * functions here are for threads that have attached something, or were added.
 */
enum pager_status pager_attach(L4_ThreadId_t pager, unsigned long low, unsigned long size, unsigned int rights,
			       unsigned long argument);

/* The calling thread becomes a client without a region: for requests that a pager has of its own. */
enum pager_status pager_enter(L4_ThreadId_t pager);

/* A further thread of this space may use the regions. It has to make the pager its own. */
enum pager_status pager_add_thread(L4_ThreadId_t pager, L4_ThreadId_t thread);

/* All regions are gone, and what is in them. */
enum pager_status pager_leave(L4_ThreadId_t pager);

enum pager_status pager_counts(L4_ThreadId_t pager, struct pager_counts *counts);

/*
 * A request of up to four words. On PAGER_OK word[] holds the first four words of the answer.
 */
enum pager_status pager_call(L4_ThreadId_t pager, unsigned long label, unsigned int words, L4_Word_t word[4]);

#ifdef __cplusplus
}
#endif
#endif
