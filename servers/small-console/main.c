/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * small-console - a console server in a small space: it prints lines with the time and the thread that wrote them.
 *
 *	[   12.345678 0x530] text
 *
 * Its clients are programs of either word size (<service/console.h>). A request costs it a string that the kernel
 * copies and one request to the root task for each line; in between it waits, without a CR3 write on either side of it.
 */
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/console.h>
#include <service/root.h>

static char text[CONSOLE_TEXT_MAX];

static void print_line(L4_ThreadId_t client, const char *line, size_t size)
{
	unsigned long long now = L4_SystemClock().raw;
	unsigned int second = 1000000;
	char head[48];
	char whole[sizeof(head) + CONSOLE_TEXT_MAX + 1];

	snprintf(head, sizeof(head), "[%5llu.%06llu 0x%lx] ", now / second, now % second, L4_ThreadNo(client));
	root_write(whole, (size_t)snprintf(whole, sizeof(whole), "%s%.*s\n", head, (int)size, line));
}

static void print_lines(L4_ThreadId_t client, size_t size)
{
	size_t begin = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] != '\n')
			continue;
		print_line(client, text + begin, i - begin);
		begin = i + 1;
	}
	if (begin < size || size == 0)
		print_line(client, text + begin, size - begin);
}

/* Prints what came. False: it is no such request. */
static bool serve(L4_MsgTag_t tag, L4_ThreadId_t client)
{
	L4_StringItem_t item;
	L4_Msg_t msg;

	if (L4_Label(tag) != CONSOLE_WRITE || L4_UntypedWords(tag) != 0 || L4_TypedWords(tag) != 2)
		return false;
	L4_MsgStore(tag, &msg);
	L4_MsgGetStringItem(&msg, 0, &item);
	if (!L4_IsStringItem(&item) || item.X.string_length > sizeof(text))
		return false;
	print_lines(client, item.X.string_length);
	return true;
}

static void accept_texts(void)
{
	L4_MsgBuffer_t buffer;

	L4_MsgBufferClear(&buffer);
	L4_MsgBufferAppendSimpleRcvString(&buffer, L4_StringItem(sizeof(text), text));
	L4_AcceptStrings(L4_StringItemsAcceptor, &buffer);
}

int main(void)
{
	L4_ThreadId_t client;
	L4_MsgTag_t tag;

	text[0] = 0;
	if (root_register(CONSOLE_NAME, L4_MyGlobalId()) != ROOT_OK) {
		printf("small-console: not allowed to serve \"%s\" (@serves=%s)\n", CONSOLE_NAME, CONSOLE_NAME);
		return 1;
	}
	accept_texts();
	tag = L4_Wait(&client);
	for (;;) {
		while (L4_IpcFailed(tag))
			tag = L4_Wait(&client);
		L4_Set_MsgTag((L4_MsgTag_t){ .raw = serve(tag, client) ? 0 : 1UL << 16 });
		tag = L4_ReplyWait(client, &client);
	}
}
