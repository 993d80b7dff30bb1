/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * service/paging.h - what the root task does for pagers: programs that other programs have as their pager.
 *
 * The system's description (servers/root/README.md) says `pager NAME` of a program. The root task makes its space and
 * threads and is its loader, console and name service; its page faults go to the main thread of NAME, or to the thread
 * that has registered that name. That thread gets notices of two kinds, as messages in the name of root_notifier():
 * a client begins, and it waits for its start message; a client has ended.
 *
 * The frames that a pager gives its clients are pages of its own memory (its heap, its large pages; a pager's may be
 * executed), which count against its own quota. What belongs at first in a page of a client's program file,
 * root_client_page() puts there. A page that the pager has not touched yet is not there to be passed on.
 *
 * The life of a client:
 *
 *   1. notice ROOT_CLIENT_START: thread, entry point, stack pointer, quota, name. The thread stands still.
 *   2. the pager makes its tables ready (root_client_segment()) and sends the start message: two words, IP and SP, to
 *      the thread, with timeout zero. It may choose others than those of the notice.
 *   3. page faults from the thread, and from those that the client has created since: root_client_has() says whose.
 *      Map items answer them. One that it will not answer the pager hands back by root_client_fault().
 *   4. notice ROOT_CLIENT_END: the space and all its threads are gone. A client that is described so is started anew
 *      only after the pager has got this notice.
 *
 * Notices are sent when the pager waits for a message from anybody (or from root_notifier()), and tried again until
 * then; the root task never waits. A pager that ends takes its clients with it.
 */
#ifndef SERVICE_PAGING_H
#define SERVICE_PAGING_H

#include <stdbool.h>

#include <l4/message.h>
#include <l4/types.h>
#include <service/root.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Labels of notices. */
enum root_notice {
	ROOT_NO_NOTICE = 0,
	ROOT_CLIENT_START = 0x181, /* MR1 thread, MR2 IP, MR3 SP, MR4 quota in bytes, from MR5 name, and a zero byte */
	ROOT_CLIENT_END,           /* MR1 thread */
};

struct root_client {
	L4_ThreadId_t thread; /* the main thread */
	/* of ROOT_CLIENT_START alone */
	L4_Word_t ip, sp;
	unsigned long memory; /* the quota that its description gives it, in bytes; the pager is to enforce it */
	char name[ROOT_NAME_MAX];
};

/* In its name notices come. Nobody but the root task can send so. It takes no messages. */
L4_ThreadId_t root_notifier(void);

/* What a message is, its tag and sender as L4_Wait returned them: a notice, and *client is set; or none. */
enum root_notice root_notice(L4_MsgTag_t tag, L4_ThreadId_t from, struct root_client *client);

/* Whether a thread is the client's, of all its threads. Both ids must be global. */
bool root_client_has(L4_ThreadId_t client, L4_ThreadId_t thread);

/*
 * A segment of the client's program file, by its number from 0: addresses [low, high) with these rights. `client` here
 * and below is its main thread. ROOT_NOT_FOUND: there is none of that number; or the caller's program is not its pager.
 */
struct root_segment {
	unsigned long low, high;
	unsigned int rights; /* L4_Readable ... */
};

enum root_status root_client_segment(L4_ThreadId_t client, unsigned int number, struct root_segment *segment);

/*
 * Fills a page of the caller's own heap (ROOT_HEAP_LOW ...), at the address `into`, with what the client's program file
 * has for the page of `address`, zeros around it, and maps it there; *rights are those of that page. ROOT_NOT_FOUND:
 * nothing of the file belongs there, or no client of the caller's. ROOT_EXHAUSTED: the caller's quota is used up.
 */
enum root_status root_client_page(L4_ThreadId_t client, unsigned long address, void *into, unsigned int *rights);

/*
 * The fault of a client's thread (access: the rights that it needed) is not answered: the root task reports it as one
 * of its own, with the pager's reason (at most ROOT_REASON_MAX bytes), and ends the client.
 */
enum { ROOT_REASON_MAX = 200 };

enum root_status root_client_fault(L4_ThreadId_t thread, unsigned long address, unsigned long ip, unsigned int access,
				   const char *reason);

#ifdef __cplusplus
}
#endif
#endif
