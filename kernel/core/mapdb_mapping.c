/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/mapdb_mapping.c - mappings one by one: made, linked with those that they were made from, freed.
 */
#include "base/assert.h"
#include "core/mapdb_parts.h"

size_t mapping_count;
struct ring revocations_under_way = { &revocations_under_way, &revocations_under_way };

uint32_t mapping_alloc(struct space *s)
{
	uint32_t number = record_alloc(s, RECORD_MAPPING);

	mapping_count += number != 0;
	return number;
}

static void mapping_release(uint32_t number)
{
	record_free(RECORD_MAPPING, RECORD_MAPPING_LOG2, number);
	mapping_count--;
}

size_t mapdb_count(void)
{
	return mapping_count;
}

/* The entry of the shade in which the list begins that a smaller child is in, made from `source`. */
static struct shade *list_shade(const struct mapping *parent, unsigned level, virt_t source)
{
	struct entry e = find(space_of(parent), source, level);

	assert(e.level == level && shade_of(e.pte));
	return shade_of(e.pte);
}

void mapping_link(uint32_t number, uint32_t parent_number, virt_t source)
{
	struct mapping *m = mapping_of(number), *parent = mapping_of(parent_number);

	m->parent = parent_number;
	m->offset = (uint32_t)((source - address_of(parent)) / size_of(m));
	m->prev = 0;
	if (level_of(m) == level_of(parent)) {
		m->next = parent->child;
		parent->child = number;
	} else {
		struct shade *shade = list_shade(parent, level_of(m), source);

		m->next = shade->children;
		shade_set(&shade->children, number);
	}
	if (m->next)
		mapping_of(m->next)->prev = number;
}

static void unlink_child(struct mapping *m)
{
	struct mapping *parent;

	if (!m->parent)
		return;
	parent = mapping_of(m->parent);
	if (m->next)
		mapping_of(m->next)->prev = m->prev;
	if (m->prev)
		mapping_of(m->prev)->next = m->next;
	else if (level_of(m) == level_of(parent))
		parent->child = m->next;
	else
		shade_set(&list_shade(parent, level_of(m), source_of(m, parent))->children, m->next);
}

void mapping_pass_status(struct revocation *r)
{
	uint32_t parent = mapping_of(r->root)->parent;

	if (parent)
		mapping_of(parent)->place |= (uint64_t)r->tree_status << PLACE_STATUS_SHIFT;
	r->status |= r->tree_status;
	r->tree_status = 0;
}

void mapping_free(uint32_t number, struct shade *shade)
{
	struct mapping *m = mapping_of(number);

	for (struct ring *link = revocations_under_way.next; link != &revocations_under_way; link = link->next) {
		struct revocation *r = CONTAINER_OF(link, struct revocation, link);

		if (r->root == number) {
			mapping_pass_status(r);
			r->root = r->at = 0;
		} else if (r->root && r->at == number) {
			r->at = m->parent;
			r->offset -= (word_t)m->offset * size_of(m);
			r->phase = REVOKE_LIST;
		}
	}
	if (level_of(m))
		forget_recent(space_of(m));
	shade->mapping = 0;
	--*frame_count(shade);
	if (m->parent)
		mapping_of(m->parent)->place |= m->place & STATUS_IN_PLACE;
	unlink_child(m);
	mapping_release(number);
}

SELDOM bool mapdb_bequeath(struct space *s, struct revocation *r)
{
	uint32_t frame = record_frame_left(s, RECORD_MAPPING);
	const struct mapping *m;

	if (!frame)
		return true;
	for (m = mapping_of(frame * MAPPINGS_A_FRAME); !m->space;)
		m++;
	if (!record_bequeath(RECORD_MAPPING, frame, space_of(m)))
		mapdb_revoke_begin(r, space_of(m), address_of(m), address_of(m) + size_of(m), RIGHTS_ALL, true);
	return false;
}
