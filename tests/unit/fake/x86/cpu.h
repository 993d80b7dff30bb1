/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/unit/fake/x86/cpu.h - the processor on the host: what it is told to forget is told to the test. */
#ifndef FAKE_CPU_H
#define FAKE_CPU_H

#define invlpg machine_invlpg
#define cr3_write machine_cr3_write
#define cr3_read machine_cr3_read
#include_next "x86/cpu.h"
#undef invlpg
#undef cr3_write
#undef cr3_read

void invlpg(virt_t address);

#endif
