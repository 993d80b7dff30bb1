/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/unit/kernel_pagetable.c - page tables as a data structure, in frames of the host's memory;
 * and the frames themselves.
 *
 * What a space maps is compared, address by address, with what was asked for. After everything is
 * freed no frame is missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/assert.h"
#include "core/account.h"
#include "core/frames.h"
#include "x86/pagetable.h"

void panic(const char *format, ...)
{
	fprintf(stderr, "kernel panic: %s\n", format);
	abort();
}

enum { FRAMES = 600 };
#define USER_BITS (PTE_PRESENT | PTE_USER | PTE_WRITE)

static char *memory;
static pte_t *root;
static struct account account;

static int setup(void **state)
{
	(void)state;
	memory = aligned_alloc(PAGE_SIZE, FRAMES * PAGE_SIZE);
	memset(memory, 0xa5, FRAMES * PAGE_SIZE);
	frames_init(direct_map_phys(memory), direct_map_phys(memory + FRAMES * PAGE_SIZE));
	root = frame_alloc();
	return root ? 0 : -1;
}

/* frames.c keeps its list in variables of its own: empty it, or the next test would use freed
 * memory. */
static int teardown(void **state)
{
	(void)state;
	while (frames_free())
		frame_alloc();
	free(memory);
	return 0;
}

/* What the processor would find: the physical address, or all ones. */
static phys_t walk(virt_t address)
{
	unsigned level;
	pte_t pte = *pagetable_find(root, address, &level);

	return pte & PTE_PRESENT ? pte_phys(pte, level) + (address & (level_size(level) - 1))
				 : ~0UL;
}

static void frames_are_zeroed_and_come_back(void **state)
{
	void *seen[FRAMES];
	size_t count = 0;

	(void)state;
	for (; count < FRAMES; count++) {
		seen[count] = frame_alloc();
		if (!seen[count])
			break;
		for (unsigned i = 0; i < PAGE_SIZE / sizeof(word_t); i++)
			assert_int_equal(((word_t *)seen[count])[i], 0);
		assert_int_equal((word_t)seen[count] % PAGE_SIZE, 0);
		memset(seen[count], 0x5a, PAGE_SIZE);
	}
	assert_int_equal(count, FRAMES - 4); /* one is the root, three have the notes */
	assert_int_equal(frames_free(), 0);
	for (size_t i = 0; i < count; i++)
		frame_free(seen[i]);
	assert_int_equal(frames_free(), count);
	for (unsigned i = 0; i < PAGE_SIZE / sizeof(word_t); i++)
		assert_int_equal(((word_t *)frame_alloc())[0], 0);
}

static void an_empty_table_maps_nothing(void **state)
{
	unsigned level;

	(void)state;
	assert_int_equal(walk(0), ~0UL);
	assert_int_equal(walk(0x7fffffffffffUL), ~0UL);
	assert_ptr_equal(pagetable_find(root, 0, &level), root);
	assert_int_equal(level, LEVELS - 1);
}

static void a_page_of_each_size(void **state)
{
	(void)state;
	for (unsigned level = 0; level < 3; level++) {
		virt_t at = 0x10000000000UL * (level + 1);
		unsigned found;

		assert_true(pagetable_map(root, at, level_size(level) * 3, level, USER_BITS, &account));
		assert_int_equal(walk(at), level_size(level) * 3);
		assert_int_equal(walk(at + level_size(level) - 1), level_size(level) * 4 - 1);
		assert_int_equal(walk(at + level_size(level)), ~0UL);
		assert_int_equal(walk(at - 1), ~0UL);
		pagetable_find(root, at, &found);
		assert_int_equal(found, level);
	}
}

/* A small page in the middle of a large one: the rest keeps what it was, rights included. */
static void a_small_page_splits_a_large_one(void **state)
{
	virt_t at = 0x40000000UL;
	unsigned level;

	(void)state;
	assert_true(pagetable_map(root, at, 0, 2, USER_BITS | PTE_NX, &account));
	assert_true(pagetable_map(root, at + 0x345000, 0x777000, 0, USER_BITS, &account));
	assert_int_equal(walk(at + 0x345123), 0x777123);
	for (word_t offset = 0; offset < level_size(2); offset += 0x1ff000) {
		if (offset == 0x345000)
			continue;
		assert_int_equal(walk(at + offset), offset);
		assert_true(*pagetable_find(root, at + offset, &level) & PTE_NX);
	}
	assert_int_equal(walk(at + 0x344fff), 0x344fff);
	assert_int_equal(walk(at + 0x346000), 0x346000);
	assert_false(*pagetable_find(root, at + 0x344000, &level) & PTE_LARGE);
	assert_int_equal(level, 0);
	pagetable_find(root, at + level_size(1) * 5, &level);
	assert_int_equal(level, 1);
}

static void out_of_memory_changes_no_mapping(void **state)
{
	virt_t at = 0x40000000UL;

	(void)state;
	assert_true(pagetable_map(root, at, 0, 2, USER_BITS, &account));
	while (frame_alloc())
		;
	assert_false(pagetable_map(root, at + 0x1000, 0x777000, 0, USER_BITS, &account));
	assert_int_equal(walk(at + 0x1000), 0x1000);
	assert_false(pagetable_map(root, 0x700000000000UL, 0x1000, 0, USER_BITS, &account));
	assert_int_equal(walk(0x700000000000UL), ~0UL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(frames_are_zeroed_and_come_back, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_empty_table_maps_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_page_of_each_size, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_small_page_splits_a_large_one, setup, teardown),
	    cmocka_unit_test_setup_teardown(out_of_memory_changes_no_mapping, setup, teardown),
	};

	return cmocka_run_group_tests_name("kernel_pagetable", tests, NULL, NULL);
}
