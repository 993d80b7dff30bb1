/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exit.c - what happens when main() returns and nobody has said otherwise.
 *
 * A thread cannot delete itself without a privileged helper, and the kernel knows no processes:
 * without a server to tell, all that is left is to wait for a message that cannot come.
 */
#include <crt.h>
#include <l4/ipc.h>

__attribute__((weak)) void l4_exit(int status)
{
	(void)status;
	for (;;)
		L4_Sleep(L4_Never);
}
