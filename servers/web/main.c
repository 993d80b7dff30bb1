/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * web - shows the system's files to a browser (HTTP 1.0, RFC 1945): a list of them at /, and each at its name.
 *
 * The main thread accepts connections, and gives each to a worker that has asked for one: as many are served at once
 * as there are workers. A connection is given up when it has done nothing for PATIENCE, and when it has not ended
 * after `limit=` seconds: who is slow on purpose shall not have a worker to himself. When the network server ends, so
 * do the sockets; new ones are opened from the next, whenever there is one.
 */
#include <stdbool.h>
#include <string.h>

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4io.h>
#include <net/net.h>
#include <service/root.h>

#define NET "net"

/* Where the pages of a file are mapped, one after the other; each worker has a page there. */
#define FILE_WINDOW 0x800000000UL

enum { PORT = 80, LIMIT = 60 /* seconds */, PAGE = 4096, REQUEST_MAX = 1024, WORKERS = 4, STACK = 16384 };
enum { PATIENCE = 5000000, PAUSE = 100000, SECOND = 1000000 }; /* microseconds */

struct connection {
	struct net_socket socket;
	unsigned long deadline; /* microseconds */
	void *window;
};

static L4_ThreadId_t acceptor; /* the main thread */
static unsigned long limit;  /* microseconds */
static unsigned long visits; /* counted by the main thread */
static char stack[WORKERS][STACK] __attribute__((aligned(16)));

static bool is_late(const struct connection *connection)
{
	return L4_SystemClock().raw > connection->deadline;
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
		 (unsigned long)L4_SystemClock().raw / 1000000, visits);
	if (status == NET_OK)
		status = send_text(socket, line);
	for (unsigned int i = 0; status == NET_OK && root_file_name(i, name, &size) == ROOT_OK; i++) {
		snprintf(line, sizeof(line), "<li><a href=\"/%s\">%s</a>, %lu bytes\n", name, name, size);
		status = send_text(socket, line);
	}
	return status == NET_OK ? send_text(socket, "</ul>\n") : status;
}

static enum net_status send_file(struct connection *connection, const char *name)
{
	struct net_socket *socket = &connection->socket;
	enum net_status status;
	unsigned long size;
	unsigned int file;

	if (root_file(name, &file, &size) != ROOT_OK) {
		status = send_head(socket, "404 Not Found", "text/plain");
		return status == NET_OK ? send_text(socket, "There is no such file.\n") : status;
	}
	status = send_head(socket, "200 OK", "text/plain");
	for (unsigned long at = 0; status == NET_OK && at < size && !is_late(connection); at += PAGE) {
		if (root_file_page(file, at, connection->window) != ROOT_OK)
			return NET_EXHAUSTED;
		status = net_send(socket, connection->window, size - at < PAGE ? size - at : PAGE);
	}
	return status;
}

/* The request, whose end is an empty line. False: there is none, or it takes too long. */
static bool receive_request(struct connection *connection, char request[REQUEST_MAX])
{
	unsigned long size = 0, got;

	do {
		enum net_status status = net_receive(&connection->socket, request + size, REQUEST_MAX - 1 - size, &got);

		if (status != NET_OK || got == 0 || is_late(connection))
			return false;
		size += got;
	} while ((size < 4 || memcmp(request + size - 4, "\r\n\r\n", 4) != 0) && size < REQUEST_MAX - 1);
	request[size] = 0;
	return strncmp(request, "GET /", 5) == 0;
}

static void serve(struct connection *connection)
{
	char request[REQUEST_MAX], *name = request + 5, *end = name;

	if (!receive_request(connection, request))
		return;
	while (*end && *end != ' ' && *end != '\r')
		end++;
	*end = 0;
	if (*name)
		send_file(connection, name);
	else
		send_list(&connection->socket);
}

/*
 * Workers
 */

static void work(void *number)
{
	struct connection connection = { .window = (void *)(FILE_WINDOW + (unsigned long)number * PAGE) };

	for (;;) {
		L4_LoadMR(0, 0);
		L4_Call(acceptor);
		L4_StoreMR(1, &connection.socket.server.raw);
		L4_StoreMR(2, &connection.socket.handle);
		connection.socket.patience = L4_TimePeriod(PATIENCE);
		connection.deadline = L4_SystemClock().raw + limit;
		serve(&connection);
		net_close(&connection.socket);
	}
}

/* Until the network server ends. *worker has asked for a connection, and somebody has when this returns. */
static void serve_all(struct net_socket *listener, L4_ThreadId_t *worker)
{
	struct net_socket socket;
	enum net_status status;

	while ((status = net_accept(listener, &socket, NULL, NULL)) != NET_GONE) {
		if (status != NET_OK)
			continue;
		visits++;
		L4_LoadMR(0, 2);
		L4_LoadMR(1, socket.server.raw);
		L4_LoadMR(2, socket.handle);
		L4_LreplyWait(*worker, worker); /* nobody but a worker is listened to */
	}
}

int main(void)
{
	unsigned int port = (unsigned int)root_option("port", PORT);
	struct net_socket listener;
	L4_ThreadId_t worker;

	limit = root_option("limit", LIMIT) * SECOND;
	acceptor = L4_MyGlobalId();
	for (unsigned long i = 0; i < WORKERS; i++)
		if (root_thread_start(work, (void *)i, stack[i], STACK, &worker) != ROOT_OK)
			return 1;
	L4_LreplyWait(L4_nilthread, &worker);
	for (;;) {
		enum net_status status = net_open(&listener, NET, NET_TCP);

		if (status == NET_OK)
			status = net_listen(&listener, &port);
		if (status == NET_OK)
			serve_all(&listener, &worker);
		else if (status != NET_GONE)
			printf("web: port %u: %s\n", port, net_status_text(status));
		L4_Sleep(L4_TimePeriod(PAUSE));
	}
}
