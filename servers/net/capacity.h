/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capacity.h - how much there is. lwIP's memory is computed from it, too: include/lwipopts.h.
 */
#ifndef NET_CAPACITY_H
#define NET_CAPACITY_H

enum {
	PROGRAMS = 32,		 /* numbers of programs, from 1 */
	PROGRAM_SOCKETS_MAX = 16, /* of one program */
	WAITING_MAX = 8,	 /* connections that a listener has not accepted yet, begun ones included */
};

/* For the preprocessor. */
#define SOCKETS	  64
#define RING_SIZE 16384 /* bytes received and not taken, of each socket */
#define SEND_SIZE 8192	/* bytes on their way, of each connection */

#endif
