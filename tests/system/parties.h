/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/parties.h - two threads that send each other strings, as the worker plans it.
 *
 * A party is a thread with a plan: it does one IPC each time the worker says go, and keeps what
 * came of it. The bytes of strings come from `source` and go to `target`, which is filled with
 * GUARD: what nobody was to write must still be GUARD. Both lie in the program's image, which every
 * space sees at the same place; the addresses from FAR_SOURCE and FAR_TARGET on are the same memory
 * again, for a pager to show page by page: `service` or the worker itself.
 */
#ifndef TESTS_SYSTEM_PARTIES_H
#define TESTS_SYSTEM_PARTIES_H

#include "agent.h"

enum { PAGES = 6, SIZE = PAGES * PAGE, GUARD = 0xee, MIB4 = 4 << 20, MIB4_LOG2 = 22 };
#define FAR_SOURCE 0x20000000000UL
#define FAR_TARGET 0x30000000000UL
#define FAR_END	   0x40000000000UL
/* What plans put into registers that nobody is to write. */
#define UNTOUCHED 0xabcdef0000UL

extern unsigned char source[SIZE], target[SIZE];

enum { S = 0, R = 1, HELPER = 2, PARTIES = 4 };

/* What a party does, and what came of it. */
struct party {
	L4_ThreadId_t thread;
	/* The plan. */
	L4_ThreadId_t to, from;	  /* nilthread: no such phase */
	L4_Word_t mr[64], br[33]; /* mr[0] is the tag */
	unsigned buffers;	  /* words of br in use, less one */
	unsigned last_buffer;
	L4_Word_t xfer;	       /* transfer timeouts */
	L4_ThreadId_t pager;   /* for this round */
	L4_Word_t poke, value; /* if set: no IPC, but this word is written */
	/* The outcome. */
	L4_MsgTag_t tag;
	L4_ThreadId_t sender;
	L4_Word_t got[64], got_br[33], error;
	L4_Word_t spun; /* how often the spinner went round meanwhile */
	struct utcb *utcb;
	volatile L4_Word_t done;
};

extern struct party party[PARTIES];

/* A word that a case may have a thread count up. */
extern volatile L4_Word_t spins;

/* Byte i of `source`. */
unsigned char pattern(L4_Word_t i);
/* Source and target as at the beginning of a case. */
void fill(void);
/* A piece of the target only. */
void unfill(L4_Word_t to, L4_Word_t length);

/* Make the two parties of a case, and one more. */
void cast_simply(struct space *space_s, struct space *space_r);
void cast_helper(unsigned who, struct space *space);
/* Empty plans: party S sends a message without words to party R, which waits for it. */
void plan(void);
/* One more word of S's message, or of another's. */
void untyped(unsigned who, L4_Word_t word);
void typed(unsigned who, L4_Word_t word);
/*
 * One more string of S's message; one more buffer of R's: simple, or by its first descriptor and
 * the words behind.
 */
void string(L4_Word_t address, L4_Word_t length);
void buffer(L4_Word_t address, L4_Word_t length);
void buffer_begin(L4_Word_t word);
void buffer_word(L4_Word_t word);

/* A round: each for himself, or both. */
void go(unsigned who);
void ended(unsigned who);
void exchange(void);

void expect_success(void);
/* Both phases failed with this many bytes copied. */
void expect_failure(L4_Word_t error_s, L4_Word_t error_r, L4_Word_t bytes);
/* target[to ..] holds source[from ..], and the rest of it is as it was. */
void expect_copied(L4_Word_t from, L4_Word_t to, L4_Word_t length);
/* Copy one simple string into one buffer of just its size. */
void one_string(L4_Word_t from, L4_Word_t to, L4_Word_t length);

/*
 * A pager that shows the memory behind FAR_SOURCE and FAR_TARGET, one page at each fault, up to a
 * limit.
 */
struct service {
	L4_Word_t source, target; /* the memory */
	volatile L4_Word_t limit; /* so many faults are answered */
	L4_Word_t delay;	  /* microseconds before each */
	volatile L4_Word_t faults;
	struct {
		L4_Word_t label, address;
	} log[2 * PAGES];
};

extern struct service service;

L4_ThreadId_t pager_new(L4_Word_t limit);
/* Answer a fault as that pager would. */
L4_MsgTag_t answer(const struct message *m);
/* Parties in spaces where nothing of FAR is mapped. */
void cast_far(void);

/*
 * The worker as pager: it sees each fault, and what it does before it answers happens in the middle
 * of the transfer.
 */
void fault_of(unsigned who, struct message *m, L4_Word_t address, L4_Word_t access);
/* Both start; S stops at the second of the four pages of its string. */
void stop_at_second_page(struct message *m);
void answer_the_rest(struct message *m);

/* 4 MiB each, not of the image. */
L4_Word_t big_source(void);
L4_Word_t big_target(void);
void expect_big_copied(L4_Word_t from, L4_Word_t to);

#endif
