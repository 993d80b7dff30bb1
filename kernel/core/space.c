/* SPDX-License-Identifier: BSD-2-Clause */
/* core/space.c - address spaces, see core/space.h. */
#include "core/space.h"
#include "base/string.h"
#include "core/frames.h"
#include "core/mapdb.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/pcid.h"
#include "x86/window.h"

pte_t *kernel_root;
struct kip *kip_page;
struct small_kip *small_kip_page;

enum { UPPER_HALF = TABLE_ENTRIES / 2, CPU_AREAS_ENTRY = 510 };

/* What is noted about a root besides its shade: whose it is. About a small space's page of UTCBs: their other form. */
enum { ROOT_NOTE = 2, UTCB_NOTE = 2 };

#define LEAF_BITS (PTE_PRESENT | PTE_USER)

static void make_large(struct space *s)
{
	s->base = 0;
	s->end = s->page_max = USER_END;
	s->leaf_bits = LEAF_BITS;
}

struct space *space_of_root(const pte_t *root)
{
	uint32_t number = frame_note(root)[ROOT_NOTE];

	return number ? frame_of_number(number) : NULL;
}

static uint64_t slots_used[2]; /* a bit for each of the smallest slots */
_Static_assert(sizeof(slots_used) * 8 == 1 << (SMALL_SLOTS_LOG2 - SMALL_SLOT_MIN_LOG2), "abi/small.h");

/* Those of the smallest slots that are in [offset, offset + size): they share a word, or are two whole ones. */
static uint64_t slot_bits(unsigned word, virt_t offset, word_t size)
{
	unsigned first = (unsigned)(offset >> SMALL_SLOT_MIN_LOG2), count = (unsigned)(size >> SMALL_SLOT_MIN_LOG2);

	if (count > 64)
		return ~0UL;
	return first / 64 == word ? ~0UL >> (64 - count) << first % 64 : 0;
}

static uint64_t own_bits(unsigned word, const struct space *s)
{
	return s->base ? slot_bits(word, s->base - WINDOW, s->end) : 0;
}

static void give_slot_back(const struct space *s)
{
	for (unsigned i = 0; i < COUNT_OF(slots_used); i++)
		slots_used[i] &= ~own_bits(i, s);
}

bool space_set_slot(struct space *s, struct small_slot slot)
{
	if (s->kip_area.kind != FPAGE_NIL)
		return false;
	for (unsigned i = 0; i < UPPER_HALF; i++)
		if (s->root[i])
			return false;
	for (unsigned i = 0; slot.size && i < COUNT_OF(slots_used); i++)
		if (slots_used[i] & ~own_bits(i, s) & slot_bits(i, slot.offset, slot.size))
			return false;

	/* committed: nothing below may fail */
	give_slot_back(s);
	make_large(s);
	if (!slot.size)
		return true;
	s->base = WINDOW + slot.offset;
	s->end = slot.size;
	s->page_max = PAGE_SIZE;
	s->leaf_bits = LEAF_BITS | PTE_GLOBAL;
	for (unsigned i = 0; i < COUNT_OF(slots_used); i++)
		slots_used[i] |= slot_bits(i, slot.offset, slot.size);
	return true;
}

struct space *space_create(void)
{
	struct account account = { 0 };
	struct space *s = account_alloc(&account);
	pte_t *root = s ? account_alloc(&account) : NULL;

	if (!root) {
		if (s)
			account_free(&account, s);
		return NULL;
	}
	words_copy(root + UPPER_HALF, kernel_root + UPPER_HALF, TABLE_ENTRIES - UPPER_HALF);
	frame_note(root)[ROOT_NOTE] = frame_number(s);
	s->root = root;
	make_large(s);
	s->cr3 = direct_map_phys(root) | pcid_alloc();
	s->account = account;
	ring_init(&s->threads);
	return s;
}

static void free_ports(struct space *s)
{
	if (!s->io_bitmap[0])
		return;
	pte_t *table = s->root;
	pte_t entry = table[CPU_AREAS_ENTRY];

	for (unsigned level = 2; level < LEVELS; level--) { /* 1 GiB, 2 MiB, 4 KiB: one chain of tables, not shared */
		table = direct_map(entry & PTE_ADDRESS);
		entry = table[0];
		account_free(&s->account, table);
		if (level == 0)
			break;
	}
	account_free(&s->account, s->io_bitmap[0]);
	account_free(&s->account, s->io_bitmap[1]);
}

void space_destroy_begin(struct space *s, struct revocation *r, struct cpu *cpu)
{
	if (cpu->loaded_cr3 == s->cr3) {
		cpu->loaded_cr3 = direct_map_phys(kernel_root);
		cr3_write(cpu->loaded_cr3);
	}
	if (s->base)
		window_clear(s);
	mapdb_revoke_begin(r, s, 0, USER_END, RIGHTS_ALL, true);
	portdb_revoke_begin(&s->ports_going, s, 0, PORTS, true);
}

bool space_destroy(struct space *s, struct revocation *r, struct cpu *cpu)
{
	enum { STEPS = 3 };

	if (!mapdb_revoke(r, STEPS, cpu) || !portdb_revoke(&s->ports_going, STEPS) ||
	    !mapdb_free_tables(s, &s->tables_gone) || !mapdb_bequeath(s, r) || !portdb_bequeath(s))
		return false;
	portdb_space_end(s);
	free_ports(s);
	give_slot_back(s);

	struct account account = s->account;

	pcid_free(s->cr3);
	account_free(&account, s->root);
	account_free(&account, s);
	account_set_quota(&account, 0);
	return true;
}

void space_invalidate(const struct space *s, const struct cpu *cpu, virt_t address)
{
	if (s->base)
		window_forget(s, address); /* its own tables are never loaded */
	else if (cpu->loaded_cr3 == s->cr3)
		invlpg(address);
	else
		pcid_invalidate(s->cr3, address);
}

void space_drop_areas(struct space *s, struct cpu *cpu)
{
	unsigned level;

	if (s->kip_area.kind != FPAGE_NIL) {
		pte_set(pagetable_find(s->root, s->kip_area.base, &level), 0);
		space_invalidate(s, cpu, s->kip_area.base);
		mapdb_free_empty(s, s->kip_area.base, cpu);
	}
	s->kip_area = s->utcb_area = (struct fpage){ .kind = FPAGE_NIL };
}

bool space_set_areas(struct space *s, struct fpage kip_area, struct fpage utcb_area, struct cpu *cpu)
{
	pte_t *entry = pagetable_make(s->root, kip_area.base, 0, PTE_USER, &s->account);

	if (!entry)
		return false;
	/* sigma0's is a page like its others: it gives it to who asks. */
	pte_set(entry, direct_map_phys(s->base ? (void *)small_kip_page : (void *)kip_page) | s->leaf_bits |
	                       (s->is_sigma0 ? 0 : PTE_KERNEL_OWNED));
	space_invalidate(s, cpu, kip_area.base);
	s->kip_area = kip_area;
	s->utcb_area = utcb_area;
	return true;
}

/* The kernel's pointer into a page of UTCBs. */
static struct utcb *utcb_in(const struct space *s, char *page, virt_t utcb)
{
	char *kernels = s->base ? frame_of_number(frame_note(page)[UTCB_NOTE]) : page;

	return (struct utcb *)(kernels + (utcb & (PAGE_SIZE - 1)));
}

static void *new_utcbs(struct space *s)
{
	char *frame = account_alloc(&s->account), *kernels;

	if (!frame || !s->base)
		return frame;
	kernels = account_alloc(&s->account);
	if (kernels) {
		frame_note(frame)[UTCB_NOTE] = frame_number(kernels);
		return frame;
	}
	account_free(&s->account, frame);
	return NULL;
}

static void free_utcbs(struct space *s, void *frame)
{
	if (s->base)
		account_free(&s->account, frame_of_number(frame_note(frame)[UTCB_NOTE]));
	account_free(&s->account, frame);
}

/* A frame of UTCBs counts in its note those in use. */
struct utcb *space_get_utcb(struct space *s, virt_t utcb)
{
	unsigned level;
	pte_t *entry = pagetable_find(s->root, utcb, &level);

	if (!(*entry & PTE_PRESENT)) {
		void *frame = new_utcbs(s);

		if (!frame)
			return NULL;
		entry = pagetable_make(s->root, utcb, 0, PTE_USER, &s->account);
		if (!entry) {
			free_utcbs(s, frame);
			return NULL;
		}
		pte_set(entry, direct_map_phys(frame) | s->leaf_bits | PTE_WRITE | PTE_NX | PTE_KERNEL_OWNED);
	}
	char *page = direct_map(*entry & PTE_ADDRESS);

	++*frame_note(page);
	return utcb_in(s, page, utcb);
}

void space_put_utcb(struct space *s, virt_t utcb, const struct cpu *cpu)
{
	unsigned level;
	pte_t *entry = pagetable_find(s->root, utcb, &level);
	void *page = direct_map(*entry & PTE_ADDRESS);

	if (--*frame_note(page))
		return;
	pte_set(entry, 0);
	space_invalidate(s, cpu, utcb);
	free_utcbs(s, page);
	mapdb_free_empty(s, utcb, cpu);
}

struct utcb *space_find_utcb(const struct space *s, virt_t utcb)
{
	unsigned level;
	pte_t entry = *pagetable_find(s->root, utcb, &level);

	if (!(entry & PTE_KERNEL_OWNED) || !(entry & PTE_WRITE))
		return NULL;
	return utcb_in(s, direct_map(entry & PTE_ADDRESS), utcb);
}

struct small_utcb *space_small_utcb(const struct space *s, virt_t utcb)
{
	unsigned level;
	pte_t entry = *pagetable_find(s->root, utcb, &level);

	return (struct small_utcb *)((char *)direct_map(entry & PTE_ADDRESS) + (utcb & (PAGE_SIZE - 1)));
}

bool space_is_mappable(const struct space *s, virt_t low, word_t size)
{
	struct fpage page = { .kind = FPAGE_MEMORY, .base = low, .size_log2 = 63 - (unsigned)__builtin_clzl(size) };

	return size <= s->page_max && low <= s->end - size && !fpages_overlap(page, s->kip_area) &&
	       !fpages_overlap(page, s->utcb_area) && (!window_region_has(low) || s->is_sigma0);
}

bool space_is_ram(phys_t frame)
{
	unsigned level;

	return frame < CPU_AREAS - DIRECT_MAP &&
	       (*pagetable_find(kernel_root, (virt_t)direct_map(frame), &level) & PTE_PRESENT);
}

size_t space_read(const struct space *s, virt_t address, void *to, size_t size)
{
	size_t done = 0;

	while (done < size && address + done < USER_END) {
		virt_t at = address + done;
		unsigned level;
		pte_t pte = *pagetable_find(s->root, at, &level);
		size_t in_page = PAGE_SIZE - (at & (PAGE_SIZE - 1));
		phys_t phys = pte_phys(pte, level) + (at & (level_size(level) - 1));

		if (!(pte & PTE_PRESENT) || !(pte & PTE_USER) || !space_is_ram(phys))
			break;
		if (in_page > size - done)
			in_page = size - done;
		memcpy((char *)to + done, direct_map(phys), in_page);
		done += in_page;
	}
	return done;
}

/* Give the space its own tables for the CPU areas, equal to the shared ones but for the bitmap's two pages. */
bool space_own_ports(struct space *s, struct cpu *cpu)
{
	if (s->io_bitmap[0])
		return true;

	pte_t *shared = s->root;
	pte_t entry = s->root[CPU_AREAS_ENTRY];
	void *frame[SPACE_BITMAP_FRAMES];

	if (!account_reserve(&s->account, COUNT_OF(frame)))
		return false;
	for (unsigned i = 0; i < COUNT_OF(frame); i++)
		frame[i] = account_alloc_reserved();
	for (unsigned i = 0; i < 3; i++) {
		shared = direct_map(entry & PTE_ADDRESS);
		words_copy(frame[i], shared, TABLE_ENTRIES);
		entry = shared[0];
	}
	for (unsigned i = 0; i < 2; i++) {
		pte_t *table = frame[i];

		table[0] = direct_map_phys(frame[i + 1]) | PTE_PRESENT | PTE_WRITE;
	}
	for (unsigned i = 0; i < 2; i++) {
		pte_t *leaves = frame[2];

		words_fill(frame[3 + i], ~0UL, PAGE_SIZE / sizeof(word_t));
		for (unsigned n = 0; n < CPU_MAX; n++)
			if (leaves[(n * CPU_AREA_SIZE + CPU_DATA) / PAGE_SIZE] & PTE_PRESENT)
				leaves[(n * CPU_AREA_SIZE + CPU_IO_BITMAP) / PAGE_SIZE + i] =
				        direct_map_phys(frame[3 + i]) | PTE_PRESENT | PTE_WRITE | PTE_NX;
		s->io_bitmap[i] = frame[3 + i];
	}
	s->root[CPU_AREAS_ENTRY] = direct_map_phys(frame[0]) | PTE_PRESENT | PTE_WRITE;
	if (cpu->loaded_cr3 == s->cr3)
		pcid_flush_loaded(cpu->loaded_cr3); /* forget the shared tables */
	return true;
}

word_t *space_port_bits(const struct space *s, uint32_t block)
{
	return s->io_bitmap[block / (PORT_BLOCKS / 2)] + block % (PORT_BLOCKS / 2);
}

bool space_allow_ports(struct space *s, struct fpage ports, struct cpu *cpu)
{
	if (!space_own_ports(s, cpu))
		return false;
	for (word_t port = ports.base; port < ports.base + fpage_size(ports); port++)
		*space_port_bits(s, (uint32_t)port / PORT_BLOCK) &= ~(1UL << port % PORT_BLOCK);
	return true;
}
