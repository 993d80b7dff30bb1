/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket.c - the table of sockets.
 *
 * A handle is the number of its entry and, above that, how many sockets there have been: one that was closed is not
 * taken for another.
 */
#include "socket.h"

#include <string.h>

#include <l4/thread.h>
#include <service/root.h>

static struct socket sockets[SOCKETS];
static unsigned long opened;

static bool is_of(const struct socket *socket, unsigned long program)
{
	return socket->state != SOCKET_FREE && root_program_number(socket->owner) == program;
}

struct socket *socket_find(unsigned long program, unsigned long handle)
{
	struct socket *socket = &sockets[handle % SOCKETS];

	if (!is_of(socket, program) || socket->handle != handle || socket->state == SOCKET_CLOSING || socket->listener)
		return NULL;
	return socket;
}

struct socket *socket_new(L4_ThreadId_t owner, enum net_kind kind)
{
	unsigned long program = root_program_number(owner);
	struct socket *found = NULL;
	unsigned int count = 0;

	for (unsigned int i = 0; i < SOCKETS; i++) {
		count += is_of(&sockets[i], program);
		if (sockets[i].state == SOCKET_FREE)
			found = &sockets[i];
	}
	if (!found || count >= PROGRAM_SOCKETS_MAX)
		return NULL;
	memset(found, 0, offsetof(struct socket, ring.byte));
	found->state = SOCKET_OPEN;
	found->kind = kind;
	found->owner = owner;
	found->handle = ++opened * SOCKETS + (unsigned long)(found - sockets);
	return found;
}

void socket_free(struct socket *socket)
{
	socket->state = SOCKET_FREE;
}

struct socket *socket_next_connection(const struct socket *listener)
{
	struct socket *oldest = NULL;

	for (unsigned int i = 0; i < SOCKETS; i++)
		if (sockets[i].state != SOCKET_FREE && sockets[i].listener == listener &&
		    (!oldest || sockets[i].handle < oldest->handle))
			oldest = &sockets[i];
	return oldest;
}

struct socket *socket_closing(unsigned long program)
{
	struct socket *oldest = NULL;

	for (unsigned int i = 0; i < SOCKETS; i++)
		if (is_of(&sockets[i], program) && sockets[i].state == SOCKET_CLOSING &&
		    (!oldest || (int)(sockets[i].closed - oldest->closed) < 0))
			oldest = &sockets[i];
	return oldest;
}

void sockets_each(void (*function)(struct socket *socket))
{
	for (unsigned int i = 0; i < SOCKETS; i++)
		if (sockets[i].state != SOCKET_FREE)
			function(&sockets[i]);
}

void sockets_forget_call(L4_ThreadId_t thread)
{
	for (unsigned int i = 0; i < SOCKETS; i++) {
		if (L4_IsThreadEqual(sockets[i].receiver, thread))
			sockets[i].receiver = L4_nilthread;
		if (L4_IsThreadEqual(sockets[i].sender, thread))
			sockets[i].sender = L4_nilthread;
	}
}
