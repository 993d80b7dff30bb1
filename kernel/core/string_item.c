/* SPDX-License-Identifier: BSD-2-Clause */
/* core/string_item.c - the words of a string item, see core/string_item.h. */
#include "core/string_item.h"
#include "core/message.h"

word_t word_list_get(const struct word_list *w, unsigned n)
{
	return n <= w->count ? w->word(w->owner, n) : 0;
}

bool string_is_item(const struct word_list *w, unsigned n)
{
	return n <= w->count && item_is_string(word_list_get(w, n));
}

struct string_piece string_piece(const struct word_list *w, unsigned n, word_t offset)
{
	for (;;) {
		word_t head = word_list_get(w, n);
		word_t length = head >> STRING_LENGTH_SHIFT;
		unsigned substrings = string_substrings(head);

		for (unsigned i = 1; i <= substrings && n + i <= w->count; i++) {
			if (offset < length)
				return (struct string_piece){ word_list_get(w, n + i) + offset, length - offset };
			offset -= length;
		}
		n += 1 + substrings;
		if (!(head & STRING_CONTINUES) || n > w->count)
			return (struct string_piece){ 0, 0 };
	}
}

word_t string_length(const struct word_list *w, unsigned n)
{
	word_t sum = 0, head;

	do {
		unsigned substrings;

		head = word_list_get(w, n);
		substrings = string_substrings(head);
		for (unsigned i = 1; i <= substrings && n + i <= w->count; i++)
			sum += head >> STRING_LENGTH_SHIFT;
		n += 1 + substrings;
	} while ((head & STRING_CONTINUES) && n <= w->count);
	return sum;
}

unsigned string_end(const struct word_list *w, unsigned n)
{
	word_t head;

	do {
		head = word_list_get(w, n);
		n += 1 + string_substrings(head);
	} while ((head & STRING_CONTINUES) && n <= w->count);
	return n;
}

unsigned string_next_buffer(const struct word_list *w, unsigned n)
{
	word_t head, heads = 0;

	/* Programs set the bit in the first or in the last descriptor of a string. */
	do {
		head = word_list_get(w, n);
		heads |= head;
		n += 1 + string_substrings(head);
	} while ((head & STRING_CONTINUES) && n <= w->count);
	return heads & ITEM_CONTINUES ? n : w->count + 1;
}
