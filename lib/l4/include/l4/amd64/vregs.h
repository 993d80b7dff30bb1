/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/amd64/vregs.h - how 64-bit programs reach their UTCB: GS base points to it.
 */
#ifndef L4_AMD64_VREGS_H
#define L4_AMD64_VREGS_H

/* The suffix of an instruction whose operand is a word of it. */
#define __L4_WORD_SUFFIX "q"

/* Words of the UTCB that not all UTCBs have there. */
#define __L4_UTCB_SAVED_RBP 78
#define __L4_UTCB_BR_0      80

#endif
