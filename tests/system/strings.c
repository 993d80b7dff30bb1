/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/strings.c - string items: what is copied where, what does not fit, and what the
 * receiver finds.
 */
#include "parties.h"

/* What is copied. */

static const L4_Word_t lengths[] = {1,	  2,	7,    8,    9,	  15,	16,    17,
				    63,	  64,	65,   511,  512,  513,	4088,  4095,
				    4096, 4097, 4104, 8191, 8192, 8193, 12289, 16001};

static void all_lengths(struct space *a, struct space *b)
{
	cast_simply(a, b);
	for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		one_string(0, 0, lengths[i]);
		one_string(PAGE - 3, 16, lengths[i]);
		one_string(24, PAGE - 8, lengths[i]);
	}
}

TEST_LIMIT(strings, simple_of_every_length_in_one_space, 5000)
{
	all_lengths(&own_space, &own_space);
}

TEST_LIMIT(strings, simple_of_every_length_between_spaces, 5000)
{
	all_lengths(space_new(), space_new());
}

TEST_LIMIT(strings, every_alignment, 10000)
{
	static const L4_Word_t some[] = {1, 7, 8, 21, 100};

	cast_simply(space_new(), space_new());
	for (unsigned a = 0; a < 8; a++)
		for (unsigned b = 0; b < 8; b++)
			for (unsigned i = 0; i < 5; i++) {
				one_string(64 + a, 64 + b, some[i]);
				one_string(PAGE - 10 + a, 2 * PAGE - 13 + b, some[i]);
			}
}

/* A buffer may be larger than the string: what is behind stays. */
TEST(strings, larger_buffer)
{
	cast_simply(&own_space, space_new());
	string((L4_Word_t)source, 100);
	buffer((L4_Word_t)target, SIZE);
	exchange();
	expect_success();
	expect_copied(0, 0, 100);
}

static void empty(L4_Word_t address)
{
	plan();
	string(address, 0);
	buffer((L4_Word_t)target, 100);
	exchange();
	expect_success();
	expect_copied(0, 0, 0);
}

TEST(strings, of_no_bytes_reads_nothing)
{
	cast_simply(&own_space, space_new());
	empty((L4_Word_t)source);
	empty(0);
	empty(0xffffffff80000000UL);
	empty(0x800000000000UL);
}

TEST(strings, of_no_bytes_fits_a_buffer_of_none)
{
	cast_simply(&own_space, space_new());
	string((L4_Word_t)source, 0);
	buffer(0, 0);
	exchange();
	expect_success();
}

TEST(strings, of_no_bytes_uses_its_buffer_up)
{
	cast_simply(&own_space, space_new());
	string((L4_Word_t)source, 0);
	string((L4_Word_t)source, 10);
	buffer((L4_Word_t)target, 10);
	buffer((L4_Word_t)target + 100, 10);
	exchange();
	expect_success();
	expect_copied(0, 100, 10);
}

/*
 * Compound strings. Pieces of `sizes`, zero-terminated, `gap` bytes apart; equal neighbours share a
 * descriptor if `join`.
 */

struct shape {
	unsigned sizes[24];
	bool join;
};

static L4_Word_t piece_place(const struct shape *s, unsigned i, unsigned gap)
{
	L4_Word_t at = 5;

	for (unsigned k = 0; k < i; k++)
		at += s->sizes[k] + gap;
	return at;
}

static void shape_words(const struct shape *s, unsigned gap, L4_Word_t base,
			void (*begin)(L4_Word_t), void (*word)(L4_Word_t))
{
	for (unsigned i = 0, n; s->sizes[i]; i += n) {
		L4_Word_t head;

		for (n = 1; s->join && s->sizes[i + n] == s->sizes[i]; n++)
			;
		head = (L4_Word_t)s->sizes[i] << 10 | (s->sizes[i + n] ? 1 << 9 : 0) | (n - 1) << 4;
		(i ? word : begin)(head);
		for (unsigned k = 0; k < n; k++)
			word(base + piece_place(s, i + k, gap));
	}
}

static void string_word(L4_Word_t word)
{
	typed(S, word);
}

static L4_Word_t shape_length(const struct shape *s)
{
	L4_Word_t length = 0;

	for (unsigned i = 0; s->sizes[i]; i++)
		length += s->sizes[i];
	return length;
}

/* Where byte `n` of the string lies. */
static L4_Word_t shape_place(const struct shape *s, unsigned gap, L4_Word_t n)
{
	unsigned i = 0;

	while (n >= s->sizes[i])
		n -= s->sizes[i++];
	return piece_place(s, i, gap) + n;
}

static void scatter(const struct shape *from, const struct shape *to)
{
	static unsigned char want[SIZE];
	L4_Word_t length = shape_length(from);

	plan();
	fill();
	shape_words(from, 3, (L4_Word_t)source, string_word, string_word);
	shape_words(to, 6, (L4_Word_t)target, buffer_begin, buffer_word);
	exchange();
	expect_success();
	for (L4_Word_t i = 0; i < SIZE; i++)
		want[i] = GUARD;
	for (L4_Word_t n = 0; n < length; n++)
		want[shape_place(to, 6, n)] = pattern(shape_place(from, 3, n));
	for (L4_Word_t i = 0; i < SIZE; i++)
		if (!EXPECT_EQ(target[i], want[i]))
			return;
}

static const struct shape plain = {{20000}, false},
			  tiny = {{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, true},
			  equal = {{100, 100, 100, 100}, true}, pages = {{4096, 4096, 4096}, true},
			  mixed = {{1, 4095, 33, 33, 8192, 7}, true},
			  single = {{50, 60, 70, 1, 219}, false},
			  roomy = {{3000, 1, 3000, 3000, 3500, 8}, true};

TEST(strings, gathered_from_substrings)
{
	cast_simply(&own_space, space_new());
	scatter(&equal, &plain);
	scatter(&tiny, &plain);
	scatter(&pages, &plain);
}

TEST(strings, gathered_from_several_descriptors)
{
	cast_simply(&own_space, space_new());
	scatter(&single, &plain);
	scatter(&mixed, &plain);
}

TEST(strings, scattered_to_substrings)
{
	static const struct shape small = {{400}, false}, sixteen = {{16}, false},
				  large = {{12288}, false};

	cast_simply(&own_space, space_new());
	scatter(&small, &equal);
	scatter(&sixteen, &tiny);
	scatter(&large, &pages);
}

TEST(strings, scattered_to_several_descriptors)
{
	static const struct shape small = {{400}, false}, large = {{12361}, false};

	cast_simply(&own_space, space_new());
	scatter(&small, &single);
	scatter(&large, &mixed);
	scatter(&large, &roomy);
}

TEST(strings, split_differently_on_both_sides)
{
	cast_simply(space_new(), space_new());
	scatter(&equal, &single);
	scatter(&single, &equal);
	scatter(&mixed, &roomy);
	scatter(&pages, &mixed);
	scatter(&tiny, &single);
}

/* Random splits of a random number of bytes, on both sides. */
static void random_shape(struct shape *s, L4_Word_t length, unsigned most, L4_Word_t *seed)
{
	unsigned n = 0;

	*s = (struct shape){.join = random_next(seed) & 1};
	while (length) {
		L4_Word_t size = n == most - 1 ? length : 1 + random_next(seed) % length;

		if (random_next(seed) % 3 == 0 && n && s->sizes[n - 1] <= length && n < most - 1)
			size = s->sizes[n - 1];
		s->sizes[n++] = (unsigned)size;
		length -= size;
	}
}

TEST_LIMIT(strings, split_at_random, 20000)
{
	L4_Word_t seed = 12345;

	cast_simply(&own_space, space_new());
	for (unsigned round = 0; round < 60; round++) {
		struct shape from, to;
		L4_Word_t length = 1 + random_next(&seed) % 16000;

		random_shape(&from, length, 22, &seed);
		random_shape(&to, length, 14, &seed);
		scatter(&from, &to);
	}
}

/* 32 substrings are as many as a descriptor can count; as a buffer, 31 fit the registers. */
TEST(strings, as_many_substrings_as_fit)
{
	cast_simply(&own_space, space_new());
	typed(S, 9 << 10 | 31 << 4);
	for (unsigned i = 0; i < 32; i++)
		typed(S, (L4_Word_t)source + 9 * i);
	buffer_begin(10 << 10 | 30 << 4);
	for (unsigned i = 0; i < 31; i++)
		buffer_word((L4_Word_t)target + 10 * i);
	exchange();
	expect_success();
	expect_copied(0, 0, 9 * 32);
}

/* A descriptor of no bytes between others, on both sides. */
TEST(strings, substrings_of_no_bytes)
{
	cast_simply(&own_space, space_new());
	typed(S, 0 << 10 | 1 << 9);
	typed(S, 0xffffffff80000000UL);
	typed(S, 20 << 10 | 1 << 9);
	typed(S, (L4_Word_t)source);
	typed(S, 0 << 10);
	typed(S, 0);
	buffer_begin(12 << 10 | 1 << 9);
	buffer_word((L4_Word_t)target);
	buffer_word(0 << 10 | 1 << 9 | 1 << 4);
	buffer_word(0);
	buffer_word(0);
	buffer_word(8 << 10);
	buffer_word((L4_Word_t)target + 12);
	exchange();
	expect_success();
	expect_copied(0, 0, 20);
}

/* Several strings. */

TEST(strings, each_goes_to_a_buffer_of_its_own)
{
	cast_simply(&own_space, space_new());
	for (unsigned i = 0; i < 8; i++) {
		string((L4_Word_t)source + 50 * i, 50);
		buffer((L4_Word_t)target + 50 * i, i & 1 ? 1000 : 50);
	}
	exchange();
	expect_success();
	expect_copied(0, 0, 400);
}

/* Thirty-one strings fill a message; sixteen buffers, the registers. */
TEST(strings, sixteen_into_sixteen_buffers)
{
	cast_simply(&own_space, space_new());
	for (unsigned i = 0; i < 16; i++) {
		string((L4_Word_t)source + 100 * i, 100);
		buffer((L4_Word_t)target + 100 * i, 100);
	}
	exchange();
	expect_success();
	expect_copied(0, 0, 1600);
}

/*
 * The continuation bit of a buffer of several descriptors counts in the first and in the last of
 * them.
 */
static void compound_then_simple(unsigned bit_at)
{
	plan();
	string((L4_Word_t)source, 10);
	string((L4_Word_t)source + 10, 10);
	buffer_begin(5 << 10 | 1 << 9);
	buffer_word((L4_Word_t)target);
	buffer_word(5 << 10);
	buffer_word((L4_Word_t)target + 5);
	buffer(10 + (L4_Word_t)target, 10);
	party[R].br[1] &= ~1UL;
	party[R].br[bit_at] |= 1;
	exchange();
	expect_success();
	expect_copied(0, 0, 20);
	unfill(0, 20);
}

TEST(strings, buffer_behind_a_compound_one)
{
	cast_simply(&own_space, space_new());
	compound_then_simple(1);
	compound_then_simple(3);
}

/* The count of words says where a message ends, the continuation bits of its items say nothing. */
TEST(strings, continuation_bits_of_items_do_not_matter)
{
	cast_simply(&own_space, space_new());
	for (unsigned bits = 0; bits < 4; bits++) {
		plan();
		string((L4_Word_t)source, 10);
		string((L4_Word_t)source + 10, 10);
		party[S].mr[1] |= bits & 1;
		party[S].mr[3] |= bits >> 1;
		buffer((L4_Word_t)target, 10);
		buffer((L4_Word_t)target + 10, 10);
		exchange();
		expect_success();
		expect_copied(0, 0, 20);
		unfill(0, 20);
	}
}

/* The two hint bits of a string may be anything, on both sides. */
TEST(strings, hints_do_not_matter)
{
	cast_simply(&own_space, space_new());
	for (unsigned hints = 0; hints < 4; hints++) {
		plan();
		string((L4_Word_t)source, 10);
		buffer((L4_Word_t)target, 10);
		party[S].mr[1] |= hints << 1;
		party[R].br[1] |= (3 - hints) << 1;
		exchange();
		expect_success();
		expect_copied(0, 0, 10);
		unfill(0, 10);
	}
}

/* Mixed with other items. */

static void map_item(L4_Word_t page, L4_Word_t base, bool grant)
{
	typed(S, base | (grant ? 5 : 4) << 1);
	typed(S, fpage(page, 12, L4_FullyAccessible).raw);
}

static void window(void)
{
	party[R].br[0] |= fpage(WINDOW, 16, 0).raw;
}

TEST(strings, mixed_with_maps_and_grants)
{
	struct space *r = space_new();
	L4_Word_t pages_at = fresh_pages();

	cast_simply(&own_space, r);
	window();
	untyped(S, 0x1111);
	untyped(S, 0x2222);
	string((L4_Word_t)source, 5000);
	map_item(pages_at, 0, false);
	string((L4_Word_t)source + 5000, 3);
	map_item(pages_at + PAGE, PAGE, true);
	map_item(pages_at + 2 * PAGE, 2 * PAGE, false);
	string((L4_Word_t)source + 5003, 4000);
	buffer((L4_Word_t)target, 5000);
	buffer((L4_Word_t)target + 5000, 3);
	buffer((L4_Word_t)target + 5003, 4000);
	exchange();
	expect_success();
	expect_copied(0, 0, 9003);
	EXPECT_EQ(party[R].got[1], 0x1111);
	EXPECT_EQ(party[R].got[2], 0x2222);
	EXPECT_EQ(reads_in(r, WINDOW), MARK(0));
	EXPECT_EQ(reads_in(r, WINDOW + PAGE), MARK(1));
	EXPECT_EQ(reads_in(r, WINDOW + 2 * PAGE), MARK(2));
	EXPECT_EQ(reads_in(&own_space, pages_at), MARK(0));
	EXPECT(!can_read(&own_space, pages_at + PAGE)); /* granted */
}

/* In every order of three items. */
TEST(strings, mixed_in_any_order)
{
	static const unsigned char orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
						   {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

	for (unsigned i = 0; i < 6; i++) {
		struct space *r = space_new();
		L4_Word_t pages_at = fresh_pages();

		cast_simply(&own_space, r);
		window();
		buffer((L4_Word_t)target, 777);
		for (unsigned k = 0; k < 3; k++)
			if (orders[i][k] == 0)
				string((L4_Word_t)source, 777);
			else
				map_item(pages_at + orders[i][k] * PAGE, orders[i][k] * PAGE,
					 orders[i][k] == 2);
		exchange();
		expect_success();
		expect_copied(0, 0, 777);
		EXPECT_EQ(reads_in(r, WINDOW + PAGE), MARK(1));
		EXPECT_EQ(reads_in(r, WINDOW + 2 * PAGE), MARK(2));
	}
}

/* A string may come from a page that the same message maps, grants away, or brings. */
TEST(strings, into_a_page_that_the_message_maps)
{
	struct space *r = space_new();
	L4_Word_t pages_at = fresh_pages();

	cast_simply(&own_space, r);
	window();
	map_item(pages_at, 0, false);
	string((L4_Word_t)source, 100);
	buffer(WINDOW + 8, 100);
	exchange();
	expect_success();
	EXPECT_EQ(*(unsigned char *)(pages_at + 8), pattern(0));
	EXPECT_EQ(*(unsigned char *)(pages_at + 107), pattern(99));
}

/* What the receiver finds in its message registers: the items, word for word as they were sent. */
TEST(strings, items_arrive_as_sent)
{
	struct space *r = space_new();
	L4_Word_t pages_at = fresh_pages();

	cast_simply(&own_space, r);
	window();
	for (unsigned i = 0; i < 3; i++)
		untyped(S, 0x700 + i);
	typed(S, 10 << 10 | 2 << 4 | 1 << 9 | 1);
	for (unsigned i = 0; i < 3; i++)
		typed(S, (L4_Word_t)source + 10 * i);
	typed(S, 4 << 10 | 2 << 1);
	typed(S, (L4_Word_t)source + 30);
	map_item(pages_at, 0, false);
	string((L4_Word_t)source + 34, 66);
	buffer((L4_Word_t)target, 34);
	buffer((L4_Word_t)target + 34, SIZE - 34);
	exchange();
	expect_success();
	expect_copied(0, 0, 100);
	for (unsigned n = 1; n <= 13; n++)
		EXPECT_EQ(party[R].got[n], party[S].mr[n]);
	for (unsigned n = 14; n < 64; n++)
		EXPECT_EQ(party[R].got[n], party[R].mr[n]);
	for (unsigned n = 0; n < 33; n++)
		EXPECT_EQ(party[R].got_br[n], party[R].br[n]);
}

/* What does not fit. Both sides learn how much was copied. */

static void overflows(L4_Word_t bytes)
{
	exchange();
	expect_failure(IPC_OVERFLOW, IPC_OVERFLOW, bytes);
	expect_copied(0, 0, bytes);
}

TEST(strings, acceptor_without_strings)
{
	cast_simply(&own_space, space_new());
	party[R].br[0] = 0;
	string((L4_Word_t)source, 10);
	buffer((L4_Word_t)target, 10);
	overflows(0);
	party[R].br[0] = L4_CompleteAddressSpace.raw;
	overflows(0);
}

TEST(strings, no_buffer)
{
	cast_simply(&own_space, space_new());
	string((L4_Word_t)source, 10);
	overflows(0);
}

TEST(strings, no_buffer_not_even_for_no_bytes)
{
	cast_simply(&own_space, space_new());
	string((L4_Word_t)source, 0);
	overflows(0);
}

TEST(strings, buffer_too_small)
{
	static const L4_Word_t sizes[] = {0, 1, 8, 4095, 4096, 4097, 9999};

	cast_simply(&own_space, space_new());
	for (unsigned i = 0; i < 7; i++) {
		plan();
		fill();
		string((L4_Word_t)source, 10000);
		buffer((L4_Word_t)target, sizes[i]);
		overflows(sizes[i]);
	}
}

TEST(strings, compound_buffer_too_small)
{
	cast_simply(&own_space, space_new());
	string((L4_Word_t)source, 10000);
	buffer_begin(1000 << 10 | 3 << 4);
	for (unsigned i = 0; i < 4; i++)
		buffer_word((L4_Word_t)target + 1000 * i);
	overflows(4000);
}

TEST(strings, no_bytes_flow_into_the_next_buffer)
{
	cast_simply(&own_space, space_new());
	string((L4_Word_t)source, 100);
	buffer((L4_Word_t)target, 60);
	buffer((L4_Word_t)target + 60, 40);
	overflows(60);
}

TEST(strings, too_few_buffers)
{
	cast_simply(&own_space, space_new());
	for (unsigned i = 0; i < 3; i++)
		string((L4_Word_t)source + 100 * i, 100);
	buffer((L4_Word_t)target, 100);
	buffer((L4_Word_t)target + 100, 100);
	overflows(200);
}

/* A map item is no buffer. */
TEST(strings, buffer_of_another_type)
{
	cast_simply(&own_space, space_new());
	string((L4_Word_t)source, 100);
	buffer((L4_Word_t)target, 100);
	party[R].br[1] |= 4 << 1;
	overflows(0);
}

/* The registers end in the middle of a buffer: what lies behind them is none. */
TEST(strings, buffer_beyond_the_registers)
{
	cast_simply(&own_space, space_new());
	for (unsigned i = 0; i < 15; i++) {
		string((L4_Word_t)source + i, 1);
		buffer((L4_Word_t)target + i, 1);
	}
	string((L4_Word_t)source + 15, 1000);
	buffer_begin(10 << 10 | 31 << 4);
	buffer_word((L4_Word_t)target + 15);
	overflows(25);
}

static void malformed(void)
{
	buffer((L4_Word_t)target, SIZE);
	buffer((L4_Word_t)target, SIZE);
	overflows(0);
	plan();
}

TEST(strings, item_cut_short)
{
	cast_simply(&own_space, space_new());
	typed(S, 10 << 10);
	malformed();
	string((L4_Word_t)source, 10);
	typed(S, 10 << 10);
	malformed();
	typed(S, 10 << 10 | 3 << 4);
	typed(S, (L4_Word_t)source);
	typed(S, (L4_Word_t)source);
	malformed();
	typed(S, 10 << 10 | 1 << 9);
	typed(S, (L4_Word_t)source);
	malformed();
	typed(S, 10 << 10 | 1 << 9);
	typed(S, (L4_Word_t)source);
	typed(S, 10 << 10);
	malformed();
}

/* An item that only the words behind the message would complete. */
TEST(strings, item_past_the_last_register)
{
	cast_simply(&own_space, space_new());
	party[S].mr[0] = 61;
	typed(S, 10 << 10 | 31 << 4);
	typed(S, (L4_Word_t)source);
	malformed();
}

TEST(strings, item_of_unknown_type)
{
	cast_simply(&own_space, space_new());
	string((L4_Word_t)source, 10);
	typed(S, 7 << 1);
	typed(S, 0);
	malformed();
	string((L4_Word_t)source, 10);
	typed(S, 6 << 1);
	typed(S, 0);
	malformed();
}

/* A string that nobody accepts is found before anything is mapped. */
TEST(strings, refused_before_anything_is_mapped)
{
	struct space *r = space_new();
	L4_Word_t pages_at = fresh_pages();

	cast_simply(&own_space, r);
	party[R].br[0] = 0;
	window();
	map_item(pages_at, 0, false);
	string((L4_Word_t)source, 10);
	overflows(0);
	EXPECT(!can_read(r, WINDOW));
}

/* After a message that did not fit both sides are as good as before. */
TEST(strings, next_message_after_an_overflow)
{
	cast_simply(&own_space, space_new());
	string((L4_Word_t)source, 100);
	buffer((L4_Word_t)target, 50);
	overflows(50);
	unfill(0, 50);
	one_string(3, 5, 1000);
}

/* Where a string may be. */

/* Neither side's pager could ever help: aborted. */
static void impossible(L4_Word_t from, L4_Word_t to, L4_Word_t bytes)
{
	plan();
	string(from, 100);
	buffer(to, 100);
	exchange();
	expect_failure(IPC_ABORTED, IPC_ABORTED, bytes);
}

TEST(strings, outside_of_user_memory)
{
	static const L4_Word_t places[] = {0xffffffff80000000UL,
					   0xffff800000000000UL,
					   0xffffff0000000000UL,
					   0x800000000000UL,
					   0x7ffffffff000UL,
					   0x8000000000000000UL,
					   ~0UL,
					   ~0UL - 50,
					   0x123456789abcdef0UL};

	cast_simply(&own_space, space_new());
	for (unsigned i = 0; i < 9; i++) {
		impossible(places[i], (L4_Word_t)target, 0);
		impossible((L4_Word_t)source, places[i], 0);
	}
	expect_copied(0, 0, 0);
}

/* A string ends where user memory does. */
TEST(strings, up_to_the_last_page)
{
	unsigned char *last = (unsigned char *)0x7fffffffe000UL;
	L4_Fpage_t page = L4_Sigma0_GetAny(sigma0, 12, L4_FpageLog2((L4_Word_t)last, 12));

	REQUIRE(!L4_IsNilFpage(page));
	L4_Accept(L4_UntypedWordsAcceptor);
	for (unsigned i = 0; i < PAGE; i++)
		last[i] = pattern(i);
	cast_simply(&own_space, space_new());
	string((L4_Word_t)last, PAGE);
	buffer((L4_Word_t)target, PAGE);
	exchange();
	expect_success();
	expect_copied(0, 0, PAGE);
	plan();
	string((L4_Word_t)last, PAGE + 1);
	buffer((L4_Word_t)target, 2 * PAGE);
	exchange();
	expect_failure(IPC_ABORTED, IPC_ABORTED, PAGE);
	cast_simply(space_new(), &own_space);
	string((L4_Word_t)source, PAGE + 1);
	buffer((L4_Word_t)last, 2 * PAGE);
	exchange();
	expect_failure(IPC_ABORTED, IPC_ABORTED, PAGE);
	L4_Flush(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)last, 12), L4_FullyAccessible));
}

/* Memory of a device, whose registers the kernel shall not touch: aborted, on either side. */
TEST(strings, device_memory)
{
	L4_Fpage_t page =
		L4_Sigma0_GetPage_RcvWindow(sigma0, L4_FpageLog2(0xf00001000UL, 12), L4_FpageLog2(WINDOW, 12));

	REQUIRE(!L4_IsNilFpage(page));
	L4_Accept(L4_UntypedWordsAcceptor);
	cast_simply(&own_space, &own_space);
	impossible(WINDOW, (L4_Word_t)target, 0);
	impossible((L4_Word_t)source, WINDOW, 0);
	expect_copied(0, 0, 0);
	L4_Flush(L4_FpageAddRights(L4_FpageLog2(WINDOW, 12), L4_FullyAccessible));
}

/* There is no longest string but that of 54 bits: the buffers say where it ends. */
TEST(strings, of_enormous_length)
{
	cast_simply(&own_space, space_new());
	string((L4_Word_t)source, (1UL << 54) - 1);
	buffer((L4_Word_t)target, 100);
	exchange();
	expect_failure(IPC_OVERFLOW, IPC_OVERFLOW, 100);
	expect_copied(0, 0, 100);
}

/* The kernel's page of information may be read, a UTCB read and written: they are the user's
 * memory. */
TEST(strings, from_the_kernel_interface_page)
{
	cast_simply(&own_space, space_new());
	string(own_space.kip, 16);
	buffer((L4_Word_t)target, 16);
	exchange();
	expect_success();
	EXPECT_EQ(target[0], 'L');
	EXPECT_EQ(target[1], '4');
	EXPECT_EQ(target[3], 'K');
}

TEST(strings, from_and_to_a_utcb)
{
	cast_simply(&own_space, &own_space);
	struct utcb *s = party[S].utcb, *r = party[R].utcb;

	party[S].mr[60] = 0x12345678;
	string((L4_Word_t)&s->mr[60], 8);
	buffer((L4_Word_t)&r->mr[61], 8);
	exchange();
	expect_success();
	EXPECT_EQ(party[R].got[61], 0x12345678);
}

TEST(strings, same_page_on_both_sides)
{
	cast_simply(space_new(), space_new());
	string((L4_Word_t)target, 16);
	buffer((L4_Word_t)target + 100, 16);
	for (unsigned i = 0; i < 16; i++)
		target[i] = pattern(i);
	exchange();
	expect_success();
	for (unsigned i = 0; i < 16; i++)
		EXPECT_EQ(target[100 + i], pattern(i));
	EXPECT_EQ(target[116], GUARD);
	EXPECT_EQ(target[99], GUARD);
}

TEST(strings, onto_itself)
{
	cast_simply(&own_space, &own_space);
	string((L4_Word_t)source + 1, 9000);
	buffer((L4_Word_t)source + 1, 9000);
	exchange();
	expect_success();
	for (unsigned i = 0; i < SIZE; i++)
		if (!EXPECT_EQ(source[i], pattern(i)))
			break;
}

/* Overlapping strings: what lies in the buffer is undefined, what lies outside of it is not. */
TEST(strings, overlapping)
{
	cast_simply(&own_space, &own_space);
	string((L4_Word_t)source, 9000);
	buffer((L4_Word_t)source + 3, 9000);
	exchange();
	expect_success();
	EXPECT_EQ(source[0], pattern(0));
	EXPECT_EQ(source[2], pattern(2));
	for (unsigned i = 9003; i < SIZE; i++)
		if (!EXPECT_EQ(source[i], pattern(i)))
			break;
}

/* Who comes first, and how the receiver waits. */

static void in_order(unsigned first, unsigned second)
{
	plan();
	fill();
	string((L4_Word_t)source, 5000);
	buffer((L4_Word_t)target, 5000);
	go(first);
	settle();
	go(second);
	ended(S);
	ended(R);
	expect_success();
	expect_copied(0, 0, 5000);
}

TEST(strings, receiver_first)
{
	cast_simply(space_new(), space_new());
	in_order(R, S);
}

TEST(strings, sender_first)
{
	cast_simply(space_new(), space_new());
	in_order(S, R);
}

static void open_wait(L4_ThreadId_t from, bool sender_first)
{
	plan();
	fill();
	string((L4_Word_t)source, 5000);
	buffer((L4_Word_t)target, 5000);
	party[R].from = from;
	go(sender_first ? S : R);
	settle();
	go(sender_first ? R : S);
	ended(S);
	ended(R);
	expect_success();
	expect_copied(0, 0, 5000);
	EXPECT_EQ(L4_GlobalIdOf(party[R].sender).raw, party[S].thread.raw);
}

TEST(strings, to_an_open_wait)
{
	cast_simply(&own_space, &own_space);
	for (unsigned i = 0; i < 2; i++) {
		open_wait(L4_anythread, i);
		open_wait(L4_anylocalthread, i);
	}
	EXPECT_EQ(party[R].sender.raw, (L4_Word_t)party[S].utcb);
}

/* A call whose request and answer both have a string. */
TEST(strings, call_with_a_string_both_ways)
{
	cast_simply(space_new(), space_new());
	string((L4_Word_t)source, 5000);
	buffer((L4_Word_t)target, 5000);
	party[S].from = party[R].thread;
	party[S].br[1] = 3000 << 10;
	party[S].br[2] = (L4_Word_t)target + 5000;
	go(R);
	go(S);
	ended(R);
	EXPECT_EQ(party[R].tag.raw, party[S].mr[0]);
	party[R].from = L4_nilthread;
	party[R].to = party[S].thread;
	party[R].mr[0] = 2 << 6;
	party[R].mr[1] = 3000 << 10;
	party[R].mr[2] = (L4_Word_t)source + 5000;
	go(R);
	ended(R);
	ended(S);
	EXPECT_EQ(party[R].tag.raw, 0);
	EXPECT_EQ(party[S].tag.raw, 2 << 6);
	EXPECT_EQ(party[S].got[1], 3000 << 10);
	expect_copied(0, 0, 8000);
}
