/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4io.h - printing and reading for programs without a C library.
 *
 * Conversions: d i u x X o p c s %, with flags 0 - + space #, width and precision (both may be *),
 * and the lengths hh h l ll z t j. No floating point. %c and %s print bytes as they are.
 *
 * Where characters go is decided at link time, by the library that defines io_write and io_read:
 * io_uart (the serial port, by the program's own port accesses) or io_console (a server).
 *
 * printf has no format attribute on purpose: X.2 programs pass thread ids and flexpages, which are
 * unions of a word, for %lx.
 */
#ifndef L4IO_H
#define L4IO_H

#ifdef __cplusplus
extern "C" {
#endif

#ifndef NULL
#ifdef __cplusplus
#define NULL 0
#else
#define NULL ((void *)0)
#endif
#endif

#ifndef EOF
#define EOF (-1)
#endif

/* These return how many characters they printed. */
int printf(const char *format, ...);
int vprintf(const char *format, __builtin_va_list arguments);

/*
 * These write at most size bytes, the terminating zero included, and return how many characters
 * the whole text would have.
 */
int snprintf(char *buffer, __SIZE_TYPE__ size, const char *format, ...);
int vsnprintf(char *buffer, __SIZE_TYPE__ size, const char *format, __builtin_va_list arguments);

int puts(const char *text); /* and a newline */
int putchar(int character);
int putc(int character);
int getchar(void); /* waits for one */
int getc(void);

/* The back end. io_write takes text with \n alone as line end; io_read waits for a byte. */
void io_write(const char *text, unsigned long size);
int io_read(void);

#ifdef __cplusplus
}
#endif

#endif
