/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/small.h - threads of small spaces under the worker's command.
 *
 * The worker is pager and exception handler of such a thread, and shares two pages with it. It sets registers, the
 * UTCB and the instructions to do (small_do), lets it go, and finds registers and UTCB behind them when the thread
 * has trapped (small_code.asm). What happens in between is the case's.
 */
#ifndef TESTS_SYSTEM_SMALL_H
#define TESTS_SYSTEM_SMALL_H

#include "test.h"
#include <abi/small.h>

/* Where things are in every such space. */
enum {
	SMALL_CODE = 0x10000,
	SMALL_DATA = 0x20000,
	SMALL_THING = 0x21000,
	SMALL_STACK = 0x23000,
	SMALL_FREE = 0x40000, /* from here to SMALL_AREAS nothing is mapped */
	SMALL_AREAS = 0x3e0000,
	SMALL_UTCBS = 0x3e0000,
	SMALL_KIP = 0x3f0000,
	SMALL_IPC = SMALL_KIP + 0x810, /* the KIP's entry for IPC */
};

struct small_registers {
	unsigned eax, ebx, ecx, edx, esi, edi, ebp, esp, eflags;
};

struct small_data {
	struct small_registers in;  /* 0x000 */
	unsigned gap1[7];
	struct small_registers out; /* 0x040 */
	unsigned gap2[39];
	unsigned thing;             /* 0x100 */
	unsigned gap3[191];
	struct small_utcb utcb_in;  /* 0x400 */
	unsigned gap4[96];
	struct small_utcb utcb_out; /* 0x800 */
};
_Static_assert(offsetof(struct small_data, out) == 0x40, "small_code.asm");
_Static_assert(offsetof(struct small_data, thing) == 0x100, "small_code.asm");
_Static_assert(offsetof(struct small_data, utcb_in) == 0x400, "small_code.asm");
_Static_assert(offsetof(struct small_data, utcb_out) == 0x800, "small_code.asm");

struct small {
	L4_ThreadId_t thread;
	struct space *space;
	struct small_data *data;
	unsigned char *thing;
	L4_Word_t stack; /* a page */
	unsigned offset; /* where its things begin in their page */
};

/* A small space in that slot. */
struct space *small_space(unsigned log2, unsigned place);

/* A thread of it that waits for its first order. */
struct small small_new(struct space *space);

/*
 * Another thread of its space, which shares its pages. What one of them finds there must not matter when the other
 * runs.
 */
struct small small_neighbour(const struct small *s);

/* Its id as it sees it, and the worker's as a small program sees that. */
unsigned small_id(L4_ThreadId_t thread);

/* Let it do these bytes. */
void small_go(struct small *s, const void *bytes, unsigned count);

/* Let it do what is in place already, again. */
void small_again(struct small *s);

/* Receive from it: pages of its own are given to it, until something else comes. True: it is done. */
bool small_event(struct small *s, struct message *m);

/* It has done what it was told. */
void small_done(struct small *s);

/* Its thing is a system call, by the KIP's entry; then wait until it is done. */
void small_call(struct small *s);

/* The same, but do not wait. */
void small_call_begin(struct small *s);

/*
 * ExchangeRegisters as its pager or exception handler: what `control` says of the three. Returns its pager as it was,
 * and stores its IP, if asked for.
 */
enum {
	EXCHANGE_ABORT_RECEIVE = 1 << 1,
	EXCHANGE_IP = 1 << 4,
	EXCHANGE_FLAGS = 1 << 5,
	EXCHANGE_PAGER = 1 << 7,
	EXCHANGE_FORCE = 1 << 16,
	EXCHANGE_AS_PAGER = 1 << 22,
};
L4_ThreadId_t small_exchange(L4_ThreadId_t thread, L4_Word_t control, L4_Word_t ip, L4_Word_t flags,
			     L4_ThreadId_t pager, L4_Word_t *old_ip);

/* Is this where it goes on after a system call by the KIP's entry? By `sysenter`, or by `int`. */
static inline bool small_is_behind_call(L4_Word_t ip)
{
	return ip == SMALL_KIP + SMALL_KIP_LANDING || ip == SMALL_IPC + 2;
}

/* The call word, lower half. */
#define SMALL_CALL(number, kind) ((unsigned)(number) << CALL_NUMBER_SHIFT | (unsigned)(kind))

#endif
