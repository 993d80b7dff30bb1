/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c - what do system calls cost that send no message, and making and deleting threads and spaces?
 *
 *   null           an IPC neither to nor from anybody, the call that does least
 *   exreg          ExchangeRegisters that reads the registers of the caller
 *   thread_switch  ThreadSwitch to the partner, which switches back; a sample is half of that
 *   thread, space  the root task is asked for a thread, in this space or in a new one, and to delete it
 *
 * The threads that are made have a priority below ours, and never run.
 */
#include "calls.h"

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <service/root.h>

#include "memory.h"
#include "pong.h"
#include "sample.h"

enum { LOW = 1 };

static volatile struct pong_stamps *const stamps = (volatile struct pong_stamps *)MEMORY_STAMPS;

static bool measure_switch(L4_ThreadId_t partner, unsigned int rounds, struct figures *figures)
{
	L4_Set_MsgTag((L4_MsgTag_t){ .raw = PONG_YIELD << 16 });
	stamps->enough = 0;
	if (L4_IpcFailed(L4_Call(partner)))
		return false;
	SAMPLE(FOOTPRINT_SWITCH, rounds, figures, SAMPLE_NOTHING, L4_ThreadSwitch(partner));
	figures->min /= 2;
	figures->median /= 2;
	figures->max /= 2;
	stamps->enough = 1;
	L4_ThreadSwitch(partner);
	return true;
}

static bool make_and_delete(bool space)
{
	L4_ThreadId_t thread;
	enum root_status status = space ? root_space_create(LOW, &thread) : root_thread_create(0, 0, LOW, &thread);

	return status == ROOT_OK && root_thread_delete(thread) == ROOT_OK;
}

bool calls(L4_ThreadId_t partner, unsigned int rounds, struct calls_figures *figures)
{
	bool good = true;

	L4_Set_MsgTag((L4_MsgTag_t){ .raw = 0 });
	SAMPLE(FOOTPRINT_SYSCALL, rounds, &figures->null, SAMPLE_NOTHING, L4_Send(L4_nilthread));
	SAMPLE(FOOTPRINT_EXREG, rounds, &figures->exreg, SAMPLE_NOTHING, L4_UserDefinedHandleOf(L4_Myself()));
	SAMPLE(FOOTPRINT_THREAD, rounds, &figures->thread, SAMPLE_NOTHING, good = make_and_delete(false) && good);
	SAMPLE(FOOTPRINT_SPACE, rounds / 10 + 1, &figures->space, SAMPLE_NOTHING, good = make_and_delete(true) && good);
	return measure_switch(partner, rounds, &figures->thread_switch) && good;
}
