/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device/window.h - a window: memory of a driver's that its device can reach, mapped into a client of the driver.
 *
 * What lib/block and lib/packet have in common: one request with which a client gets the window, and others by which
 * both tell each other what is new in it. The label of an answer is a status, 0 if the request was a good one.
 */
#ifndef DEVICE_WINDOW_H
#define DEVICE_WINDOW_H

#include <stdbool.h>

#include <l4/message.h>
#include <l4/types.h>

/*
 * The client's side: the request with the words of *msg, and the answer in *msg. False: the IPC failed, because the
 * driver has ended or has not answered within the timeout.
 */
bool window_call(L4_ThreadId_t driver, unsigned long label, L4_Time_t timeout, L4_Msg_t *msg, unsigned long *status);

/* The request for the window, to be mapped at an address aligned to its size; *word is the answer's. */
bool window_connect(L4_ThreadId_t driver, unsigned long label, void *window, unsigned int size_log2,
		    unsigned long *status, unsigned long *word);

/* The driver's side. An answer goes out with timeout zero, so no client is waited for. */
void window_answer(L4_ThreadId_t client, unsigned long status, unsigned long word);

/* The same with status 0, and the window that is at this address here. */
void window_give(L4_ThreadId_t client, void *memory, unsigned int size_log2, unsigned long word);

/* From whoever has it. */
void window_take_back(void *memory, unsigned int size_log2);

#endif
