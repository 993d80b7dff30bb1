/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init/limits.c - does this machine check the limits of segments?
 *
 * Processors do; some emulators don't, and there nothing protects small spaces from one another. So one access beyond a
 * limit is tried, to a byte that is there. It takes 32-bit code, and that a page below 4 GiB: the window has room.
 */
#include "base/print.h"
#include "base/string.h"
#include "core/frames.h"
#include "core/space.h"
#include "init/init.h"
#include "x86/cpu.h"
#include "x86/segments.h"
#include "x86/window.h"

enum { LIMIT = 16 };

static const unsigned char code[] = { 0xa0, LIMIT, 0, 0, 0, /* mov al, [LIMIT] */ 0xcc /* int3 */ };

void limits_init(struct cpu *cpu)
{
	void *page = frame_alloc();

	memory_need(page && pagetable_map(kernel_root, WINDOW, direct_map_phys(page), 0, 0, &kernel_account));
	memcpy(page, code, sizeof(code));
	cpu_features.segment_limits = segments_try_limit(cpu, WINDOW, LIMIT);

	pte_t *entry = window_entry(WINDOW);

	account_free(&kernel_account, direct_map(*entry & PTE_ADDRESS));
	*entry = 0;
	invlpg(WINDOW);
	frame_free(page);
	print("kernel: small spaces: this machine %s\n", cpu_features.segment_limits
	      ? "checks the limits of segments" : "does not check the limits of segments, so they are not protected");
}
