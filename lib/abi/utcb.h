/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi/utcb.h - the user-level thread control block.
 *
 * One kilobyte that a thread shares with the kernel: the message and buffer registers and the thread
 * control registers of X.2. The running thread's GS base is the address of its UTCB, and so is its local
 * thread id (the low six bits are 0, as X.2 asks of a local id). Another thread of the same space can read
 * MyGlobalId through a local id.
 *
 * Message registers 0 to 7 travel in processor registers (abi/syscall.h); their words here are where libl4
 * keeps them between calls, and the kernel neither reads nor writes them in an IPC.
 */
#ifndef ABI_UTCB_H
#define ABI_UTCB_H

enum {
	UTCB_SIZE_LOG2 = 10,
	UTCB_SIZE = 1 << UTCB_SIZE_LOG2,
	UTCB_AREA_MIN_LOG2 = 12,
	MESSAGE_REGISTERS = 64,
	BUFFER_REGISTERS = 33,
	MESSAGE_IN_REGISTERS = 7, /* MR1 .. MR7 */
};

struct utcb {
	unsigned long mr[64];                /* 0x000 message registers */
	unsigned long my_local_id;           /* 0x200 this UTCB's address in its space */
	unsigned long my_global_id;          /* 0x208 */
	unsigned long processor_no;          /* 0x210 */
	unsigned long user_defined_handle;   /* 0x218 */
	unsigned long pager;                 /* 0x220 global or local id */
	unsigned long exception_handler;     /* 0x228 global or local id */
	unsigned long flags;                 /* 0x230 byte 0 preemption flags, byte 1 coprocessor flags */
	unsigned long error_code;            /* 0x238 of the last failed call or IPC */
	unsigned long xfer_timeouts;         /* 0x240 send << 16 | receive */
	unsigned long intended_receiver;     /* 0x248 of a redirected message */
	unsigned long virtual_sender;        /* 0x250 or the actual sender of a propagated message */
	unsigned long word_size_mask;        /* 0x258 */
	unsigned long thread_word[2];        /* 0x260 free for libraries */
	unsigned long saved_rbp;             /* 0x270 libl4 keeps RBP here across an IPC */
	unsigned long reserved;              /* 0x278 */
	unsigned long br[BUFFER_REGISTERS];  /* 0x280 buffer registers */
	unsigned long library[15];           /* 0x388 free for the thread's libraries */
};

/* `flags`: what becomes of a thread that could go on but loses the processor (X.2 3.6). */
enum preempt_flags {
	PREEMPT_SIGNAL = 1 << 5,  /* its exception handler is told */
	PREEMPT_DELAY = 1 << 6,   /* it keeps the processor for as long as its scheduler allows */
	PREEMPT_PENDING = 1 << 7, /* set by the kernel when it does so */
};

_Static_assert(sizeof(struct utcb) == UTCB_SIZE, "a UTCB fills its slot");
_Static_assert(__builtin_offsetof(struct utcb, my_local_id) == 0x200, "documented");
_Static_assert(__builtin_offsetof(struct utcb, error_code) == 0x238, "documented");
_Static_assert(__builtin_offsetof(struct utcb, br) == 0x280, "documented");

#endif
