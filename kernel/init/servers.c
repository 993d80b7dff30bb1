/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * init/servers.c - sigma0 and the root task, the two programs that the kernel starts.
 *
 * The boot component has put both where they were linked. sigma0 owns all memory, 1:1, and needs no pager; it
 * is the root task's. Both spaces are privileged.
 */
#include "core/ipc.h"
#include "core/sched.h"
#include "core/space.h"
#include "core/thread.h"
#include "init/init.h"
#include "x86/cpu_data.h"

enum { SERVER_PRIORITY = 255, UTCB_AREA_LOG2 = 20 };
#define SERVER_KIP  0x7ff000000000UL
#define SERVER_UTCB 0x7ff000100000UL

static word_t server_id(unsigned n)
{
	return (word_t)(USER_BASE + n) << 32 | 1;
}

static struct tcb *make_server(unsigned n, const struct boot_program *program, struct cpu *cpu, bool is_sigma0)
{
	struct fpage kip_area = { .kind = FPAGE_MEMORY, .base = SERVER_KIP, .size_log2 = PAGE_LOG2 };
	struct fpage utcb_area = { .kind = FPAGE_MEMORY, .base = SERVER_UTCB, .size_log2 = UTCB_AREA_LOG2 };
	struct space *space = space_create();
	word_t id = server_id(n);
	word_t pager = is_sigma0 ? NIL_THREAD : server_id(0);
	struct tcb *t = space ? thread_create(id, space, cpu, server_id(2)) : NULL;

	memory_need(t);
	space->is_sigma0 = is_sigma0;
	space->privileged = true;
	memory_need(space_set_areas(space, kip_area, utcb_area, cpu) && thread_activate(t, SERVER_UTCB, pager));
	ipc_leave(t);
	t->role = ROLE_USER;
	t->rip = program->entry;
	sched_set_priority(t, SERVER_PRIORITY);
	return t;
}

struct tcb *servers_init(const struct boot_handoff *boot, struct cpu *cpu)
{
	struct tcb *sigma0 = make_server(0, &boot->sigma0, cpu, true);
	struct tcb *root = make_server(2, &boot->root, cpu, false);

	cpu->sigma0_cr3 = sigma0->space->cr3;
	/* All ports now: later there may be no memory for the bitmap, and sigma0 has nobody to answer its faults. */
	memory_need(space_allow_ports(sigma0->space,
	                              (struct fpage){ .kind = FPAGE_IO, .size_log2 = IO_PORTS_LOG2 }, cpu));
	sched_ready(sigma0);
	sched_ready(root);
	return sched_next(cpu->idle);
}
