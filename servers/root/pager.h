/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager.h - what pagers ask about their clients (lib/service/include/service/paging.h).
 *
 * Each serves one request as request_serve() does.
 */
#ifndef ROOT_PAGER_H
#define ROOT_PAGER_H

#include <stdbool.h>

#include <l4/message.h>

#include "program.h"

bool pager_segment(struct program *pager, L4_Msg_t *msg);
bool pager_page(struct program *pager, L4_Msg_t *msg);
bool pager_fault(struct program *pager, L4_Msg_t *msg);

#endif
