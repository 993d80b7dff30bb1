/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/small.h - small spaces whose threads run a few 32-bit instructions at a time, under the worker's eyes.
 *
 * Such a space has a page of code, of data, of stack, and the last page of its slot. Its one thread waits in an
 * exception, whose handler is the worker: small_run() puts code into the code page, answers with fresh registers, and
 * returns with the thread's next message. Behind the code there is UD2 up to the end of the page, so code that nothing
 * stops ends there. Pages are mapped when they are touched, and shared with this program, which can look at them.
 */
#ifndef TESTS_SYSTEM_SMALL_H
#define TESTS_SYSTEM_SMALL_H

#include <abi/small.h>
#include "test.h"
#include "trapper.h"

enum {
	SMALL_PAGE = 4096,
	SMALL_LOG2 = SMALL_SLOT_MIN_LOG2,
	SMALL_END = 1 << SMALL_LOG2, /* of a slot */
	/* Places in a slot. */
	SMALL_FIRST = 0,
	SMALL_CODE = 0x10000,
	SMALL_DATA = 0x11000,
	SMALL_STACK = 0x12000,
	SMALL_STACK_TOP = 0x13000,
	SMALL_UTCBS = 0x20000,
	SMALL_KIP = 0x30000,
	SMALL_LAST = SMALL_END - SMALL_PAGE,
};

/* Offsets in the window, whatever the slot: what no program is linked with, but what attacks want to know. */
#define SMALL_WINDOW 0xe0000000UL

struct small {
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

/* A small space in this slot of SMALL_END bytes; its thread is in an exception, the small_run() of nothing. */
void small_new(struct small *s, unsigned place);

/* The thread's registers are those that it begins code with, and its code page is empty. */
void small_reset(struct small *s);

/* Puts code into the code page, where it begins, or behind what is there. */
void small_code(struct small *s, unsigned at, const void *code, size_t size);

/* Goes on with the registers in s->m, to the next message but page faults that are answered. False: none came. */
bool small_go(struct small *s);

/* The three together. */
bool small_run(struct small *s, const void *code, const void *end);

/* Its latest message is this exception, raised by the thread's own 32-bit code in its own segment. */
bool small_raised(const struct small *s, L4_Word_t vector, L4_Word_t ip);

/* Code that does nothing is run and ends where it should. */
void small_is_alive(struct small *s);

/* Another thread of the space, waiting for the worker's start message. */
L4_ThreadId_t small_thread(struct small *s);

#endif
