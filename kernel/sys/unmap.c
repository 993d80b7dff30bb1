/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unmap - take back what was mapped. X.2 4.2.
 *
 * The kernel does not record yet who got a page from whom, so it can't take anything back, and says so: nothing is changed, the
 * flexpages keep their words.
 *
 * ErrorCode: invalid parameter  always
 */
#include "sys/calls.h"

struct tcb *sys_unmap(struct tcb *self)
{
	return sys_refuse(self, ERROR_INVALID_PARAMETER);
}
