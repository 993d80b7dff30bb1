/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager/pager.h - what all pagers do: the loop.
 *
 * A pager is a program that calls pager_run() with a few functions of its own. The loop receives page faults and
 * requests, finds out whose they are, checks them, and calls; it sends the answers, and never waits for a client: an
 * answer that is not taken at once is lost. What it promises:
 *
 *   - A fault outside of a client's regions, or without the right there, never gets to the pager's functions.
 *     It is refused: of a program that the root task started, by telling the root task, which reports and ends it; of
 *     another client, by an exception (L4_EXC_TRAP_FORCED) for its exception handler instead of an answer.
 *   - So is a fault whose answer the kernel has no memory for, in the client's quota.
 *   - Senders are served in the order of their arrival, one message after the other. While n threads send as
 *     fast as they can, a fault waits for n other messages at most.
 *
 * There is one pager in a program, and one thread.
 */
#ifndef PAGER_PAGER_H
#define PAGER_PAGER_H

#include <l4/message.h>
#include <l4/types.h>
#include <pager/clients.h>
#include <pager/pages.h>
#include <pager/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A fault in a region, with rights that the region has. */
struct pager_fault {
	struct pager_client *client;
	struct pager_region *region;
	L4_ThreadId_t thread;
	unsigned long page;  /* address of the page */
	unsigned int access; /* L4_Readable ..., what it needs */
};

/* The answer to one: a frame, or a superpage, of the pager's own memory. */
struct pager_mapping {
	void *frame;
	unsigned int log2; /* 12 if it is left 0 */
	unsigned int rights;
};

struct pager_operations {
	const char *name; /* for the console */
	unsigned long quota; /* of each client that is no program, in pages */

	/* Null: the mapping is the answer. Otherwise a few words: why there is none. */
	const char *(*fault)(const struct pager_fault *fault, struct pager_mapping *mapping);

	/* The functions below may be null. */

	/* A client wants this region, which is checked and not entered yet: is what it asks for there? */
	enum pager_status (*attach)(struct pager_client *client, struct pager_region *region);

	/*
	 * A request from PAGER_OWN_REQUEST on, of a client's thread. *msg is the request and becomes the answer's
	 * words; its label is the result. With PAGER_NO_ANSWER there is none.
	 */
	enum pager_status (*request)(struct pager_client *client, L4_ThreadId_t thread, unsigned long label,
				     L4_Msg_t *msg);

	/* An exception of a client's thread whose exception handler is this pager. True: *msg is the answer. */
	bool (*exception)(struct pager_client *client, L4_ThreadId_t thread, L4_Msg_t *msg);

	/* A client has gone; its entry is free after this. */
	void (*gone)(struct pager_client *client);

	/* Whether programs that the root task starts may have it as their pager. */
	bool takes_programs;

	/*
	 * What there is to do by time, between two messages. It returns in how many microseconds it wants to be called
	 * again, or later if a message is being served then; PAGER_NEVER: when somebody has sent something.
	 */
	unsigned long (*tick)(void);
};

#define PAGER_NEVER (~0UL)

/* Serves forever. */
void pager_run(const struct pager_operations *operations) __attribute__((noreturn));

/* Whom it serves: its clients one by one, from index 0 to PAGER_CLIENTS_MAX - 1; null: an entry that is free. */
struct pager_client *pager_client_at(unsigned int index);

/* The index of a client, for tables of the pager's own. */
unsigned int pager_client_index(const struct pager_client *client);

/* The client of a thread; null: of none. */
struct pager_client *pager_client_of(L4_ThreadId_t thread);

/*
 * Forgets clients of which no thread is left that has this pager: `gone` is called for each. For when something has run
 * out. True: somebody was forgotten.
 */
bool pager_forget_dead(void);

/* --- memory --- */

/* A page cleared, or copied: eight bytes at a time. */
static inline void pager_clear(void *frame)
{
	unsigned long words = PAGER_PAGE / 8;

	__asm__ __volatile__("rep stosq" : "+D"(frame), "+c"(words) : "a"(0UL) : "memory");
}

static inline void pager_copy(void *frame, const void *from)
{
	unsigned long words = PAGER_PAGE / 8;

	__asm__ __volatile__("rep movsq" : "+D"(frame), "+S"(from), "+c"(words) : : "memory");
}

/*
 * Gets memory for a pool: whole 2 MiB blocks as superpages as long as the root task has them, the rest from the heap,
 * page by page. Returns how many bytes it got: all of it is there, and counts against the quota.
 */
unsigned long pager_memory(struct pool *pool, unsigned long bytes);

/* Addresses of the pager's own heap that nobody uses; what is there is zeros, and comes when it is touched. */
unsigned long pager_addresses(unsigned long bytes);

/*
 * Fills a frame with what the page of a fault holds at first: zeros, or what the client's program file has there.
 * *rights are those of the page. False: nothing belongs there.
 */
bool pager_fill(const struct pager_fault *fault, void *frame, unsigned int *rights);

/*
 * Takes rights away from all who got these frames; at most PAGER_FRAMES_MAX of them. Bit i: frame i was written. All
 * rights, if it takes long because somebody has passed a frame on many times: whoever still has a claim faults again.
 */
enum { PAGER_FRAMES_MAX = 64 };

unsigned long pager_take_back(void *const *frame, unsigned int count, unsigned int rights);

/* The same for a block that was given as a superpage, and all rights. */
void pager_take_back_block(void *block);

/*
 * How a frame was used since this was last asked: L4_Readable, L4_Writable. Uses by the pager itself count, too. Who
 * has passed it on many times loses it, as above.
 */
void pager_uses(void *const *frame, unsigned int count, unsigned int *uses);

#ifdef __cplusplus
}
#endif
#endif
