/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * partner.h - the messages to pong_serve(), but for the echo. All of them: false, the call failed.
 */
#ifndef BENCH_PARTNER_H
#define BENCH_PARTNER_H

#include <stdbool.h>

#include <l4/types.h>

/*
 * Maps one flexpage of this space `count` times into the partner's, at window and behind: each time
 * where the last one ends. As many in a message as there is room for.
 */
bool partner_take(L4_ThreadId_t partner, L4_Fpage_t page, unsigned long window, unsigned int count);

/* The other way: the partner maps its page into this space. */
bool partner_give(L4_ThreadId_t partner, L4_Fpage_t page, unsigned long window, unsigned int count);

/* The word at an address of the partner's. If nothing is there, that is the partner's end. */
bool partner_peek(L4_ThreadId_t partner, unsigned long address, unsigned long *word);

bool partner_stop(L4_ThreadId_t partner);

#endif
