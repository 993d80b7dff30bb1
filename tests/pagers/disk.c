/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk.c - pagers whose store is a disk, over two boots of the machine with the same disk. They run only when named.
 *
 * In the first boot a program is checkpointed, and a file written, until the machine ends. In the second one the
 * program goes on, and the file is there.
 */
#include "test.h"

static void first_boot(void)
{
	checkpoint_begin();
	file_write();
}

const struct test_case disk_cases[] = {
	{ "first_boot", first_boot },
	{ "program_goes_on_in_the_next_boot", checkpoint_goes_on },
	{ "file_is_there_in_the_next_boot", file_is_there },
	{ "more_memory_than_there_is", compress_more },
	{ NULL, NULL },
};
