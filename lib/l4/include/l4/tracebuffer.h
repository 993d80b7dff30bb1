/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/tracebuffer.h - marks in the kernel's trace buffer.
 *
 * The kernel has no trace buffer that programs may write to. These are here so that programs with
 * trace marks compile; a mark does nothing and evaluates none of its arguments.
 */
#ifndef L4_TRACEBUFFER_H
#define L4_TRACEBUFFER_H

#include <l4/types.h>

#define L4_Tbuf_IncCounter(...)     ((void)0)
#define L4_Tbuf_RecordEvent(...)    ((void)0)
#define L4_Tbuf_RecordEvent_0(...)  ((void)0)
#define L4_Tbuf_RecordEvent_1(...)  ((void)0)
#define L4_Tbuf_RecordEvent_2(...)  ((void)0)
#define L4_Tbuf_RecordEvent_3(...)  ((void)0)
#define L4_Tbuf_RecordEvent_4(...)  ((void)0)
#define L4_Tbuf_RecordEvent_t0(...) ((void)0)
#define L4_Tbuf_RecordEvent_t1(...) ((void)0)
#define L4_Tbuf_RecordEvent_t2(...) ((void)0)
#define L4_Tbuf_RecordEvent_t3(...) ((void)0)
#define L4_Tbuf_RecordEvent_t4(...) ((void)0)

#endif
