/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/uart.c - 16550 at 0x3f8. The boot component has set the line up (115200 8N1). */
#include "x86/uart.h"
#include "x86/cpu.h"

enum { COM1 = 0x3f8, LINE_STATUS = COM1 + 5, CAN_TAKE = 1 << 5, IS_EMPTY = 1 << 6 };

/* A machine without the port reads all ones or never gets ready; it must not hang the kernel. */
enum { PATIENCE = 1 << 20 };

static void wait_for(uint8_t bit)
{
	for (unsigned i = 0; i < PATIENCE && !(in8(LINE_STATUS) & bit); i++)
		pause();
}

static void put(char c)
{
	wait_for(CAN_TAKE);
	out8(COM1, (uint8_t)c);
}

void uart_write(const char *text, size_t size)
{
	for (; size > 0; text++, size--) {
		if (*text == '\n')
			put('\r');
		put(*text);
	}
}

void uart_flush(void)
{
	wait_for(IS_EMPTY);
}
