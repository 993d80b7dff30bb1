/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * base/assert.h - what holds if the kernel is right. Never applied to what a user chose: bad input is refused,
 * not asserted.
 */
#ifndef BASE_ASSERT_H
#define BASE_ASSERT_H

/* Stop the machine: print why, the registers if there are any, the current thread and a backtrace. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define assert(condition)                                                                   \
	((condition) ? (void)0 : panic("%s:%d: '%s' does not hold", __FILE__, __LINE__, #condition))

#endif
