/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/scene.c - see scene.h. */
#include "scene.h"

enum { PLACE = 4, QUARTER = AT_PAGE_SIZE / 4 };

/* The upper half of a secret; the lower half differs. Half of each code page is a secret, too. */
#define SECRET 0x5ec2e700u

CODE32(touch_all, "movl 0x0, %eax\n movl 0x3ffffc, %eax\n movl 0x11000, %eax\n movl 0x12000, %eax", "ud2");

static unsigned secret(unsigned n)
{
	return SECRET | (n & 0xff);
}

static void page_fill(unsigned char *page, unsigned from)
{
	for (unsigned i = from; i < QUARTER; i++)
		((unsigned *)page)[i] = secret(i);
}

static bool page_is_whole(const unsigned char *page, unsigned from)
{
	for (unsigned i = from; i < QUARTER; i++)
		if (((const unsigned *)page)[i] != secret(i))
			return FAIL("expected word %u of a victim's page to be 0x%x, got 0x%x", i, secret(i),
				    ((const unsigned *)page)[i]);
	return true;
}

void scene_new(struct scene *scene)
{
	for (unsigned i = 0; i < VICTIMS; i++) {
		struct attacker *v = &scene->victims[i];

		attacker_new(v, i == 0 ? PLACE - 1 : PLACE + 1);
		REQUIRE(attacker_run(v, touch_all_at, touch_all_end));
		page_fill(v->first, 0);
		page_fill(v->data, 0);
		page_fill(v->stack, 0);
		page_fill(v->last, 0);
		page_fill(v->code, QUARTER / 2);
	}
	for (unsigned i = 0; i < LARGE_PAGES; i++) {
		scene->large[i] = (unsigned char *)page_new();
		page_fill(scene->large[i], 0);
	}
	attacker_new(&scene->attacker, PLACE);
	REQUIRE(attacker_run(&scene->attacker, touch_all_at, touch_all_end));
}

bool scene_unharmed(const struct scene *scene)
{
	bool good = true;

	for (unsigned i = 0; i < VICTIMS; i++) {
		const struct attacker *v = &scene->victims[i];

		good = good && page_is_whole(v->first, 0) && page_is_whole(v->data, 0) && page_is_whole(v->stack, 0) &&
		       page_is_whole(v->last, 0) && page_is_whole(v->code, QUARTER / 2);
	}
	for (unsigned i = 0; i < LARGE_PAGES; i++)
		good = good && page_is_whole(scene->large[i], 0);
	for (unsigned i = EXC_RDI; is_exception(&scene->attacker.m) && i <= EXC_RAX; i++)
		if ((scene->attacker.m.mr[i] & ~0xffUL) == SECRET)
			return FAIL("expected no secret in the attacker's registers, got 0x%lx",
				    scene->attacker.m.mr[i]);
	return good;
}

void scene_end(struct scene *scene)
{
	scene_unharmed(scene);
	attacker_is_alive(&scene->attacker);
	thread_delete(scene->attacker.thread);
	for (unsigned i = 0; i < VICTIMS; i++) {
		attacker_is_alive(&scene->victims[i]);
		thread_delete(scene->victims[i].thread);
	}
}

void scene_attack(struct scene *scene, const char *at, const char *trap, const char *end, L4_Word_t vectors)
{
	struct attacker *a = &scene->attacker;
	L4_Word_t raised;

	REQUIRE(attacker_run(a, at, end));
	raised = is_exception(&a->m) ? a->m.mr[EXC_TRAP] : 0;
	if (!(vectors & ONE_OF(raised)))
		raised = (L4_Word_t)__builtin_ctzl(vectors); /* what is told as expected */
	attacker_raised(a, raised, AT_CODE + (L4_Word_t)(trap - at));
}
