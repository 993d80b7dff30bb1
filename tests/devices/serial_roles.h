/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * serial_roles.h - what the roles of test-serial have in common: the two ends of the wire, and requests, one message
 * each.
 */
#ifndef SERIAL_ROLES_H
#define SERIAL_ROLES_H

#include <stdbool.h>
#include <stddef.h>

#include <service/root.h>

#define NEAR "serial2"
#define FAR  "serial3"

enum { WRITE_MAX = ROOT_TEXT_MAX };

enum root_status write_to(L4_ThreadId_t serial, const char *text, size_t size);

/* A character, or the status, negative. */
int read_from(L4_ThreadId_t serial, bool waits);

int role_user(void);
int role_loop(void);
int role_hostile(void);
int role_writer(void);
int role_checker(void);
int role_speaker(void);
int role_killer(void);
int role_flood(void);
int role_stuck(void);
int role_again(void);
int role_spare(void);
int role_typed(void);

#endif
