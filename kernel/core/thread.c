/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/thread.c - threads, see core/thread.h.
 *
 * The array of TCBs is virtual: four slots share a page, and where none of the four is a thread all entries of the page
 * table show one read-only page of ones, in which every id is the id of nobody.
 *
 * When a thread is deleted or gets another id, others may wait for the old one. Nobody keeps a list of them, because
 * that would be work for every message. So whoever did it looks at all threads, in pieces (thread_mourn); the old id
 * names nobody from the first moment on. Each such walk finds all who wait in vain, whatever for: so a walk that is
 * never finished, because its thread was deleted, is made up for by the one that this deletion begins.
 */
#include "core/thread.h"
#include "abi/syscall.h"
#include "base/assert.h"
#include "base/string.h"
#include "core/frames.h"
#include "core/ipc.h"
#include "core/irq.h"
#include "core/mapdb.h"
#include "core/sched.h"
#include "core/small.h"
#include "core/space.h"
#include "core/transfer.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/fpu.h"

struct ring all_threads = { &all_threads, &all_threads };

/* Deleted while others were queued at them: their slots are free when the queues are empty. Their id is nilthread. */
static struct ring deleted = { &deleted, &deleted };

enum { SLOTS_A_PAGE = PAGE_SIZE / TCB_SIZE };

static phys_t nobody;      /* the page of ones */
static pte_t *array_tables; /* the page-directory entries for the array */
static phys_t shared_table; /* the page table in which every entry is `nobody` */

bool thread_array_init(void)
{
	word_t *ones = frame_alloc();
	pte_t *table = frame_alloc();
	pte_t *first = pagetable_make(kernel_root, TCB_ARRAY, 1, 0, &kernel_account);

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

/* A table of its own counts in its note the pages that are not `nobody`; without any it goes. */
static void drop_table(const struct tcb *slot, pte_t *entry)
{
	pte_t *table = (pte_t *)ALIGN_DOWN((word_t)entry, PAGE_SIZE);

	if (*frame_note(table))
		return;
	array_tables[((word_t)slot - TCB_ARRAY) / PAGE_SIZE / TABLE_ENTRIES] = shared_table | PTE_PRESENT | PTE_WRITE;
	invlpg((virt_t)slot);
	frame_free(table);
}

static bool slot_alloc(struct tcb *slot)
{
	pte_t *entry = own_entry(slot);

	if (!entry)
		return false;
	if ((*entry & PTE_ADDRESS) == nobody) {
		word_t *page = frame_alloc();

		if (!page) {
			drop_table(slot, entry);
			return false;
		}
		++*frame_note(entry);
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
	--*frame_note(entry);
	drop_table(slot, entry);
}

struct tcb *thread_find_number(word_t id)
{
	struct tcb *t = tcb_slot(id);

	if (thread_number(id) > THREAD_NUMBER_MAX || t->id == ANY_THREAD || !t->space)
		return NULL;
	return t;
}

/* The thread whose UTCB this is, at that address of that space, or NULL. */
static struct tcb *owner_of(const struct utcb *u, const struct space *space, virt_t utcb)
{
	struct tcb *t = tcb_slot(u->my_global_id); /* users can write that: believed only if the thread says so, too */

	return t->space == space && t->utcb == utcb && t->utcb_map ? t : NULL;
}

struct tcb *thread_find_any(const struct tcb *self, word_t id)
{
	if (id == NIL_THREAD)
		return NULL;
	if (!id_is_local(id))
		return thread_find(id);
	/* UTCBs that are used together mostly share a page. */
	if (((id ^ self->utcb) & ~(word_t)(PAGE_SIZE - UTCB_SIZE)) == 0) {
		const char *u = (const char *)self->utcb_map + (id - self->utcb);

		return owner_of((const struct utcb *)u, self->space, id);
	}
	return thread_at(self->space, id);
}

struct tcb *thread_at(const struct space *space, virt_t utcb)
{
	const struct utcb *u;

	if ((utcb & (UTCB_SIZE - 1)) || !fpage_contains(space->utcb_area, utcb, UTCB_SIZE))
		return NULL;
	u = space_find_utcb(space, utcb);
	return u ? owner_of(u, space, utcb) : NULL;
}

/* Is the thread that t calls so of this space? */
static bool is_of_space(const struct tcb *t, word_t id, const struct space *space)
{
	const struct tcb *named = thread_find_any(t, id);

	return named && named->space == space;
}

bool thread_obeys(const struct tcb *t, const struct tcb *self)
{
	if (!t->utcb_map)
		return false;
	small_refresh(t);
	return t->space == self->space || is_of_space(t, t->utcb_map->pager, self->space) ||
	       is_of_space(t, t->utcb_map->exception_handler, self->space);
}

static void set_id(struct tcb *t, word_t id)
{
	t->id = id;
	tcb_update_open(t);
	if (t->role == ROLE_USER)
		t->own_id = id;
	if (t->utcb_map) {
		t->utcb_map->my_global_id = id;
		small_show(t);
	}
}

static void join(struct tcb *t, struct space *space)
{
	t->space = space;
	t->cr3 = space->cr3;
	t->slow &= ~(uint32_t)SLOW_REDIRECTED;
	t->slow |= space->redirector != NIL_THREAD ? SLOW_REDIRECTED : 0;
	ring_insert(&space->threads, &t->space_link);
	space->thread_count++;
}

struct tcb *thread_create(word_t id, struct space *space, struct cpu *cpu, word_t scheduler)
{
	struct tcb *t = tcb_slot(id);

	if (space && !account_charge(&space->account, TCB_SIZE))
		return NULL;
	if (!slot_alloc(t)) {
		if (space)
			account_refund(&space->account, TCB_SIZE);
		return NULL;
	}
	t->space = space;
	t->cpu = cpu;
	t->scheduler = scheduler;
	t->hold = HOLD_INACTIVE;
	t->slice = SLICE_DEFAULT;
	t->quantum = t->quantum_left = USEC_NEVER;
	t->priority = PRIORITY_DEFAULT << 2 | 3;
	t->slow = cpu->number << SLOW_CPU_SHIFT;
	t->wait = NOT_WAITING;
	t->vector = VECTOR_SYSCALL;
	t->call_mark = CALL_MARK;
	t->cs = SELECTOR_USER_CODE;
	t->ss = SELECTOR_USER_DATA;
	ring_init(&t->senders);
	ring_init(&t->sender_link);
	ring_init(&t->interrupts);
	ring_init(&t->ready_link);
	ring_init(&t->all_link);
	ring_init(&t->space_link);
	timeout_init(&t->timeout);
	ring_init(&t->revocation.link);
	set_id(t, id);
	if (space) {
		join(t, space);
		ring_insert(&all_threads, &t->all_link);
	}
	return t;
}

bool thread_activate(struct tcb *t, virt_t utcb, word_t pager)
{
	struct utcb *u = space_get_utcb(t->space, utcb);

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
	if (t->space->base)
		small_activate(t);
	ipc_wait_for_start(t, pager);
	return true;
}

struct space *thread_delete(struct tcb *t)
{
	struct space *space = t->space;

	assert(!t->destroying);
	transfer_abort(t);
	ipc_leave(t);
	sched_unready(t);
	irq_handler_gone(t);
	mapdb_revoke_end(&t->revocation);
	fpu_forget(t);
	if (t->utcb_map) {
		space->active_threads--;
		space_put_utcb(space, t->utcb, t->cpu);
	}
	ring_remove(&t->space_link);
	space->thread_count--;
	ring_remove(&t->all_link);
	account_refund(&space->account, TCB_SIZE);
	if (ring_empty(&t->senders)) {
		slot_free(t);
	} else {
		t->id = NIL_THREAD;
		t->space = NULL;
		ring_insert(&deleted, &t->all_link);
	}
	return ring_empty(&space->threads) ? space : NULL;
}

bool thread_is_leaving(word_t id)
{
	return tcb_slot(id)->id == NIL_THREAD;
}

static void free_deleted(void)
{
	struct ring *next;

	for (struct ring *r = deleted.next; r != &deleted; r = next) {
		struct tcb *t = CONTAINER_OF(r, struct tcb, all_link);

		next = r->next;
		if (!ring_empty(&t->senders))
			continue;
		ring_remove(r);
		slot_free(t);
	}
}

void thread_mourn_begin(struct tcb *self)
{
	ring_remove(&self->all_link);
	ring_insert(all_threads.next, &self->all_link);
}

bool thread_mourn(struct tcb *self)
{
	enum { PIECE = 96, FAILURE = 8 }; /* so many threads are looked at; one that fails counts as so many more */
	struct ring *at = self->all_link.next; /* its own link is where it stands: the order means nothing */

	for (unsigned cost = 0; at != &all_threads && cost < PIECE; cost++, at = at->next) {
		struct tcb *t = CONTAINER_OF(at, struct tcb, all_link);
		bool is_fault = t->role != ROLE_USER;

		if (ipc_fail_if_partner_gone(t))
			cost += is_fault ? PIECE : FAILURE; /* of a fault the kernel prints a line */
	}
	ring_remove(&self->all_link);
	ring_insert(at, &self->all_link);
	if (at != &all_threads)
		return false;
	free_deleted();
	return true;
}

void thread_set_pager(struct tcb *t, word_t pager)
{
	small_refresh(t);
	t->utcb_map->pager = pager;
	small_show(t);
	if (t->role == ROLE_START) {
		ipc_leave(t);
		ipc_wait_for_start(t, pager);
	}
}

void thread_rename(struct tcb *t, word_t id)
{
	if (t->id == id)
		return;
	/* Who waits for the start message waits on; so does, under its new name, who waits for a new total quantum. */
	if (t->role != ROLE_START)
		ipc_abort(t);
	if (t->sender_name == t->id)
		t->sender_name = id;
	irq_handler_gone(t);
	set_id(t, id);
}

/* How a thread of this space is called outside of it. */
static word_t global_name(const struct tcb *t, word_t id)
{
	const struct tcb *named = id_is_local(id) ? thread_find_any(t, id) : NULL;

	return named ? named->id : id;
}

/* Let another space pay for a thread. False: it has no memory. */
static bool pay(struct space *space, const struct tcb *t)
{
	struct account *from = &t->space->account, *to = &space->account;

	if (!account_charge(to, TCB_SIZE))
		return false;
	if (t->fpu && !account_move(from, to, 1)) {
		account_refund(to, TCB_SIZE);
		return false;
	}
	account_refund(from, TCB_SIZE);
	return true;
}

bool thread_move(struct tcb *t, struct space *space, virt_t utcb, struct space **empty)
{
	struct space *old = t->space;
	struct utcb *u = t->utcb_map ? space_get_utcb(space, utcb) : NULL;

	if (t->utcb_map && !u)
		return false;
	if (!pay(space, t)) {
		if (u)
			space_put_utcb(space, utcb, t->cpu);
		return false;
	}

	/* committed: nothing below may fail */
	if (t->role != ROLE_START)
		ipc_abort(t);
	if (u) {
		words_copy((word_t *)u, (const word_t *)t->utcb_map, UTCB_SIZE / sizeof(word_t));
		u->my_local_id = utcb;
		u->my_global_id = t->id;
		u->pager = global_name(t, u->pager);
		u->exception_handler = global_name(t, u->exception_handler);
		space_put_utcb(old, t->utcb, t->cpu);
		t->utcb_map = u;
		t->utcb = utcb;
		old->active_threads--;
		space->active_threads++;
	}
	ring_remove(&t->space_link);
	old->thread_count--;
	join(t, space);
	*empty = ring_empty(&old->threads) ? old : NULL;
	return true;
}
