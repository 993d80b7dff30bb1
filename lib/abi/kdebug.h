/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi/kdebug.h - how a program speaks to the kernel debugger.
 *
 * A request is the instruction `int3` followed by `cmp al, operation`: the bytes CC 3C nn. Arguments are in registers;
 * all registers are preserved but RAX where there is a result, and the flags. Where there is no debugger, or no such
 * operation, it is a breakpoint like any other, an exception with RIP behind the `int3`.
 *
 * The word kdebug_config[0] of the kernel interface page is KDEBUG_PRESENT or 0, and with a debugger the kernel has the
 * feature "debugger".
 */
#ifndef ABI_KDEBUG_H
#define ABI_KDEBUG_H

enum { KDEBUG_CMP_AL = 0x3c, KDEBUG_PRESENT = 1 };

enum kdebug_operation {
	KDEBUG_PRINT_CHAR = 0x00,        /* RAX character */
	KDEBUG_PRINT_STRING = 0x01,      /* RAX address of a string; at most KDEBUG_STRING_MAX bytes are printed */
	KDEBUG_CLEAR_PAGE = 0x02,        /* clears a terminal's screen */
	KDEBUG_READ_CHAR = 0x08,         /* out: RAX character, -1: none was typed */
	KDEBUG_READ_CHAR_BLOCKED = 0x0d, /* out: RAX character. The whole machine waits */
	KDEBUG_TRACE = 0x10,             /* RAX address of a string, RDI event, RSI RDX RCX R8 four words */
	KDEBUG_COUNT = 0x11,             /* RAX number of a counter, modulo KDEBUG_COUNTERS: one more */
	KDEBUG_ENTER = 0x7f,             /* RAX address of a string that says why */
};

enum { KDEBUG_STRING_MAX = 1024, KDEBUG_COUNTERS = 8 };

#endif
