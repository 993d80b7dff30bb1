/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KernelInterface - where the kernel interface page is. X.2 1.3.
 *
 *   returns RAX its address in this space, RDI API version, RSI API flags, R8 kernel id
 */
#include "abi/kip.h"
#include "core/space.h"
#include "sys/calls.h"

struct tcb *sys_kernel_interface(struct tcb *self)
{
	const struct kip_kernel_desc *desc = (const void *)((char *)kip_page + kip_page->kernel_desc);

	self->regs.rdi = kip_page->api_version;
	self->regs.rsi = kip_page->api_flags;
	self->regs.r8 = desc->id;
	return sys_result(self, self->space->kip_area.base);
}
