/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/message.h - message tags, typed items, messages, acceptors and receive strings.
 *
 * A message is built in an L4_Msg_t (tag, then untyped words, then typed items), loaded into the
 * message registers, sent; what arrives is stored from the registers into an L4_Msg_t. Nothing
 * here enters the kernel.
 *
 * Strings of several pieces are longer than an L4_StringItem_t: they live in whatever the program
 * provides, mostly an array of words. The functions that walk over them therefore use a word type
 * that may alias anything.
 */
#ifndef L4_MESSAGE_H
#define L4_MESSAGE_H

#include <l4/types.h>
#include <l4/vregs.h>

typedef L4_Word_t __attribute__((__may_alias__)) __L4_AnyWord_t;

/*
 * Message tag
 */

typedef union {
	L4_Word_t raw;
	struct {
		L4_Word_t u : 6;
		L4_Word_t t : 6;
		L4_Word_t flags : 4;
		L4_Word_t label : L4_BITS_PER_WORD - 16;
	} X;
} L4_MsgTag_t;

#define L4_Niltag (__extension__(L4_MsgTag_t){ 0UL })

L4_INLINE L4_MsgTag_t L4_MsgTag(void)
{
	L4_MsgTag_t t;
	L4_StoreMR(0, &t.raw);
	return t;
}

L4_INLINE void L4_Set_MsgTag(L4_MsgTag_t t)
{
	L4_LoadMR(0, t.raw);
}

L4_INLINE L4_Word_t L4_Label(L4_MsgTag_t t)
{
	return t.X.label;
}

L4_INLINE void L4_Set_Label(L4_MsgTag_t *t, L4_Word_t label)
{
	t->raw = (t->raw & 0xffff) | label << 16;
}

L4_INLINE L4_Word_t L4_UntypedWords(L4_MsgTag_t t)
{
	return t.X.u;
}

L4_INLINE L4_Word_t L4_TypedWords(L4_MsgTag_t t)
{
	return t.X.t;
}

L4_INLINE L4_MsgTag_t L4_MsgTagAddLabel(L4_MsgTag_t t, L4_Word_t label)
{
	L4_Set_Label(&t, label);
	return t;
}

L4_INLINE L4_MsgTag_t L4_MsgTagAddLabelTo(L4_MsgTag_t *t, L4_Word_t label)
{
	L4_Set_Label(t, label);
	return *t;
}

L4_INLINE L4_Bool_t L4_IsMsgTagEqual(L4_MsgTag_t l, L4_MsgTag_t r)
{
	return l.raw == r.raw;
}

L4_INLINE L4_Bool_t L4_IsMsgTagNotEqual(L4_MsgTag_t l, L4_MsgTag_t r)
{
	return l.raw != r.raw;
}

/*
 * Map and grant items
 */

#define __L4_ITEM_STRING   0
#define __L4_ITEM_MAP      4
#define __L4_ITEM_GRANT    5
#define __L4_ITEM_CTRLXFER 6

typedef union {
	L4_Word_t raw[2];
	struct {
		L4_Word_t C : 1;
		L4_Word_t __type : 3;
		L4_Word_t __zeros : 6;
		L4_Word_t snd_base : L4_BITS_PER_WORD - 10;
		L4_Fpage_t snd_fpage;
	} X;
} L4_MapItem_t;

typedef union {
	L4_Word_t raw[2];
	struct {
		L4_Word_t C : 1;
		L4_Word_t __type : 3;
		L4_Word_t __zeros : 6;
		L4_Word_t snd_base : L4_BITS_PER_WORD - 10;
		L4_Fpage_t snd_fpage;
	} X;
} L4_GrantItem_t;

L4_INLINE L4_MapItem_t L4_MapItem(L4_Fpage_t f, L4_Word_t SndBase)
{
	L4_MapItem_t m;
	m.raw[0] = (SndBase & ~0x3ffUL) | __L4_ITEM_MAP << 1;
	m.raw[1] = f.raw;
	return m;
}

L4_INLINE L4_Bool_t L4_IsMapItem(L4_MapItem_t m)
{
	return m.X.__type == __L4_ITEM_MAP;
}

L4_INLINE L4_Fpage_t L4_MapItemSndFpage(L4_MapItem_t m)
{
	return m.X.snd_fpage;
}

L4_INLINE L4_Word_t L4_MapItemSndBase(L4_MapItem_t m)
{
	return m.raw[0] & ~0x3ffUL;
}

L4_INLINE L4_GrantItem_t L4_GrantItem(L4_Fpage_t f, L4_Word_t SndBase)
{
	L4_GrantItem_t g;
	g.raw[0] = (SndBase & ~0x3ffUL) | __L4_ITEM_GRANT << 1;
	g.raw[1] = f.raw;
	return g;
}

L4_INLINE L4_Bool_t L4_IsGrantItem(L4_GrantItem_t g)
{
	return g.X.__type == __L4_ITEM_GRANT;
}

L4_INLINE L4_Fpage_t L4_GrantItemSndFpage(L4_GrantItem_t g)
{
	return g.X.snd_fpage;
}

L4_INLINE L4_Word_t L4_GrantItemSndBase(L4_GrantItem_t g)
{
	return g.raw[0] & ~0x3ffUL;
}

/*
 * String items. A string has one or more descriptor words (bit c: another one follows), each
 * followed by the addresses of its j + 1 substrings of equal length.
 */

typedef union {
	L4_Word_t raw[2];
	struct {
		L4_Word_t C : 1;
		L4_Word_t __type : 3;
		L4_Word_t j : 5;
		L4_Word_t c : 1;
		L4_Word_t string_length : L4_BITS_PER_WORD - 10;
		union {
			void *string_ptr;
			__extension__ void *substring_ptr[0];
		} str;
	} X;
} L4_StringItem_t;

#define __L4_STRING_CONTINUES    (1UL << 0) /* C: another item follows */
#define __L4_STRING_IS_COMPOUND  (1UL << 9) /* c: another descriptor follows */
#define __L4_STRING_SUBSTRINGS(w) (((w) >> 4 & 0x1f) + 1)

L4_INLINE L4_StringItem_t L4_StringItem(int size, void *address)
{
	L4_StringItem_t s;
	s.raw[0] = (L4_Word_t)(unsigned)size << 10;
	s.raw[1] = (L4_Word_t)address;
	return s;
}

L4_INLINE L4_Bool_t L4_IsStringItem(L4_StringItem_t *s)
{
	return (s->X.__type & 4) == 0;
}

L4_INLINE L4_Bool_t L4_CompoundString(L4_StringItem_t *s)
{
	return s->X.c;
}

L4_INLINE L4_Word_t L4_Substrings(L4_StringItem_t *s)
{
	return s->X.j + 1;
}

/* The address of substring n, counted from 1. */
L4_INLINE void *L4_Substring(L4_StringItem_t *s, L4_Word_t n)
{
	return (void *)((__L4_AnyWord_t *)s)[n];
}

/* The last descriptor of the string that starts at s. */
L4_INLINE __L4_AnyWord_t *__L4_LastDescriptor(__L4_AnyWord_t *s)
{
	while (*s & __L4_STRING_IS_COMPOUND)
		s += 1 + __L4_STRING_SUBSTRINGS(*s);
	return s;
}

/* The first word behind the string that starts at s. */
L4_INLINE __L4_AnyWord_t *__L4_EndOfString(__L4_AnyWord_t *s)
{
	s = __L4_LastDescriptor(s);
	return s + 1 + __L4_STRING_SUBSTRINGS(*s);
}

/* Copies a string, returns how many words that were. */
L4_INLINE int __L4_CopyString(void *to, const void *from)
{
	__L4_AnyWord_t *d = (__L4_AnyWord_t *)to;
	__L4_AnyWord_t *s = (__L4_AnyWord_t *)from;
	__L4_AnyWord_t *end = __L4_EndOfString(s);
	int n = (int)(end - s);

	while (s < end)
		*d++ = *s++;
	return n;
}

/*
 * Appends a string's descriptors to a string; returns the place where they went. dest must have
 * room.
 */
L4_INLINE L4_StringItem_t *L4_AddSubstringTo(L4_StringItem_t *dest, L4_StringItem_t *substring)
{
	__L4_AnyWord_t *last = __L4_LastDescriptor((__L4_AnyWord_t *)dest);
	__L4_AnyWord_t *end = last + 1 + __L4_STRING_SUBSTRINGS(*last);

	__L4_CopyString(end, substring);
	*last |= __L4_STRING_IS_COMPOUND;
	return (L4_StringItem_t *)end;
}

/* Appends a substring as long as the ones of the string's last descriptor. dest must have room. */
L4_INLINE L4_StringItem_t *L4_AddSubstringAddressTo(L4_StringItem_t *dest, void *address)
{
	__L4_AnyWord_t *last = __L4_LastDescriptor((__L4_AnyWord_t *)dest);

	last[1 + __L4_STRING_SUBSTRINGS(*last)] = (L4_Word_t)address;
	*last += 1 << 4;
	return dest;
}

/*
 * Cache allocation hints: bits 1 and 2 of a string's descriptor. The kernel gives them no meaning.
 */

typedef struct L4_CacheAllocationHint {
	L4_Word_t raw;
} L4_CacheAllocationHint_t;

#define L4_UseDefaultCacheLineAllocation (__extension__(L4_CacheAllocationHint_t){ 0 })
#define L4_AllocateNewCacheLines         (__extension__(L4_CacheAllocationHint_t){ 1 << 1 })
#define L4_DoNotAllocateNewCacheLines    (__extension__(L4_CacheAllocationHint_t){ 2 << 1 })
#define L4_AllocateOnlyNewL1CacheLines   (__extension__(L4_CacheAllocationHint_t){ 3 << 1 })

/* A shorter name that some programs use. */
#define L4_UseDefaultCacheAllocation L4_UseDefaultCacheLineAllocation

L4_INLINE L4_CacheAllocationHint_t L4_CacheAllocationHint(L4_StringItem_t s)
{
	L4_CacheAllocationHint_t h;
	h.raw = s.raw[0] & 6;
	return h;
}

/* The manual's reference implementation has this name misspelt, and programs with it. */
#define L4_CacheAlloctionHint L4_CacheAllocationHint

L4_INLINE L4_StringItem_t L4_AddCacheAllocationHint(L4_StringItem_t s, L4_CacheAllocationHint_t h)
{
	s.raw[0] |= h.raw & 6;
	return s;
}

L4_INLINE L4_StringItem_t L4_AddCacheAllocationHintTo(L4_StringItem_t *s,
						       L4_CacheAllocationHint_t h)
{
	s->raw[0] |= h.raw & 6;
	return *s;
}

L4_INLINE L4_Bool_t L4_IsCacheAllocationHintEqual(L4_CacheAllocationHint_t l,
						  L4_CacheAllocationHint_t r)
{
	return ((l.raw ^ r.raw) & 6) == 0;
}

L4_INLINE L4_Bool_t L4_IsCacheAllocationHintNotEqual(L4_CacheAllocationHint_t l,
						     L4_CacheAllocationHint_t r)
{
	return ((l.raw ^ r.raw) & 6) != 0;
}

/*
 * Control transfer items, an extension of another X.2 kernel: built here, refused by ours. The
 * words that follow the item's first one are the registers that its mask names, indexed by
 * register number.
 */

typedef union {
	__extension__ L4_Word_t raw[0];
	__extension__ struct {
		L4_Word_t C : 1;
		L4_Word_t __type : 3;
		L4_Word_t id : 8;
		L4_Word_t mask : L4_BITS_PER_WORD - 12;
	};
} L4_CtrlXferItem_t;

L4_INLINE L4_Bool_t L4_IsCtrlXferItem(L4_CtrlXferItem_t *c)
{
	return c->__type == __L4_ITEM_CTRLXFER;
}

L4_INLINE void L4_FaultConfCtrlXferItemInit(L4_CtrlXferItem_t *c, L4_Word_t fault_id,
					    L4_Word_t fault_mask)
{
	c->C = 0;
	c->__type = __L4_ITEM_CTRLXFER;
	c->id = fault_id & 0xff;
	c->mask = fault_mask & ((1UL << (L4_BITS_PER_WORD - 12)) - 1);
}

L4_INLINE void L4_CtrlXferItemInit(L4_CtrlXferItem_t *c, L4_Word_t id)
{
	L4_FaultConfCtrlXferItemInit(c, id, 0);
}

/*
 * Messages
 */

typedef union {
	L4_Word_t raw[__L4_NUM_MRS];
	L4_Word_t msg[__L4_NUM_MRS];
	L4_MsgTag_t tag;
} L4_Msg_t;

L4_INLINE void L4_MsgClear(L4_Msg_t *msg)
{
	msg->tag.raw = 0;
}

L4_INLINE L4_MsgTag_t L4_MsgMsgTag(const L4_Msg_t *msg)
{
	return msg->tag;
}

L4_INLINE void L4_Set_MsgMsgTag(L4_Msg_t *msg, L4_MsgTag_t t)
{
	msg->tag = t;
}

L4_INLINE L4_Word_t L4_MsgLabel(const L4_Msg_t *msg)
{
	return L4_Label(msg->tag);
}

L4_INLINE void L4_Set_MsgLabel(L4_Msg_t *msg, L4_Word_t label)
{
	L4_Set_Label(&msg->tag, label);
}

L4_INLINE void L4_MsgLoad(L4_Msg_t *msg)
{
	L4_LoadMRs(0, (int)(msg->tag.X.u + msg->tag.X.t + 1), msg->msg);
}

L4_INLINE void L4_MsgStore(L4_MsgTag_t t, L4_Msg_t *msg)
{
	L4_StoreMRs(1, (int)(t.X.u + t.X.t), &msg->msg[1]);
	msg->tag = t;
}

L4_INLINE void L4_MsgPut(L4_Msg_t *msg, L4_Word_t label, int u, L4_Word_t *Untyped, int t,
			 void *Items)
{
	__L4_AnyWord_t *items = (__L4_AnyWord_t *)Items;
	int i;

	for (i = 0; i < u; i++)
		msg->msg[1 + i] = Untyped[i];
	for (i = 0; i < t; i++)
		msg->msg[1 + u + i] = items[i];
	msg->tag.raw = label << 16 | ((L4_Word_t)t & 0x3f) << 6 | ((L4_Word_t)u & 0x3f);
}

L4_INLINE void L4_MsgGet(const L4_Msg_t *msg, L4_Word_t *Untyped, void *Items)
{
	__L4_AnyWord_t *items = (__L4_AnyWord_t *)Items;
	int u = (int)msg->tag.X.u, t = (int)msg->tag.X.t, i;

	for (i = 0; i < u; i++)
		Untyped[i] = msg->msg[1 + i];
	for (i = 0; i < t; i++)
		items[i] = msg->msg[1 + u + i];
}

/*
 * Appending and putting: the caller sees to it that a message has no more than 63 words behind its
 * tag.
 */

L4_INLINE L4_Word_t *__L4_MsgEnd(L4_Msg_t *msg)
{
	return &msg->msg[1 + msg->tag.X.u + msg->tag.X.t];
}

L4_INLINE L4_Word_t *__L4_MsgTyped(L4_Msg_t *msg, L4_Word_t t)
{
	return &msg->msg[1 + msg->tag.X.u + t];
}

L4_INLINE void __L4_PutPair(L4_Word_t *at, L4_Word_t first, L4_Word_t second)
{
	at[0] = first;
	at[1] = second;
}

/* Untyped words go before typed ones, which move up. */
L4_INLINE void L4_MsgAppendWord(L4_Msg_t *msg, L4_Word_t w)
{
	L4_Word_t *p = __L4_MsgEnd(msg);
	L4_Word_t *typed = __L4_MsgTyped(msg, 0);

	for (; p > typed; p--)
		p[0] = p[-1];
	*p = w;
	msg->tag.X.u++;
}

L4_INLINE void L4_MsgAppendMapItem(L4_Msg_t *msg, L4_MapItem_t m)
{
	__L4_PutPair(__L4_MsgEnd(msg), m.raw[0], m.raw[1]);
	msg->tag.X.t += 2;
}

L4_INLINE void L4_MsgAppendGrantItem(L4_Msg_t *msg, L4_GrantItem_t g)
{
	__L4_PutPair(__L4_MsgEnd(msg), g.raw[0], g.raw[1]);
	msg->tag.X.t += 2;
}

/* Of a simple string only the first substring counts. */
L4_INLINE L4_Word_t __L4_SimpleString(L4_StringItem_t s)
{
	return s.raw[0] & ~(0x3fUL << 4);
}

L4_INLINE void L4_MsgAppendSimpleStringItem(L4_Msg_t *msg, L4_StringItem_t s)
{
	__L4_PutPair(__L4_MsgEnd(msg), __L4_SimpleString(s), s.raw[1]);
	msg->tag.X.t += 2;
}

L4_INLINE void L4_MsgAppendStringItem(L4_Msg_t *msg, L4_StringItem_t *s)
{
	msg->tag.X.t += (L4_Word_t)__L4_CopyString(__L4_MsgEnd(msg), s) & 0x3f;
}

L4_INLINE void L4_MsgPutWord(L4_Msg_t *msg, L4_Word_t u, L4_Word_t w)
{
	msg->msg[1 + u] = w;
}

L4_INLINE void L4_MsgPutMapItem(L4_Msg_t *msg, L4_Word_t t, L4_MapItem_t m)
{
	__L4_PutPair(__L4_MsgTyped(msg, t), m.raw[0], m.raw[1]);
}

L4_INLINE void L4_MsgPutGrantItem(L4_Msg_t *msg, L4_Word_t t, L4_GrantItem_t g)
{
	__L4_PutPair(__L4_MsgTyped(msg, t), g.raw[0], g.raw[1]);
}

L4_INLINE void L4_MsgPutSimpleStringItem(L4_Msg_t *msg, L4_Word_t t, L4_StringItem_t s)
{
	__L4_PutPair(__L4_MsgTyped(msg, t), __L4_SimpleString(s), s.raw[1]);
}

L4_INLINE void L4_MsgPutStringItem(L4_Msg_t *msg, L4_Word_t t, L4_StringItem_t *s)
{
	__L4_CopyString(__L4_MsgTyped(msg, t), s);
}

/* Untyped word u, counted from 0. */
L4_INLINE L4_Word_t L4_MsgWord(L4_Msg_t *msg, L4_Word_t u)
{
	return msg->msg[1 + u];
}

L4_INLINE void L4_MsgGetWord(L4_Msg_t *msg, L4_Word_t u, L4_Word_t *w)
{
	*w = msg->msg[1 + u];
}

/*
 * The getters of items return how many words the item has: t plus that is where the next one
 * starts.
 */

L4_INLINE L4_Word_t L4_MsgGetMapItem(L4_Msg_t *msg, L4_Word_t t, L4_MapItem_t *m)
{
	__L4_PutPair(m->raw, __L4_MsgTyped(msg, t)[0], __L4_MsgTyped(msg, t)[1]);
	return 2;
}

L4_INLINE L4_Word_t L4_MsgGetGrantItem(L4_Msg_t *msg, L4_Word_t t, L4_GrantItem_t *g)
{
	__L4_PutPair(g->raw, __L4_MsgTyped(msg, t)[0], __L4_MsgTyped(msg, t)[1]);
	return 2;
}

L4_INLINE L4_Word_t L4_MsgGetStringItem(L4_Msg_t *msg, L4_Word_t t, L4_StringItem_t *s)
{
	return (L4_Word_t)__L4_CopyString(s, __L4_MsgTyped(msg, t));
}

/*
 * A control transfer item in a message: its first word, then only the registers that its mask
 * names.
 */

L4_INLINE L4_Word_t __L4_PackCtrlXfer(L4_Word_t *to, L4_CtrlXferItem_t *c)
{
	__L4_AnyWord_t *item = (__L4_AnyWord_t *)c;
	L4_Word_t mask = c->mask, n = 1;

	for (; mask != 0; mask &= mask - 1)
		to[n++] = item[1 + __L4_Lsb(mask)];
	to[0] = item[0];
	return n;
}

L4_INLINE void L4_MsgAppendCtrlXferItem(L4_Msg_t *msg, L4_CtrlXferItem_t *c)
{
	msg->tag.X.t += __L4_PackCtrlXfer(__L4_MsgEnd(msg), c) & 0x3f;
}

L4_INLINE void L4_MsgPutCtrlXferItem(L4_Msg_t *msg, L4_Word_t t, L4_CtrlXferItem_t *c)
{
	__L4_PackCtrlXfer(__L4_MsgTyped(msg, t), c);
}

L4_INLINE L4_Word_t L4_MsgGetCtrlXferItem(L4_Msg_t *msg, L4_Word_t mr, L4_CtrlXferItem_t *c)
{
	__L4_AnyWord_t *item = (__L4_AnyWord_t *)c;
	L4_Word_t mask, n = 1;

	item[0] = msg->msg[mr];
	for (mask = item[0] >> 12; mask != 0; mask &= mask - 1)
		item[1 + __L4_Lsb(mask)] = msg->msg[mr + n++];
	return n;
}

/* One untyped word for each fault in fault_id_mask; C continues behind the last. */
L4_INLINE void L4_AppendFaultConfCtrlXferItems(L4_Msg_t *msg, L4_Word64_t fault_id_mask,
					       L4_Word_t fault_mask, L4_Word_t C)
{
	for (; fault_id_mask != 0; fault_id_mask &= fault_id_mask - 1) {
		L4_Word_t more = (fault_id_mask & (fault_id_mask - 1)) != 0 || C;
		L4_MsgAppendWord(msg, fault_mask << 12 | (L4_Word_t)__L4_Lsb(fault_id_mask) << 4 |
					      __L4_ITEM_CTRLXFER << 1 | more);
	}
}

/*
 * Acceptors and receive strings
 */

typedef union {
	L4_Word_t raw;
	struct {
		L4_Word_t s : 1;
		L4_Word_t c : 1;
		L4_Word_t __zeros : 2;
		L4_Word_t RcvWindow : L4_BITS_PER_WORD - 4;
	} X;
} L4_Acceptor_t;

typedef union {
	L4_Word_t raw[__L4_NUM_BRS - 1];
	__extension__ L4_StringItem_t string[0];
} L4_MsgBuffer_t;

#define L4_UntypedWordsAcceptor (__extension__(L4_Acceptor_t){ 0UL })
#define L4_StringItemsAcceptor  (__extension__(L4_Acceptor_t){ 1UL })
#define L4_CtrlXferAcceptor     (__extension__(L4_Acceptor_t){ 2UL })

L4_INLINE L4_Acceptor_t L4_MapGrantItems(L4_Fpage_t RcvWindow)
{
	L4_Acceptor_t a;
	a.raw = RcvWindow.raw & ~0xfUL;
	return a;
}

/* What either accepts; the right side's receive window replaces the left's. */
L4_INLINE L4_Acceptor_t L4_AddAcceptor(L4_Acceptor_t l, L4_Acceptor_t r)
{
	l.raw |= r.raw & 0xf;
	if (r.X.RcvWindow != 0)
		l.X.RcvWindow = r.X.RcvWindow;
	return l;
}

L4_INLINE L4_Acceptor_t L4_AddAcceptorTo(L4_Acceptor_t l, L4_Acceptor_t r)
{
	return L4_AddAcceptor(l, r);
}

L4_INLINE L4_Acceptor_t L4_RemoveAcceptor(L4_Acceptor_t l, L4_Acceptor_t r)
{
	l.raw &= ~(r.raw & 0xf);
	if (r.X.RcvWindow != 0)
		l.X.RcvWindow = 0;
	return l;
}

L4_INLINE L4_Acceptor_t L4_RemoveAcceptorFrom(L4_Acceptor_t l, L4_Acceptor_t r)
{
	return L4_RemoveAcceptor(l, r);
}

L4_INLINE L4_Bool_t L4_HasStringItems(L4_Acceptor_t a)
{
	return a.X.s;
}

L4_INLINE L4_Bool_t L4_HasMapGrantItems(L4_Acceptor_t a)
{
	return a.X.RcvWindow != 0;
}

L4_INLINE L4_Fpage_t L4_RcvWindow(L4_Acceptor_t a)
{
	L4_Fpage_t f;
	f.raw = a.raw & ~0xfUL;
	return f;
}

L4_INLINE void L4_Accept(L4_Acceptor_t a)
{
	L4_LoadBR(0, a.raw);
}

L4_INLINE L4_Acceptor_t L4_Accepted(void)
{
	L4_Acceptor_t a;
	L4_StoreBR(0, &a.raw);
	return a;
}

/* Loads the acceptor and all strings of the buffer; without a string in it, only the acceptor. */
L4_INLINE void L4_AcceptStrings(L4_Acceptor_t a, L4_MsgBuffer_t *b)
{
	volatile L4_Word_t *br = __L4_X86_Utcb() + __L4_UTCB_BR_0;
	__L4_AnyWord_t *s = (__L4_AnyWord_t *)b, *end;
	L4_Word_t more;

	*br++ = a.raw;
	if (s[0] == 0 && s[1] == 0)
		return;
	do {
		more = *__L4_LastDescriptor(s) & __L4_STRING_CONTINUES;
		end = __L4_EndOfString(s);
		while (s < end)
			*br++ = *s++;
	} while (more);
}

L4_INLINE void L4_MsgBufferClear(L4_MsgBuffer_t *b)
{
	b->raw[0] = 0;
	b->raw[1] = 0;
}

/*
 * Where the next string goes; the string before it, if there is one, says so in its last
 * descriptor.
 */
L4_INLINE __L4_AnyWord_t *__L4_MsgBufferExtend(L4_MsgBuffer_t *b)
{
	__L4_AnyWord_t *s = (__L4_AnyWord_t *)b, *last;

	if (s[0] == 0 && s[1] == 0)
		return s;
	for (;;) {
		last = __L4_LastDescriptor(s);
		s = __L4_EndOfString(s);
		if (!(*last & __L4_STRING_CONTINUES))
			break;
	}
	*last |= __L4_STRING_CONTINUES;
	return s;
}

L4_INLINE void L4_MsgBufferAppendSimpleRcvString(L4_MsgBuffer_t *b, L4_StringItem_t s)
{
	__L4_AnyWord_t *at = __L4_MsgBufferExtend(b);

	at[0] = __L4_SimpleString(s) & ~__L4_STRING_CONTINUES;
	at[1] = s.raw[1];
}

L4_INLINE void L4_MsgBufferAppendRcvString(L4_MsgBuffer_t *b, L4_StringItem_t *s)
{
	__L4_AnyWord_t *at = __L4_MsgBufferExtend(b);

	__L4_CopyString(at, s);
	*__L4_LastDescriptor(at) &= ~__L4_STRING_CONTINUES;
}

#ifdef __cplusplus
/*
 * The manual's overloads and operators
 */

L4_INLINE L4_Bool_t operator==(const L4_MsgTag_t &l, const L4_MsgTag_t &r)
{
	return l.raw == r.raw;
}

L4_INLINE L4_Bool_t operator!=(const L4_MsgTag_t &l, const L4_MsgTag_t &r)
{
	return l.raw != r.raw;
}

L4_INLINE L4_MsgTag_t operator+(const L4_MsgTag_t &t, L4_Word_t label)
{
	return L4_MsgTagAddLabel(t, label);
}

L4_INLINE L4_MsgTag_t &operator+=(L4_MsgTag_t &t, L4_Word_t label)
{
	L4_MsgTagAddLabelTo(&t, label);
	return t;
}

L4_INLINE L4_Bool_t L4_MapItem(L4_MapItem_t m)
{
	return L4_IsMapItem(m);
}

L4_INLINE L4_Fpage_t L4_SndFpage(L4_MapItem_t m)
{
	return L4_MapItemSndFpage(m);
}

L4_INLINE L4_Word_t L4_SndBase(L4_MapItem_t m)
{
	return L4_MapItemSndBase(m);
}

L4_INLINE L4_Bool_t L4_GrantItem(L4_GrantItem_t g)
{
	return L4_IsGrantItem(g);
}

L4_INLINE L4_Fpage_t L4_SndFpage(L4_GrantItem_t g)
{
	return L4_GrantItemSndFpage(g);
}

L4_INLINE L4_Word_t L4_SndBase(L4_GrantItem_t g)
{
	return L4_GrantItemSndBase(g);
}

L4_INLINE L4_Bool_t L4_StringItem(L4_StringItem_t *s)
{
	return L4_IsStringItem(s);
}

L4_INLINE L4_StringItem_t *operator+=(L4_StringItem_t &dest, L4_StringItem_t &substring)
{
	L4_AddSubstringTo(&dest, &substring);
	return &dest;
}

/* Of a temporary only the first substring exists. */
L4_INLINE L4_StringItem_t *operator+=(L4_StringItem_t &dest, const L4_StringItem_t &substring)
{
	L4_StringItem_t simple = substring;
	simple.raw[0] = __L4_SimpleString(substring);
	L4_AddSubstringTo(&dest, &simple);
	return &dest;
}

L4_INLINE L4_StringItem_t *operator+=(L4_StringItem_t &dest, void *substring_addr)
{
	L4_AddSubstringAddressTo(&dest, substring_addr);
	return &dest;
}

L4_INLINE L4_Bool_t operator==(const L4_CacheAllocationHint_t &l, const L4_CacheAllocationHint_t &r)
{
	return L4_IsCacheAllocationHintEqual(l, r);
}

L4_INLINE L4_Bool_t operator!=(const L4_CacheAllocationHint_t &l, const L4_CacheAllocationHint_t &r)
{
	return L4_IsCacheAllocationHintNotEqual(l, r);
}

L4_INLINE L4_StringItem_t operator+(const L4_StringItem_t &s, const L4_CacheAllocationHint_t &h)
{
	return L4_AddCacheAllocationHint(s, h);
}

L4_INLINE L4_StringItem_t operator+=(L4_StringItem_t &s, const L4_CacheAllocationHint_t &h)
{
	return L4_AddCacheAllocationHintTo(&s, h);
}

L4_INLINE L4_Bool_t L4_CtrlXferItem(L4_CtrlXferItem_t *c)
{
	return L4_IsCtrlXferItem(c);
}

L4_INLINE void L4_Init(L4_CtrlXferItem_t *c, L4_Word_t id)
{
	L4_CtrlXferItemInit(c, id);
}

L4_INLINE void L4_Init(L4_CtrlXferItem_t *c, L4_Word_t fault_id, L4_Word_t fault_mask)
{
	L4_FaultConfCtrlXferItemInit(c, fault_id, fault_mask);
}

L4_INLINE void L4_Put(L4_Msg_t *msg, L4_Word_t label, int u, L4_Word_t *Untyped, int t, void *Items)
{
	L4_MsgPut(msg, label, u, Untyped, t, Items);
}

L4_INLINE void L4_Get(const L4_Msg_t *msg, L4_Word_t *Untyped, void *Items)
{
	L4_MsgGet(msg, Untyped, Items);
}

L4_INLINE L4_MsgTag_t L4_MsgTag(const L4_Msg_t *msg)
{
	return L4_MsgMsgTag(msg);
}

L4_INLINE void L4_Set_MsgTag(L4_Msg_t *msg, L4_MsgTag_t t)
{
	L4_Set_MsgMsgTag(msg, t);
}

L4_INLINE L4_Word_t L4_Label(const L4_Msg_t *msg)
{
	return L4_MsgLabel(msg);
}

L4_INLINE void L4_Set_Label(L4_Msg_t *msg, L4_Word_t label)
{
	L4_Set_MsgLabel(msg, label);
}

L4_INLINE void L4_Load(L4_Msg_t *msg)
{
	L4_MsgLoad(msg);
}

L4_INLINE void L4_Store(L4_MsgTag_t t, L4_Msg_t *msg)
{
	L4_MsgStore(t, msg);
}

L4_INLINE void L4_Clear(L4_Msg_t *msg)
{
	L4_MsgClear(msg);
}

L4_INLINE void L4_Append(L4_Msg_t *msg, L4_Word_t w)
{
	L4_MsgAppendWord(msg, w);
}

L4_INLINE void L4_Append(L4_Msg_t *msg, int w)
{
	L4_MsgAppendWord(msg, (L4_Word_t)w);
}

L4_INLINE void L4_Append(L4_Msg_t *msg, L4_MapItem_t m)
{
	L4_MsgAppendMapItem(msg, m);
}

L4_INLINE void L4_Append(L4_Msg_t *msg, L4_GrantItem_t g)
{
	L4_MsgAppendGrantItem(msg, g);
}

L4_INLINE void L4_Append(L4_Msg_t *msg, L4_StringItem_t s)
{
	L4_MsgAppendSimpleStringItem(msg, s);
}

L4_INLINE void L4_Append(L4_Msg_t *msg, L4_StringItem_t *s)
{
	L4_MsgAppendStringItem(msg, s);
}

L4_INLINE void L4_Append(L4_Msg_t *msg, L4_CtrlXferItem_t *c)
{
	L4_MsgAppendCtrlXferItem(msg, c);
}

L4_INLINE void L4_Append(L4_Msg_t *msg, L4_Word64_t fault_id_mask, L4_Word_t fault_mask,
			 L4_Word_t C)
{
	L4_AppendFaultConfCtrlXferItems(msg, fault_id_mask, fault_mask, C);
}

L4_INLINE void L4_Put(L4_Msg_t *msg, L4_Word_t u, L4_Word_t w)
{
	L4_MsgPutWord(msg, u, w);
}

L4_INLINE void L4_Put(L4_Msg_t *msg, L4_Word_t t, L4_MapItem_t m)
{
	L4_MsgPutMapItem(msg, t, m);
}

L4_INLINE void L4_Put(L4_Msg_t *msg, L4_Word_t t, L4_GrantItem_t g)
{
	L4_MsgPutGrantItem(msg, t, g);
}

L4_INLINE void L4_Put(L4_Msg_t *msg, L4_Word_t t, L4_StringItem_t s)
{
	L4_MsgPutSimpleStringItem(msg, t, s);
}

L4_INLINE void L4_Put(L4_Msg_t *msg, L4_Word_t t, L4_StringItem_t *s)
{
	L4_MsgPutStringItem(msg, t, s);
}

L4_INLINE void L4_Put(L4_Msg_t *msg, L4_Word_t t, L4_CtrlXferItem_t *c)
{
	L4_MsgPutCtrlXferItem(msg, t, c);
}

L4_INLINE L4_Word_t L4_Get(L4_Msg_t *msg, L4_Word_t u)
{
	return L4_MsgWord(msg, u);
}

L4_INLINE void L4_Get(L4_Msg_t *msg, L4_Word_t u, L4_Word_t *w)
{
	L4_MsgGetWord(msg, u, w);
}

L4_INLINE L4_Word_t L4_Get(L4_Msg_t *msg, L4_Word_t t, L4_MapItem_t *m)
{
	return L4_MsgGetMapItem(msg, t, m);
}

L4_INLINE L4_Word_t L4_Get(L4_Msg_t *msg, L4_Word_t t, L4_GrantItem_t *g)
{
	return L4_MsgGetGrantItem(msg, t, g);
}

L4_INLINE L4_Word_t L4_Get(L4_Msg_t *msg, L4_Word_t t, L4_StringItem_t *s)
{
	return L4_MsgGetStringItem(msg, t, s);
}

L4_INLINE L4_Word_t L4_Get(L4_Msg_t *msg, L4_Word_t mr, L4_CtrlXferItem_t *c)
{
	return L4_MsgGetCtrlXferItem(msg, mr, c);
}

L4_INLINE L4_Acceptor_t operator+(const L4_Acceptor_t &l, const L4_Acceptor_t &r)
{
	return L4_AddAcceptor(l, r);
}

L4_INLINE L4_Acceptor_t &operator+=(L4_Acceptor_t &l, const L4_Acceptor_t &r)
{
	return l = L4_AddAcceptor(l, r);
}

L4_INLINE L4_Acceptor_t operator-(const L4_Acceptor_t &l, const L4_Acceptor_t &r)
{
	return L4_RemoveAcceptor(l, r);
}

L4_INLINE L4_Acceptor_t &operator-=(L4_Acceptor_t &l, const L4_Acceptor_t &r)
{
	return l = L4_RemoveAcceptor(l, r);
}

L4_INLINE L4_Bool_t L4_StringItems(L4_Acceptor_t a)
{
	return L4_HasStringItems(a);
}

L4_INLINE L4_Bool_t L4_MapGrantItems(L4_Acceptor_t a)
{
	return L4_HasMapGrantItems(a);
}

L4_INLINE void L4_Accept(L4_Acceptor_t a, L4_MsgBuffer_t *b)
{
	L4_AcceptStrings(a, b);
}

L4_INLINE void L4_Clear(L4_MsgBuffer_t *b)
{
	L4_MsgBufferClear(b);
}

L4_INLINE void L4_Append(L4_MsgBuffer_t *b, L4_StringItem_t s)
{
	L4_MsgBufferAppendSimpleRcvString(b, s);
}

L4_INLINE void L4_Append(L4_MsgBuffer_t *b, L4_StringItem_t *s)
{
	L4_MsgBufferAppendRcvString(b, s);
}
#endif /* __cplusplus */

#endif
