/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rtc.c - the requests of rtc.h as calls.
 */
#include <device/rtc.h>

#include <l4/ipc.h>
#include <l4/message.h>

static bool ask(L4_ThreadId_t rtc, enum rtc_request request, unsigned long *seconds)
{
	L4_MsgTag_t tag = L4_Niltag;

	L4_Set_Label(&tag, request);
	L4_Set_MsgTag(tag);
	tag = L4_Call(rtc);
	L4_StoreMR(1, seconds);
	return L4_IpcSucceeded(tag) && L4_UntypedWords(tag) == 1;
}

bool rtc_time(L4_ThreadId_t rtc, unsigned long *seconds)
{
	return ask(rtc, RTC_TIME, seconds);
}

bool rtc_next_second(L4_ThreadId_t rtc, unsigned long *seconds)
{
	return ask(rtc, RTC_NEXT_SECOND, seconds);
}
