/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/space.h - taking back what was mapped; kernel memory for spaces.
 *
 * Unmap removes the rights named in a flexpage from everybody who received the pages from this
 * space, directly or not; Flush removes them from this space too. Both return in the same words
 * how the pages were used since the last such call: r referenced, w written, x executed.
 */
#ifndef L4_SPACE_H
#define L4_SPACE_H

#include <l4/types.h>
#include <l4/syscalls.h>

#define __L4_UNMAP_FLUSH 0x40

/* One to 64 flexpages through the message registers. */
L4_INLINE void __L4_UnmapMany(L4_Word_t control, L4_Word_t n, L4_Fpage_t *fpages)
{
	L4_LoadMRs(0, (int)n, &fpages->raw);
	L4_Unmap(control | (n - 1));
	L4_StoreMRs(0, (int)n, &fpages->raw);
}

L4_INLINE L4_Fpage_t L4_UnmapFpage(L4_Fpage_t f)
{
	__L4_UnmapMany(0, 1, &f);
	return f;
}

L4_INLINE void L4_UnmapFpages(L4_Word_t n, L4_Fpage_t *fpages)
{
	__L4_UnmapMany(0, n, fpages);
}

L4_INLINE L4_Fpage_t L4_Flush(L4_Fpage_t f)
{
	__L4_UnmapMany(__L4_UNMAP_FLUSH, 1, &f);
	return f;
}

L4_INLINE void L4_FlushFpages(L4_Word_t n, L4_Fpage_t *fpages)
{
	__L4_UnmapMany(__L4_UNMAP_FLUSH, n, fpages);
}

/* Takes no rights away, only reads and resets how the pages were used. */
L4_INLINE L4_Fpage_t L4_GetStatus(L4_Fpage_t f)
{
	f.raw &= ~0xfUL;
	return L4_UnmapFpage(f);
}

L4_INLINE L4_Bool_t L4_WasReferenced(L4_Fpage_t f)
{
	return (f.raw & L4_Readable) != 0;
}

L4_INLINE L4_Bool_t L4_WasWritten(L4_Fpage_t f)
{
	return (f.raw & L4_Writable) != 0;
}

L4_INLINE L4_Bool_t L4_WaseXecuted(L4_Fpage_t f)
{
	return (f.raw & L4_eXecutable) != 0;
}

/*
 * Control words for SpaceControl, Pecan's own; they can be combined. L4_SpaceQuota: the space has so many KiB of the
 * kernel's memory for itself, and no more. L4_SpaceUsage: old_control is the number of bytes that it uses.
 * L4_SmallSpace: it is a small space in the slot number `place` of the slots of 2^log2 bytes. Only for 64-bit programs,
 * of which the privileged ones are.
 */
#ifdef L4_64BIT
#define L4_SpaceUsage (1UL << 29)

L4_INLINE L4_Word_t L4_SpaceQuota(L4_Word_t kib)
{
	return 1UL << 30 | kib << 32;
}

#define L4_SMALL_LOG2_MIN 22
#define L4_SMALL_LOG2_MAX 29

L4_INLINE L4_Word_t L4_SmallSpace(L4_Word_t log2, L4_Word_t place)
{
	return 1UL << 31 | (2 * place + 1) << (log2 - L4_SMALL_LOG2_MIN);
}
#endif

#ifdef __cplusplus
L4_INLINE L4_Fpage_t L4_Unmap(L4_Fpage_t f)
{
	return L4_UnmapFpage(f);
}

L4_INLINE void L4_Unmap(L4_Word_t n, L4_Fpage_t *fpages)
{
	L4_UnmapFpages(n, fpages);
}

L4_INLINE void L4_Flush(L4_Word_t n, L4_Fpage_t *fpages)
{
	L4_FlushFpages(n, fpages);
}
#endif

#endif
