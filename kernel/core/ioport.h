/* SPDX-License-Identifier: BSD-2-Clause */
/* core/ioport.h - was this general-protection exception an access to an I/O port? */
#ifndef CORE_IOPORT_H
#define CORE_IOPORT_H

#include "core/tcb.h"

/*
 * The running thread raised #GP: if its instruction is IN, OUT, INS or OUTS, store the I/O flexpage of the ports it
 * wants (the smallest that holds them) and return true.
 */
bool ioport_wanted(const struct tcb *self, word_t *io_fpage);

#endif
