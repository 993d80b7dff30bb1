/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keyboard.c - the request of keyboard.h as a call.
 */
#include <device/keyboard.h>

#include <l4/ipc.h>
#include <l4/message.h>

bool keyboard_next(L4_ThreadId_t keyboard, unsigned int *key)
{
	L4_MsgTag_t tag = L4_Niltag;
	L4_Word_t word;

	L4_Set_Label(&tag, KEYBOARD_NEXT);
	L4_Set_MsgTag(tag);
	tag = L4_Call(keyboard);
	L4_StoreMR(1, &word);
	*key = (unsigned int)word;
	return L4_IpcSucceeded(tag) && L4_UntypedWords(tag) == 1;
}
