/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.c - slots, maps and headers.
 */
#include "image.h"

#include <stddef.h>

enum { PAGE_WORDS = PAGER_PAGE / sizeof(unsigned long), HEADER = 0, FPU = 1, MAP = 2, SLOT_BITS = 2 };

#define MAGIC 0x3230746e696f7063UL /* "cpoint02" */

/* The header's page. */
struct header {
	unsigned long magic, sequence, checksum;
	unsigned long name, owner, interval, region_count;
	struct {
		unsigned long low, high, rights;
	} region[PAGER_REGIONS_MAX];
	unsigned long frame[IMAGE_FRAME];
	unsigned long fpu_words;
	unsigned long unused[PAGE_WORDS - 7 - 3 * PAGER_REGIONS_MAX - IMAGE_FRAME - 1];
};

_Static_assert(sizeof(struct header) == PAGER_PAGE, "a page");
_Static_assert((int)IMAGE_PAGES <= (int)PAGE_WORDS, "the map is a page");

/* The three pages that describe an image. */
static union {
	unsigned long word[IMAGE_DESCRIPTION][PAGE_WORDS];
	struct header header;
} description;

static unsigned long description_place(const struct image *image, unsigned long sequence, unsigned int which)
{
	return image->base + sequence % IMAGE_COPIES * IMAGE_DESCRIPTION + which;
}

/* slot is 1 or 2. */
static unsigned long slot_place(const struct image *image, const struct image_entry *entry, unsigned int slot)
{
	return image->base + IMAGE_COPIES * (IMAGE_DESCRIPTION + (unsigned long)(entry - image->entry)) + slot - 1;
}

/* FNV-1a by words, over all three pages with a checksum of 0. */
static unsigned long description_checksum(void)
{
	unsigned long sum = 0xcbf29ce484222325UL, was = description.header.checksum;

	description.header.checksum = 0;
	for (unsigned int i = 0; i < IMAGE_DESCRIPTION; i++)
		for (unsigned int j = 0; j < PAGE_WORDS; j++)
			sum = (sum ^ description.word[i][j]) * 0x100000001b3UL;
	description.header.checksum = was;
	return sum;
}

static bool description_read(const struct image *image, unsigned int copy)
{
	const struct header *header = &description.header;

	for (unsigned int i = 0; i < IMAGE_DESCRIPTION; i++)
		if (!image->store->read(image->store, description_place(image, copy, i), description.word[i]))
			return false;
	return header->magic == MAGIC && header->checksum == description_checksum() && header->sequence > 0 &&
	       header->sequence % IMAGE_COPIES == copy && header->region_count <= PAGER_REGIONS_MAX &&
	       header->fpu_words <= IMAGE_FPU;
}

static void description_take(struct image *image)
{
	const struct header *header = &description.header;

	image->sequence = header->sequence;
	image->state.name = header->name;
	image->state.owner = header->owner;
	image->state.interval = header->interval;
	image->state.region_count = header->region_count;
	for (unsigned int i = 0; i < PAGER_REGIONS_MAX; i++) {
		image->state.region[i].low = header->region[i].low;
		image->state.region[i].high = header->region[i].high;
		image->state.region[i].rights = header->region[i].rights;
	}
	for (unsigned int i = 0; i < IMAGE_FRAME; i++)
		image->state.frame[i] = header->frame[i];
	image->state.fpu_words = header->fpu_words;
	for (unsigned int i = 0; i < IMAGE_FPU; i++)
		image->state.fpu[i] = description.word[FPU][i];
	for (unsigned int i = 0; i < IMAGE_PAGES; i++)
		image->entry[i] = (struct image_entry){
			.number = description.word[MAP][i] >> SLOT_BITS,
			.complete = description.word[MAP][i] & 3,
		};
}

void image_open(struct image *image, struct store *store, unsigned long base)
{
	*image = (struct image){ .store = store, .base = base };
	for (unsigned int copy = 0; copy < IMAGE_COPIES; copy++)
		if (description_read(image, copy) && description.header.sequence > image->sequence)
			description_take(image);
	image_begin(image);
}

bool image_forget(struct image *image)
{
	static const unsigned long nothing[PAGE_WORDS];

	for (unsigned int copy = 0; copy < IMAGE_COPIES; copy++)
		if (!image->store->write(image->store, description_place(image, copy, HEADER), nothing))
			return false;
	*image = (struct image){ .store = image->store, .base = image->base };
	return true;
}

void image_begin(struct image *image)
{
	for (unsigned int i = 0; i < IMAGE_PAGES; i++)
		image->entry[i].next = image->entry[i].complete;
}

void image_give_up(struct image *image)
{
	image_begin(image);
}

static struct image_entry *entry_find(struct image *image, unsigned long number)
{
	for (struct image_entry *entry = image->entry; entry < image->entry + IMAGE_PAGES; entry++)
		if (entry->number == number && (entry->complete || entry->next))
			return entry;
	return NULL;
}

static struct image_entry *entry_make(struct image *image, unsigned long number)
{
	for (struct image_entry *entry = image->entry; entry < image->entry + IMAGE_PAGES; entry++)
		if (!entry->complete && !entry->next) {
			entry->number = number;
			return entry;
		}
	return NULL;
}

bool image_put(struct image *image, unsigned long number, const void *frame)
{
	struct image_entry *entry = entry_find(image, number);
	unsigned int slot;

	if (!entry)
		entry = entry_make(image, number);
	if (!entry)
		return false;
	slot = entry->complete == 1 ? 2 : 1;
	if (!image->store->write(image->store, slot_place(image, entry, slot), frame))
		return false;
	entry->next = slot;
	return true;
}

/* A page of the description, to the copy that its sequence number says. */
static bool description_write(struct image *image, unsigned int which)
{
	return image->store->write(image->store, description_place(image, description.header.sequence, which),
				   description.word[which]);
}

static bool flush(struct image *image)
{
	return !image->store->flush || image->store->flush(image->store);
}

bool image_complete(struct image *image, const struct image_state *state)
{
	struct header *header = &description.header;

	*header = (struct header){
		.magic = MAGIC, .sequence = image->sequence + 1, .name = state->name, .owner = state->owner,
		.interval = state->interval, .region_count = state->region_count, .fpu_words = state->fpu_words,
	};
	for (unsigned int i = 0; i < PAGER_REGIONS_MAX; i++) {
		header->region[i].low = state->region[i].low;
		header->region[i].high = state->region[i].high;
		header->region[i].rights = state->region[i].rights;
	}
	for (unsigned int i = 0; i < IMAGE_FRAME; i++)
		header->frame[i] = state->frame[i];
	for (unsigned int i = 0; i < PAGE_WORDS; i++) {
		description.word[FPU][i] = state->fpu[i];
		description.word[MAP][i] = 0;
		if (i < IMAGE_PAGES)
			description.word[MAP][i] = image->entry[i].number << SLOT_BITS | image->entry[i].next;
	}
	header->checksum = description_checksum();
	if (!description_write(image, FPU) || !description_write(image, MAP) || !flush(image) ||
	    !description_write(image, HEADER) || !flush(image)) {
		image_give_up(image);
		return false;
	}
	image->sequence++;
	image->state = *state;
	for (unsigned int i = 0; i < IMAGE_PAGES; i++)
		image->entry[i].complete = image->entry[i].next;
	return true;
}

bool image_get(struct image *image, unsigned long number, void *frame, bool *found)
{
	struct image_entry *entry = entry_find(image, number);

	*found = entry && entry->complete;
	return !*found || image->store->read(image->store, slot_place(image, entry, entry->complete), frame);
}
