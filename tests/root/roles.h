/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * roles.h - what test-program does: one role for each argument. Each returns the exit status.
 */
#ifndef TEST_ROLES_H
#define TEST_ROLES_H

#include <stdbool.h>

/* The name that this program was started by. */
extern char own_name[];

/* A line with the program's name before it. */
void say(const char *format, ...);

void sleep_milliseconds(unsigned int milliseconds);

/* Whether name_is_present of the request to root: "ok", "denied", ... */
const char *status_name(int status);

int role_server(void);    /* registers the name `echo`, answers with the double, and fails when asked to */
int role_client(void);    /* uses `echo` while it fails and comes back */
int role_waiter(void);    /* waits for the name `late` */
int role_late(void);      /* registers the names that it may, and one that it may not */
int role_confined(void);  /* talks to whom it may */
int role_trespasser(void); /* talks to whom it may not */
int role_victim(void);    /* is to get no message */
int role_terminal(void);  /* is the console of others */
int role_pager(void);     /* pages others from its heap */
int role_paged(void);     /* is paged: text, data, heap, a second thread; then it touches what nobody gives */
int role_driver(void);    /* asks for what it may have, and for more */
int role_hostile(void);   /* sends every request with words that make no sense */
int role_manager(void);   /* starts, stops and describes others */
int role_forged_port(void); /* sends a page as if it were a port */
int role_deaf(void);      /* a server that dies before it has heard all its clients */
int role_callers(void);   /* its clients */
int role_late_listener(void); /* a server that hears its clients late */
int role_hasty(void);     /* its client, that ends while it calls */
int role_greedy(void);    /* wants all characters, and all of the root task's time */
int role_modest(void);    /* wants one character, and to write a line */
int role_mapper(void);    /* wants all of the kernel's memory */
int role_saver(void);     /* uses the memory that the kernel has set aside for it */
int role_killer(void);    /* stops the pager of paged-long again and again */
int role_paged_long(void); /* is paged, as long as its pager lives */

#endif
