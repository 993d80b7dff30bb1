/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start.c - how an ordinary program begins and ends.
 *
 * Before main(): the root task becomes the exception handler, so that an exception is reported and
 * not just the end of the thread. After main(): the root task is told the status, and deletes the
 * program.
 */
#include <crt.h>
#include <l4/thread.h>
#include <service/root.h>

__attribute__((constructor)) static void service_begin(void)
{
	L4_Set_ExceptionHandler(root_task());
}

void l4_exit(int status)
{
	root_exit(status);
}
