/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * small.h - programs in small spaces: slots, and their requests in the form of everybody's.
 *
 * A 32-bit program's messages come with words of 32 bits, widened by the kernel (lib/abi/small.h). Its texts have four
 * bytes a word and its thread ids another form. Both are changed here, before a request is served and in its answer, so
 * that who serves it does not know.
 */
#ifndef ROOT_SMALL_H
#define ROOT_SMALL_H

#include <stdbool.h>

#include <l4/message.h>
#include <l4/types.h>

enum {
	SMALL_THREADS_MAX = 64,  /* of one program */
	SMALL_TEXT_MAX = 62 * 4, /* bytes of one write or of the command line */
};

/* What lies at the end of a slot, counted from there. */
enum {
	SMALL_UTCB_AREA_LOG2 = 16,
	SMALL_UTCB_AREA = 1 << SMALL_UTCB_AREA_LOG2,
	SMALL_KIP_AREA = 2 * SMALL_UTCB_AREA,
};

/* The slot of a program; of size 0: it is in a large space. */
struct small_slot {
	unsigned int log2;
	unsigned int place;
};

/* Takes a slot of this many bytes at least, for good. False: there is none left, or there are none that large. */
bool small_slot_take(struct small_slot *slot, unsigned long size);

/* Of a slot: the first address that is not the program's and its heap's. */
unsigned long small_end(const struct small_slot *slot);

/* The id by which a small program knows a thread. */
L4_Word_t small_id(L4_Word_t id);

/* The request of a small program as others make it. False: there is no such request for small programs. */
bool small_widen(unsigned long label, L4_Msg_t *msg);

/* The answer to it as the small program understands it. */
void small_narrow(unsigned long label, L4_Msg_t *msg);

#endif
