/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/small_victims.h - an attacker in a small space, with a small victim in the slot below it, one in the slot above
 * it, and a large one: this program itself, whose page tables are loaded when the worker answers the attacker.
 *
 * The victims' pages are filled with secrets, words that are nowhere else.
 */
#ifndef TESTS_SYSTEM_SMALL_VICTIMS_H
#define TESTS_SYSTEM_SMALL_VICTIMS_H

#include "small.h"

enum { VICTIMS = 2, LARGE_PAGES = 2 };

struct scene {
	struct small attacker;
	struct small victims[VICTIMS];
	unsigned char *large[LARGE_PAGES]; /* pages of this program */
};

void scene_new(struct scene *scene);

/* Every byte of the victims is as it was, and the attacker's registers hold no secret. */
bool scene_unharmed(const struct scene *scene);

/* Runs code in the attacker; its part name_trap raises this vector. Then the victims are unharmed, and all live. */
void scene_attack(const char *at, const char *trap, const char *end, L4_Word_t vector);

/* A case that is this attack. */
#define ATTACK(area, name, vector, before, trap)                                                   \
	CODE32(area##_##name, before, trap);                                                       \
	TEST(area, name)                                                                           \
	{                                                                                          \
		scene_attack(area##_##name##_at, area##_##name##_trap, area##_##name##_end, vector); \
	}

#endif
