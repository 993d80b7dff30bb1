/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keys.c - keys from the console, with those in between that came too early.
 */
#include "keys.h"

#include <service/root.h>

enum { KEPT_MAX = 1024, CTRL_C = 3 };

static char kept[KEPT_MAX];
static unsigned int kept_first, kept_count;

char keys_next(void)
{
	char key;

	if (kept_count == 0)
		return (char)root_read();
	key = kept[kept_first];
	kept_first = (kept_first + 1) % KEPT_MAX;
	kept_count--;
	return key;
}

bool keys_interrupt(void)
{
	int key;

	while (kept_count < KEPT_MAX && (key = root_read_now()) >= 0) {
		if (key == CTRL_C)
			return true;
		kept[(kept_first + kept_count++) % KEPT_MAX] = (char)key;
	}
	return false;
}
