/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pong_main.c - bench-pong: the partner in another space. It ends when bench tells it to.
 */
#include "pong.h"

int main(void)
{
	pong_serve();
	return 0;
}
