/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/unit/kernel_ioport.c - which ports a faulting instruction wants. The thread's memory is made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/ioport.h"
#include "core/space.h"

enum { IP = 0x400123 };

static const uint8_t *code;
static size_t code_size;

size_t space_read(const struct space *s, virt_t address, void *to, size_t size)
{
	(void)s;
	assert_int_equal(address, IP);
	if (size > code_size)
		size = code_size;
	if (size)
		memcpy(to, code, size);
	return size;
}

/* What the instruction wants with this DX and this error code of #GP; 0: it is none for ports. */
static word_t wanted(const uint8_t *bytes, size_t size, word_t rdx, word_t error)
{
	struct tcb *t = calloc(1, sizeof(*t));
	word_t fpage = 0x5555;
	bool is_port;

	assert_non_null(t);
	code = bytes;
	code_size = size;
	t->rip = IP;
	t->regs.rdx = rdx;
	t->error = error;
	is_port = ioport_wanted(t, &fpage);
	if (!is_port)
		assert_int_equal(fpage, 0x5555);
	free(t);
	return is_port ? fpage : 0;
}

/* An I/O flexpage, rights to read and write (reference manual, I/O fpages). */
static word_t io_fpage(word_t port, word_t size_log2)
{
	return port << 16 | size_log2 << 10 | 2 << 4 | 6;
}

#define WANTED(rdx, ...)                                                                           \
	wanted((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }), rdx, 0)

static void ports_in_dx(void **state)
{
	(void)state;
	assert_int_equal(WANTED(0x3f8, 0xec), io_fpage(0x3f8, 0));       /* in al, dx */
	assert_int_equal(WANTED(0x3f8, 0xed), io_fpage(0x3f8, 2));       /* in eax, dx */
	assert_int_equal(WANTED(0x3f8, 0x66, 0xed), io_fpage(0x3f8, 1)); /* in ax, dx */
	assert_int_equal(WANTED(0x3f8, 0xee), io_fpage(0x3f8, 0));       /* out dx, al */
	assert_int_equal(WANTED(0x3f8, 0xef), io_fpage(0x3f8, 2));       /* out dx, eax */
	assert_int_equal(WANTED(0x3f8, 0x66, 0xef), io_fpage(0x3f8, 1)); /* out dx, ax */
}

static void only_the_lower_half_of_edx_counts(void **state)
{
	(void)state;
	assert_int_equal(WANTED(0xabcdef120060, 0xec), io_fpage(0x60, 0));
}

static void ports_in_the_instruction(void **state)
{
	(void)state;
	assert_int_equal(WANTED(0x3f8, 0xe4, 0x60), io_fpage(0x60, 0));       /* in al, 0x60 */
	assert_int_equal(WANTED(0x3f8, 0xe5, 0x60), io_fpage(0x60, 2));       /* in eax, 0x60 */
	assert_int_equal(WANTED(0x3f8, 0x66, 0xe5, 0x60), io_fpage(0x60, 1)); /* in ax, 0x60 */
	assert_int_equal(WANTED(0x3f8, 0xe6, 0xff), io_fpage(0xff, 0));       /* out 0xff, al */
	assert_int_equal(WANTED(0x3f8, 0xe7, 0x80), io_fpage(0x80, 2));       /* out 0x80, eax */
}

static void strings(void **state)
{
	(void)state;
	assert_int_equal(WANTED(0x1f0, 0x6c), io_fpage(0x1f0, 0));             /* insb */
	assert_int_equal(WANTED(0x1f0, 0x6d), io_fpage(0x1f0, 2));             /* insd */
	assert_int_equal(WANTED(0x1f0, 0xf3, 0x66, 0x6d), io_fpage(0x1f0, 1)); /* rep insw */
	assert_int_equal(WANTED(0x1f0, 0xf3, 0x6e), io_fpage(0x1f0, 0));       /* rep outsb */
	assert_int_equal(WANTED(0x1f0, 0x6f), io_fpage(0x1f0, 2));             /* outsd */
}

static void prefixes_are_passed_over(void **state)
{
	static const uint8_t prefixes[] = { 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x67, 0xf2, 0xf3, 0x40, 0x48, 0x4f };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(prefixes); i++)
		assert_int_equal(WANTED(0x70, prefixes[i], 0xec), io_fpage(0x70, 0));
	assert_int_equal(WANTED(0x70, 0x66, 0x2e, 0x67, 0x48, 0xee), io_fpage(0x70, 0));
}

static void the_flexpage_holds_every_byte_of_an_access_that_is_not_aligned(void **state)
{
	(void)state;
	assert_int_equal(WANTED(0x61, 0x66, 0xed), io_fpage(0x60, 2));   /* 0x61, 0x62 */
	assert_int_equal(WANTED(0x3ff, 0xed), io_fpage(0, 11));          /* 0x3ff to 0x402 */
	assert_int_equal(WANTED(0x7fff, 0x66, 0xed), io_fpage(0, 16));   /* 0x7fff, 0x8000 */
	assert_int_equal(WANTED(0xfffc, 0xed), io_fpage(0xfffc, 2));
}

static void beyond_the_last_port_is_all_of_them(void **state)
{
	(void)state;
	assert_int_equal(WANTED(0xffff, 0xed), io_fpage(0, 16));
}

static void cut_off_instructions_are_none(void **state)
{
	static const uint8_t only_prefixes[15] = { 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
						   0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66 };

	(void)state;
	assert_int_equal(wanted(NULL, 0, 0x60, 0), 0);
	assert_int_equal(WANTED(0x60, 0xe4), 0);
	assert_int_equal(WANTED(0x60, 0x66, 0xe5), 0);
	assert_int_equal(WANTED(0x60, 0x66), 0);
	assert_int_equal(wanted(only_prefixes, sizeof(only_prefixes), 0x60, 0), 0);
}

static void other_instructions_are_none(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		uint8_t bytes[] = { (uint8_t)byte, 0x90, 0x90 };
		bool port = (byte >= 0xe4 && byte <= 0xe7) || (byte >= 0x6c && byte <= 0x6f) ||
			    (byte >= 0xec && byte <= 0xef);

		assert_int_equal(wanted(bytes, sizeof(bytes), 0x60, 0) != 0, port);
	}
	assert_int_equal(WANTED(0x60, 0x0f, 0xec), 0); /* of two bytes, the second like `in` */
}

static void a_fault_with_an_error_code_is_about_something_else(void **state)
{
	(void)state;
	assert_int_equal(wanted((const uint8_t[]){ 0xec }, 1, 0x60, 0x18), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_in_dx),
		cmocka_unit_test(only_the_lower_half_of_edx_counts),
		cmocka_unit_test(ports_in_the_instruction),
		cmocka_unit_test(strings),
		cmocka_unit_test(prefixes_are_passed_over),
		cmocka_unit_test(the_flexpage_holds_every_byte_of_an_access_that_is_not_aligned),
		cmocka_unit_test(beyond_the_last_port_is_all_of_them),
		cmocka_unit_test(cut_off_instructions_are_none),
		cmocka_unit_test(other_instructions_are_none),
		cmocka_unit_test(a_fault_with_an_error_code_is_about_something_else),
	};

	return cmocka_run_group_tests_name("kernel_ioport", tests, NULL, NULL);
}
