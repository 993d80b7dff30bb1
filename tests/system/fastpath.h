/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/fastpath.h - what the cases about the path of a message share. */
#ifndef TESTS_SYSTEM_FASTPATH_H
#define TESTS_SYSTEM_FASTPATH_H

#include <l4/pathmisses.h>

#include "test.h"

/* An IPC without timeouts but the one of its send phase, with this kind of call word; the sender goes to *sender. */
L4_MsgTag_t message(L4_Word_t kind, L4_ThreadId_t to, L4_Word_t from, L4_Time_t send, unsigned words,
		    L4_Word_t *sender);

/* Does the kernel have the path, and is it on? */
bool path_is_there(void);

/* The path refused one message since the counts were `before`, for that reason; this look is counted, too. */
void expect_miss(const L4_Word_t *before, enum L4_PathMiss reason);

void in_both_spaces(void (*check)(struct space *));

#endif
