/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pong.h - the partner of every question: what a message to it means, by its label.
 *
 * It accepts pages at any address: its whole space, but for its own program, is bench's to map to. It accepts strings,
 * too. It is also a pager, which maps a page of its own memory for a fault, and an exception handler, which skips the
 * instruction.
 */
#ifndef BENCH_PONG_H
#define BENCH_PONG_H

enum {
	PONG_ECHO = 0,    /* the answer is the same message */
	PONG_STOP = 0x50, /* an empty answer, the last one */
	PONG_TAKE,        /* an empty answer: what counts are the items that came with the message */
	PONG_GIVE,        /* the answer has the message's untyped words as typed items */
	PONG_PEEK,        /* the answer is the word at the address that MR1 names */
	PONG_REGS,        /* as echo, by the functions of <l4/ipcregs.h> */
	PONG_VECTORS,     /* as echo; it uses a vector register for each, as compilers do to copy a structure */
	PONG_STAMP,       /* as echo; pong_stamps says when the message came and when the answer went */
	PONG_SINK,        /* no answer */
	PONG_YIELD,       /* an empty answer; then it switches to the client until pong_stamps says that it is enough */
	PONG_PIPE,        /* what pipe.h packs: the answer has the same bytes, packed again */
	PONG_LONG_WAY,    /* an empty answer by LIPC, which the kernel's path of a message leaves to C; and so on for
	                   * this client alone, up to its first message of another kind */
};

/*
 * Of whoever takes part, below that of programs: so the thread that watches how late it is woken
 * has a better one than they.
 */
enum { BENCH_PRIORITY = 99 };

/* Longest string. */
enum { PONG_BUFFER = 64 << 10 };

/* All skipped instructions have this length. */
enum { PONG_SKIPPED = 2 };

/* What both sides of PONG_VECTORS do. Nothing else in these programs uses such registers. */
#define PONG_TOUCH_VECTORS __asm__ __volatile__("pxor %xmm0, %xmm0")

/* At MEMORY_STAMPS, a page that bench shares with its partner. */
struct pong_stamps {
	unsigned long arrived, left;
	unsigned long enough;
};

/* Serves whoever calls, until a call with PONG_STOP has been answered. */
void pong_serve(void);

#endif
