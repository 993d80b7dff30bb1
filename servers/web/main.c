/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * web - shows the system's files to a browser (HTTP 1.0, RFC 1945): a list of them at /, and each at its name.
 *
 * One connection at a time is served. It is given up when it has not done anything for PATIENCE, and when it has not
 * ended after `limit=` seconds: who is slow on purpose shall not have the page to himself. When the network server ends,
 * so do the sockets; new ones are opened from the next.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <l4/ipc.h>
#include <l4/schedule.h>
#include <net/net.h>
#include <service/root.h>

#define NET "net"

/* Where the pages of a file are mapped, one after the other. */
#define FILE_WINDOW ((void *)0x800000000UL)

enum { PORT = 80, LIMIT = 60 /* seconds */, PAGE = 4096, REQUEST_MAX = 1024 };
enum { PATIENCE = 5000000, PAUSE = 100000, SECOND = 1000000 }; /* microseconds */

static unsigned long visits;
static unsigned long limit, deadline; /* of the connection, microseconds */

static bool is_late(void)
{
	return L4_SystemClock().raw > deadline;
}

static enum net_status send_text(struct net_socket *socket, const char *text)
{
	return net_send(socket, text, strlen(text));
}

static enum net_status send_head(struct net_socket *socket, const char *status, const char *type)
{
	char head[200];

	snprintf(head, sizeof(head), "HTTP/1.0 %s\r\nContent-Type: %s\r\nConnection: close\r\n\r\n", status, type);
	return send_text(socket, head);
}

static enum net_status send_list(struct net_socket *socket)
{
	enum net_status status = send_head(socket, "200 OK", "text/html");
	char line[200], name[ROOT_NAME_MAX];
	unsigned long size;

	snprintf(line, sizeof(line), "<title>Pecan</title><h1>Pecan</h1><p>Up for %lu seconds; visit %lu. Files:<ul>",
		 (unsigned long)L4_SystemClock().raw / 1000000, ++visits);
	if (status == NET_OK)
		status = send_text(socket, line);
	for (unsigned int i = 0; status == NET_OK && root_file_name(i, name, &size) == ROOT_OK; i++) {
		snprintf(line, sizeof(line), "<li><a href=\"/%s\">%s</a>, %lu bytes\n", name, name, size);
		status = send_text(socket, line);
	}
	return status == NET_OK ? send_text(socket, "</ul>\n") : status;
}

static enum net_status send_file(struct net_socket *socket, const char *name)
{
	enum net_status status;
	unsigned long size;
	unsigned int file;

	if (root_file(name, &file, &size) != ROOT_OK) {
		status = send_head(socket, "404 Not Found", "text/plain");
		return status == NET_OK ? send_text(socket, "There is no such file.\n") : status;
	}
	status = send_head(socket, "200 OK", "text/plain");
	for (unsigned long at = 0; status == NET_OK && at < size && !is_late(); at += PAGE) {
		if (root_file_page(file, at, FILE_WINDOW) != ROOT_OK)
			return NET_EXHAUSTED;
		status = net_send(socket, FILE_WINDOW, size - at < PAGE ? size - at : PAGE);
	}
	return status;
}

/* The request up to the empty line. False: there is none, or it takes too long. */
static bool receive_request(struct net_socket *socket, char request[REQUEST_MAX])
{
	unsigned long size = 0, got;

	do {
		if (net_receive(socket, request + size, REQUEST_MAX - 1 - size, &got) != NET_OK || got == 0 || is_late())
			return false;
		size += got;
		request[size] = 0;
	} while (!strstr(request, "\r\n\r\n") && size < REQUEST_MAX - 1);
	return strncmp(request, "GET /", 5) == 0;
}

static void serve(struct net_socket *socket)
{
	char request[REQUEST_MAX], *name = request + 5, *end = name;

	if (!receive_request(socket, request))
		return;
	while (*end && *end != ' ' && *end != '\r')
		end++;
	*end = 0;
	if (*name)
		send_file(socket, name);
	else
		send_list(socket);
}

/* Until the network server ends. */
static void serve_all(struct net_socket *listener)
{
	struct net_socket socket;
	enum net_status status;

	while ((status = net_accept(listener, &socket, NULL, NULL)) != NET_GONE) {
		if (status != NET_OK)
			continue;
		socket.patience = L4_TimePeriod(PATIENCE);
		deadline = L4_SystemClock().raw + limit;
		serve(&socket);
		net_close(&socket);
	}
}

int main(void)
{
	unsigned int port = (unsigned int)root_option("port", PORT);
	struct net_socket listener;

	limit = root_option("limit", LIMIT) * SECOND;
	for (;;) {
		enum net_status status = net_open(&listener, NET, NET_TCP);

		if (status == NET_OK)
			status = net_listen(&listener, &port);
		if (status == NET_OK)
			serve_all(&listener);
		else if (L4_IsNilThread(listener.server))
			return 1;
		else
			printf("web: port %u: %s\n", port, net_status_text(status));
		L4_Sleep(L4_TimePeriod(PAUSE));
	}
}
