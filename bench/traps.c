/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traps.c - what do faults and exceptions cost that the partner, in another space, handles?
 *
 * For that time the partner is this thread's pager and exception handler. Everything is done once before with a page
 * that is there, so that the only fault that the partner sees is the one that is asked for.
 *
 *   fault      a page that is not there is read: fault, one page mapped, the read
 *   exception  ud2, which the handler skips
 *   trap       a write to a page that may be read only, as an exception, which the handler skips: nothing is mapped
 *   appel1     a page is protected (write rights flushed), written to, and so unprotected by the pager
 *   appel2     100 pages are protected at once, then each is written to; a sample is a hundredth of it
 *
 * The last three are Appel and Li's.
 */
#include "traps.h"

#include <l4/exception.h>
#include <l4/space.h>
#include <l4/thread.h>

#include "memory.h"
#include "pong.h"
#include "sample.h"

enum { APPEL_PAGES = 100 };

/* Two bytes each (PONG_SKIPPED). */
static inline void read_from(unsigned long address)
{
	__asm__ volatile("movb (%0), %%al" : : "D"(address) : "eax", "memory");
}

static inline void write_to(unsigned long address)
{
	__asm__ volatile("movb %%al, (%0)" : : "D"(address) : "memory");
}

static inline void undefined(void)
{
	__asm__ volatile("ud2" : : : "memory");
}

static L4_Fpage_t pages(unsigned long address, unsigned int log2, L4_Word_t rights)
{
	return L4_FpageAddRights(L4_FpageLog2(address, log2), rights);
}

static inline void protect_one(void)
{
	L4_Flush(pages(WINDOW_FAULT, PAGE_LOG2, L4_Writable));
}

/* 100 pages are 64, 32 and 4. */
static inline void protect_many(void)
{
	L4_Fpage_t parts[] = {
		pages(WINDOW_FAULT, PAGE_LOG2 + 6, L4_Writable),
		pages(WINDOW_FAULT + 64 * PAGE, PAGE_LOG2 + 5, L4_Writable),
		pages(WINDOW_FAULT + 96 * PAGE, PAGE_LOG2 + 2, L4_Writable),
	};

	L4_FlushFpages(sizeof(parts) / sizeof(*parts), parts);
}

static inline void write_to_many(void)
{
	for (unsigned long i = 0; i < APPEL_PAGES; i++)
		write_to(WINDOW_FAULT + i * PAGE);
}

static void measure(unsigned int rounds, struct traps_figures *figures)
{
	read_from(WINDOW_FAULT + PAGE); /* page tables come and go with the last page */
	SAMPLE(FOOTPRINT_FAULT, rounds, &figures->fault, L4_Flush(pages(WINDOW_FAULT, PAGE_LOG2, L4_FullyAccessible)),
	       read_from(WINDOW_FAULT));
	SAMPLE(FOOTPRINT_EXCEPTION, rounds, &figures->exception, SAMPLE_NOTHING, undefined());
	SAMPLE(FOOTPRINT_APPEL1, rounds, &figures->appel1, SAMPLE_NOTHING, protect_one(); write_to(WINDOW_FAULT));
	write_to_many();
	SAMPLE(FOOTPRINT_APPEL2, rounds / 50 + 1, &figures->appel2, SAMPLE_NOTHING, protect_many(); write_to_many());
	figures->appel2.min /= APPEL_PAGES;
	figures->appel2.median /= APPEL_PAGES;
	figures->appel2.max /= APPEL_PAGES;
	protect_one();
	L4_Set_FaultExceptions(L4_Myself(), 1);
	SAMPLE(FOOTPRINT_TRAP, rounds, &figures->trap, SAMPLE_NOTHING, write_to(WINDOW_FAULT));
	L4_Set_FaultExceptions(L4_Myself(), 0);
}

/* All the memory that will be used is there. */
static void touch_everything(struct traps_figures *figures)
{
	volatile unsigned long *ticks = sample_ticks;

	for (unsigned int i = 0; i < SAMPLE_ROUNDS_MAX; i += 64)
		ticks[i] = 0;
	*(volatile struct traps_figures *)figures = (struct traps_figures){ 0 };
}

void traps(L4_ThreadId_t partner, unsigned int rounds, struct traps_figures *figures)
{
	L4_ThreadId_t pager = L4_Pager(), handler = L4_ExceptionHandler();

	touch_everything(figures);
	L4_Set_Pager(partner);
	L4_Set_ExceptionHandler(partner);
	measure(rounds, figures);
	L4_Set_Pager(pager);
	L4_Set_ExceptionHandler(handler);
	L4_Flush(pages(WINDOW_FAULT, PAGE_LOG2 + 7, L4_FullyAccessible));
}
