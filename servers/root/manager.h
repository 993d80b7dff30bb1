/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * manager.h - what managers ask for: programs started, stopped and described (lib/service/include/service/manage.h).
 *
 * Each serves one request as request_serve() does, for programs whose description says `manager`.
 */
#ifndef ROOT_MANAGER_H
#define ROOT_MANAGER_H

#include <stdbool.h>

#include <l4/message.h>

#include "program.h"

bool manager_start(struct program *manager, L4_Msg_t *msg);
bool manager_stop(struct program *manager, L4_Msg_t *msg);
bool manager_wait(struct program *manager, L4_ThreadId_t thread, L4_Msg_t *msg);
bool manager_info(struct program *manager, L4_Msg_t *msg);
bool manager_memory(struct program *manager, L4_Msg_t *msg);

#endif
