/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decode.h - as much of an instruction as the counting needs: is it a branch, is it one of the slow ones, is it a mark?
 *
 * Pure: tested on the host. Opcodes: SDM 2, appendix A.
 */
#ifndef FOOTPRINT_DECODE_H
#define FOOTPRINT_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Slow: serialising, microcoded or locked. In the order in which they are printed. */
enum slow {
	SLOW_NONE, SLOW_SYSCALL, SLOW_SYSRET, SLOW_SYSENTER, SLOW_IRET, SLOW_INT, SLOW_FAR, SLOW_CR0, SLOW_CR3, SLOW_CR,
	SLOW_RDMSR, SLOW_WRMSR, SLOW_RDBASE, SLOW_WRFSBASE, SLOW_WRGSBASE, SLOW_SWAPGS, SLOW_INVLPG, SLOW_CLTS,
	SLOW_SEGMENT, SLOW_FLAGS, SLOW_RDTSC, SLOW_CPUID, SLOW_IO, SLOW_XSAVE, SLOW_XRSTOR, SLOW_LOCK, SLOW_REP,
	SLOW_DIV, SLOW_FENCE, SLOW_HLT, SLOW_KINDS,
};
extern const char *const slow_names[SLOW_KINDS];

struct decoded {
	enum slow slow;
	bool branch;
	bool mark;           /* a NOP that the program marks a place with, */
	uint32_t mark_value; /* and which */
};

struct decoded decode(const uint8_t *code, size_t size);

#endif
