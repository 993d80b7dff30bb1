/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name.c - the name service.
 */
#include "name.h"

#include <string.h>

#include "wait.h"

static L4_ThreadId_t service_find(const struct program *program, const char *name)
{
	for (unsigned int i = 0; i < program->is.serves.count; i++)
		if (strcmp(program->is.serves.names[i], name) == 0)
			return program->served[i];
	return L4_nilthread;
}

L4_ThreadId_t name_find(const char *name)
{
	struct program *program;

	for (unsigned int i = 0; (program = program_at(i)); i++) {
		L4_ThreadId_t thread = service_find(program, name);

		if (!L4_IsNilThread(thread))
			return thread;
	}
	program = program_named(name);
	return program && program->state == PROGRAM_RUNS ? program->main_thread : L4_nilthread;
}

bool name_is_known(const char *name)
{
	struct program *program;

	for (unsigned int i = 0; (program = program_at(i)); i++) {
		bool may_run = program->file && program->state != PROGRAM_ENDED;

		if (may_run && (strcmp(program->is.name, name) == 0 || name_list_has(&program->is.serves, name)))
			return true;
	}
	return false;
}

bool name_is_for(const struct program *program, const char *name)
{
	return !program->is.is_confined || name_list_has(&program->is.talks, name);
}

enum root_status name_register(struct program *program, const char *name, L4_ThreadId_t thread)
{
	if (program_of(thread) != program)
		return ROOT_NOT_FOUND;
	for (unsigned int i = 0; i < program->is.serves.count; i++) {
		if (strcmp(program->is.serves.names[i], name) != 0)
			continue;
		program->served[i] = thread;
		wait_end(WAIT_FOR_NAME, name, thread.raw);
		return ROOT_OK;
	}
	return ROOT_DENIED;
}
