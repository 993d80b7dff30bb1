/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * divide.c - division of 64-bit numbers, which 32-bit code calls by these names.
 *
 * They are libgcc's, whose 32-bit variant is not in a Debian without gcc-multilib. A divisor of 32 bits takes two
 * DIV instructions, of which each leaves a remainder below the divisor: the next one cannot overflow. A larger one
 * leaves a quotient of 32 bits at most, found bit by bit. As in libgcc, a division by zero is the processor's
 * exception.
 */
#include "divide.h"

typedef unsigned long long u64;
typedef unsigned int u32;

/* dividend / divisor, where dividend >> 32 is below divisor. */
static u32 divide_step(u64 dividend, u32 divisor, u32 *remainder)
{
	u32 quotient;

	__asm__("divl %4"
		: "=a"(quotient), "=d"(*remainder)
		: "a"((u32)dividend), "d"((u32)(dividend >> 32)), "r"(divisor)
		: "cc");
	return quotient;
}

static u64 divide_by_small(u64 dividend, u32 divisor, u64 *remainder)
{
	u32 rest, high = divide_step(dividend >> 32, divisor, &rest);
	u32 low = divide_step((u64)rest << 32 | (u32)dividend, divisor, &rest);

	*remainder = rest;
	return (u64)high << 32 | low;
}

/* divisor has a bit above the 32nd. */
static u64 divide_by_large(u64 dividend, u64 divisor, u64 *remainder)
{
	int shift = __builtin_clzll(divisor) - __builtin_clzll(dividend | 1);
	u64 quotient = 0;

	for (; shift >= 0; shift--) {
		if (dividend >> shift >= divisor) {
			dividend -= divisor << shift;
			quotient |= 1ULL << shift;
		}
	}
	*remainder = dividend;
	return quotient;
}

unsigned long long __udivmoddi4(unsigned long long dividend, unsigned long long divisor, unsigned long long *remainder)
{
	u64 rest;
	u64 quotient = divisor >> 32 ? divide_by_large(dividend, divisor, &rest) :
				       divide_by_small(dividend, (u32)divisor, &rest);

	if (remainder)
		*remainder = rest;
	return quotient;
}

unsigned long long __udivdi3(unsigned long long dividend, unsigned long long divisor)
{
	return __udivmoddi4(dividend, divisor, (u64 *)0);
}

unsigned long long __umoddi3(unsigned long long dividend, unsigned long long divisor)
{
	u64 remainder;

	__udivmoddi4(dividend, divisor, &remainder);
	return remainder;
}

static u64 magnitude(long long number)
{
	return number < 0 ? -(u64)number : (u64)number;
}

/* The remainder has the dividend's sign. */
long long __divmoddi4(long long dividend, long long divisor, long long *remainder)
{
	u64 rest, quotient = __udivmoddi4(magnitude(dividend), magnitude(divisor), &rest);

	if (remainder)
		*remainder = (long long)(dividend < 0 ? -rest : rest);
	return (long long)((dividend < 0) != (divisor < 0) ? -quotient : quotient);
}

long long __divdi3(long long dividend, long long divisor)
{
	return __divmoddi4(dividend, divisor, (long long *)0);
}

long long __moddi3(long long dividend, long long divisor)
{
	long long remainder;

	__divmoddi4(dividend, divisor, &remainder);
	return remainder;
}
