/* SPDX-License-Identifier: BSD-2-Clause */
/* core/portdb.c - who got which I/O ports from whom, see core/portdb.h. */
#include "core/portdb.h"
#include "base/assert.h"
#include "core/frames.h"
#include "core/record.h"
#include "core/space.h"

/* Nodes name each other by number (core/record.h), 0 is nobody. */
struct port_node {
	word_t mask;           /* never 0 */
	uint32_t parent;       /* 0: sigma0's */
	uint32_t child;        /* the first made from this one */
	uint32_t next, prev;   /* siblings */
	uint32_t space;        /* frame number of its struct space; 0: free */
	uint32_t same;         /* the next node of this space and block */
	uint32_t block;
	uint32_t unused[7];    /* records have a power of two of bytes */
};
enum { NODES_A_FRAME = PAGE_SIZE / sizeof(struct port_node) };
_Static_assert(sizeof(struct port_node) == 1 << RECORD_PORTS_LOG2, "a cache line");
_Static_assert(PORT_BLOCKS * sizeof(uint32_t) == PAGE_SIZE, "the first nodes are a frame");

static size_t node_count;
static uint32_t changes; /* of any tree; a walk that was left goes back to the root of its tree when this has moved */

static struct port_node *node_of(uint32_t number)
{
	return (struct port_node *)frame_of_number(number / NODES_A_FRAME) + number % NODES_A_FRAME;
}

static struct space *space_of(const struct port_node *n)
{
	return frame_of_number(n->space);
}

static uint32_t node_alloc(struct space *s)
{
	uint32_t number = record_alloc(s, RECORD_PORTS);

	node_count += number != 0;
	return number;
}

static void node_release(uint32_t number)
{
	record_free(RECORD_PORTS, RECORD_PORTS_LOG2, number);
	node_count--;
}

size_t portdb_count(void)
{
	return node_count;
}

/* The ports of [low, high) in a block. */
static word_t range_in_block(uint32_t block, uint32_t low, uint32_t high)
{
	uint32_t first = block * PORT_BLOCK;
	uint32_t from = low > first ? low - first : 0, to = high > first ? high - first : 0;

	if (from >= PORT_BLOCK || from >= to)
		return 0;
	return (to >= PORT_BLOCK ? ~0UL : (1UL << to) - 1) & ~0UL << from;
}

/* Trees. */

static uint32_t first_of(const struct space *s, uint32_t block)
{
	return s->port_nodes ? s->port_nodes[block] : 0;
}

/* The space is known to have its frame of first nodes. */
static void link_to_space(uint32_t number, struct space *s)
{
	struct port_node *n = node_of(number);

	n->space = frame_number(s);
	n->same = s->port_nodes[n->block];
	s->port_nodes[n->block] = number;
}

static void unlink_from_space(uint32_t number)
{
	const struct port_node *n = node_of(number);
	uint32_t *link = &space_of(n)->port_nodes[n->block];

	while (*link != number)
		link = &node_of(*link)->same;
	*link = n->same;
}

static void link_to_parent(uint32_t number, uint32_t parent)
{
	struct port_node *n = node_of(number), *p = node_of(parent);

	n->parent = parent;
	n->next = p->child;
	n->prev = 0;
	if (p->child)
		node_of(p->child)->prev = number;
	p->child = number;
}

static void unlink_from_parent(uint32_t number)
{
	const struct port_node *n = node_of(number);

	if (!n->parent)
		return;
	if (n->next)
		node_of(n->next)->prev = n->prev;
	if (n->prev)
		node_of(n->prev)->next = n->next;
	else
		node_of(n->parent)->child = n->next;
}

/* A node without children goes. */
static void node_free(uint32_t number)
{
	assert(!node_of(number)->child);
	unlink_from_space(number);
	unlink_from_parent(number);
	node_release(number);
	changes++;
}

/* sigma0 needs no node for what it has given nobody. */
static void free_if_bare(uint32_t number)
{
	if (number && !node_of(number)->parent && !node_of(number)->child)
		node_free(number);
}

static bool make_index(struct space *s)
{
	if (!s->port_nodes)
		s->port_nodes = account_alloc(&s->account);
	return s->port_nodes;
}

/* A new node of a space; its mask is the caller's to fill. 0: no memory. */
static uint32_t node_make(struct space *s, uint32_t block, uint32_t parent)
{
	uint32_t number = make_index(s) ? node_alloc(s) : 0;

	if (!number)
		return 0;
	*node_of(number) = (struct port_node){ .block = block };
	link_to_space(number, s);
	if (parent)
		link_to_parent(number, parent);
	return number;
}

/* Take ports from a node that has given them to nobody. */
static void strip(uint32_t number, word_t m)
{
	struct port_node *n = node_of(number);

	m &= n->mask;
	if (!m || !n->parent) /* sigma0's */
		return;
	*space_port_bits(space_of(n), n->block) |= m;
	n->mask &= ~m;
	if (!n->mask)
		node_free(number);
}

/* Revocation. */

void portdb_revoke_begin(struct port_revocation *r, struct space *s, uint32_t low, uint32_t high, bool flush)
{
	r->space = s;
	r->low = low;
	r->high = high;
	r->flush = flush;
	r->at = 0;
}

/* Go on with this node of the space, or, if there is none, with the next block. */
static void begin_tree(struct port_revocation *r, uint32_t root)
{
	r->root = r->at = root;
	r->leaving = false;
	if (!root)
		r->low = ALIGN_DOWN(r->low, PORT_BLOCK) + PORT_BLOCK;
}

static void begin_block(struct port_revocation *r)
{
	uint32_t block = r->low / PORT_BLOCK;

	r->mask = range_in_block(block, r->low, r->high);
	if (r->flush && r->space->is_sigma0)
		*space_port_bits(r->space, block) |= r->mask;
	begin_tree(r, first_of(r->space, block));
}

static void leave_root(struct port_revocation *r)
{
	uint32_t root = r->root, parent = node_of(root)->parent;

	begin_tree(r, node_of(root)->same);
	if (r->flush)
		strip(root, r->mask);
	free_if_bare(parent ? parent : root);
}

/* One node, on the way down or on the way up. */
static void step(struct port_revocation *r)
{
	uint32_t number = r->at;
	const struct port_node *n = node_of(number);

	if (!r->leaving && n->child && (n->mask & r->mask)) {
		r->at = n->child;
	} else if (number == r->root) {
		leave_root(r);
	} else {
		r->leaving = !n->next;
		r->at = n->next ? n->next : n->parent;
		strip(number, r->mask);
	}
}

bool portdb_revoke(struct port_revocation *r, unsigned steps)
{
	if (!r->space->port_nodes)
		return true;
	if (r->changes != changes)
		r->at = 0;
	for (; r->low < r->high && steps; steps--) {
		if (r->at)
			step(r);
		else
			begin_block(r);
	}
	r->changes = changes;
	return r->low >= r->high;
}

bool portdb_bequeath(struct space *s)
{
	uint32_t frame = record_frame_left(s, RECORD_PORTS);
	const struct port_node *n;

	if (!frame)
		return true;
	for (n = node_of(frame * NODES_A_FRAME); !n->space;)
		n++;
	if (!record_bequeath(RECORD_PORTS, frame, space_of(n)))
		portdb_revoke_begin(&s->ports_going, space_of(n), n->block * PORT_BLOCK, (n->block + 1) * PORT_BLOCK,
		                    true);
	return false;
}

void portdb_space_end(struct space *s)
{
	if (s->port_nodes)
		account_free(&s->account, s->port_nodes);
	s->port_nodes = NULL;
}

/* Mapping. */

/* All that a space has of a block; of that, what it has from one parent (0: any). */
static word_t ports_of(const struct space *s, uint32_t block, uint32_t parent)
{
	word_t m = 0;

	for (uint32_t number = first_of(s, block); number; number = node_of(number)->same)
		if (!parent || node_of(number)->parent == parent)
			m |= node_of(number)->mask;
	return m;
}

/* What `to` has from this parent, in a node that may grow; made if need be. 0: no memory. */
static uint32_t node_from(struct space *to, uint32_t block, uint32_t parent)
{
	for (uint32_t number = first_of(to, block); number; number = node_of(number)->same)
		if (node_of(number)->parent == parent)
			return number;
	return node_make(to, block, parent);
}

static bool map_ports(uint32_t source, struct space *to, word_t m)
{
	uint32_t block = node_of(source)->block, number = node_from(to, block, source);

	if (!number)
		return false;

	/* committed: nothing below may fail */
	node_of(number)->mask |= m;
	*space_port_bits(to, block) &= ~m;
	changes++;
	return true;
}

/*
 * `to` becomes the parent of what was made from nodes of its own that were made from `number`, which is now
 * its, too.
 */
static void dissolve_gifts(uint32_t number, const struct space *to)
{
	uint32_t next;

	for (uint32_t gift = node_of(number)->child; gift; gift = next) {
		next = node_of(gift)->next;
		if (space_of(node_of(gift)) != to)
			continue;
		for (uint32_t child = node_of(gift)->child; child; child = node_of(gift)->child) {
			unlink_from_parent(child);
			link_to_parent(child, number);
		}
		node_free(gift);
	}
}

/* The whole node changes its space. */
static bool grant_node(uint32_t number, struct space *from, struct space *to)
{
	const struct port_node *n = node_of(number);

	if (!make_index(to))
		return false;

	/* committed: nothing below may fail */
	dissolve_gifts(number, to);
	unlink_from_space(number);
	link_to_space(number, to);
	*space_port_bits(from, n->block) |= n->mask;
	*space_port_bits(to, n->block) &= ~n->mask;
	changes++;
	return true;
}

/* Take ports from all that was made from a node. */
static void take_from_heirs(uint32_t number, word_t m)
{
	struct port_revocation r = { .root = number, .at = number, .mask = m };

	if (!node_of(number)->child)
		return;
	do
		step(&r);
	while (r.at != number);
}

/* Part of a node: who got that from the granter loses it. */
static bool grant_part(uint32_t number, struct space *to, word_t m)
{
	uint32_t block = node_of(number)->block, target = node_from(to, block, node_of(number)->parent);

	if (!target)
		return false;

	/* committed: nothing below may fail */
	node_of(target)->mask |= m;
	take_from_heirs(number, m);
	strip(number, m);
	*space_port_bits(to, block) &= ~m;
	changes++;
	return true;
}

/* Is there memory for whatever a space may need to take ports? */
static bool can_take(const struct space *s)
{
	size_t bitmap = s->io_bitmap[0] ? 0 : SPACE_BITMAP_FRAMES;

	return account_has(&s->account,
	                   bitmap + !s->port_nodes + record_takes_frame(&s->records[RECORD_PORTS]));
}

static enum portdb_result take_bitmap(struct space *to, struct cpu *cpu)
{
	return can_take(to) && space_own_ports(to, cpu) ? PORTDB_MORE : PORTDB_NO_MEMORY;
}

/* What one node gives. */
static enum portdb_result give(uint32_t source, struct space *from, struct space *to, word_t wanted,
                               bool grant, struct cpu *cpu)
{
	bool done;
	const struct port_node *n = node_of(source);
	word_t had = ports_of(to, n->block, 0);

	if (grant)
		had &= ~ports_of(to, n->block, source);

	word_t m = wanted & ~had & n->mask;

	if (!m)
		return PORTDB_DONE;
	if (!to->io_bitmap[0])
		return take_bitmap(to, cpu);
	if (!can_take(to))
		return PORTDB_NO_MEMORY;
	if (!grant)
		done = map_ports(source, to, m);
	else
		done = n->mask == m ? grant_node(source, from, to) : grant_part(source, to, m);
	return done ? PORTDB_DONE : PORTDB_NO_MEMORY;
}

enum portdb_result portdb_map(struct space *from, struct space *to, uint32_t low, uint32_t high, bool grant,
                              struct cpu *cpu)
{
	if (from == to || to->is_sigma0)
		return PORTDB_DONE;
	for (uint32_t block = low / PORT_BLOCK; block * PORT_BLOCK < high; block++) {
		word_t wanted = range_in_block(block, low, high);
		uint32_t source = first_of(from, block), next;

		if (from->is_sigma0 && !to->io_bitmap[0])
			return take_bitmap(to, cpu);
		if (from->is_sigma0 && !source) {
			source = node_make(from, block, 0);
			if (!source)
				return PORTDB_NO_MEMORY;
			node_of(source)->mask = ~0UL;
		}
		for (; source; source = next) {
			next = node_of(source)->same;
			enum portdb_result result = give(source, from, to, wanted, grant && !from->is_sigma0, cpu);

			if (from->is_sigma0)
				free_if_bare(source);
			if (result != PORTDB_DONE)
				return result;
		}
	}
	return PORTDB_DONE;
}
