/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hooks.h - what lwIP calls in places where it lets others decide: lwipopts.h.
 */
#ifndef NET_HOOKS_H
#define NET_HOOKS_H

#include <lwip/err.h>

struct tcp_pcb;

/* A segment has come for this control block. ERR_OK: lwIP is to go on with it. */
err_t stream_admit(struct tcp_pcb *pcb);

#endif
