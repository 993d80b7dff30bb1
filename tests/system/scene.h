/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/scene.h - an attacker in a small space, with a small victim in the slot below it, one in the slot above
 * it, and a large one: this program itself, whose page tables are loaded when the worker answers the attacker.
 *
 * The victims' pages are filled with secrets, words that are nowhere else.
 */
#ifndef TESTS_SYSTEM_SCENE_H
#define TESTS_SYSTEM_SCENE_H

#include "attacker.h"

enum { VICTIMS = 2, LARGE_PAGES = 2 };

struct scene {
	struct attacker attacker;
	struct attacker victims[VICTIMS];
	unsigned char *large[LARGE_PAGES]; /* pages of this program */
};

void scene_new(struct scene *scene);

/* Every byte of the victims is as it was, and the attacker's registers hold no secret. */
bool scene_unharmed(const struct scene *scene);

/* The end of a case: the victims are unharmed, the attacker lives; none of them remains. */
void scene_end(struct scene *scene);

/* A case with a scene, its body's `scene`, which is made before and ends behind it. */
#define SCENE_TEST(area, name, limit)                                                                                  \
	static void scene_##area##_##name(struct scene *scene);                                                        \
	TEST_LIMIT(area, name, limit)                                                                                  \
	{                                                                                                              \
		struct scene scene;                                                                                    \
                                                                                                                       \
		scene_new(&scene);                                                                                     \
		scene_##area##_##name(&scene);                                                                         \
		scene_end(&scene);                                                                                     \
	}                                                                                                              \
	static void scene_##area##_##name(struct scene *scene)

/* A case that is this attack: `before` is done, and `trap` raises one of the vectors. */
#define ONE_OF(vector) (1UL << (vector))
void scene_attack(struct scene *scene, const char *at, const char *trap, const char *end, L4_Word_t vectors);
#define ATTACK_ANY(area, name, vectors, before, trap)                                              \
	CODE32(area##_##name, before, trap);                                                       \
	SCENE_TEST(area, name, 1000)                                                               \
	{                                                                                          \
		scene_attack(scene, CODE_OF(area##_##name), vectors);                              \
	}
#define ATTACK(area, name, vector, before, trap) ATTACK_ANY(area, name, ONE_OF(vector), before, trap)

#endif
