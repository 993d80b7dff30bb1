/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine.h - the few things that the root task asks of the hardware: COM1 and the end of the run.
 */
#ifndef ROOT_MACHINE_H
#define ROOT_MACHINE_H

#include <stdbool.h>

/* A character that COM1 has received, or -1. */
int machine_received(void);

/* Ends the emulator, with a good or a failing exit status; on a real machine: sleeps forever. */
void machine_end(bool good) __attribute__((noreturn));

#endif
