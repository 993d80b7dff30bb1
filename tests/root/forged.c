/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * forged.c - messages that look like the kernel's, sent by hand.
 */
#include <abi/protocol.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/types.h>
#include <service/root.h>

#include "roles.h"

/* Where what the root task maps arrives. */
#define WINDOW 0x3000000000UL

enum { PAGE_LOG2 = 12 };

/* A fault message of our own making. The answer's words that are items; 0: there is no answer, or none in it. */
static unsigned int fault(long label, L4_Word_t word, L4_Word_t ip)
{
	L4_MsgTag_t tag;

	L4_Accept(L4_MapGrantItems(L4_FpageLog2(WINDOW, PAGE_LOG2)));
	L4_LoadMR(0, (L4_Word_t)label << 16 | 2);
	L4_LoadMR(1, word);
	L4_LoadMR(2, ip);
	tag = L4_Call(root_task());
	L4_Accept(L4_UntypedWordsAcceptor);
	return L4_IpcSucceeded(tag) ? (unsigned int)L4_TypedWords(tag) : 0;
}

/*
 * The description gives it some ports. A page at the port's number times 64 KiB, the root task's own image among
 * them, is written like a flexpage of that port, but for the bits that say that it is one.
 */
int role_forged_port(void)
{
	L4_Fpage_t page = L4_FpageLog2(root_option("port", 0) << 16, PAGE_LOG2);

	page = L4_FpageAddRights(page, L4_FullyAccessible);
	say("a page as a port: %u words", fault(LABEL_IO_PAGEFAULT | L4_FullyAccessible, page.raw, 0));
	say("what is there begins with 0x%x", *(volatile unsigned int *)WINDOW);
	return 1;
}
