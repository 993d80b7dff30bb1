/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/console.h - messages on the first serial port, and the end of a boot that cannot go on.
 *
 * print knows %s %u %x (32 bits), %llx (64 bits) and %%.
 */
#ifndef BOOT_CONSOLE_H
#define BOOT_CONSOLE_H

void uart_init(void);
void uart_put(char c);

/* Waits until the last character has left the transmitter, if there is one. */
void uart_drain(void);

void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Says "Pecan boot: error: ", the sentence and a full stop, then ends the machine with a failing
 * status where that is possible (QEMU, Bochs), and halts elsewhere.
 */
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
