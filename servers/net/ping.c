/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping - how long an answer takes: ping HOST [TIMES].
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <l4/ipc.h>
#include <l4/schedule.h>
#include <net/net.h>

enum { BYTES = 56, SECOND = 1000000 /* microseconds */ };

/* Prints what has come of one request. Answers to the ones before may come late: the first word says to which. */
static enum net_status once(struct net_socket *socket, unsigned long number)
{
	unsigned long text[BYTES / sizeof(unsigned long)] = { number }, back[BYTES / sizeof(unsigned long)], size;
	unsigned long begun = L4_SystemClock().raw;
	enum net_status status = net_send(socket, text, sizeof(text));

	do {
		if (status == NET_OK)
			status = net_receive(socket, back, sizeof(back), &size);
	} while (status == NET_OK && (size != sizeof(text) || memcmp(text, back, size) != 0));
	if (status == NET_OK)
		printf("ping: %lu: %lu bytes after %lu us\n", number, size,
		       (unsigned long)L4_SystemClock().raw - begun);
	else
		printf("ping: %lu: %s\n", number, net_status_text(status));
	return status;
}

int main(int count, char **words)
{
	unsigned long times = count > 2 ? strtoul(words[2], NULL, 0) : 3;
	enum net_status status;
	struct net_socket socket;
	struct net_state state;
	unsigned int address;

	if (count < 2) {
		printf("usage: ping HOST [TIMES]\n");
		return 1;
	}
	net_state("net", true, &state);
	status = net_lookup("net", words[1], &address);
	if (status == NET_OK)
		status = net_open(&socket, "net", NET_PING);
	if (status == NET_OK)
		status = net_connect(&socket, address, 0);
	if (status != NET_OK) {
		printf("ping: %s: %s\n", words[1], net_status_text(status));
		return 1;
	}
	socket.patience = L4_TimePeriod(SECOND);
	for (unsigned long number = 1; number <= times; number++) {
		if (number > 1)
			L4_Sleep(L4_TimePeriod(SECOND));
		status = once(&socket, number);
		if (status != NET_OK && status != NET_TIMEOUT)
			return 1;
	}
	return 0;
}
