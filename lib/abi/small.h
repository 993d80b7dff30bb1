/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi/small.h - the binary interface of small spaces: 32-bit programs at CPL 1 in segments
 * (kernel/doc/small-spaces.md).
 *
 * Words have 32 bits, layouts are X.2's for 32-bit systems. A program sees addresses 0 to the end of its slot: CS,
 * DS, ES and SS begin there and end there. GS is the running thread's UTCB, so gs:SMALL_UTCB_MY_LOCAL_ID is its
 * address. FS is null; FS, GS and whatever a program loads into segment registers itself may be lost at any time but
 * for CS, SS, DS, ES and GS as they were at the start.
 *
 * A call is asked for with the lower half of abi/syscall.h's call word in EDX: number, kind, receive timeout. There are
 * two doors, and the code behind the KIP's entries takes the better one that the machine has (`call` it):
 *   sysenter  ECX = ESP; goes on at SMALL_KIP_LANDING of the KIP, which is a `ret`
 *   int 0x81  goes on behind itself; ECX is not read
 *
 * IPC (CALL_IPC, CALL_LIPC)
 *   in   EAX tag   EDI to   ESI from (kind IPC_FROM only)   EDX call word   EBX MR1   EBP MR2   MR3 .. in the UTCB
 *   out  EAX tag   ESI sender                                               EBX MR1   EBP MR2   MR3 .. in the UTCB
 *   EDI, ECX, EDX are lost. A send timeout is in the UTCB's send_timeout, and SMALL_SEND_TIMEOUT is set in EDX; else
 *   never. MR1 and MR2 of the UTCB are not the kernel's.
 * All other calls (of abi/syscall.h, but for ThreadState, which is an exception)
 *   in   EDI ESI EBX EBP = RDI RSI R8 R9 of that call, the UTCB's argument[0 .. 3] = R10 R12 R13 R14
 *   out  EAX = RAX, EDX = its upper half (SystemClock); EDI ESI EBX EBP argument[0 .. 3] as above. ECX is lost.
 *   Flexpages of Unmap are in MR0 .. of the UTCB.
 * EFLAGS are 0x202 after each. What is no call is an exception, as for 64-bit programs (EXC_TRAP_SYSCALL).
 *
 * At the border each word is converted: to 64 bits by zeros on the left, but a tag by its sign, so that a label of 16
 * bits keeps its meaning (-2 << 4); to 32 bits by cutting the upper half off. Flexpages and typed items so keep their
 * meaning. Thread ids in registers and control registers (not those in message registers) are converted as ids:
 *   global         number << 14 | version  <->  number << 32 | version
 *   local          an address with six zero bits, the same in both; nilthread likewise
 *   anythread, anylocalthread              <->  anythread, anylocalthread
 * Who has a number of more than 18 bits or a version of more than 14 cannot be named by a small program. A message from
 * there comes from nilthread. As a pager or exception handler it reads as nilthread, and stays what it is until the
 * program writes another value.
 *
 * Exception messages have the words of abi/protocol.h: registers with zeros on the left, RIP, RSP and CR2 as the
 * program sees them, no R8 to R15 (0, ignored in the answer); a small handler gets and gives the same words, cut off.
 *
 * SpaceControl makes a space without threads that ever were active a small one: control bit 31 and, in bits 0-7, size
 * and place of its slot: the lowest bit that is set, n, is the size, 4 MiB << n; the bits above it are its place,
 * counted in slots of this size. All zero: no slot, it is a large space. The areas must be in the slot, not at 0.
 */
#ifndef ABI_SMALL_H
#define ABI_SMALL_H

enum {
	SMALL_VECTOR = 0x81,          /* the door by `int` */
	SMALL_SEND_TIMEOUT = 1 << 2,  /* in the call word of an IPC */
	SMALL_ID_VERSION_BITS = 14,
	SMALL_ID_NUMBER_BITS = 18,
	SMALL_ARGUMENTS = 4,
	SMALL_MESSAGE_IN_REGISTERS = 2, /* MR1, MR2 */

	SMALL_SLOT_MIN_LOG2 = 22,
	SMALL_SLOTS_LOG2 = 29,        /* all slots together: 512 MiB */
	SMALL_SLOT_BITS = 8,          /* of the control word */
};
#define SMALL_CONTROL (1UL << 31)

/* The control word for a slot of 2^log2 bytes (22 to 29), the `place`-th of this size. */
#define SMALL_SLOT(log2, place) (SMALL_CONTROL | (((2UL * (place)) + 1) << ((log2) - SMALL_SLOT_MIN_LOG2)))

/* UTCB_SIZE bytes from one to the next, as in a large space, of which less than half is in use. */
struct small_utcb {
	unsigned int mr[64];                /* 0x000 message registers */
	unsigned int my_local_id;           /* 0x100 this UTCB's address */
	unsigned int my_global_id;          /* 0x104 */
	unsigned int processor_no;          /* 0x108 */
	unsigned int user_defined_handle;   /* 0x10c */
	unsigned int pager;                 /* 0x110 */
	unsigned int exception_handler;     /* 0x114 */
	unsigned int flags;                 /* 0x118 byte 0 preemption flags, byte 1 coprocessor flags */
	unsigned int error_code;            /* 0x11c */
	unsigned int xfer_timeouts;         /* 0x120 */
	unsigned int intended_receiver;     /* 0x124 */
	unsigned int virtual_sender;        /* 0x128 or the actual sender */
	unsigned int word_size_mask;        /* 0x12c */
	unsigned int thread_word[2];        /* 0x130 free for libraries */
	unsigned int send_timeout;          /* 0x138 of an IPC with SMALL_SEND_TIMEOUT */
	unsigned int saved;                 /* 0x13c libl4's */
	unsigned int argument[SMALL_ARGUMENTS]; /* 0x140 of calls */
	unsigned int reserved[12];          /* 0x150 */
	unsigned int br[33];                /* 0x180 buffer registers */
	unsigned int library[31];           /* 0x204 free for the thread's libraries, to 0x280 */
};

enum { SMALL_UTCB_MY_LOCAL_ID = 0x100 };

_Static_assert(__builtin_offsetof(struct small_utcb, my_local_id) == SMALL_UTCB_MY_LOCAL_ID, "documented");
_Static_assert(__builtin_offsetof(struct small_utcb, error_code) == 0x11c, "documented");
_Static_assert(__builtin_offsetof(struct small_utcb, argument) == 0x140, "documented");
_Static_assert(__builtin_offsetof(struct small_utcb, br) == 0x180, "documented");
_Static_assert(sizeof(struct small_utcb) == 0x280, "documented");

struct small_kip_server {
	unsigned int sp, ip, low, high;
};

/*
 * The kernel interface page of a small space: X.2's for 32-bit words, so each offset is half of that in abi/kip.h.
 * Memory beyond 4 GiB is left out. KernelInterface finds it: int 0x81 with CALL_KERNEL_INTERFACE.
 */
struct small_kip {
	unsigned char magic[4];            /* 0x000 "L4" 0xE6 "K" */
	unsigned int api_version;          /* 0x004 */
	unsigned int api_flags;            /* 0x008 0: little endian, 32-bit words */
	unsigned int kernel_desc;          /* 0x00c offset of {id, date, version, supplier, strings} */
	struct small_kip_server kdebug;    /* 0x010 */
	struct small_kip_server sigma0;    /* 0x020 */
	struct small_kip_server sigma1;    /* 0x030 */
	struct small_kip_server root;      /* 0x040 */
	unsigned int reserved1;            /* 0x050 */
	unsigned int memory_info;          /* 0x054 offset << 16 | count; descriptors of two words */
	unsigned int kdebug_config[2];     /* 0x058 */
	unsigned int reserved2[18];        /* 0x060 */
	unsigned int utcb_info;            /* 0x0a8 */
	unsigned int kip_area_info;        /* 0x0ac */
	unsigned int reserved3[2];         /* 0x0b0 */
	unsigned int boot_info;            /* 0x0b8 */
	unsigned int processor_desc;       /* 0x0bc */
	unsigned int clock_info;           /* 0x0c0 */
	unsigned int thread_info;          /* 0x0c4 */
	unsigned int page_info;            /* 0x0c8 */
	unsigned int processor_info;       /* 0x0cc */
	unsigned int space_control;        /* 0x0d0 entries: offsets from this page */
	unsigned int thread_control;
	unsigned int processor_control;
	unsigned int memory_control;
	unsigned int ipc;                  /* 0x0e0 takes EDX from the caller, the other entries set it */
	unsigned int lipc;
	unsigned int unmap;
	unsigned int exchange_registers;
	unsigned int system_clock;         /* 0x0f0 */
	unsigned int thread_switch;
	unsigned int schedule;
	unsigned int reserved4;            /* 0x0fc */
};

/* Where sysenter comes back to; all entries are in the same half of the page. */
enum { SMALL_KIP_LANDING = 0x800 };

_Static_assert(__builtin_offsetof(struct small_kip, memory_info) == 0x054, "X.2");
_Static_assert(__builtin_offsetof(struct small_kip, utcb_info) == 0x0a8, "X.2");
_Static_assert(__builtin_offsetof(struct small_kip, ipc) == 0x0e0, "X.2");
_Static_assert(__builtin_offsetof(struct small_kip, schedule) == 0x0f8, "X.2");

/*
 * The kernel's features, in the strings of its description in either KIP: that there can be small spaces, and that this
 * machine checks the limits of segments, without which they are not protected from one another.
 */
#define SMALL_FEATURE        "small-spaces"
#define SMALL_FEATURE_LIMITS "segment-limits"

#endif
