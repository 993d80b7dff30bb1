/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - from the memory descriptors of the kernel interface page to regions.
 *
 * Conventional memory is trimmed to whole pages; everything else is widened to whole pages, so
 * that a page that is only partly free is not given as free. sigma0's own image is taken out last:
 * whoever had it could rewrite sigma0.
 */
#include "memory.h"

enum { PAGE = 4096 };

static unsigned long page_down(unsigned long address)
{
	return address & -(unsigned long)PAGE;
}

static unsigned long page_up(unsigned long address)
{
	return page_down(address + PAGE - 1);
}

/* High comes as the last kilobyte, inclusive, and may be the last one there is. */
static unsigned long descriptor_end(const struct kip_memory_desc *desc)
{
	unsigned long last = desc->high | 1023;

	return last > -(unsigned long)PAGE ? -(unsigned long)PAGE : last + 1;
}

static enum region_kind descriptor_kind(const struct kip_memory_desc *desc)
{
	switch (desc->low & 0xf) {
	case KIP_MEMORY_CONVENTIONAL:
		return REGION_FREE;
	case KIP_MEMORY_RESERVED:
		return REGION_RESERVED;
	case KIP_MEMORY_SHARED:
		return REGION_SHARED;
	case KIP_MEMORY_BOOT:
		return REGION_BOOT;
	default:
		return REGION_DEVICE;
	}
}

bool memory_describe(struct region_map *map, const struct kip *kip)
{
	unsigned long count = kip->memory_info & 0xffffffff;
	const struct kip_memory_desc *descs =
		(const void *)((const char *)kip + (kip->memory_info >> 32));

	for (unsigned long i = 0; i < count; i++) {
		bool is_virtual = descs[i].low & (1 << 9);
		enum region_kind kind = descriptor_kind(&descs[i]);
		unsigned long low = descs[i].low & ~1023UL;
		unsigned long high = descriptor_end(&descs[i]);

		if (is_virtual)
			continue;
		low = kind == REGION_FREE ? page_up(low) : page_down(low);
		high = kind == REGION_FREE ? page_down(high) : page_up(high);
		if (!regions_set(map, low, high, kind))
			return false;
	}
	return regions_set(map, page_down(kip->sigma0.low), page_up(kip->sigma0.high),
			   REGION_RESERVED);
}
