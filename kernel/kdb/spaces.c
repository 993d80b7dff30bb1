/* SPDX-License-Identifier: BSD-2-Clause */
/* kdb/spaces.c - address spaces, and what they show. A space is named by any thread of it. */
#include "core/space.h"
#include "core/thread.h"
#include "kdb/kdb.h"

word_t kdb_space_name(const struct space *s)
{
	return ring_empty(&s->threads) ? 0 : CONTAINER_OF(s->threads.next, struct tcb, space_link)->id >> 32;
}

static void print_space(const struct space *s)
{
	print("space %lu: %u threads, %u active; kip 0x%lx, utcbs from 0x%lx, page table %lx%s%s%s", kdb_space_name(s),
	      s->thread_count, s->active_threads, s->kip_area.base, s->utcb_area.base, s->cr3,
	      s->is_sigma0 ? "; sigma0" : "", s->privileged ? "; privileged" : "",
	      s->io_bitmap[0] ? "; has ports" : "");
	if (s->redirector != NIL_THREAD)
		print("; redirector %lx", s->redirector);
	print("; kernel memory %lu KiB", account_used(&s->account) / 1024);
	if (s->account.quota)
		print(" of %lu", s->account.quota * PAGE_SIZE / 1024);
	print("\n");
}

KDB_COMMAND(spaces, "", "all address spaces, each named by a thread of it, and the kernel's memory they have")
{
	(void)words;
	for (struct ring *r = all_threads.next; r != &all_threads; r = r->next) {
		struct tcb *t = CONTAINER_OF(r, struct tcb, all_link);

		if (t->space->threads.next == &t->space_link)
			print_space(t->space);
	}
}

/* Pages that follow each other in both address spaces, with the same rights. */
struct run {
	virt_t low, high;
	phys_t phys;
	pte_t bits;
	unsigned level;
};
#define RUN_BITS (PTE_WRITE | PTE_NX | PTE_CACHING | PTE_KERNEL_OWNED)

static void print_run(const struct run *run)
{
	print("  0x%lx-0x%lx -> %lx r%c%c %u KiB pages%s%s\n", run->low, run->high, run->phys,
	      run->bits & PTE_WRITE ? 'w' : '-', run->bits & PTE_NX ? '-' : 'x',
	      (unsigned)(level_size(run->level) / 1024),
	      run->bits & PTE_CACHING ? ", not write-back" : "", run->bits & PTE_KERNEL_OWNED ? ", the kernel's" : "");
}

/* Does this page go on where the run ends? */
static bool extends(const struct run *run, virt_t at, phys_t phys, pte_t bits, unsigned level)
{
	return at == run->high && phys == run->phys + (run->high - run->low) && bits == run->bits &&
	       level == run->level;
}

KDB_COMMAND(mappings, "THREAD [ADDRESS]", "what its space shows, from an address on, 40 runs of pages at most")
{
	const struct tcb *t = kdb_thread(&words);
	struct run run = { 0 };
	unsigned left = 40, level;
	virt_t at = 0, low;

	if (!t)
		return;
	kdb_number(&words, &at);
	for (at = ALIGN_DOWN(at, PAGE_SIZE); at < USER_END; at = low + level_size(level)) {
		pte_t pte = *pagetable_find(t->space->root, at, &level);
		phys_t phys = pte_phys(pte, level);

		low = ALIGN_DOWN(at, level_size(level));
		if (!(pte & PTE_PRESENT))
			continue;
		if (!extends(&run, low, phys, pte & RUN_BITS, level)) {
			if (run.high)
				print_run(&run);
			if (run.high && --left == 0) {
				print("more: mappings %lu 0x%lx\n", t->id >> 32, low);
				return;
			}
			run = (struct run){ low, low, phys, pte & RUN_BITS, level };
		}
		run.high = low + level_size(level);
	}
	if (run.high)
		print_run(&run);
}
