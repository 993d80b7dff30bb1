/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/schedule.h - time, processors and priorities.
 *
 * Whoever is a thread's scheduler (ThreadControl) sets its time slice, priority and processor with
 * Schedule; -1 in an argument leaves that property as it is. The result is the thread's state
 * before the call.
 */
#ifndef L4_SCHEDULE_H
#define L4_SCHEDULE_H

#include <l4/types.h>
#include <l4/syscalls.h>

#define L4_SCHEDRESULT_ERROR        0
#define L4_SCHEDRESULT_DEAD         1
#define L4_SCHEDRESULT_INACTIVE     2
#define L4_SCHEDRESULT_RUNNING      3
#define L4_SCHEDRESULT_PENDING_SEND 4
#define L4_SCHEDRESULT_SENDING      5
#define L4_SCHEDRESULT_WAITING      6
#define L4_SCHEDRESULT_RECEIVING    7

L4_INLINE void L4_Yield(void)
{
	L4_ThreadSwitch(L4_nilthread);
}

L4_INLINE L4_Word_t L4_Set_Priority(L4_ThreadId_t tid, L4_Word_t prio)
{
	L4_Word_t old;
	return L4_Schedule(tid, ~0UL, ~0UL, prio & 0xff, ~0UL, &old);
}

L4_INLINE L4_Word_t L4_Set_ProcessorNo(L4_ThreadId_t tid, L4_Word_t cpu_no)
{
	L4_Word_t old;
	return L4_Schedule(tid, ~0UL, cpu_no & 0xffff, ~0UL, ~0UL, &old);
}

L4_INLINE L4_Word_t L4_Set_Timeslice(L4_ThreadId_t tid, L4_Time_t timeslice, L4_Time_t totalquantum)
{
	L4_Word_t old;
	return L4_Schedule(tid, (L4_Word_t)timeslice.raw << 16 | totalquantum.raw, ~0UL, ~0UL, ~0UL,
			   &old);
}

L4_INLINE L4_Word_t L4_Timeslice(L4_ThreadId_t tid, L4_Time_t *timeslice, L4_Time_t *totalquantum)
{
	L4_Word_t old, result = L4_Schedule(tid, ~0UL, ~0UL, ~0UL, ~0UL, &old);

	timeslice->raw = (L4_Word16_t)(old >> 16);
	totalquantum->raw = (L4_Word16_t)old;
	return result;
}

L4_INLINE L4_Word_t L4_Set_PreemptionDelay(L4_ThreadId_t tid, L4_Word_t sensitivePrio,
					   L4_Word_t maxDelay)
{
	L4_Word_t old;
	return L4_Schedule(tid, ~0UL, ~0UL, ~0UL,
			   (sensitivePrio & 0xff) << 16 | (maxDelay & 0xffff), &old);
}

/*
 * The point in time `at` for a receive timeout, as exactly as its distance from now permits: ten
 * bits and a carry bit of the clock, shifted by the exponent. The past is ZeroTime; what is 2^25
 * microseconds away or more cannot be written as a point, and is Never.
 */
L4_INLINE L4_Time_t L4_TimePoint(L4_Clock_t at)
{
	L4_Word64_t now = L4_SystemClock().raw, distance = at.raw - now;
	L4_Word_t e;
	L4_Time_t t;

	if (at.raw <= now)
		return L4_ZeroTime;
	e = distance < 1024 ? 0 : (L4_Word_t)__L4_Msb(distance) - 9;
	if (e > 15)
		return L4_Never;
	t.raw = (L4_Word16_t)(1UL << 15 | e << 11 | ((at.raw + (1UL << e) - 1) >> e & 0x7ff));
	return t;
}

#endif
