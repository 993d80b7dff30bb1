/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * manager.c - starts, stops and describes others.
 */
#include <service/manage.h>
#include <string.h>

#include "roles.h"

static unsigned int find(const char *name, struct root_program *program)
{
	unsigned int number = 0;

	while (root_program_info(number, program) == ROOT_OK && strcmp(program->name, name) != 0)
		number++;
	return number;
}

static void describe(const char *name)
{
	static const char *const states[] = { "idle", "waits", "runs", "ended" };
	struct root_program program;
	unsigned int number = find(name, &program);

	say("%u %s: %s, status %d, priority %u, %u threads, %u restarts, quota %lu KiB, %s%s", number, program.name,
	    states[program.state], program.status, program.priority, program.threads, program.restarts,
	    program.memory_quota >> 10, program.is_server ? "server" : "no server",
	    program.memory > 0 ? ", memory" : "");
}

static int start_and_wait(const char *name, const char *arguments)
{
	int status;

	root_program_start(name, arguments);
	return root_program_wait(name, &status) == ROOT_OK ? status : -1;
}

static void starts_and_stops(void)
{
	int status;

	describe("job");
	say("wait for what has not begun: %s", status_name(root_program_wait("job", &status)));
	say("start: %s", status_name(root_program_start("job", "end status=7 after=20")));
	say("start again: %s", status_name(root_program_start("job", "")));
	sleep_milliseconds(5);
	describe("job");
	say("its end: %d", start_and_wait("job", ""));
	say("with the same arguments: %d", start_and_wait("job", ""));
	root_program_start("job", "end after=1000000");
	sleep_milliseconds(5);
	say("stop: %s", status_name(root_program_stop("job", ROOT_STOP)));
	say("stop nobody: %s", status_name(root_program_stop("nobody", ROOT_STOP)));
	root_program_wait("job", &status);
	describe("job");
}

static void failure(void)
{
	int status;

	root_program_start("service", "");
	sleep_milliseconds(5);
	say("as failed: %s", status_name(root_program_stop("service", ROOT_STOP_AS_FAILED)));
	sleep_milliseconds(200);
	describe("service");
	root_program_stop("service", ROOT_STOP);
	root_program_wait("service", &status);
	describe("service");
}

int role_manager(void)
{
	unsigned long before, after, total;
	struct root_program program;
	int status;

	if (root_memory(&before, &total) == ROOT_DENIED) {
		say("denied: %s %s %s %s", status_name(root_program_start("job", "")),
		    status_name(root_program_stop("job", ROOT_STOP)), status_name(root_program_wait("job", &status)),
		    status_name(root_program_info(0, &program)));
		return 0;
	}
	starts_and_stops();
	failure();
	sleep_milliseconds(20);
	root_memory(&before, &total);
	start_and_wait("job", "hungry bytes=1048576");
	root_memory(&after, &total);
	say("memory: %s", before == after ? "all there again" : "some is lost");
	return 0;
}

/* Stops a pager again and again, whatever its client is doing. */
int role_killer(void)
{
	enum { KILLS = 10 };

	for (unsigned int i = 0; i < KILLS; i++) {
		sleep_milliseconds(110 + 3 * i);
		if (root_program_stop("test-pager", ROOT_STOP_AS_FAILED) != ROOT_OK)
			return 1;
	}
	sleep_milliseconds(400);
	describe("test-pager");
	describe("paged");
	return 0;
}
