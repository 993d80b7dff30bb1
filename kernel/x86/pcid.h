/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86/pcid.h - tags for what the processor remembers of page tables: with them a switch to another address space
 * forgets nothing (SDM 3A 4.10.1).
 *
 * A space has a tag as long as there is one; what comes later shares tag 0, which is forgotten at each switch, as all
 * is on processors without PCID and INVPCID. So the word for CR3 says everything, and the path of a message just loads
 * it.
 */
#ifndef X86_PCID_H
#define X86_PCID_H

#include "base/types.h"

/* What the word for CR3 has besides the table's address: a tag, with the order to keep what is remembered under it. */
word_t pcid_alloc(void);

/* The space with this word for CR3 is gone, and nothing may be remembered of it. */
void pcid_free(word_t cr3);

/* Forget what is remembered of an address in a space that is not the loaded one. */
void pcid_invalidate(word_t cr3, virt_t address);

/* Forget all that is remembered of the loaded space. */
void pcid_flush_loaded(word_t cr3);

#endif
