/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/ipcregs.h - Call and ReplyWait of messages that live in registers: Pecan's extension, not X.2.
 *
 * A message of up to seven untyped words travels in processor registers. L4_Call and L4_ReplyWait keep it in the UTCB
 * before and after, as X.2's message registers; these functions take it from C variables and leave it there, and
 * touch no memory but a word of the stack. The message registers of the UTCB, MR0 among them, stay as they were.
 *
 * Use them where both sides agree on a fixed small message. A message that came and is longer, or has items, is in
 * the UTCB from word 8 on; its first seven words are here. Words that the message does not have are undefined
 * afterwards, and need no value before (L4_AnyMsgRegs); what a register holds then reaches the partner. `to` is a
 * global id for speed; local ids work.
 */
#ifndef L4_IPCREGS_H
#define L4_IPCREGS_H

#include <l4/word.h>

#ifndef L4_64BIT
#error "l4/ipcregs.h is not for 32-bit programs."
#endif

#include <l4/types.h>
#include <l4/syscalls.h>
#include <l4/message.h>

/* MR1 to MR7 are word[0] to word[6]. */
typedef struct L4_MsgRegs {
	L4_Word_t word[7];
} L4_MsgRegs_t;

/* Words to send that nothing needs to be in: costs no instruction. */
L4_INLINE __attribute__((__always_inline__)) L4_MsgRegs_t L4_AnyMsgRegs(void)
{
	L4_MsgRegs_t m;

	for (int i = 0; i < 7; i++)
		__asm__ __volatile__("" : "=r"(m.word[i]));
	return m;
}

/* From such a message to the message registers of the UTCB, and back. */
L4_INLINE void L4_MsgRegsLoad(const L4_MsgRegs_t *m)
{
	L4_LoadMR(1, m->word[0]);
	L4_LoadMR(2, m->word[1]);
	L4_LoadMR(3, m->word[2]);
	L4_LoadMR(4, m->word[3]);
	L4_LoadMR(5, m->word[4]);
	L4_LoadMR(6, m->word[5]);
	L4_LoadMR(7, m->word[6]);
}

L4_INLINE void L4_MsgRegsStore(L4_MsgRegs_t *m)
{
	L4_StoreMR(1, &m->word[0]);
	L4_StoreMR(2, &m->word[1]);
	L4_StoreMR(3, &m->word[2]);
	L4_StoreMR(4, &m->word[3]);
	L4_StoreMR(5, &m->word[4]);
	L4_StoreMR(6, &m->word[5]);
	L4_StoreMR(7, &m->word[6]);
}

/* RBP is MR2, but may be the compiler's frame pointer: it is kept on the stack, below the red zone. */
L4_INLINE __attribute__((__always_inline__)) L4_MsgTag_t
__L4_IpcRegs(L4_Word_t to, L4_MsgTag_t tag, L4_MsgRegs_t *m, L4_Word_t call, L4_Word_t timeout, L4_Word_t *sender)
{
	register L4_Word_t send_timeout __asm__("r8") = timeout;
	register L4_Word_t word2 __asm__("r9") = m->word[2];
	register L4_Word_t word3 __asm__("r10") = m->word[3];
	register L4_Word_t word4 __asm__("r12") = m->word[4];
	register L4_Word_t word5 __asm__("r13") = m->word[5];
	register L4_Word_t word6 __asm__("r14") = m->word[6];
	register L4_Word_t word1 __asm__("r15") = m->word[1];
	L4_Word_t from;

	__asm__ __volatile__("leaq -128(%%rsp), %%rsp\n\t"
			     "pushq %%rbp\n\t"
			     "movq %%r15, %%rbp\n\t"
			     __L4_SYSCALL
			     "movq %%rbp, %%r15\n\t"
			     "popq %%rbp\n\t"
			     "leaq 128(%%rsp), %%rsp"
			     : "+a"(tag.raw), "=S"(from), "+d"(call), "+D"(to), "+b"(m->word[0]), "+r"(send_timeout),
			       "+r"(word1), "+r"(word2), "+r"(word3), "+r"(word4), "+r"(word5), "+r"(word6)
			     :
			     : "rcx", "r11", "memory", "cc");
	m->word[1] = word1;
	m->word[2] = word2;
	m->word[3] = word3;
	m->word[4] = word4;
	m->word[5] = word5;
	m->word[6] = word6;
	*sender = from;
	return tag;
}

/* As L4_Call, without timeouts. The result is the tag of the answer, whose words are in *m. */
L4_INLINE __attribute__((__always_inline__)) L4_MsgTag_t
L4_Call_Regs(L4_ThreadId_t to, L4_MsgTag_t tag, L4_MsgRegs_t *m)
{
	L4_Word_t sender;

	return __L4_IpcRegs(to.raw, tag, m, __L4_CALL_WORD(__L4_CALL_IPC) | __L4_IPC_CALL, 0, &sender);
}

/* As L4_ReplyWait: a client that does not wait is not waited for. */
L4_INLINE __attribute__((__always_inline__)) L4_MsgTag_t
L4_ReplyWait_Regs(L4_ThreadId_t to, L4_MsgTag_t tag, L4_MsgRegs_t *m, L4_ThreadId_t *from)
{
	return __L4_IpcRegs(to.raw, tag, m, __L4_CALL_WORD(__L4_CALL_IPC) | __L4_IPC_OPEN, L4_ZeroTime.raw, &from->raw);
}

#endif
