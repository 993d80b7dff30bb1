/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * io_console.c - the back end of <l4io.h> for ordinary programs: the root task's console.
 */
#include <l4io.h>
#include <service/root.h>

void io_write(const char *text, unsigned long size)
{
	root_write(text, size);
}

int io_read(void)
{
	return root_read();
}
