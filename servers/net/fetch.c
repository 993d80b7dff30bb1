/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fetch - prints a page: fetch HOST [PORT [PATH]]. HTTP 1.0 (RFC 1945), the head of the answer included.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net/net.h>

static enum net_status fetch(const char *host, unsigned int port, const char *path)
{
	struct net_state state;
	struct net_socket socket;
	unsigned int address;
	unsigned long size = 1;
	char text[1000];
	enum net_status status;

	net_state("net", true, &state);
	status = net_lookup("net", host, &address);
	if (status == NET_OK)
		status = net_open(&socket, "net", NET_TCP);
	if (status == NET_OK)
		status = net_connect(&socket, address, port);
	if (status == NET_OK) {
		snprintf(text, sizeof(text), "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n", path, host);
		status = net_send(&socket, text, strlen(text));
	}
	while (status == NET_OK && size > 0) {
		status = net_receive(&socket, text, sizeof(text), &size);
		if (status == NET_OK)
			fwrite(text, 1, size, stdout);
	}
	return status;
}

int main(int count, char **words)
{
	unsigned int port = count > 2 ? (unsigned int)strtoul(words[2], NULL, 0) : 80;
	enum net_status status;

	if (count < 2 || port == 0) {
		printf("usage: fetch HOST [PORT [PATH]]\n");
		return 1;
	}
	status = fetch(words[1], port, count > 3 ? words[3] : "/");
	if (status != NET_OK)
		printf("fetch: %s: %s\n", words[1], net_status_text(status));
	return status != NET_OK;
}
