/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output_test.c - what goes out is whole, in turns, and each write is answered with its last byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "output.h"

enum { ROUNDS = 20000 };

static struct output output;
static char out[8192];
static unsigned int out_size;

static int setup(void **state)
{
	(void)state;
	memset(&output, 0, sizeof(output));
	out_size = 0;
	return 0;
}

static bool put(unsigned int program, unsigned long client, const char *text, bool is_bytes)
{
	struct write *write = output_room(&output, program);

	if (!write)
		return false;
	write->client = client;
	write->size = (unsigned int)strlen(text);
	write->is_bytes = is_bytes;
	memcpy(write->text, text, write->size);
	output_add(&output, program);
	return true;
}

/* At most so many bytes. Returns whose write was out last. */
static unsigned long drain(unsigned int bytes)
{
	unsigned long client, last = 0;
	int byte;

	while (bytes-- > 0 && (byte = output_next(&output, &client)) >= 0) {
		assert_true(out_size < sizeof(out));
		out[out_size++] = (char)byte;
		last = client ? client : last;
	}
	return last;
}

static void expect(const char *text)
{
	drain(sizeof(out));
	assert_false(output_waits(&output));
	assert_int_equal(out_size, strlen(text));
	assert_memory_equal(out, text, out_size);
	out_size = 0;
}

static void newlines(void **state)
{
	(void)state;
	put(1, 1, "\na\n\nb\n", false);
	expect("\r\na\r\n\r\nb\r\n");
	put(1, 1, "\na\r\n", true);
	expect("\na\r\n");
	output_echo(&output, "x\n", 2);
	expect("x\r\n");
}

static void turns(void **state)
{
	(void)state;
	put(1, 1, "a1 ", false);
	put(1, 2, "a2 ", false);
	put(1, 3, "a3 ", false);
	put(7, 4, "b1 ", false);
	put(0, 5, "c1 ", false);
	expect("a1 b1 c1 a2 a3 ");
}

static void answered_with_the_last_byte(void **state)
{
	(void)state;
	put(1, 99, "ab\n", false);
	assert_int_equal(drain(3), 0);
	assert_true(output_waits(&output));
	assert_int_equal(drain(1), 99);
	assert_false(output_waits(&output));
	put(1, 98, "\n", false);
	assert_int_equal(drain(1), 0);
	assert_int_equal(drain(1), 98);
}

static void echo_between_writes(void **state)
{
	(void)state;
	put(1, 1, "\none ", false);
	put(1, 1, "two", false);
	drain(1); /* the return before the newline */
	output_echo(&output, "(e)", 3);
	expect("\r\none (e)two");
}

static void room(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < OUTPUT_WRITES_MAX; i++)
		assert_true(put(1, 1, "x", false));
	assert_false(put(1, 1, "y", false));
	assert_true(put(2, 1, "z", false));
	drain(2);
	assert_true(put(1, 1, "y", false));
	expect("xzxxxxxxxy");
	while (output_has_echo_room(&output))
		output_echo(&output, "0123456789abcdef", 16);
	assert_true(output.echo_count + LINE_ECHO_MAX > OUTPUT_ECHO_MAX && output.echo_count <= OUTPUT_ECHO_MAX);
}

/* Many programs, each of which writes whole lines with its own letter. */
static void crowd(void **state)
{
	unsigned long client, answered = 0, written = 0;
	char last = 0;
	int byte;

	(void)state;
	srand(1);
	for (unsigned int i = 0; i < ROUNDS || output_waits(&output); i++) {
		unsigned int program = (unsigned int)rand() % OUTPUT_PROGRAMS, size = 1 + (unsigned int)rand() % 40;
		char text[64];

		memset(text, 'A' + (int)program, size);
		text[size] = '.';
		text[size + 1] = 0;
		if (i < ROUNDS)
			written += put(program, 1 + program, text, rand() % 2);
		for (unsigned int j = rand() % 40; j > 0 && (byte = output_next(&output, &client)) >= 0; j--) {
			assert_true(last == 0 || byte == last || byte == '.');
			assert_true(byte != '.' || client == 1 + (unsigned long)(last - 'A'));
			last = byte == '.' ? 0 : (char)byte;
			answered += client != 0;
		}
	}
	assert_int_equal(answered, written);
	assert_int_equal(output.waiting, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(newlines, setup),
		cmocka_unit_test_setup(turns, setup),
		cmocka_unit_test_setup(answered_with_the_last_byte, setup),
		cmocka_unit_test_setup(echo_between_writes, setup),
		cmocka_unit_test_setup(room, setup),
		cmocka_unit_test_setup(crowd, setup),
	};

	return cmocka_run_group_tests_name("serial/output", tests, NULL, NULL);
}
