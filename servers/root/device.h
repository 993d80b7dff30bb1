/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device.h - what drivers ask for: ports, memory of devices and for devices, as their description allows.
 *
 * Each serves one request as request_serve() does.
 */
#ifndef ROOT_DEVICE_H
#define ROOT_DEVICE_H

#include <stdbool.h>

#include <l4/message.h>

#include "program.h"

bool device_ports(struct program *program, L4_Msg_t *msg);
bool device_memory(struct program *program, L4_Msg_t *msg);
bool device_dma(struct program *program, L4_Msg_t *msg);

#endif
