/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * words.cc - C++ in a small space: constructors, overloads, clocks of 64 bits.
 */
#include <l4/ipc.h>
#include <l4/schedule.h>

struct counter {
	counter() : value(42) {}
	unsigned value;
};

static counter constructed;

extern "C" bool cxx_works();

extern "C" bool cxx_works()
{
	L4_Clock_t c = L4_SystemClock();
	L4_Msg_t msg;

	L4_Clear(&msg);
	L4_Append(&msg, 1);
	L4_Append(&msg, 2UL);
	L4_Append(&msg, L4_MapItem(L4_FpageLog2(0x400000, 12) + L4_Readable, 0));
	return constructed.value == 42 && c + 5 > c && (c + 5UL).raw == c.raw + 5 && (c - 1ULL) < c &&
	       L4_UntypedWords(msg.tag) == 2 && L4_TypedWords(msg.tag) == 2 && L4_MyGlobalId() == L4_Myself();
}
