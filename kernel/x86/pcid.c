/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/pcid.c - see x86/pcid.h. */
#include "x86/pcid.h"
#include "x86/cpu.h"

enum { TAGS = 4096, TAG_MASK = TAGS - 1 };
#define KEEP (1UL << 63)

static uint64_t used[TAGS / 64] = { 1 }; /* tag 0: the kernel's own table, and all who have none */

word_t pcid_alloc(void)
{
	if (!cpu_features.pcid)
		return 0;
	for (unsigned i = 0; i < COUNT_OF(used); i++) {
		if (used[i] == ~0UL)
			continue;
		unsigned bit = (unsigned)__builtin_ctzl(~used[i]);

		used[i] |= 1UL << bit;
		return KEEP | (i * 64 + bit);
	}
	return 0;
}

void pcid_free(word_t cr3)
{
	word_t tag = cr3 & TAG_MASK;

	if (!tag)
		return;
	invpcid(INVPCID_TAG, tag, 0);
	used[tag / 64] &= ~(1UL << tag % 64);
}

void pcid_invalidate(word_t cr3, virt_t address)
{
	if (cr3 & TAG_MASK)
		invpcid(INVPCID_ADDRESS, cr3 & TAG_MASK, address);
}

void pcid_flush_loaded(word_t cr3)
{
	cr3_write(cr3 & ~KEEP);
}
