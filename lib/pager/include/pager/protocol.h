/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager/protocol.h - what clients and pagers say to each other, beside page faults. The table is in README.md.
 */
#ifndef PAGER_PROTOCOL_H
#define PAGER_PROTOCOL_H

/* Labels of requests to a pager; those from PAGER_OWN_REQUEST on mean what each pager says. */
enum pager_request {
	PAGER_ATTACH = 0x201,
	PAGER_ADD_THREAD,
	PAGER_LEAVE,
	PAGER_COUNTS,
	PAGER_BEGIN,
	PAGER_OWN_REQUEST = 0x210,
};

/* Labels of answers; as far as they mean the same, the numbers of enum root_status. */
enum pager_status {
	PAGER_OK = 0,
	PAGER_MALFORMED = 1,   /* no such request, or not with these words */
	PAGER_NOT_FOUND = 2,   /* the sender is no client; there is no such thing */
	PAGER_DENIED = 3,      /* it belongs to somebody else; not for this client */
	PAGER_EXHAUSTED = 4,   /* too many of them already, or no memory */
	PAGER_UNREACHABLE = 5, /* made by the functions of client.h: the IPC failed */
	PAGER_NO_ANSWER = 6,   /* never sent: the pager's own way to say so */
};

/* What a pager counts for a client. */
struct pager_counts {
	unsigned long faults;	/* that were answered with a page */
	unsigned long page_ins; /* pages filled, from a store or with zeros */
	unsigned long page_outs; /* pages written to a store */
	unsigned long resident; /* pages that it has frames for now; told, not counted */
};

#endif
