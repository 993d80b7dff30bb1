/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * divide.h - quotients, and remainders where they are not null pointers, under the names that compilers know.
 */
#ifndef SMALL_DIVIDE_H
#define SMALL_DIVIDE_H

unsigned long long __udivdi3(unsigned long long dividend, unsigned long long divisor);
unsigned long long __umoddi3(unsigned long long dividend, unsigned long long divisor);
unsigned long long __udivmoddi4(unsigned long long dividend, unsigned long long divisor, unsigned long long *remainder);
long long __divdi3(long long dividend, long long divisor);
long long __moddi3(long long dividend, long long divisor);
long long __divmoddi4(long long dividend, long long divisor, long long *remainder);

#endif
