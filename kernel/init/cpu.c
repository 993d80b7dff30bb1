/* SPDX-License-Identifier: BSD-2-Clause */
/* init/cpu.c - make what belongs to one CPU. */
#include "abi/syscall.h"
#include "base/string.h"
#include "core/frames.h"
#include "core/sched.h"
#include "core/space.h"
#include "core/thread.h"
#include "entry/entry.h"
#include "init/init.h"
#include "x86/cpu_data.h"

static void *map_page(virt_t address, pte_t bits, bool global)
{
	void *frame = frame_alloc();

	memory_need(frame && pagetable_map(kernel_root, address, direct_map_phys(frame), 0,
	                                   bits | (global ? PTE_GLOBAL : 0), &kernel_account));
	return frame;
}

static void map_area(virt_t area)
{
	static const unsigned writable[] = {
		CPU_DATA,
		CPU_STACK, CPU_STACK_TOP - PAGE_SIZE,
		CPU_IST_NMI_TOP - PAGE_SIZE, CPU_IST_DB_TOP - PAGE_SIZE,
		CPU_IST_MC_TOP - PAGE_SIZE, CPU_IST_DF_TOP - PAGE_SIZE,
	};
	word_t *text = map_page(area + CPU_TEXT, 0, true);

	words_copy(text, (const word_t *)cpu_text_template, PAGE_SIZE / sizeof(word_t));
	for (unsigned i = 0; i < COUNT_OF(writable); i++)
		map_page(area + writable[i], PTE_WRITE | PTE_NX, true);
	/* No ports, for every space that has no bitmap of its own; not global, for the sake of those that have. */
	for (unsigned page = CPU_IO_BITMAP; page <= CPU_IO_END; page += PAGE_SIZE)
		words_fill(map_page(area + page, PTE_NX, false), ~0UL, PAGE_SIZE / sizeof(word_t));
}

struct cpu *cpu_init(unsigned number)
{
	virt_t area = CPU_AREAS + (virt_t)number * CPU_AREA_SIZE;
	struct cpu *cpu = (struct cpu *)(area + CPU_DATA);
	unsigned wheel_pages = (sizeof(struct wheel) + PAGE_SIZE - 1) / PAGE_SIZE;

	map_area(area);
	cpu->number = number;
	cpu->slow = number << SLOW_CPU_SHIFT;
	lanes_open(cpu, true);
	path_set_call_mark(cpu, CALL_MARK);
	cpu->loaded_cr3 = direct_map_phys(kernel_root);
	cpu->wheel = frames_alloc_adjacent(wheel_pages);
	struct ring *queues = frame_alloc();

	memory_need(cpu->wheel && queues);
	wheel_init(cpu->wheel, 0);

	/* Its id is one that no lookup gives out: the thread has no space. */
	cpu->idle = thread_create((word_t)(SYSTEM_BASE + number) << 32 | 1, NULL, cpu, NIL_THREAD);
	memory_need(cpu->idle);
	cpu->idle->hold = 0;
	cpu->idle->resume = leave_idle;
	sched_init(cpu, queues);
	return cpu;
}
_Static_assert(sizeof(struct ring) * PRIORITIES <= PAGE_SIZE, "the ready queues fit a frame");
