/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ProcessorControl - set a processor's frequency and voltage. Privileged. X.2 6.1.
 *
 *   RDI processor   RSI internal frequency   R8 external frequency   R9 voltage
 *   returns RAX 0
 *
 * Power is managed outside the kernel; there is nothing that this call could set.
 *
 * ErrorCode: no privilege       the caller's space is not privileged
 *            invalid parameter  otherwise
 */
#include "core/space.h"
#include "sys/calls.h"

struct tcb *sys_processor_control(struct tcb *self)
{
	return sys_refuse(self, self->space->privileged ? ERROR_INVALID_PARAMETER : ERROR_NO_PRIVILEGE);
}
