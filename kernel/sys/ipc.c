/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPC, LIPC - send a message, receive a message, or both in one step. X.2 5.5.
 *
 *   RAX tag   RDI to   RSI from   RDX call word (kind, receive timeout)   R8 send timeout   MR1-7 in registers
 *   returns RAX tag, RSI sender, MR1-7 in registers; with the tag's E bit set: ErrorCode in the UTCB
 *
 * to nilthread: no send phase. Kind IPC_CALL: receive from `to`; IPC_OPEN: from anybody; IPC_OPEN_LOCAL: from
 * any thread of this space; IPC_FROM: from RSI, nilthread: no receive phase. Ids may be local or global; the
 * sender is delivered as a local id exactly if it is of the receiver's space. Timeouts are X.2's; the receive
 * phase of a message that was sent begins when the send phase has ended.
 *
 * With the tag's p bit the message goes out in the name of VirtualSender (UTCB), if that is a thread of this
 * space or of a space whose redirector is in this one, or if the receiver is of this space; else in the caller's
 * own. The receiver sees p and, in
 * ActualSender, who really sent it; if the virtual sender waits for an answer from the caller alone, it waits
 * for the receiver from then on. A message that was redirected (SpaceControl) arrives with r and, in
 * IntendedReceiver, to whom it was sent.
 *
 * ErrorCode: phase (bit 0: 1 receive) and
 *   timeout       the phase did not find its partner in time
 *   no partner    it does not exist, is inactive, or was deleted meanwhile
 *   cancelled     by ExchangeRegisters
 *   overflow      more than 63 words; typed items that are malformed or not accepted; a string buffer
 *                 too small, or too few of them; no memory for a mapping
 *   own, partner's transfer timeout
 *                 a page of a string did not come in time, or nobody can be asked for it; whose it is
 *   aborted       a transfer of items, by ExchangeRegisters, the partner's end, or a string that is not
 *                 in user memory
 * The last four are told to both partners; bits 4 up are the bytes of strings copied by then.
 *
 * Typed items, in any mix and order; the tag's count says where they end. Strings go to the buffers in
 * BR1 .. BR32, one each, if BR0 bit 0 is set; map and grant items to the window in BR0. The receiver finds
 * the items as they were sent, with the sender's addresses. Missing pages are asked for, by faults of the
 * thread whose page it is, within the shorter of the sender's send and the receiver's receive timeout of
 * XferTimeouts, counted from the first fault. Of a grant item that is larger than the window, what does not fit stays
 * with the sender.
 *
 * An error in the send phase skips the receive phase. LIPC is IPC: there is nothing a kernel that
 * shares no copies with the users could leave out.
 */
#include "core/ipc.h"
#include "sys/calls.h"

struct tcb *sys_ipc(struct tcb *self)
{
	word_t call = self->regs.rdx;
	word_t to = self->regs.rdi, from = self->regs.rsi;

	switch ((enum ipc_kind)(call & CALL_KIND_MASK)) {
	case IPC_CALL:
		from = to;
		break;
	case IPC_OPEN:
		from = ANY_THREAD;
		break;
	case IPC_OPEN_LOCAL:
		from = ANY_LOCAL_THREAD;
		break;
	case IPC_FROM:
		break;
	}
	self->role = ROLE_USER;
	return ipc(self, to, self->regs.r8, from, call >> CALL_TIMEOUT_SHIFT);
}
