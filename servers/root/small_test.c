/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * small_test.c - slots, and the requests of 32-bit programs in both forms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "small.h"
#include <service/root.h>

/* A message with a text as a 32-bit program sends it: its length, then four bytes a word. */
static void text_put(L4_Msg_t *msg, const char *text, unsigned int size)
{
	L4_MsgAppendWord(msg, size);
	for (unsigned int i = 0; i < size; i += 4) {
		L4_Word_t word = 0;

		for (unsigned int j = 0; j < 4 && i + j < size; j++)
			word |= (L4_Word_t)(unsigned char)text[i + j] << 8 * j;
		L4_MsgAppendWord(msg, word);
	}
}

static void texts_of_every_length(void **state)
{
	char text[SMALL_TEXT_MAX];

	(void)state;
	for (unsigned int i = 0; i < sizeof(text); i++)
		text[i] = (char)(i + 1);
	for (unsigned int size = 0; size <= sizeof(text); size++) {
		L4_Msg_t msg, narrow;

		L4_MsgClear(&msg);
		text_put(&msg, text, size);
		narrow = msg;
		assert_true(small_widen(ROOT_WRITE, &msg));
		assert_int_equal(L4_UntypedWords(msg.tag), 1 + (size + 7) / 8);
		assert_int_equal(L4_MsgWord(&msg, 0), size);
		for (unsigned int i = 0; i < size; i++)
			assert_int_equal((char)(L4_MsgWord(&msg, 1 + i / 8) >> 8 * (i % 8)), text[i]);

		L4_Set_MsgLabel(&msg, ROOT_OK);
		small_narrow(ROOT_COMMAND_LINE, &msg);
		assert_int_equal(L4_UntypedWords(msg.tag), 1 + (size + 3) / 4);
		for (unsigned int i = 0; i < L4_UntypedWords(msg.tag); i++)
			assert_int_equal(L4_MsgWord(&msg, i), L4_MsgWord(&narrow, i));
	}
}

/* What is not as long as it says is left for others to refuse; a long answer is cut off. */
static void texts_of_wrong_length(void **state)
{
	L4_Msg_t msg;

	(void)state;
	L4_MsgClear(&msg);
	assert_true(small_widen(ROOT_WRITE, &msg));
	assert_int_equal(L4_UntypedWords(msg.tag), 0);
	text_put(&msg, "four and more", 13);
	L4_MsgPutWord(&msg, 0, ~0UL);
	assert_true(small_widen(ROOT_WRITE, &msg));
	assert_int_equal(L4_UntypedWords(msg.tag), 5);

	L4_MsgClear(&msg);
	for (unsigned int i = 0; i < 63; i++)
		L4_MsgAppendWord(&msg, 62 * 8);
	L4_Set_MsgLabel(&msg, ROOT_OK);
	small_narrow(ROOT_COMMAND_LINE, &msg);
	assert_int_equal(L4_UntypedWords(msg.tag), 63);
	assert_int_equal(L4_MsgWord(&msg, 0), SMALL_TEXT_MAX);
}

static void ids_both_ways(void **state)
{
	L4_ThreadId_t thread = L4_GlobalId(0x12345, 0x2a7);
	L4_Msg_t msg;

	(void)state;
	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, 0x12345UL << 14 | 0x2a7);
	assert_true(small_widen(ROOT_THREAD_DELETE, &msg));
	assert_int_equal(L4_MsgWord(&msg, 0), thread.raw);
	L4_Set_MsgLabel(&msg, ROOT_OK);
	small_narrow(ROOT_THREAD_CREATE, &msg);
	assert_int_equal(L4_MsgWord(&msg, 0), 0x12345UL << 14 | 0x2a7);

	L4_Set_MsgLabel(&msg, ROOT_NOT_FOUND); /* a refusal has no id */
	small_narrow(ROOT_THREAD_CREATE, &msg);
	assert_int_equal(L4_MsgWord(&msg, 0), 0x12345UL << 14 | 0x2a7);
}

static void consoles_elsewhere(void **state)
{
	L4_Msg_t msg;

	(void)state;
	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, 7);
	L4_MsgAppendWord(&msg, 0x79616c70736964UL); /* display */
	L4_Set_MsgLabel(&msg, ROOT_ELSEWHERE);
	small_narrow(ROOT_WRITE, &msg);
	assert_int_equal(L4_UntypedWords(msg.tag), 3);
	assert_int_equal(L4_MsgWord(&msg, 1), 0x70736964);
	assert_int_equal(L4_MsgWord(&msg, 2), 0x79616c);
}

static void some_requests_are_not_for_them(void **state)
{
	L4_Msg_t msg;

	(void)state;
	L4_MsgClear(&msg);
	assert_false(small_widen(ROOT_LARGE_PAGE, &msg));
	assert_false(small_widen(ROOT_CLIENT_PAGE, &msg));
	assert_false(small_widen(0, &msg));
	assert_false(small_widen(~0UL, &msg));
}

static void slots_do_not_overlap(void **state)
{
	struct small_slot slot, other;

	(void)state;
	assert_true(small_slot_take(&slot, 1));
	assert_int_equal(slot.log2, 22);
	assert_int_equal(slot.place, 0);
	assert_true(small_slot_take(&other, 64 << 20));
	assert_int_equal(other.log2, 26);
	assert_int_equal(other.place, 1);
	assert_true(small_slot_take(&other, (4 << 20) + 1));
	assert_int_equal(other.log2, 23);
	assert_int_equal(other.place, 1);
	assert_false(small_slot_take(&other, 512UL << 20));
	assert_false(small_slot_take(&other, ~0UL));
	for (unsigned int i = 3 + 16; i < 128; i++)
		assert_true(small_slot_take(&other, 4 << 20));
	assert_false(small_slot_take(&other, 1));
	assert_int_equal(small_end(&slot), (4 << 20) - SMALL_KIP_AREA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_every_length),
		cmocka_unit_test(texts_of_wrong_length),
		cmocka_unit_test(ids_both_ways),
		cmocka_unit_test(consoles_elsewhere),
		cmocka_unit_test(some_requests_are_not_for_them),
		cmocka_unit_test(slots_do_not_overlap),
	};

	return cmocka_run_group_tests_name("root/small", tests, NULL, NULL);
}
