/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/sigma0.h - asking sigma0, which owns all memory at first, for pages.
 *
 * A request is a flexpage and an attribute word; the answer is one map item, or the nil flexpage
 * if sigma0 refuses. The functions return what was mapped, or L4_Nilpage. s0 may be nilthread:
 * then it is the system's sigma0. They use the message registers and leave the acceptor set to the
 * receive window.
 */
#ifndef L4_SIGMA0_H
#define L4_SIGMA0_H

#include <l4/types.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/ipc.h>

#define __L4_LABEL_SIGMA0 (-6UL << 4)

/* The page named in f, into the receive window. */
L4_INLINE L4_Fpage_t L4_Sigma0_GetPage_RcvWindow(L4_ThreadId_t s0, L4_Fpage_t f,
						 L4_Fpage_t RcvWindow)
{
	L4_MsgTag_t tag;
	L4_Word_t type, fpage;

	if (L4_IsNilThread(s0))
		s0 = L4_GlobalId(L4_ThreadIdUserBase(L4_GetKernelInterface()), 1);

	L4_Accept(L4_MapGrantItems(RcvWindow));
	tag.raw = __L4_LABEL_SIGMA0 << 16 | 2;
	L4_LoadMR(1, f.raw);
	L4_LoadMR(2, 0); /* the default memory attribute */
	L4_Set_MsgTag(tag);
	tag = L4_Call(s0);
	if (L4_IpcFailed(tag) || tag.X.u != 0 || tag.X.t != 2)
		return L4_Nilpage;

	L4_StoreMR(1, &type);
	L4_StoreMR(2, &fpage);
	if ((type >> 2 & 3) != 2) /* neither map nor grant */
		return L4_Nilpage;
	f.raw = fpage;
	return f;
}

/* The page named in f, wherever f says. */
L4_INLINE L4_Fpage_t L4_Sigma0_GetPage(L4_ThreadId_t s0, L4_Fpage_t f)
{
	return L4_Sigma0_GetPage_RcvWindow(s0, f, L4_CompleteAddressSpace);
}

/* Any conventional memory of 2^s bytes, into the receive window. */
L4_INLINE L4_Fpage_t L4_Sigma0_GetAny(L4_ThreadId_t s0, L4_Word_t s, L4_Fpage_t RcvWindow)
{
	return L4_Sigma0_GetPage_RcvWindow(s0, L4_FpageLog2(~0UL, (int)s), RcvWindow);
}

/*
 * The first memory descriptor of the given type, page by page, at address or, if that is 0, 1:1.
 * Returns where it begins; 0 if there is none or if the caller is sigma0. A page that sigma0
 * refuses ends the mapping.
 */
L4_INLINE void *L4_Sigma0_GetSpecial(L4_Word_t type, void *address, L4_Word_t pagesize)
{
	void *kip = L4_GetKernelInterface();
	L4_ThreadId_t s0 = L4_GlobalId(L4_ThreadIdUserBase(kip), 1);
	L4_Word_t num, from, end, to;
	L4_MemoryDesc_t *m;
	L4_Fpage_t f;

	for (num = 0; (m = L4_MemoryDesc(kip, num)) != 0; num++)
		if (L4_MemoryDescType(m) == type)
			break;
	if (m == 0 || L4_IsThreadEqual(L4_Myself(), s0))
		return (void *)0;

	from = L4_MemoryDescLow(m);
	end = L4_MemoryDescHigh(m);
	if (address == 0)
		address = (void *)from;
	for (to = (L4_Word_t)address; from < end; from += pagesize, to += pagesize) {
		f = L4_FpageAddRights(L4_Fpage(from, pagesize), L4_ReadWriteOnly);
		if (L4_IsNilFpage(L4_Sigma0_GetPage_RcvWindow(s0, f, L4_Fpage(to, pagesize))))
			break;
	}
	return address;
}

#ifdef __cplusplus
L4_INLINE L4_Fpage_t L4_Sigma0_GetPage(L4_ThreadId_t s0, L4_Fpage_t f, L4_Fpage_t RcvWindow)
{
	return L4_Sigma0_GetPage_RcvWindow(s0, f, RcvWindow);
}
#endif

#endif
