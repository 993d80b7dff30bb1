/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MemoryControl - set the caching attributes of pages. Privileged. X.2 6.2.
 *
 *   RDI control   RSI R8 R9 R10 attributes   flexpages in MR0 .. of the UTCB
 *   returns RAX 0
 *
 * The kernel knows no attributes yet; pages are cached as the firmware has set the memory types.
 *
 * ErrorCode: no privilege       the caller's space is not privileged
 *            invalid parameter  otherwise
 */
#include "core/space.h"
#include "sys/calls.h"

struct tcb *sys_memory_control(struct tcb *self)
{
	return sys_refuse(self, self->space->privileged ? ERROR_INVALID_PARAMETER : ERROR_NO_PRIVILEGE);
}
