/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/small_random.c - 10,000 random sequences of 32-bit code in a small space, beside victims whose memory is
 * looked at after each.
 *
 * A sequence is made of its number alone: random bytes, and between them instructions that matter here, with random
 * operands; random registers, most of which point somewhere. An exception is answered with an instruction pointer a
 * little farther on, so that one sequence goes on through several; whatever does not end is ended. An attacker that has
 * made itself unreachable, say by another exception handler, is replaced.
 */
#include <l4/exception.h>
#include "scene.h"

enum { SEQUENCES = 10000, PIECES = 24, EXCEPTIONS = 8, EVENT_US = 500, REPLACEMENTS_MAX = 900 };

static L4_Word_t seed;

static unsigned below(unsigned n)
{
	return (unsigned)(random_next(&seed) >> 33) % n;
}

/* A number that some attack may need. */
static unsigned interesting(const struct scene *scene)
{
	switch (below(10)) {
	case 0:
		return AT_SLOT_END - below(16);
	case 1:
		return AT_SLOT_END + below(0x10000);
	case 2:
		return AT_CODE + below(AT_PAGE_SIZE);
	case 3:
		return AT_DATA + below(AT_PAGE_SIZE);
	case 4:
		return AT_STACK + below(AT_PAGE_SIZE);
	case 5:
		return (unsigned)(L4_Word_t)scene->large[0] + below(AT_PAGE_SIZE);
	case 6:
		return -below(0x1000000);
	case 7:
		return below(256);
	case 8:
		return below(0x10000); /* a selector */
	default:
		return (unsigned)random_next(&seed);
	}
}

/* Whom it may send to. */
static unsigned partner(const struct scene *scene)
{
	L4_ThreadId_t ids[] = {worker, scene->attacker.thread, scene->victims[0].thread, scene->victims[1].thread};
	static const unsigned others[] = {0, ~0U, ~0U << 6, AT_UTCBS, AT_UTCBS + UTCB_SIZE};
	unsigned n = below(9);

	if (n >= 4)
		return others[n - 4];
	return (unsigned)(L4_ThreadNo(ids[n]) << SMALL_ID_VERSION_BITS | L4_Version(ids[n]));
}

static void put(struct attacker *a, unsigned *at, L4_Word_t bytes, unsigned count)
{
	for (; count; count--, bytes >>= 8)
		a->code[(*at)++] = (unsigned char)bytes;
}

/* An instruction that somebody might use to get out. */
static void put_instruction(struct scene *scene, unsigned *at)
{
	struct attacker *a = &scene->attacker;
	static const unsigned char short_ones[] = {
	    0x9d, 0xcf, 0xcb, 0xc3, 0xcc, 0xf4, 0xfa, 0xfb, 0xfd, 0xce, 0x60, 0x61, 0x9c, 0xc9, 0x1f, 0x07, 0x17, 0xa4,
	    0xa5, 0xab, 0xad, 0xa7, 0xaf, 0x6c, 0x6e, 0x06, 0x0e, 0x16, 0x1e, 0x50, 0x5c, 0x54,
	};

	switch (below(14)) {
	case 0: /* a segment register from a register */
		put(a, at, 0x8e | (0xc0 | below(64)) << 8, 2);
		break;
	case 1: /* a register */
		put(a, at, 0xb8 | below(8) | (L4_Word_t)interesting(scene) << 8, 5);
		break;
	case 2: /* a far jump or call */
		put(a, at,
		    (below(2) ? 0xea : 0x9a) | (L4_Word_t)interesting(scene) << 8 | (L4_Word_t)below(0x10000) << 40, 7);
		break;
	case 3:
		put(a, at, 0xcd | below(256) << 8, 2);
		break;
	case 4: /* a system call, and whom it is about */
		put(a, at, 0xbf | (L4_Word_t)partner(scene) << 8, 5);
		put(a, at, 0xba | (L4_Word_t)(below(16) << 10 | below(8)) << 8, 5);
		put(a, at, 0xcd | SMALL_VECTOR << 8, 2);
		break;
	case 5:
		put(a, at, 0x340f, 2);
		break;
	case 6: /* push, then one that pops */
		put(a, at, 0x68 | (L4_Word_t)interesting(scene) << 8, 5);
		put(a, at, short_ones[below(4)], 1);
		break;
	case 7: /* a word of memory, by any segment */
		put(a, at, (L4_Word_t[]){0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65}[below(6)], 1);
		put(a, at, (below(2) ? 0x0589 : 0x058b) | (L4_Word_t)interesting(scene) << 16, 6);
		break;
	case 8: /* a repeated string instruction */
		put(a, at, below(2) ? 0xf3 : 0xf2, 1);
		put(a, at, short_ones[17 + below(6)], 1);
		break;
	case 9: /* a pointer with a selector */
		put(a, at, (below(2) ? 0x05c4 : 0x05c5) | (L4_Word_t)interesting(scene) << 16, 6);
		break;
	case 10: /* a group of privileged ones */
		put(a, at, 0x010f | (L4_Word_t)below(256) << 16, 3);
		break;
	case 11:
		put(a, at, 0x000f | (L4_Word_t)below(256) << 8 | (L4_Word_t)below(256) << 16, 3);
		break;
	case 12: /* the UTCB */
		put(a, at, 0x0589650000UL >> 16 | (L4_Word_t)(below(0x280) & ~3U) << 24, 7);
		break;
	default:
		put(a, at, short_ones[below(sizeof short_ones)], 1);
	}
}

static void make_sequence(struct scene *scene, unsigned number)
{
	struct attacker *a = &scene->attacker;
	unsigned at = 0;

	seed = (number + 1) * 0x9e3779b97f4a7c15UL;
	attacker_reset(a);
	for (unsigned i = 0; i < PIECES; i++) {
		if (below(2))
			put_instruction(scene, &at);
		else
			put(a, &at, random_next(&seed), 1 + below(4));
	}
	for (unsigned i = EXC_RDI; i <= EXC_RAX; i++)
		a->m.mr[i] = interesting(scene);
	if (below(4))
		a->m.mr[EXC_RSP] = AT_STACK_TOP - 64;
	a->m.mr[EXC_RFLAGS] = 0x202 | (below(4) ? 0 : random_next(&seed) & (AC | DF | NT | TF));
}

/* The answer to its exception, if it waits for that from the worker. */
static bool answered(struct attacker *a, L4_Time_t patience)
{
	L4_LoadMR(0, tag_make(0, EXC_RAX, 0).raw);
	L4_LoadMRs(1, EXC_RAX, &a->m.mr[1]);
	return L4_IpcSucceeded(L4_Send_Timeout(a->thread, patience));
}

/* Lets it run until it does nothing more. False: it cannot be reached any more. */
static bool run_sequence(struct attacker *a)
{
	L4_Time_t soon = L4_TimePeriod(EVENT_US * time_scale);

	for (unsigned i = 0; i < EXCEPTIONS; i++) {
		if (!answered(a, soon))
			return false;
		if (!attacker_event(a, soon) || !is_exception(&a->m))
			return attacker_reached(a, soon);
		a->m.mr[EXC_RIP] = AT_CODE + (a->m.mr[EXC_RIP] + 1 + below(3)) % AT_PAGE_SIZE;
	}
	return true;
}

static void replace(struct attacker *a)
{
	thread_delete(a->thread);
	attacker_restart(a);
}

SCENE_TEST(small_limits, random_code, 3000000)
{
	unsigned replaced = 0;

	for (unsigned n = 0; n < SEQUENCES; n++) {
		make_sequence(scene, n);
		if (!run_sequence(&scene->attacker)) {
			replaced++;
			replace(&scene->attacker);
		}
		if (!scene_unharmed(scene)) {
			FAIL("this was sequence %u", n);
			break;
		}
	}
	EXPECT_BETWEEN(replaced, 0, REPLACEMENTS_MAX);
	replace(&scene->attacker); /* who knows who handles its exceptions */
}
