/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi/protocol.h - the messages that the kernel itself sends and understands, and its error codes.
 *
 * Labels are X.2's (reference manual, chapter 7 "Protocols"). A label is the tag's bits 16-63; those here are already
 * shifted left by four where X.2 defines them so (low four bits: access rights or 0).
 *
 * The exception message holds the whole user state. The same layout in the reply sets it: RFLAGS is
 * reduced to the flags a user may set; trap, error, CR2, CS, SS and GS base are ignored. A reply with an RIP that is no
 * user address, or an FS base that is not canonical, is refused (overflow; the thread waits on). A reply may be
 * shorter; registers beyond its length keep their values. It may be longer; the words beyond are ignored. It may have
 * map items.
 */
#ifndef ABI_PROTOCOL_H
#define ABI_PROTOCOL_H

/* Labels of kernel messages (X.2: -n << 4). */
#define LABEL_INTERRUPT        (-1L * 16)
#define LABEL_PAGEFAULT        (-2L * 16) /* | rwx of the access; MR1 address, MR2 instruction pointer */
#define LABEL_PREEMPTION       (-3L * 16)
#define LABEL_SYSTEM_EXCEPTION (-4L * 16) /* a `syscall` or `int` that is no L4 call */
#define LABEL_ARCH_EXCEPTION   (-5L * 16) /* a processor exception */
#define LABEL_SIGMA0           (-6L * 16)
#define LABEL_IO_PAGEFAULT     (-8L * 16) /* | 6; MR1 the I/O flexpage, MR2 instruction pointer */
#define LABEL_SIGMA0_EXTENDED  (-1001L * 16)

/* Message registers of an exception message and of its reply. */
enum exception_word {
	EXC_RIP = 1,
	EXC_RFLAGS,
	EXC_TRAP,       /* vector, EXC_TRAP_SYSCALL or EXC_TRAP_FORCED */
	EXC_ERROR,      /* the processor's error code or 0 */
	EXC_CR2,        /* of a page fault: the address; else 0 */
	EXC_CS,
	EXC_SS,
	EXC_FS_BASE,
	EXC_GS_BASE,
	EXC_RDI,
	EXC_RSI,
	EXC_RBP,
	EXC_RSP,
	EXC_RBX,
	EXC_RDX,
	EXC_RCX,
	EXC_RAX,
	EXC_R8,
	EXC_R9,
	EXC_R10,
	EXC_R11,
	EXC_R12,
	EXC_R13,
	EXC_R14,
	EXC_R15,
	EXC_WORDS = EXC_R15,
};
enum {
	EXC_TRAP_SYSCALL = 256, /* a `syscall` that is no L4 call */
	EXC_TRAP_FORCED = 257,  /* by ExchangeRegisters */
};

/* IPC error codes (bits 1-3 of ErrorCode; bit 0 is the phase). */
enum ipc_error {
	IPC_TIMEOUT = 1,
	IPC_NO_PARTNER = 2,
	IPC_CANCELLED = 3,
	IPC_OVERFLOW = 4,
	IPC_XFER_TIMEOUT_OWN = 5,
	IPC_XFER_TIMEOUT_PARTNER = 6,
	IPC_ABORTED = 7,
};

/* System-call error codes. */
enum call_error {
	ERROR_NONE = 0,
	ERROR_NO_PRIVILEGE = 1,
	ERROR_INVALID_THREAD = 2,
	ERROR_INVALID_SPACE = 3,
	ERROR_INVALID_SCHEDULER = 4,
	ERROR_INVALID_PARAMETER = 5,
	ERROR_UTCB_AREA = 6,
	ERROR_KIP_AREA = 7,
	ERROR_NO_MEMORY = 8,
};

/*
 * Thread numbers (X.2 ThreadInfo): interrupts, then system threads, then users. Of the interrupts, those below
 * INTERRUPT_PINS are pins of the I/O APICs as ACPI numbers them (below 16: interrupts of the ISA bus), those from
 * INTERRUPT_MSI on are raised by devices that write a message (MSI, MSI-X).
 */
enum {
	THREAD_NUMBER_BITS = 20,
	INTERRUPT_PINS = 96,
	INTERRUPT_MSI = 112,
	SYSTEM_BASE = 208,
	USER_BASE = 288,
};

/* A value written to I/O port 0xf4 (QEMU's isa-debug-exit) ends the machine with status (value << 1) | 1. */
enum { EXIT_PORT = 0xf4, EXIT_OK = 0x10 /* status 33 */, EXIT_FAILED = 0x11 /* status 35 */ };
/* Bochs ends when "Shutdown" is written to this port, byte by byte. */
enum { BOCHS_SHUTDOWN_PORT = 0x8900 };

#endif
