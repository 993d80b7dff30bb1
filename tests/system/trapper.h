/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/trapper.h - instructions that raise exceptions, and threads that run them under the worker as exception
 * handler.
 */
#ifndef TESTS_SYSTEM_TRAPPER_H
#define TESTS_SYSTEM_TRAPPER_H

#include "test.h"

enum flag {
	CF = 1,
	TF = 1 << 8,
	IF = 1 << 9,
	DF = 1 << 10,
	IOPL = 3 << 12,
	NT = 1 << 14,
	RF = 1 << 16,
	VM = 1 << 17,
	AC = 1 << 18
};
enum vector {
	DE = 0,
	DB = 1,
	BP = 3,
	OF = 4,
	UD = 6,
	STACK = 12,
	GP = 13,
	PF = 14,
	MF = 16,
	ALIGNMENT = 17,
	XM = 19
};

/* Instructions between two labels, then the report. */
#define SNIPPET(name, text)                                                                        \
	__asm__(".pushsection .text\n"                                                             \
		".globl " #name "_at, " #name "_behind\n" #name "_at: " text "\n" #name            \
		"_behind: jmp trapper_survived\n"                                                  \
		".popsection");                                                                    \
	extern char name##_at[], name##_behind[];

/* A thread function: jump there. */
void trapper_runs(L4_Word_t code);

/* A thread in a space of its own that runs the code; returns with its first message. */
L4_ThreadId_t trapper(char *code, struct message *m);

/* ExchangeRegisters with these control bits, which may be those of <l4/exception.h>; the state before. */
L4_Word_t exception_state(L4_ThreadId_t t, L4_Word_t bits);

/* Answer with a new instruction pointer only; the thread must come to its report. */
void trapper_resume_at(L4_ThreadId_t t, L4_Word_t ip);

/* The code raises `vector` with the IP `at`; it is answered with the IP `next`, and the report comes. */
void trapper_expect(char *code, char *at, L4_Word_t vector, char *next);

#endif
