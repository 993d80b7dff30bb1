/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/attacker.h - small spaces whose threads run a few 32-bit instructions at a time, under the worker's
 * eyes.
 *
 * Such a space has a page of code, of data, of stack, and the last page of its slot. Its one thread waits in an
 * exception, whose handler is the worker: attacker_run() puts code into the code page, answers with fresh registers,
 * and returns with the thread's next message. Behind the code there is UD2 up to the end of the page, so code that
 * nothing stops ends there. Pages are mapped when they are touched, and shared with this program, which can look at
 * them.
 */
#ifndef TESTS_SYSTEM_ATTACKER_H
#define TESTS_SYSTEM_ATTACKER_H

#include <abi/small.h>
#include "test.h"
#include "trapper.h"

enum {
	AT_PAGE_SIZE = 4096,
	AT_SLOT_LOG2 = SMALL_SLOT_MIN_LOG2,
	AT_SLOT_END = 1 << AT_SLOT_LOG2, /* of a slot */
	/* Places in a slot. */
	AT_FIRST = 0,
	AT_CODE = 0x10000,
	AT_DATA = 0x11000,
	AT_STACK = 0x12000,
	AT_STACK_TOP = 0x13000,
	AT_UTCBS = 0x20000,
	AT_KIP = 0x30000,
	AT_LAST = AT_SLOT_END - AT_PAGE_SIZE,
};

struct attacker {
	struct space *space;
	unsigned place;
	L4_ThreadId_t thread;
	unsigned char *first, *code, *data, *stack, *last; /* its pages, as this program sees them */
	struct message m; /* the latest one of its thread, and the registers that it will have */
};

/*
 * 32-bit code: `before`, then `trap`, which is expected to raise something. The labels are name_at, name_trap and
 * name_end.
 */
#define CODE32(name, before, trap)                                                                 \
	__asm__(".pushsection .rodata\n.code32\n"                                                  \
		".globl " #name "_at, " #name "_trap, " #name "_end\n" #name "_at: " before        \
		"\n" #name "_trap: " trap "\n" #name "_end: ud2\n.code64\n.popsection");           \
	extern const char name##_at[], name##_trap[], name##_end[]
#define CODE_OF(name) name##_at, name##_trap, name##_end

/* A small space in this slot of AT_SLOT_END bytes; its thread is in an exception, the attacker_run() of nothing. */
void attacker_new(struct attacker *s, unsigned place);

/* The thread's registers are those that it begins code with, and its code page is empty. */
void attacker_reset(struct attacker *s);

/* Puts code into the code page, where it begins, or behind what is there. */
void attacker_code(struct attacker *s, unsigned at, const void *code, size_t size);

/* Goes on with the registers in s->m, to the next message but page faults that are answered. False: none came. */
bool attacker_go(struct attacker *s);

/* The three together. */
bool attacker_run(struct attacker *s, const void *code, const void *end);

/* Runs it: it raises this at the trap. */
bool attacker_traps(struct attacker *s, const char *at, const char *trap, const char *end, L4_Word_t vector);

/* Receives from it: faults on its pages are answered on the way. False: nothing came. */
bool attacker_event(struct attacker *s, L4_Time_t patience);

/* Whatever its thread does, it is in an exception afterwards. False: it cannot be brought there. */
bool attacker_reached(struct attacker *s, L4_Time_t patience);

/* Begins anew with another thread when the old one, and so its space, is deleted. */
void attacker_restart(struct attacker *s);

/* Its latest message is this exception, raised by the thread's own 32-bit code in its own segment. */
bool attacker_raised(const struct attacker *s, L4_Word_t vector, L4_Word_t ip);

/* Code that does nothing is run and ends where it should. */
void attacker_is_alive(struct attacker *s);

/* Another thread of the space, waiting for the worker's start message. */
L4_ThreadId_t attacker_thread(struct attacker *s);

#endif
