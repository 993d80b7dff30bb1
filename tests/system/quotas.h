/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/quotas.h - the kernel's memory, as SpaceControl tells and gives it. */
#ifndef TESTS_SYSTEM_QUOTAS_H
#define TESTS_SYSTEM_QUOTAS_H

#include "agent.h"

/* The bytes that a thread's space uses; those that the kernel uses in all. */
L4_Word_t used_by(L4_ThreadId_t thread);
L4_Word_t used_in_all(void);
/* Call SpaceControl to give a quota; its result. */
L4_Word_t set_quota(L4_ThreadId_t thread, L4_Word_t kib);
/* Let a space use so many pages more than now. */
void leave_pages(L4_ThreadId_t thread, L4_Word_t pages);

#endif
