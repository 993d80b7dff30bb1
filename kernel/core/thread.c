/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/thread.c - threads, see core/thread.h.
 *
 * The array of TCBs is virtual: four slots share a page, and where none of the four is a thread all entries of the page
 * table show one read-only page of ones, in which every id is the id of nobody.
 */
#include "core/thread.h"
#include "abi/syscall.h"
#include "base/string.h"
#include "core/frames.h"
#include "core/ipc.h"
#include "core/mapdb.h"
#include "core/sched.h"
#include "core/space.h"
#include "core/transfer.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/fpu.h"

struct ring all_threads = { &all_threads, &all_threads };

enum { SLOTS_A_PAGE = PAGE_SIZE / TCB_SIZE };

static phys_t nobody;      /* the page of ones */
static pte_t *array_tables; /* the page-directory entries for the array */
static phys_t shared_table; /* the page table in which every entry is `nobody` */

bool thread_array_init(void)
{
	word_t *ones = frame_alloc();
	pte_t *table = frame_alloc();
	pte_t *first = pagetable_make(kernel_root, TCB_ARRAY, 1, 0);

	if (!ones || !table || !first)
		return false;
	words_fill(ones, ~0UL, PAGE_SIZE / sizeof(word_t));
	nobody = direct_map_phys(ones);
	shared_table = direct_map_phys(table);
	array_tables = first;
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		table[i] = nobody | PTE_PRESENT | PTE_NX | PTE_GLOBAL;
	for (unsigned i = 0; i < TABLE_ENTRIES; i++)
		first[i] = shared_table | PTE_PRESENT | PTE_WRITE;
	return true;
}

/* The entry for the page of a slot, in a table of its own. NULL when out of memory. */
static pte_t *own_entry(const struct tcb *slot)
{
	word_t page = ((word_t)slot - TCB_ARRAY) / PAGE_SIZE;
	pte_t *directory = &array_tables[page / TABLE_ENTRIES];

	if ((*directory & PTE_ADDRESS) == shared_table) {
		pte_t *table = frame_alloc();

		if (!table)
			return NULL;
		words_copy(table, direct_map(shared_table), TABLE_ENTRIES);
		*directory = direct_map_phys(table) | PTE_PRESENT | PTE_WRITE;
		/* Not one entry's meaning changed, but the processor may remember where it found them. */
		invlpg((virt_t)slot);
	}
	return (pte_t *)direct_map(*directory & PTE_ADDRESS) + page % TABLE_ENTRIES;
}

static bool slot_alloc(struct tcb *slot)
{
	pte_t *entry = own_entry(slot);

	if (!entry)
		return false;
	if ((*entry & PTE_ADDRESS) == nobody) {
		word_t *page = frame_alloc();

		if (!page)
			return false;
		words_fill(page, ~0UL, PAGE_SIZE / sizeof(word_t));
		*entry = direct_map_phys(page) | PTE_PRESENT | PTE_WRITE | PTE_NX | PTE_GLOBAL;
		invlpg((virt_t)slot);
	}
	words_fill((word_t *)slot, 0, TCB_SIZE / sizeof(word_t));
	return true;
}

static void slot_free(struct tcb *slot)
{
	struct tcb *first = (struct tcb *)ALIGN_DOWN((word_t)slot, PAGE_SIZE);
	pte_t *entry = own_entry(slot);

	words_fill((word_t *)slot, ~0UL, TCB_SIZE / sizeof(word_t));
	for (unsigned i = 0; i < SLOTS_A_PAGE; i++)
		if (first[i].id != ANY_THREAD)
			return;
	frame_free(direct_map(*entry & PTE_ADDRESS));
	*entry = nobody | PTE_PRESENT | PTE_NX | PTE_GLOBAL;
	invlpg((virt_t)slot);
}

struct tcb *thread_find_number(word_t id)
{
	struct tcb *t = tcb_slot(id);

	if (thread_number(id) > THREAD_NUMBER_MAX || t->id == ANY_THREAD || !t->space)
		return NULL;
	return t;
}

struct tcb *thread_find_any(const struct tcb *self, word_t id)
{
	if (id == NIL_THREAD)
		return NULL;
	if (!id_is_local(id))
		return thread_find(id);
	for (struct ring *r = self->space->threads.next; r != &self->space->threads; r = r->next) {
		struct tcb *t = CONTAINER_OF(r, struct tcb, space_link);

		if (t->utcb == id && t->utcb_map)
			return t;
	}
	return NULL;
}

bool thread_obeys(const struct tcb *t, const struct tcb *self)
{
	if (!t->utcb_map)
		return false;
	return t->space == self->space || t->utcb_map->pager == self->id || t->utcb_map->exception_handler == self->id;
}

word_t thread_name(const struct tcb *self, const struct tcb *other)
{
	return self->space == other->space ? other->utcb : other->id;
}

static void set_id(struct tcb *t, word_t id)
{
	t->id = id;
	t->open = ring_empty(&t->senders) ? id : 0;
	if (t->utcb_map)
		t->utcb_map->my_global_id = id;
}

struct tcb *thread_create(word_t id, struct space *space, struct cpu *cpu, word_t scheduler)
{
	struct tcb *t = tcb_slot(id);

	if (!slot_alloc(t))
		return NULL;
	t->space = space;
	t->cpu = cpu;
	t->scheduler = scheduler;
	t->hold = HOLD_INACTIVE;
	t->slice = SLICE_DEFAULT;
	t->priority = PRIORITY_DEFAULT << 2 | 3;
	t->slow = cpu->number;
	t->wait = NOT_WAITING;
	t->vector = VECTOR_SYSCALL;
	t->call_mark = CALL_MARK;
	t->cs = SELECTOR_USER_CODE;
	t->ss = SELECTOR_USER_DATA;
	ring_init(&t->senders);
	ring_init(&t->sender_link);
	ring_init(&t->ready_link);
	ring_init(&t->all_link);
	ring_init(&t->space_link);
	timeout_init(&t->timeout);
	ring_init(&t->revocation.link);
	set_id(t, id);
	if (space) {
		t->cr3 = space_cr3(space);
		ring_insert(&space->threads, &t->space_link);
		ring_insert(&all_threads, &t->all_link);
	}
	return t;
}

bool thread_has_utcb(const struct space *space, virt_t utcb)
{
	for (struct ring *r = space->threads.next; r != &space->threads; r = r->next) {
		struct tcb *t = CONTAINER_OF(r, struct tcb, space_link);

		if (t->utcb == utcb && t->utcb_map)
			return true;
	}
	return false;
}

bool thread_activate(struct tcb *t, virt_t utcb, word_t pager)
{
	struct utcb *u = space_utcb(t->space, utcb);

	if (!u)
		return false;
	words_fill((word_t *)u, 0, UTCB_SIZE / sizeof(word_t));
	u->my_local_id = utcb;
	u->my_global_id = t->id;
	u->pager = pager;
	u->word_size_mask = ~0UL;
	t->utcb = utcb;
	t->utcb_map = u;
	t->hold &= ~(word_t)HOLD_INACTIVE;
	t->space->active_threads++;
	ipc_wait_for_start(t, pager);
	return true;
}

/* The thread was destroying a space: nobody else will. */
static void finish_destruction(struct tcb *t)
{
	while (t->destroying && !space_destroy(t->destroying, &t->revocation, t->cpu))
		;
	t->destroying = NULL;
}

struct space *thread_delete(struct tcb *t)
{
	struct space *space = t->space;

	transfer_abort(t);
	ipc_leave(t);
	finish_destruction(t);
	sched_unready(t);
	ipc_partner_gone(t);
	mapdb_revoke_end(&t->revocation);
	fpu_forget(t);
	if (t->utcb_map)
		space->active_threads--;
	ring_remove(&t->space_link);
	ring_remove(&t->all_link);
	slot_free(t);
	return ring_empty(&space->threads) ? space : NULL;
}

void thread_rename(struct tcb *t, word_t id)
{
	if (t->id == id)
		return;
	ipc_partner_gone(t);
	/* An open wait is the own id: it follows. */
	if (t->wait == t->id)
		t->wait = id;
	/* So does what it is sending. */
	if (t->sender_name == t->id)
		t->sender_name = id;
	if (t->transfer.sender_name == t->id)
		t->transfer.sender_name = id;
	set_id(t, id);
}
