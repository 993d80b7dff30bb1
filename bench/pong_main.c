/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pong_main.c - bench-pong: the partner in another space. It ends when bench tells it to.
 */
#include <l4/thread.h>
#include <service/root.h>

#include "pong.h"

int main(void)
{
	root_thread_priority(L4_MyGlobalId(), BENCH_PRIORITY);
	pong_serve();
	return 0;
}
