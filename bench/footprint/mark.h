/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mark.h - how a program shows the footprint plugin where something begins and ends: by NOPs with a number, which
 * cost a processor one instruction and do nothing.
 */
#ifndef BENCH_FOOTPRINT_MARK_H
#define BENCH_FOOTPRINT_MARK_H

#define FOOTPRINT_END 0x46500000 /* "FP" and the number of the operation, 0: the end of whatever has begun */

/* The number is a constant from 1 to 0xffff. */
#define FOOTPRINT_MARK(number)                                                                     \
	__asm__ __volatile__(".byte 0x66, 0x0f, 0x1f, 0x84, 0x00\n\t.long %c0"                    \
			     :                                                                     \
			     : "i"(FOOTPRINT_END | (number))                                       \
			     : "memory")

#endif
