/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/ia32/vregs.h - how 32-bit programs reach their UTCB: the segment GS begins there (lib/abi/small.h).
 */
#ifndef L4_IA32_VREGS_H
#define L4_IA32_VREGS_H

/* The suffix of an instruction whose operand is a word of it. */
#define __L4_WORD_SUFFIX "l"

/* Words of the UTCB that not all UTCBs have there. */
#define __L4_UTCB_SEND_TIMEOUT 78
#define __L4_UTCB_ARGUMENT_0   80
#define __L4_UTCB_BR_0         96

#endif
