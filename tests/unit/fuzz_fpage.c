/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/unit/fuzz_fpage.c - flexpage arithmetic with words that libFuzzer chooses, against a naive
 * reading of X.2's drawings: bit by bit, and one address at a time.
 *
 * An input is five words: two flexpages, a send base, an address and a size. The words that a
 * generator rarely hits, those of real flexpages, are made from the same bytes by sane().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/fpage.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { ADDRESS_BITS = 48, LEAST_LOG2 = 12, PORT_BITS = 16 };

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: '%s' does not hold\n", __FILE__, __LINE__,         \
				#condition);                                                       \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

static unsigned bit(word_t word, unsigned n)
{
	return word >> n & 1;
}

static word_t field(word_t word, unsigned low, unsigned bits)
{
	word_t value = 0;

	for (unsigned i = 0; i < bits; i++)
		value |= (word_t)bit(word, low + i) << i;
	return value;
}

/* The bits of a number from `low` on, those below are 0. */
static word_t without_low_bits(word_t number, unsigned low)
{
	word_t rest = 0;

	for (unsigned i = low; i < 64; i++)
		rest |= (word_t)bit(number, i) << i;
	return rest;
}

static struct fpage naive_decode(word_t raw)
{
	struct fpage f = {.kind = FPAGE_NIL};
	unsigned size = (unsigned)field(raw, 4, 6);

	if (size == 2) {
		if (field(raw, 10, 6) > PORT_BITS)
			return f;
		f.kind = FPAGE_IO;
		f.size_log2 = (unsigned)field(raw, 10, 6);
		f.base = without_low_bits(field(raw, 16, 16), f.size_log2);
	} else if (size == 1 && field(raw, 10, 54) == 0) {
		f.kind = FPAGE_MEMORY;
		f.size_log2 = ADDRESS_BITS;
	} else if (size >= LEAST_LOG2 && size <= ADDRESS_BITS &&
		   field(raw, ADDRESS_BITS, 64 - ADDRESS_BITS) == 0) {
		f.kind = FPAGE_MEMORY;
		f.size_log2 = size;
		f.base = without_low_bits(field(raw, 10, 54) * 1024, size);
	} else {
		return f;
	}
	f.rights = (unsigned)field(raw, 0, 3);
	return f;
}

/* Which of the sender's addresses is seen at `address`, as the drawing of the map item says. */
static word_t naive_source(struct fpage send, struct fpage receive, word_t base, word_t address)
{
	word_t source = 0;

	for (unsigned i = 0; i < ADDRESS_BITS; i++) {
		unsigned from;

		if (i < send.size_log2 && i < receive.size_log2)
			from = bit(address, i);
		else if (i < send.size_log2)
			from = bit(base, i);
		else
			from = bit(send.base, i);
		source |= (word_t)from << i;
	}
	return source;
}

/* Is anything seen at `address`? */
static bool naive_is_target(struct fpage send, struct fpage receive, word_t base, word_t address)
{
	for (unsigned i = 0; i < ADDRESS_BITS; i++) {
		bool in_window = i < receive.size_log2;

		if (in_window && i >= send.size_log2 && bit(address, i) != bit(base, i))
			return false;
		if (!in_window && bit(address, i) != bit(receive.base, i))
			return false;
	}
	return true;
}

static bool naive_is_in(struct fpage f, word_t address)
{
	return f.kind != FPAGE_NIL && address >= f.base && address - f.base < 1UL << f.size_log2;
}

static void check_decode(word_t raw)
{
	struct fpage f = fpage_decode(raw), naive = naive_decode(raw);

	REQUIRE(f.kind == naive.kind);
	if (f.kind == FPAGE_NIL)
		return;
	REQUIRE(f.size_log2 == naive.size_log2);
	REQUIRE(f.base == naive.base);
	REQUIRE(f.rights == naive.rights);
	REQUIRE(fpage_size(f) == 1UL << naive.size_log2);
}

static void check_match(struct fpage send, struct fpage receive, word_t base, word_t address)
{
	word_t source, target;
	unsigned size_log2 = fpage_match(send, receive, base, &source, &target);
	struct fpage seen = {.kind = FPAGE_MEMORY, .base = target, .size_log2 = size_log2};

	REQUIRE(naive_is_in(seen, address) == naive_is_target(send, receive, base, address));
	address = target + address % (1UL << size_log2);
	REQUIRE(naive_is_target(send, receive, base, address));
	REQUIRE(source + (address - target) == naive_source(send, receive, base, address));
	REQUIRE(naive_is_in(receive, address));
	REQUIRE(naive_is_in(send, source + (address - target)));
}

static void check_sets(struct fpage a, struct fpage b, word_t low, word_t size)
{
	bool meet = naive_is_in(a, b.base) || naive_is_in(b, a.base);
	word_t last = low + size - 1;

	REQUIRE(fpages_overlap(a, b) == (a.kind == b.kind && a.kind != FPAGE_NIL && meet));
	if (size && last >= low)
		REQUIRE(fpage_contains(a, low, size) == (naive_is_in(a, low) && naive_is_in(a, last)));
}

/* A flexpage of memory, whatever the word is. */
static word_t sane(word_t word)
{
	word_t size = LEAST_LOG2 + field(word, 4, 6) % (ADDRESS_BITS - LEAST_LOG2 + 1);

	return (field(word, 10, ADDRESS_BITS - 10) << 10) | size << 4 | field(word, 0, 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	word_t words[5] = {0};
	struct fpage send, receive;

	memcpy(words, bytes, size < sizeof(words) ? size : sizeof(words));
	check_decode(words[0]);
	check_decode(sane(words[0]));
	check_sets(fpage_decode(words[0]), fpage_decode(words[1]), words[3], words[4]);
	send = fpage_decode(sane(words[0]));
	receive = fpage_decode(sane(words[1]));
	check_sets(send, receive, words[3], words[4]);
	check_match(send, receive, words[2], field(words[3], 0, ADDRESS_BITS));
	return 0;
}
