/* SPDX-License-Identifier: BSD-2-Clause */
/* kdb/trace.h - the trace ring: the latest events that programs and the kernel thought worth a note. */
#ifndef KDB_TRACE_H
#define KDB_TRACE_H

#include "abi/kdebug.h"
#include "core/tcb.h"

/* self's registers say what (KDEBUG_TRACE). */
void trace_user(const struct tcb *self);

extern word_t trace_counters[KDEBUG_COUNTERS];

#endif
