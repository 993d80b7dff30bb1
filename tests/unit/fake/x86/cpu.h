/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/unit/fake/x86/cpu.h - a processor that the test makes. */
#ifndef X86_CPU_H
#define X86_CPU_H

#include "base/types.h"

enum invpcid_type { INVPCID_ADDRESS = 0, INVPCID_TAG = 1 };
void invpcid(enum invpcid_type type, word_t tag, virt_t address);
void cr3_write(word_t value);

extern struct cpu_features {
	bool pcid;
} cpu_features;

#endif
