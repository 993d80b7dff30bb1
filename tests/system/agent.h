/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/agent.h - memory handed around between spaces.
 *
 * An agent is a thread of some space that takes, passes on and takes back pages when the worker tells it to; the worker
 * is told how each went. Memory comes from sigma0 and is fresh: whoever got it in an earlier case has lost it. Each
 * page begins with a mark that can be read and executed; what probes write goes behind it.
 */
#ifndef TESTS_SYSTEM_AGENT_H
#define TESTS_SYSTEM_AGENT_H

#include "test.h"

#define WINDOW 0x40000000000UL
#define NOT_MAPPED 0xbad0bad0bad0UL

enum { PAGE = 4096, LARGE = 1 << 21, LARGE_LOG2 = 21, SMALL_PAGES = 16 };

/* Its first byte is a return instruction. */
#define MARK(n) (0xc3UL | (L4_Word_t)(n) << 8)

/* Sixteen pages side by side, aligned to 64 KiB and marked 0 .. 15, mapped in this space as pages. */
L4_Word_t fresh_pages(void);
/* 2 MiB mapped as one page, if the kernel has such; every 4 KiB of it is marked, counting from 0. */
L4_Word_t fresh_large(void);

L4_Fpage_t fpage(L4_Word_t address, unsigned log2, L4_Word_t rights);

L4_ThreadId_t agent_new(struct space *space);
/*
 * `from` (the worker or an agent) sends `page` to the agent `to`, which has `window` open. Returns the ErrorCode of the
 * sender's IPC, 0 when it went well.
 */
L4_Word_t give(L4_ThreadId_t from, L4_Fpage_t page, L4_ThreadId_t to, L4_Fpage_t window, L4_Word_t base);
/* The same with a grant item; the send base is 0. */
L4_Word_t hand_over(L4_ThreadId_t from, L4_Fpage_t page, L4_ThreadId_t to, L4_Fpage_t window);
/* The ErrorCode of the receiver's IPC in the last of these. */
extern L4_Word_t taken;
/* `who` calls Unmap with the control bits for one flexpage; returns the word that comes back. */
L4_Word_t unmap_by(L4_ThreadId_t who, L4_Word_t control, L4_Fpage_t page);
enum { UNMAP = 0, FLUSH = 0x40 };

/* Try it in a thread of its own; true if it did not fault. Writing goes to address + 8. */
L4_Word_t reads_in(struct space *space, L4_Word_t address);
bool can_read(struct space *space, L4_Word_t address);
bool can_write(struct space *space, L4_Word_t address);
bool can_execute(struct space *space, L4_Word_t address);


#endif
