/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86/cpu_data.h - what belongs to one CPU.
 *
 * One page, at a constant distance behind the CPU's copy of the system-call entry, which so finds it without a
 * segment base or a register. C code gets at it through the thread it works for (tcb->cpu). Only its own CPU
 * writes it.
 *
 * The TSS lies near the start: its rsp0 is the pointer to the running thread, in one cache line with what else
 * a switch needs.
 */
#ifndef X86_CPU_DATA_H
#define X86_CPU_DATA_H

#include "base/ring.h"

struct tcb;
struct wheel;

enum { PRIORITIES = 256 };

enum selector { /* order required by SYSCALL and SYSRET (SDM 2B, SYSRET) */
	SELECTOR_KERNEL_CODE = 0x08,
	SELECTOR_KERNEL_DATA = 0x10,
	SELECTOR_USER_CODE32 = 0x18 | 3, /* never loaded: SYSRET counts from here */
	SELECTOR_USER_DATA = 0x20 | 3,
	SELECTOR_USER_CODE = 0x28 | 3,
	SELECTOR_TSS = 0x30,
	SELECTOR_SMALL_CODE = 0x40 | 1, /* of the running small thread */
	SELECTOR_SMALL_DATA = 0x48 | 1,
	SELECTOR_SMALL_THREAD = 0x50 | 1, /* its UTCB */
	GDT_ENTRIES = 11,
};

struct tss { /* SDM 3A 8.7 */
	uint32_t reserved0;
	word_t rsp0; /* the running thread: its slot + TCB_CURRENT */
	word_t rsp1, rsp2;
	word_t reserved1;
	word_t ist[7]; /* IST1 first */
	word_t reserved2;
	uint16_t reserved3;
	uint16_t io_bitmap; /* offset from the TSS */
} __attribute__((packed, aligned(8)));

enum ist { IST_NMI = 1, IST_DB, IST_MC, IST_DF };

/* Why the path of a message left a system call to C; entry/path.asm counts. */
enum path_miss {
	PATH_MISS_TAG,       /* typed items or propagation */
	PATH_MISS_CALL_WORD, /* a receive timeout, a kind of receive phase that C has, no IPC */
	PATH_MISS_PARTNER,   /* not there, or it does not wait for this message; no send phase, or no receive phase */
	PATH_MISS_PENDING,   /* somebody is queued already for the receive phase */
	PATH_MISS_HAZARD,    /* of the partner (enum slow), or it is another CPU's */
	PATH_MISS_PRIORITY,  /* a better thread is ready, or the partner of a send is better */
	PATH_MISS_SENDER,    /* the sender has a hazard */
	PATH_MISS_FPU,       /* the FPU was switched first; then the path was tried again */
	PATH_MISSES,
};

/* In `lane_slow`: no thread's hazards are that, so no fault goes by the short ways (entry/lane.c). */
#define LANES_CLOSED (1U << 31)

#define CPU_FLOOR_CLOSED (~0U) /* `floor` while the running thread's messages are C's */

struct cpu {
	/* What the path of a message reads, in one cache line with tss.rsp0. */
	uint32_t floor;         /* no partner of a lower tcb.priority is switched to */
	uint32_t slow;          /* tcb.slow of threads that the path may switch to; SLOW_FPU_ON: CR0.TS is clear */
	word_t loaded_cr3;
	word_t word_call;       /* call words (abi/syscall.h) that the path knows */
	word_t word_reply_wait;
	struct tss tss;

	word_t word_from;
	word_t call_mark;       /* tcb.call_mark that these words have; 0: a small thread runs */
	word_t id_mask;         /* where the bits of an id's short form are in it (core/small_word.h) */
	word_t sigma0_cr3;      /* under which no small thread runs (x86/window.h) */
	word_t user_rflags;     /* of the thread that entered by a system call, until the kernel is left */
	word_t misses[PATH_MISSES];
	uint32_t ready_floor;   /* highest ready priority << 2, or turn_floor */
	uint32_t lane_slow;     /* `slow`, or LANES_CLOSED; in one word with ready_floor */
	uint32_t number;

	struct tcb *idle;     /* runs when nobody else can */
	struct tcb *fpu_owner; /* whose FPU registers are in the processor */
	struct wheel *wheel;
	usec_t slice_end;     /* when the running time slice ends; USEC_NEVER: never */
	usec_t counted_from;  /* since when the running thread's total quantum is to be charged */
	struct tcb *delayed;  /* who runs on because it put off being preempted, until slice_end; NULL: nobody */
	usec_t delayed_rest;  /* what was left of its slice then; 0: it was over */
	uint32_t donated;     /* the slice was given by a thread of this priority (as in tcb.priority); 0: by none */
	uint32_t turn_floor;  /* who is below gets its turn by the queues, not a message (sched.c:end_turn); 0: none */
	usec_t timer_at;      /* what the timer is set to */

	word_t gdt[GDT_ENTRIES];

	/* Ready queues: runnable threads, except the running one. */
	uint64_t ready_used[PRIORITIES / 64];
	struct ring *ready; /* [PRIORITIES] */
};

_Static_assert(offsetof(struct tss, rsp0) == 4 && sizeof(struct tss) == 104, "SDM 3A 8.7");
_Static_assert(sizeof(struct cpu) <= PAGE_SIZE, "one page");
_Static_assert(offsetof(struct cpu, ready_floor) % sizeof(word_t) == 0,
               "compared with tcb.priority and tcb.slow at once");
_Static_assert(offsetof(struct cpu, tss.rsp0) + sizeof(word_t) <= 64, "one cache line with floor and loaded_cr3");

/* The running thread; only entry and exit code may ask, everybody else is told. */
static inline struct tcb *cpu_current(const struct cpu *cpu)
{
	return (struct tcb *)(cpu->tss.rsp0 & ~(word_t)1023);
}

#endif
