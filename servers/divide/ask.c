/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ask - the client to copy: has `divide` divide by number=N, then by 20, and finds it again when it has failed.
 */
#include <stdbool.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include <l4io.h>
#include <service/root.h>

static L4_ThreadId_t find_server(void)
{
	L4_ThreadId_t server = root_lookup_wait("divide");

	if (L4_IsNilThread(server)) {
		printf("ask: there is no server `divide`\n");
		root_exit(1);
	}
	return server;
}

/* False: there is no server any more; it may come back. */
static bool ask(L4_ThreadId_t server, L4_Word_t number, L4_Word_t *quotient)
{
	L4_LoadMR(0, 1);
	L4_LoadMR(1, number);
	if (L4_IpcFailed(L4_Call(server))) {
		printf("ask: no answer for %lu: %s\n", number, L4_ErrorCode() >> 1 == 2 ? "no partner" : "error");
		return false;
	}
	L4_StoreMR(1, quotient);
	printf("ask: 100 / %lu is %lu, says thread 0x%lx.%lu\n", number, *quotient, L4_ThreadNo(server),
	       L4_Version(server));
	return true;
}

int main(void)
{
	L4_ThreadId_t server = find_server();
	L4_Word_t quotient;

	if (!ask(server, root_option("number", 1), &quotient))
		server = find_server();
	return ask(server, 20, &quotient) ? 0 : 1;
}
