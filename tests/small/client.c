/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.c - a 64-bit program that writes to the small console server, and is told when it asks for nonsense.
 */
#include <string.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4io.h>
#include <service/console.h>
#include <service/root.h>

int main(void)
{
	static const char lines[] = "a line from a large program\nand another\n";
	static char far[CONSOLE_TEXT_MAX + 1];
	L4_ThreadId_t console = root_lookup_wait(CONSOLE_NAME);
	L4_MsgTag_t tag;

	if (!console_write(console, lines, sizeof(lines) - 1))
		return 1;
	memset(far, '.', sizeof(far));
	if (!console_write(console, far, 200) || console_write(console, far, CONSOLE_TEXT_MAX + 1))
		return 2;
	L4_Set_MsgTag(L4_Niltag);
	tag = L4_Call(console);
	if (L4_IpcFailed(tag) || L4_Label(tag) != 1)
		return 3;
	return console_write(console, "still there", 11) ? 0 : 4;
}
