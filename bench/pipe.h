/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipe.h - bytes in a message: few in words, many in a string. What a pipe between two tasks is made of.
 */
#ifndef BENCH_PIPE_H
#define BENCH_PIPE_H

#include <l4/message.h>

/* Strings go here from now on. */
void pipe_accept(char *buffer, unsigned long size);

/* Makes the message that brings these bytes. */
void pipe_load(unsigned long label, const char *bytes, unsigned long size);

/* The bytes of the message that came, in the buffer for strings; returns how many. */
unsigned long pipe_store(L4_MsgTag_t tag, char *buffer);

#endif
