/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager/clients.h - whom a pager serves, and which addresses of theirs.
 *
 * A client is some threads that share an address space, and its regions. There are two kinds. A *program* is one that
 * the root task has started with this pager (<service/paging.h>): all threads of its numbers belong to it, and they are
 * what the root task says. *Others* have come by themselves, with a first thread; a further one of the same program
 * belongs to them when one of theirs says so, and never because it claims it.
 *
 * All that a client says is checked here: regions lie in user space on page boundaries and do not overlap. Pure:
 * compiles for the host.
 */
#ifndef PAGER_CLIENTS_H
#define PAGER_CLIENTS_H

#include <stdbool.h>

#include <l4/types.h>
#include <pager/pages.h>
#include <pager/protocol.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PAGER_CLIENTS_MAX = 32, PAGER_REGIONS_MAX = 8, PAGER_THREADS_MAX = 8, PAGER_PAGE = 4096 };

/* So many places are kept for programs that have no client yet: threads cost nothing, programs are in a description. */
enum { PAGER_CLIENTS_KEPT = 8 };

/* Where user memory ends. */
#define PAGER_USER_END 0x800000000000UL

struct pager_region {
	unsigned long low, high;
	unsigned int rights;
	unsigned long argument; /* what it shows, as the pager understands it */
	bool image;		/* what the program file has there: rights differ from page to page */
};

struct pager_client {
	unsigned long serial; /* 0: this entry is free. No two clients have the same, ever */
	bool is_program;
	unsigned int thread_count, region_count;
	L4_ThreadId_t thread[PAGER_THREADS_MAX]; /* global ids; of a program its main thread alone */
	struct pager_region region[PAGER_REGIONS_MAX];

	/* the pager's own */
	unsigned int witness;	/* index of the thread that was alive when that was asked last */
	bool reported;		/* on the console: a fault of its was refused */
	unsigned long quota;    /* in pages */
	unsigned long charged;  /* of it used, in pages */
	struct page_list pages; /* what is charged to it */
	struct pager_counts counts;
};

struct pager_clients {
	unsigned long serials;
	struct pager_client client[PAGER_CLIENTS_MAX];
};

/* The client that a thread belongs to; null: none. */
struct pager_client *clients_find(struct pager_clients *clients, L4_ThreadId_t thread);

/*
 * A client with this first thread, which belongs to nobody yet. Null: there are too many, or its program has one
 * and the last places are kept for others.
 */
struct pager_client *clients_add(struct pager_clients *clients, L4_ThreadId_t thread, bool is_program);

/* The entry is free from now on. */
void clients_remove(struct pager_client *client);

/* A further thread of a client that is no program. PAGER_DENIED: it is of another program, or somebody's already. */
enum pager_status clients_add_thread(struct pager_clients *clients, struct pager_client *client, L4_ThreadId_t thread);

/*
 * A region is added. PAGER_MALFORMED: it is empty, not made of pages, has rights that there are not or no right to
 * read, reaches beyond user memory, or overlaps another one.
 */
enum pager_status clients_attach(struct pager_client *client, const struct pager_region *region);

/* The region of an address; null: none. */
struct pager_region *clients_region(struct pager_client *client, unsigned long address);

#ifdef __cplusplus
}
#endif
#endif
