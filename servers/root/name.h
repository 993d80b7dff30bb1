/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name.h - the name service: from names to threads.
 *
 * A name is a service's, which a program registers for one of its threads (its description says which names it may), or
 * a program's, which stands for its main thread as long as it runs.
 */
#ifndef ROOT_NAME_H
#define ROOT_NAME_H

#include <stdbool.h>

#include <l4/types.h>
#include <service/root.h>

#include "program.h"

/* Whose the name is now; nilthread: nobody's. */
L4_ThreadId_t name_find(const char *name);

/* Whether some program may have it one day: one that has not ended for good. */
bool name_is_known(const char *name);

/* Whether a program may find it, and so send to whoever has it. */
bool name_is_for(const struct program *program, const char *name);

/* A thread of the program has this name from now on. ROOT_DENIED: the program may not register it. */
enum root_status name_register(struct program *program, const char *name, L4_ThreadId_t thread);

#endif
