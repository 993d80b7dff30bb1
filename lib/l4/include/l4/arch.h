/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/arch.h - what is particular to x86: flexpages of I/O ports.
 *
 * Ports are mapped like memory: an I/O flexpage goes into a map item, and an access to a port that
 * a space does not have becomes an I/O page fault. Size field 2, which no memory flexpage has,
 * marks it.
 */
#ifndef L4_ARCH_H
#define L4_ARCH_H

#include <l4/types.h>

typedef union {
	L4_Word_t raw;
	struct {
		L4_Word_t rwx : 4;
		L4_Word_t __two : 6;
		L4_Word_t s : 6;
		L4_Word_t p : 16;
		L4_Word_t : L4_BITS_PER_WORD - 32;
	} X;
} L4_IoFpage_t;

L4_INLINE L4_Fpage_t L4_IoFpageLog2(L4_Word_t BasePort, int FpageSizeLog2)
{
	L4_Fpage_t f;
	f.raw = 2UL << 4 | ((L4_Word_t)FpageSizeLog2 & 0x3f) << 10 | (BasePort & 0xffff) << 16;
	return f;
}

/* The size in ports, rounded up to a power of two. */
L4_INLINE L4_Fpage_t L4_IoFpage(L4_Word_t BasePort, int FpageSize)
{
	return L4_IoFpageLog2(BasePort, (int)__L4_CeilLog2((L4_Word_t)FpageSize));
}

L4_INLINE L4_Bool_t L4_IsIoFpage(L4_Fpage_t f)
{
	return f.X.s == 2;
}

L4_INLINE L4_Word_t L4_IoFpagePort(L4_Fpage_t f)
{
	return f.raw >> 16 & 0xffff;
}

L4_INLINE L4_Word_t L4_IoFpageSizeLog2(L4_Fpage_t f)
{
	return f.raw >> 10 & 0x3f;
}

L4_INLINE L4_Word_t L4_IoFpageSize(L4_Fpage_t f)
{
	return 1UL << L4_IoFpageSizeLog2(f);
}

#ifdef __cplusplus
L4_INLINE L4_Fpage_t L4_Fpage(L4_IoFpage_t io)
{
	L4_Fpage_t f;
	f.raw = io.raw;
	return f;
}
#endif

#endif
