/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/portdb.h - who got which I/O ports from whom.
 *
 * A port has no other name, so every space has it once or not at all, and what a space has of it came from one
 * other space. The 65536 ports are 1024 blocks of 64. A node stands for what one space has of one block from
 * one parent: a word of 64 bits. Its children are the nodes that were made from it, and have no port that it
 * has not. sigma0's node of a block has all ports, by rule, and is there only while it has children.
 *
 *     sigma0  block 3  [11111111...]
 *       +- root task   [..111111...]   mapped
 *            +- driver [..11......]    mapped on; a flush clears bits, from the leaves up
 *
 *  - A node takes 64 bytes, all ports from one parent 64 KiB. Beside them a space has a frame with the first
 *    node of each block, and the bitmap that the processor reads
 *    (kernel/doc/decisions/0002-io-bitmap-per-space.md): bit clear, port allowed.
 *  - Nodes of one space and block have no port in common. So there are at most 64, and what is done with one
 *    block is bounded.
 *  - Taking away clears bits and frees the nodes without any. It needs no memory and never fails. It works from
 *    the leaves up: at every time whoever has a port got it from somebody who has it still. So a walk may be
 *    left and taken up, or given up, anywhere.
 *  - A port that the receiver has already stays what it is: no map item takes anything away from its receiver,
 *    and no tree becomes a circle.
 */
#ifndef CORE_PORTDB_H
#define CORE_PORTDB_H

#include "base/types.h"

struct space;
struct cpu;

enum { PORTS = 1 << 16, PORT_BLOCK = 64, PORT_BLOCKS = PORTS / PORT_BLOCK };

/* A walk that takes ports away. */
struct port_revocation {
	struct space *space;   /* whose ports */
	uint32_t low, high;    /* which of them are still to be looked at: [low, high) */
	bool flush;            /* from the space itself, too */
	bool leaving;          /* what was made from `at` is done with */
	uint32_t root, at;     /* the tree that is being worked on, and where; 0: none */
	uint32_t changes;      /* when the walk was left, to see whether it still stands where it stood */
	word_t mask;           /* which ports of the block */
};

/*
 * Map or grant the ports [low, high) as far as `from` has them. Ports that `to` has already are left out, but a
 * granter's own gift becomes a grant. What was made from a granted port moves along, if all that the granter
 * has of the block from one parent goes; who got part of that from the granter loses it. sigma0 keeps what it
 * grants, and gets nothing. PORTDB_MORE: `to` now has a bitmap, which took long; call again. PORTDB_NO_MEMORY: what was
 * mapped by then stays.
 */
enum portdb_result { PORTDB_DONE, PORTDB_MORE, PORTDB_NO_MEMORY };
enum portdb_result portdb_map(struct space *from, struct space *to, uint32_t low, uint32_t high, bool grant,
                              struct cpu *cpu);

/* Begin to take the ports [low, high) away from those who got them from `s`; with `flush` from `s`, too. */
void portdb_revoke_begin(struct port_revocation *r, struct space *s, uint32_t low, uint32_t high, bool flush);

/* Work through at most `steps` nodes or blocks; true when nothing is left. Between two calls anything may happen. */
bool portdb_revoke(struct port_revocation *r, unsigned steps);

/* As mapdb_bequeath(), of ports; false: work through s->ports_going and call again. */
bool portdb_bequeath(struct space *s);

/* Free what a space has beside its nodes; all its ports were flushed. */
void portdb_space_end(struct space *s);

/* How many nodes there are. */
size_t portdb_count(void);

#endif
