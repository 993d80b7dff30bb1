/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/com1.h - COM1's line: a device that interrupts on command, on every machine.
 *
 * Its transmitter is empty, and so it raises its line (an edge) at once when the interrupt for that is switched on.
 * That can be done as often as one likes; the console is not disturbed.
 */
#ifndef TESTS_SYSTEM_COM1_H
#define TESTS_SYSTEM_COM1_H

#include <l4/types.h>

enum { COM1_LINE = 4 };

/* The thread that this interrupt is. */
L4_ThreadId_t interrupt(L4_Word_t number);

void out(unsigned short port, unsigned char value);
unsigned char in(unsigned short port);

/*
 * Ports for this space, which keeps them. sigma0 gives them once: to the first case that asks, or to the console, which
 * is of this space too. Where it gave them to neither, the first access fails the case.
 */
void get_ports(L4_Word_t base, unsigned count);

/* COM1's interrupt is this thread's. */
void com1_give(L4_ThreadId_t handler);

/* COM1 wants attention, once: the interrupt comes behind the last instruction of this. */
void com1_edge(void);

#endif
