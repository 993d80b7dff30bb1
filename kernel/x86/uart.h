/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/uart.h - the first serial port, polled: the kernel's only output. */
#ifndef X86_UART_H
#define X86_UART_H

#include "base/types.h"

/* Write text; a newline is preceded by a carriage return. Returns when the transmitter has taken the last character. */
void uart_write(const char *text, size_t size);

/* Wait until the last character has left the machine. */
void uart_flush(void);

#endif
