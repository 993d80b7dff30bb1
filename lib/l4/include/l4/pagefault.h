/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/pagefault.h - what pagers receive and answer.
 *
 * The kernel sends a page fault in the name of the thread that had it: two untyped words, the
 * address (or the I/O flexpage) and the instruction pointer, under a label that says which access
 * it was. The pager answers with a map item, or with an empty message to let the thread try again.
 */
#ifndef L4_PAGEFAULT_H
#define L4_PAGEFAULT_H

#include <l4/types.h>
#include <l4/message.h>

/* A request as it lies in an L4_Msg_t: tag, address, instruction pointer. */
typedef union L4_PfRequest {
	L4_Word_t raw[3];
	struct {
		L4_Word_t u : 6;
		L4_Word_t t : 6;
		L4_Word_t __zero : 4;
		L4_Word_t rwx : 4;
		L4_Word_t __label : L4_BITS_PER_WORD - 20;
		L4_Word_t fault_address;
		L4_Word_t fault_ip;
	} X;
} L4_PfRequest_t;

/* An answer: a tag without label, and one map item. */
typedef union L4_PfReply {
	L4_Word_t raw[3];
	struct {
		L4_MsgTag_t tag;
		L4_MapItem_t MapItem;
	} X;
} L4_PfReply_t;

/* Labels without their low four bits, which hold the access: as a tag's bits from 20 on. */
#define __L4_LABEL_PAGEFAULT   (-2L)
#define __L4_LABEL_IOPAGEFAULT (-8L)

L4_INLINE L4_SignedWord_t __L4_Protocol(L4_MsgTag_t t)
{
	return (L4_SignedWord_t)t.raw >> 20;
}

L4_INLINE L4_Bool_t L4_IsPagefault(L4_MsgTag_t t)
{
	return __L4_Protocol(t) == __L4_LABEL_PAGEFAULT && t.X.u == 2 && t.X.t == 0;
}

L4_INLINE L4_Bool_t L4_IsIoPagefault(L4_MsgTag_t t)
{
	return __L4_Protocol(t) == __L4_LABEL_IOPAGEFAULT && t.X.u == 2 && t.X.t == 0;
}

/* The access that failed: L4_Readable, L4_Writable or L4_eXecutable. */
L4_INLINE L4_Word_t L4_PagefaultAccess(L4_MsgTag_t t)
{
	return t.raw >> 16 & 7;
}

/* An answer that maps f at SndBase of the faulter's space. */
L4_INLINE L4_PfReply_t L4_PagefaultReply(L4_Fpage_t f, L4_Word_t SndBase)
{
	L4_PfReply_t r;
	r.X.tag.raw = 2 << 6;
	r.X.MapItem = L4_MapItem(f, SndBase);
	return r;
}

L4_INLINE void L4_PagefaultReplyLoad(L4_PfReply_t r)
{
	L4_LoadMRs(1, 2, &r.raw[1]);
	L4_LoadMR(0, r.raw[0]);
}

#endif
