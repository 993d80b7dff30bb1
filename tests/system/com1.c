/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/com1.c - see com1.h. */
#include "com1.h"
#include "test.h"
#include <l4/arch.h>

enum { COM1 = 0x3f8, COM1_INTERRUPTS = COM1 + 1, COM1_MODEM = COM1 + 4, WHEN_EMPTY = 2, TO_THE_LINE = 8 };

L4_ThreadId_t interrupt(L4_Word_t number)
{
	return L4_GlobalId(number, 1);
}

void out(unsigned short port, unsigned char value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

unsigned char in(unsigned short port)
{
	unsigned char value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

void get_ports(L4_Word_t base, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		L4_Sigma0_GetPage(sigma0, L4_IoFpageLog2(base + i, 0));
	L4_Accept(L4_UntypedWordsAcceptor);
}

void com1_give(L4_ThreadId_t handler)
{
	get_ports(COM1_INTERRUPTS, 1);
	get_ports(COM1_MODEM, 1);
	out(COM1_INTERRUPTS, 0);
	out(COM1_MODEM, TO_THE_LINE | 3);
	REQUIRE_EQ(L4_AssociateInterrupt(interrupt(COM1_LINE), handler), 1);
}

void com1_edge(void)
{
	out(COM1_INTERRUPTS, 0);
	out(COM1_INTERRUPTS, WHEN_EMPTY);
}
