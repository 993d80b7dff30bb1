/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * string.c - the functions that compilers call on their own, and three more that every program
 * wants.
 *
 * Copying and filling are the processor's string instructions: short, good for long blocks, and no
 * loop that a compiler could recognise as memcpy and turn into a call of itself. The direction
 * flag is clear by the ABI.
 */
#include <string.h>

void *memcpy(void *to, const void *from, __SIZE_TYPE__ size)
{
	void *d = to;

	__asm__ __volatile__("rep movsb" : "+D"(d), "+S"(from), "+c"(size) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, __SIZE_TYPE__ size)
{
	char *d = to;
	const char *s = from;

	if ((unsigned long)d - (unsigned long)s >= size)
		return memcpy(to, from, size);
	d += size - 1;
	s += size - 1;
	__asm__ __volatile__("std\n\trep movsb\n\tcld"
			     : "+D"(d), "+S"(s), "+c"(size)
			     :
			     : "memory", "cc");
	return to;
}

void *memset(void *to, int byte, __SIZE_TYPE__ size)
{
	void *d = to;

	__asm__ __volatile__("rep stosb" : "+D"(d), "+c"(size) : "a"(byte) : "memory");
	return to;
}

int memcmp(const void *left, const void *right, __SIZE_TYPE__ size)
{
	const unsigned char *l = left, *r = right;

	for (; size != 0; size--, l++, r++)
		if (*l != *r)
			return *l - *r;
	return 0;
}

__SIZE_TYPE__ strlen(const char *text)
{
	const volatile char *end = text; /* volatile: or the loop becomes a call of strlen */

	while (*end)
		end++;
	return (__SIZE_TYPE__)(end - text);
}

int strncmp(const char *left, const char *right, __SIZE_TYPE__ size)
{
	for (; size != 0; size--, left++, right++) {
		if (*left != *right)
			return (unsigned char)*left - (unsigned char)*right;
		if (*left == 0)
			break;
	}
	return 0;
}

int strcmp(const char *left, const char *right)
{
	return strncmp(left, right, ~0UL);
}
