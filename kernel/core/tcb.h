/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/tcb.h - the thread control block: all the kernel knows of a thread.
 *
 * A thread has no kernel stack. When it enters the kernel, the processor (TSS.rsp0 points into the TCB of the running
 * thread) or the entry code stores its registers at the end of its TCB; what it must do next is a value in the TCB
 * (`role`, `hold`, `wait`, `resume`), and the code that handles it returns the thread that runs next.
 *
 * The TCB lies in the array at TCB_ARRAY, in the slot of its thread number; slots that hold no thread read as
 * all ones, so a lookup is "load the id, compare". Only the home CPU writes a TCB.
 *
 * The last two cache lines are what a message touches. `wait` is the one word that says whether a message is welcome:
 *   own id      the thread waits for anybody
 *   another id  the thread waits for that one
 *   NOT_WAITING it does not wait, or for one whom only C can judge (HOLD_RECEIVING, see core/ipc.c)
 * and `open` is the own id, or 0 while senders are queued or messages of interrupts wait, so that loading it tests
 * for them.
 */
#ifndef CORE_TCB_H
#define CORE_TCB_H

#include "abi/protocol.h"
#include "abi/utcb.h"
#include "base/memory_map.h"
#include "base/ring.h"
#include "core/portdb.h"
#include "core/revocation.h"
#include "core/timeout.h"

struct space;
struct cpu;

#define NIL_THREAD       0UL
#define ANY_THREAD       ~0UL
#define ANY_LOCAL_THREAD (~0UL << 6)
#define NOT_WAITING      ~0UL

enum { TCB_SIZE_LOG2 = 10, TCB_SIZE = 1 << TCB_SIZE_LOG2, THREAD_NUMBER_MAX = (1 << THREAD_NUMBER_BITS) - 2 };

/* In `call_mark`: no RDX has it, so every `syscall` of the thread is an exception. */
#define NO_CALL_MARK ~0UL
/* In `call_mark`: a thread of a small space, which makes none. */
#define SMALL_CALL_MARK 1UL

/* Why a thread does not run, beyond waiting for a message (any bit: it is not runnable). */
enum hold {
	HOLD_SENDING = 1 << 0,   /* queued at `partner` */
	HOLD_RECEIVING = 1 << 1, /* waits for itself or for any local thread: `wait` can't say it */
	HOLD_HALTED = 1 << 2,    /* by ExchangeRegisters, or by a fault that nobody handles */
	HOLD_INACTIVE = 1 << 3,  /* created, not yet given a pager and a UTCB */
	HOLD_TRANSFER = 1 << 4,  /* a message with typed items is under way, and it is the partner's turn */
	HOLD_DEAD = 1 << 5,      /* beside HOLD_HALTED: by a fault that nobody handles */
};

/* What the words of the thread's present IPC mean: whence its message comes, and what becomes of the reply. */
enum role {
	ROLE_USER,      /* registers and UTCB, both ways */
	ROLE_START,     /* receives its first IP and SP */
	ROLE_PAGEFAULT, /* sends a page fault, receives mappings */
	ROLE_EXCEPTION, /* sends its registers, receives them */
	ROLE_PREEMPTED, /* tells its exception handler that it lost the processor, receives leave to go on */
	ROLE_EXHAUSTED, /* tells its scheduler that its total quantum is used up, receives a new one */
};

/*
 * The hazards word: the number of the home CPU, doubled, and reasons why C alone may switch to the thread. The path of
 * a message compares it whole; while a thread with hazards runs, C keeps the path closed (cpu.floor). Bit 0 is 0.
 */
enum slow {
	SLOW_CPU_SHIFT = 1,
	SLOW_TIMEOUT = 1 << 8,     /* `timeout` was started, in either phase */
	SLOW_ROLE = 1 << 9,        /* does not wait as a user */
	SLOW_HALTED = 1 << 10,     /* HOLD_HALTED */
	SLOW_FLAGS = 1 << 11,      /* waits as a user, but goes on with RFLAGS of its own */
	SLOW_PROPAGATED = 1 << 12, /* somebody is queued who speaks for another */
	SLOW_REDIRECTED = 1 << 13, /* its space has a redirector */
	SLOW_IDLE = 1 << 14,       /* the idle thread: has no slice to hand on */
	SLOW_QUANTUM = 1 << 15,    /* has a total quantum: the time it runs is counted */
	SLOW_FORCED = 1 << 16,     /* `before_user` is set: it must not reach user mode */
	SLOW_CALLS = 1 << 17,      /* all its system calls are exceptions */
	SLOW_SMALL = 1 << 20,      /* a thread of a small space, which comes and goes by other doors */

	/*
	 * No hazards, but to be equal in both threads that the path switches between; else the FPU has to be switched
	 * (x86/fpu.h) before the path can go on.
	 */
	SLOW_FPU_ON = 1 << 18,     /* it runs, or ran last, with the FPU's registers its own; so has cpu.slow then */
	SLOW_FPU_WANTED = 1 << 19, /* it is to have them when it runs */
	SLOW_FPU = SLOW_FPU_ON | SLOW_FPU_WANTED,
};

/* The general registers, where the entry code stores them; ascending addresses. */
struct registers {
	word_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
};

/* Where a message with typed items stands. In the sender's TCB. */
struct transfer {
	struct tcb *to;  /* NULL: none */
	unsigned word;   /* the message register that the present item begins with */
	unsigned buffer; /* the buffer register that the present receive string begins with */
	word_t offset;   /* bytes of the present item that are done */
	word_t bytes;    /* of strings copied in all */
	usec_t deadline; /* by when missing pages must have come; 0: none was missing yet */
	word_t receive_from, receive_timeout, sender_name, intended; /* of the IPC, while a fault borrows those */
};

/* What a thread of a small space has besides (core/small.h). Written when it is activated, but for `call`. */
struct small_thread {
	struct small_utcb *utcb; /* what the program sees; NULL: the thread is of a large space */
	word_t landing;          /* where it goes on after SYSENTER */
	word_t code, data;       /* its segments: descriptors */
	word_t thread;           /* GS's */
	word_t call;             /* 0, or the number of the system call that it is in, plus 1: its registers are wide */
};

struct tcb {
	union {
		struct {
			/* Identity. Written when the thread is created, activated or deleted. */
			struct space *space;   /* NULL: an idle thread, or one that was deleted */
			struct cpu *cpu;       /* home */
			word_t scheduler;      /* global id */
			struct ring space_link;
			struct ring all_link;  /* in all_threads, or among the deleted */

			/* Scheduling. Home CPU. */
			usec_t slice;           /* length of a time slice; USEC_NEVER: unlimited */
			struct ring ready_link; /* in a ready queue: runnable and not running; in one cache line */
			usec_t slice_left;      /* of the interrupted slice; 0: a new one; USEC_NEVER: unlimited */
			word_t hold;            /* enum hold */
			struct tcb *(*resume)(struct tcb *); /* what to go on with when chosen to run, or NULL */
			struct tcb *(*before_user)(struct tcb *); /* what `resume` becomes in the end, or NULL */

			/* IPC. Home CPU. */
			uint8_t role;
			struct tcb *partner;      /* whom HOLD_SENDING waits for */
			word_t partner_id;        /* and its id then: another one now, and the message is to nobody */
			struct ring senders;      /* who waits to send to me, first come first served */
			struct ring sender_link;  /* my place in the partner's `senders` */
			struct timeout timeout;   /* of the present phase */
			word_t receive_from;      /* a global id, ANY_THREAD, ANY_LOCAL_THREAD; NIL_THREAD: no phase */
			word_t receive_timeout;   /* its timeout, as the user gave it (X.2 time) */
			word_t sender_name;       /* the id that its receiver sees: its own, or whom it speaks for */
			word_t intended;          /* to whom a redirected message was to go; NIL_THREAD: none was */
			word_t fault_label;       /* of a fault message */
			word_t fault_word;        /* MR1 of a page fault; EXC_TRAP of an exception */
			word_t fault_address;     /* EXC_CR2 of an exception */
			bool faults_are_exceptions; /* its page faults go to the exception handler, as frames */

			/* A message with typed items under way (core/transfer.h). */
			struct transfer transfer;  /* as its sender */
			struct tcb *transfer_from; /* as its receiver: the sender */
			struct tcb *answer_from;   /* the same, when the message answers a fault; both can be */
			bool page_failed;          /* a page that the transfer needs did not come */

			/* Unmap, MemoryControl or the end of a space, when it had to stop for others. */
			struct revocation revocation;
			struct port_revocation port_revocation;
			unsigned unmap_item;      /* the message register it is at; also of the two Controls */
			const struct space *redirecting; /* by SpaceControl; a name, not to be followed */
			word_t caching_done;      /* by MemoryControl, of that flexpage, in bytes */
			struct space *destroying; /* whose last thread this one has deleted */

			/* Interrupts (core/irq.h). */
			struct ring interrupts;   /* whose messages wait for me */
			unsigned interrupt_count; /* how many I handle */

			/* The FPU registers when they are not in the processor; NULL: never used. */
			void *fpu;
			unsigned fpu_turns; /* how often more it gets them before it asks */

			/* What its scheduler allows it (Schedule). Home CPU. */
			usec_t quantum;      /* total quantum, as it was set; USEC_NEVER: unlimited */
			usec_t quantum_left; /* 0: used up, and the scheduler knows */
			uint16_t max_delay;  /* for how long it may put off losing the processor, us */
			uint8_t sensitive;   /* ... to whom: the highest such priority; its own counts, too */

			struct small_thread small;
		};
		char cold[0x300]; /* what C alone uses */
	};

	/* 0x300 the user's general registers, stored by the entry code. */
	struct registers regs;
	word_t call_mark; /* the upper half of a call word: CALL_MARK, NO_CALL_MARK or SMALL_CALL_MARK */

	/* 0x380 the line that a receiver's waking reads. */
	uint32_t priority;     /* priority << 2 | 3: compared with cpu.floor */
	uint32_t slow;         /* enum slow; in one word with the priority */
	word_t cr3;            /* of the space */
	word_t utcb;           /* user address: local id and GS base */
	word_t fs_base;
	word_t id;             /* global id */
	struct utcb *utcb_map; /* the UTCB as the kernel sees it; NULL while inactive */
	word_t scratch;        /* the entry code pushes it to load RFLAGS */
	word_t vector;         /* 0x3b8 how the thread entered the kernel, written by the entry code */

	/* 0x3c0 the line the processor pushes the interrupt frame to, and the waiting state. */
	union {
		word_t error;  /* in the kernel: of the exception that led here */
		word_t own_id; /* while it runs or waits as a user: the id, in the line that a sender writes */
	};
	word_t rip;
	word_t cs;
	word_t rflags;
	word_t rsp;
	word_t ss;
	word_t wait; /* 0x3f0: NOT_WAITING, own id or partner's id */
	word_t open; /* 0x3f8: own id, or 0 while senders are queued or interrupts wait */
};

_Static_assert(sizeof(struct tcb) == TCB_SIZE, "the slot of a thread number");
_Static_assert(offsetof(struct tcb, ready_link) % 64 <= 64 - sizeof(struct ring), "in one cache line");
_Static_assert(offsetof(struct tcb, regs) == 0x300, "what C alone uses has grown into what a message touches");
_Static_assert(offsetof(struct tcb, priority) == 0x380, "a cache line of its own");
_Static_assert(offsetof(struct tcb, vector) == 0x3b8, "just below the frame");
_Static_assert(offsetof(struct tcb, error) == 0x3c0, "a cache line of its own");
_Static_assert(offsetof(struct tcb, ss) == 0x3e8, "the processor pushes from slot + 0x3f0 down");

/* TSS.rsp0 for a running thread: the end of its slot less one; the processor aligns it down to slot + 0x3f0. */
enum { TCB_CURRENT = TCB_SIZE - 1 };

/* The slot of a thread number, whatever the id: an address that can always be read. */
static inline struct tcb *tcb_slot(word_t id)
{
	return (struct tcb *)(TCB_ARRAY + ((id >> 32) & ((1UL << THREAD_NUMBER_BITS) - 1)) * TCB_SIZE);
}

static inline word_t thread_number(word_t id)
{
	return id >> 32;
}

/* A local id is an address below the user's end with six zero bits; a global id has a version there. */
static inline bool id_is_local(word_t id)
{
	return (id & 0x3f) == 0;
}

static inline unsigned tcb_priority(const struct tcb *t)
{
	return t->priority >> 2;
}

/* Something was taken out of `senders` or `interrupts`, or the id has changed. */
static inline void tcb_update_open(struct tcb *t)
{
	t->open = ring_empty(&t->senders) && ring_empty(&t->interrupts) ? t->id : 0;
}

static inline bool tcb_is_waiting(const struct tcb *t)
{
	return t->wait != NOT_WAITING || (t->hold & HOLD_RECEIVING);
}

/* Could it run, as far as its own state goes? */
static inline bool tcb_is_runnable(const struct tcb *t)
{
	return t->hold == 0 && t->wait == NOT_WAITING;
}

#endif
