/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.c - frames from the root task; what is in a page at first; rights taken back.
 */
#include <pager/pager.h>

#include <l4/space.h>
#include <service/paging.h>

/* Memory that nobody has yet. Below and above the heap's middle is a C library's, if there is one (lib/hosted). */
static unsigned long heap_used = ROOT_HEAP_LOW + (512UL << 20), large_used = ROOT_LARGE_LOW;

unsigned long pager_addresses(unsigned long bytes)
{
	unsigned long low = heap_used;

	heap_used += (bytes + PAGER_PAGE - 1) & -(unsigned long)PAGER_PAGE;
	return low;
}

static bool add_from_heap(struct pool *pool, unsigned int frames)
{
	unsigned long low = pager_addresses(frames * (unsigned long)POOL_FRAME);

	for (unsigned long page = low; page < heap_used; page += POOL_FRAME)
		*(volatile char *)page = 0;
	return pool_add(pool, low, frames);
}

unsigned long pager_memory(struct pool *pool, unsigned long bytes)
{
	unsigned long got = 0;

	while (bytes - got >= POOL_BLOCK && root_large_page(large_used) == ROOT_OK &&
	       pool_add(pool, large_used, POOL_BLOCK_FRAMES)) {
		(void)*(volatile char *)large_used; /* only what is here can be mapped on */
		large_used += POOL_BLOCK;
		got += POOL_BLOCK;
	}
	while (bytes - got >= POOL_FRAME) {
		unsigned long frames = (bytes - got) / POOL_FRAME;

		if (frames > POOL_BLOCK_FRAMES)
			frames = POOL_BLOCK_FRAMES;
		if (!add_from_heap(pool, frames))
			break;
		got += frames * POOL_FRAME;
	}
	return got;
}

bool pager_fill(const struct pager_fault *fault, void *frame, unsigned int *rights)
{
	/* The root task fills pages of the heap only. */
	static char *page;

	*rights = fault->region->rights;
	if (!fault->region->image) {
		pager_clear(frame);
		return true;
	}
	if (!page)
		page = (char *)pager_addresses(PAGER_PAGE);
	if (root_client_page(fault->client->thread[0], fault->page, page, rights) != ROOT_OK)
		return false;
	pager_copy(frame, page);
	return true;
}

static void unmap_once(void *const *frame, unsigned int count, unsigned int rights, L4_Fpage_t *fpage)
{
	for (unsigned int i = 0; i < count; i++)
		fpage[i] = L4_FpageAddRights(L4_Fpage((L4_Word_t)frame[i], PAGER_PAGE), rights);
	L4_UnmapFpages(count, fpage);
}

/*
 * Unmap of up to 64 frames; the flexpages in, how they were used out. Unmap goes to all who have got a frame, and a
 * client may pass one on thousands of times. So when that has taken long, everybody loses the frames, and faults
 * again: it does not take long a second time.
 */
static void unmap(void *const *frame, unsigned int count, unsigned int rights, L4_Fpage_t *fpage)
{
	enum { LONG_FOR_EACH = 50000 /* cycles; of a frame that one client has, some 2,000 */ };
	unsigned long long start = __builtin_ia32_rdtsc();
	L4_Fpage_t rest[PAGER_FRAMES_MAX];

	if (count == 0)
		return;
	unmap_once(frame, count, rights, fpage);
	if (rights == L4_FullyAccessible || __builtin_ia32_rdtsc() - start <= count * LONG_FOR_EACH)
		return;
	unmap_once(frame, count, L4_FullyAccessible, rest);
	for (unsigned int i = 0; i < count; i++)
		fpage[i].raw |= rest[i].raw & L4_FullyAccessible;
}

unsigned long pager_take_back(void *const *frame, unsigned int count, unsigned int rights)
{
	L4_Fpage_t fpage[PAGER_FRAMES_MAX];
	unsigned long written = 0;

	unmap(frame, count, rights, fpage);
	for (unsigned int i = 0; i < count; i++)
		written |= (unsigned long)(L4_WasWritten(fpage[i]) != 0) << i;
	return written;
}

void pager_take_back_block(void *block)
{
	L4_Fpage_t fpage = L4_FpageAddRights(L4_Fpage((L4_Word_t)block, POOL_BLOCK), L4_FullyAccessible);

	L4_UnmapFpage(fpage);
}

void pager_uses(void *const *frame, unsigned int count, unsigned int *uses)
{
	L4_Fpage_t fpage[PAGER_FRAMES_MAX];

	unmap(frame, count, 0, fpage);
	for (unsigned int i = 0; i < count; i++)
		uses[i] = fpage[i].raw & (L4_Readable | L4_Writable);
}
