/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scan - the client to copy: reads pages=N (47) of a file in a cycle, first as everybody, then with an adviser.
 *
 * A cycle that is a little larger than the cache is the worst for a pager that gives up what was not used for longest:
 * that is the page which is wanted next. The adviser is a second thread. It needs nothing of the pager's, and knows of
 * the cycle what no rule of age can know: the page that was used last is the one that is wanted again last.
 */
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4io.h>
#include <pager/advice.h>
#include <pager/client.h>
#include <service/root.h>

#define REGION 0x200000000000UL

enum { PAGES = 47, ROUNDS = 50, PAGE = 4096, MILLISECOND = 1000 };

static L4_ThreadId_t pager;
static unsigned long pages;
static char stack[4096] __attribute__((aligned(16)));

static unsigned long choose(unsigned long missing, unsigned long candidate, void *unused)
{
	(void)unused;
	return candidate >= pages ? candidate : (missing + pages - 1) % pages;
}

static void advise(void *unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from); /* until the pager knows this thread */
	pager_advise(pager, choose, NULL);
}

static unsigned long page_ins(void)
{
	struct pager_counts counts;

	pager_counts(pager, &counts);
	return counts.page_ins;
}

static void read(unsigned long first)
{
	for (unsigned long page = first; page < first + pages; page++)
		(void)*(volatile const char *)(REGION + page * PAGE);
}

/* How many page-ins it takes. */
static unsigned long scan(void)
{
	unsigned long before = page_ins();

	for (unsigned int round = 0; round < ROUNDS; round++)
		read(0);
	return page_ins() - before;
}

int main(void)
{
	L4_ThreadId_t adviser;
	unsigned long by_age;

	pager = root_lookup("file");
	pages = root_option("pages", PAGES);
	if (L4_IsNilThread(pager)) {
		printf("scan: no program called `file` has pages\n");
		return 1;
	}
	if (root_thread_start(advise, NULL, stack, sizeof(stack), &adviser) != ROOT_OK)
		return 1;
	pager_begin(pager);
	if (pager_attach(pager, REGION, 2 * pages * PAGE, L4_Readable, 0) != PAGER_OK) {
		printf("scan: `file` does not have %lu pages\n", 2 * pages);
		return 1;
	}
	read(pages); /* others, so that the cache has none of the cycle's */
	by_age = scan();
	read(pages);
	pager_add_thread(pager, adviser);
	L4_LoadMR(0, 0);
	L4_Send(adviser);
	L4_Sleep(L4_TimePeriod(MILLISECOND)); /* it becomes the adviser */
	printf("scan: %lu pages, %d times: %lu page-ins by age, %lu with advice\n", pages, ROUNDS, by_age, scan());
	return 0;
}
