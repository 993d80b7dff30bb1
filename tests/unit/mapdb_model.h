/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/unit/mapdb_model.h - the mapping database (kernel/core/mapdb_*.c) on the host, and a naive model of what it
 * should do.
 *
 * The model is a set of tuples (space, page, frame, rights, parent), one for every 4 KiB page that
 * a space has, whatever its size in the page tables. Each function below does the same to the
 * mapping database and to the model and stops the program when they differ. A revocation that is
 * left in the middle is the exception: the model can't know how far it came, so it takes over the
 * pages that are gone if they had to go, and looks at the end whether all did.
 *
 * A slot whose page a revocation took, but not yet what was made from it, is a ghost: it is not
 * there and has children.
 */
#ifndef MAPDB_MODEL_H
#define MAPDB_MODEL_H

#include "core/mapdb.h"

enum {
	SPACES = 6,			     /* the first is sigma0 */
	PAGES = TABLE_LOG2 < 9 ? 256 : 2048, /* of each, from address 0, that are played with */
	LEVEL_MAX = TABLE_LOG2 < 9 ? 2 : 1,
	REVOCATIONS = 3, /* that may be under way at once */
};

/* Where operations come from: bytes if there are any, else a generator of random numbers. */
struct choices {
	const uint8_t *bytes;
	size_t left;
	uint64_t random;
};

/* A number below n. */
unsigned choose(struct choices *c, unsigned n);

extern struct space *spaces[SPACES];
extern struct cpu *test_cpu;

/* Make the spaces, empty; and take everything away again, looking whether all memory came back. */
void model_begin(void);
void model_end(void);

/* As mapdb_map(), mapdb_grant(); pages instead of addresses. sigma0 is shown its page first, as
 * large as `level`. */
enum mapdb_result model_map(unsigned from, unsigned source, unsigned to, unsigned target,
			    unsigned level, unsigned rights);
enum mapdb_result model_grant(unsigned from, unsigned source, unsigned to, unsigned target,
			      unsigned level, unsigned rights);

/* Revoke [low, high) in one piece; returns the status. */
unsigned model_revoke(unsigned space, unsigned low, unsigned high, unsigned rights, bool flush);

/* A revocation, a map or a grant in pieces: begin in slot i, go on by some steps (true: done), give
 * up. */
void model_start(unsigned i, unsigned space, unsigned low, unsigned high, unsigned rights,
		 bool flush);
void model_start_transfer(unsigned i, bool grant, unsigned from, unsigned source, unsigned to,
			  unsigned target, unsigned level, unsigned rights);
bool model_continue(unsigned i, unsigned steps);
void model_give_up(unsigned i);
bool model_is_under_way(unsigned i);

/* The space ends, and a new one begins in its place. */
void model_renew_space(unsigned space);

/* A user accesses his page, if he has it with that right (one of enum rights). */
bool model_access(unsigned space, unsigned page, unsigned access);

/* The page is in a leaf of this level; -1: there is none. */
int model_leaf_level(unsigned space, unsigned page);

/* Rights of a page, 0: none. */
unsigned model_rights(unsigned space, unsigned page);

/* Compare everything: page tables, database, model, memory in use. */
void model_check(void);

/* One operation, chosen by `c`. */
void model_operation(struct choices *c);

_Noreturn void model_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
