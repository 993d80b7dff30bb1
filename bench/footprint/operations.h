/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operations.h - the operations that bench marks, for bench and for the plugin: numbers and names.
 *
 * A number is what stands between two marks of bench. It may have several names: of a round trip of messages, the whole
 * has one, and each of the two visits to the kernel has one. Message operations have a number for each size of message.
 */
#ifndef FOOTPRINT_OPERATIONS_H
#define FOOTPRINT_OPERATIONS_H

/* Sizes of messages, in words. */
enum { FOOTPRINT_SIZES = 6 };
#define FOOTPRINT_WORDS { 0, 4, 7, 8, 16, 63 }

enum footprint_number {
	FOOTPRINT_INTRA = 1, /* + which size */
	FOOTPRINT_INTER = FOOTPRINT_INTRA + FOOTPRINT_SIZES,
	FOOTPRINT_INTRA_SEND = FOOTPRINT_INTER + FOOTPRINT_SIZES,
	FOOTPRINT_INTER_SEND = FOOTPRINT_INTRA_SEND + FOOTPRINT_SIZES,
	FOOTPRINT_INTER_REGS = FOOTPRINT_INTER_SEND + FOOTPRINT_SIZES,
	FOOTPRINT_INTER_FPU,
	FOOTPRINT_LOWER_PRIO,
	FOOTPRINT_SYSCALL,
	FOOTPRINT_SWITCH,
	FOOTPRINT_EXREG,
	FOOTPRINT_FAULT,
	FOOTPRINT_EXCEPTION,
	FOOTPRINT_TRAP,
	FOOTPRINT_APPEL1,
	FOOTPRINT_APPEL2,
	FOOTPRINT_IRQ,
	FOOTPRINT_MAP,
	FOOTPRINT_UNMAP,
	FOOTPRINT_TREE,
	FOOTPRINT_STRING_4K,
	FOOTPRINT_STRING_64K,
	FOOTPRINT_PIPE_1,
	FOOTPRINT_PIPE_4K,
	FOOTPRINT_THREAD,
	FOOTPRINT_SPACE,
	FOOTPRINT_NUMBERS,
};

struct footprint_operation {
	const char *name;
	enum footprint_number number;
	unsigned sizes; /* how many numbers, from that one on */
	unsigned visit; /* which visit to the kernel is counted; 0: the whole */
};

/* What is not bench itself, but looks at the names, defines this. */
#ifdef FOOTPRINT_NAMES
static const struct footprint_operation footprint_operations[] = {
	{ "ipc.intra.call", FOOTPRINT_INTRA, FOOTPRINT_SIZES, 1 },
	{ "ipc.intra.replywait", FOOTPRINT_INTRA, FOOTPRINT_SIZES, 2 },
	{ "ipc.intra.send", FOOTPRINT_INTRA_SEND, FOOTPRINT_SIZES, 1 },
	{ "ipc.intra.roundtrip", FOOTPRINT_INTRA, FOOTPRINT_SIZES, 0 },
	{ "ipc.inter.call", FOOTPRINT_INTER, FOOTPRINT_SIZES, 1 },
	{ "ipc.inter.replywait", FOOTPRINT_INTER, FOOTPRINT_SIZES, 2 },
	{ "ipc.inter.send", FOOTPRINT_INTER_SEND, FOOTPRINT_SIZES, 1 },
	{ "ipc.inter.roundtrip", FOOTPRINT_INTER, FOOTPRINT_SIZES, 0 },
	{ "ipc.inter.roundtrip.regs", FOOTPRINT_INTER_REGS, 1, 0 },
	{ "ipc.inter.roundtrip.fpu", FOOTPRINT_INTER_FPU, 1, 0 },
	{ "ipc.lower_prio_server", FOOTPRINT_LOWER_PRIO, 1, 0 },
	{ "syscall.null", FOOTPRINT_SYSCALL, 1, 1 },
	{ "thread.switch", FOOTPRINT_SWITCH, 1, 1 },
	{ "exreg", FOOTPRINT_EXREG, 1, 1 },
	{ "fault.roundtrip", FOOTPRINT_FAULT, 1, 0 },
	{ "exception.roundtrip", FOOTPRINT_EXCEPTION, 1, 0 },
	{ "vm.trap", FOOTPRINT_TRAP, 1, 0 },
	{ "vm.appel1", FOOTPRINT_APPEL1, 1, 0 },
	{ "vm.appel2", FOOTPRINT_APPEL2, 1, 0 },
	{ "irq.latency", FOOTPRINT_IRQ, 1, 1 },
	{ "map.4k", FOOTPRINT_MAP, 1, 1 },
	{ "unmap.4k", FOOTPRINT_UNMAP, 1, 1 },
	{ "flush.tree.100000", FOOTPRINT_TREE, 1, 0 },
	{ "string.4k", FOOTPRINT_STRING_4K, 1, 0 },
	{ "string.64k", FOOTPRINT_STRING_64K, 1, 0 },
	{ "pipe.1", FOOTPRINT_PIPE_1, 1, 0 },
	{ "pipe.4k", FOOTPRINT_PIPE_4K, 1, 0 },
	{ "thread.create_delete", FOOTPRINT_THREAD, 1, 0 },
	{ "space.create_delete", FOOTPRINT_SPACE, 1, 0 },
};
#endif

#endif
