/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * message_test.c - host test of the headers' pure parts: registers, messages, strings, acceptors,
 * kernel interface page.
 *
 * The host leaves GS base to the program, so it can point to a made-up UTCB and everything but the
 * system calls works as it does on the kernel. Build with include/ in the include path, and
 * CMocka.
 */
#include <asm/prctl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/pagefault.h>
#include <l4/thread.h>

static L4_Word_t utcb[128] __attribute__((aligned(1024)));

static int make_utcb(void **state)
{
	(void)state;
	memset(utcb, 0, sizeof utcb);
	utcb[__L4_UTCB_MY_LOCAL_ID] = (L4_Word_t)utcb;
	utcb[__L4_UTCB_MY_GLOBAL_ID] = L4_GlobalId(290, 1).raw;
	return (int)syscall(SYS_arch_prctl, ARCH_SET_GS, utcb);
}

static void registers_are_utcb_words(void **state)
{
	L4_Word_t words[3] = { 11, 12, 13 }, back[3] = { 0, 0, 0 }, one = 0;
	volatile int n = 5; /* not a constant: the other addressing mode */

	(void)state;
	L4_LoadMR(63, 7);
	L4_LoadMR(n, 8);
	assert_int_equal(utcb[63], 7);
	assert_int_equal(utcb[5], 8);
	L4_StoreMR(n, &one);
	assert_int_equal(one, 8);
	L4_LoadMRs(10, 3, words);
	assert_int_equal(utcb[12], 13);
	L4_StoreMRs(10, 3, back);
	assert_memory_equal(words, back, sizeof words);
	L4_LoadBR(32, 9);
	assert_int_equal(utcb[__L4_UTCB_BR_0 + 32], 9);
	L4_LoadBRs(1, 3, words);
	L4_StoreBR(3, &one);
	assert_int_equal(one, 13);
}

static void control_registers(void **state)
{
	(void)state;
	assert_int_equal(L4_MyLocalId().raw, (L4_Word_t)utcb);
	assert_int_equal(L4_ThreadNo(L4_Myself()), 290);
	L4_Set_Pager(L4_Myself());
	assert_int_equal(utcb[__L4_UTCB_PAGER], L4_Myself().raw);
	assert_int_equal(L4_Pager().raw, L4_Myself().raw);
	utcb[__L4_UTCB_ERROR_CODE] = L4_ErrNoMem;
	assert_int_equal(L4_ErrorCode(), L4_ErrNoMem);
}

static void preemption_flags(void **state)
{
	(void)state;
	assert_int_equal(L4_DisablePreemption(), 0);
	assert_int_equal(L4_DisablePreemption(), 1);
	assert_int_equal(utcb[__L4_UTCB_FLAGS], 1 << 6);
	assert_int_equal(L4_EnablePreemption(), 1);
	assert_int_equal(L4_EnablePreemptionFaultException(), 0);
	assert_int_equal(utcb[__L4_UTCB_FLAGS], 1 << 5);
	utcb[__L4_UTCB_FLAGS] |= 1 << 7;
	assert_int_equal(L4_PreemptionPending(), 1);
	assert_int_equal(L4_PreemptionPending(), 0);
	L4_Set_CopFlag(2);
	assert_int_equal(utcb[__L4_UTCB_FLAGS], 1 << 10 | 1 << 5);
	L4_Clr_CopFlag(2);
	assert_int_equal(utcb[__L4_UTCB_FLAGS], 1 << 5);
}

static void untyped_words_go_before_typed_ones(void **state)
{
	L4_MapItem_t m = L4_MapItem(L4_FpageLog2(0x400000, 12), 0x1000), got;
	L4_Msg_t msg, arrived;

	(void)state;
	L4_MsgClear(&msg);
	L4_Set_MsgLabel(&msg, 0xf00d);
	L4_MsgAppendWord(&msg, 1);
	L4_MsgAppendMapItem(&msg, m);
	L4_MsgAppendWord(&msg, 2);
	L4_MsgAppendMapItem(&msg, L4_MapItem(L4_Nilpage, 0));
	L4_MsgAppendWord(&msg, 3);
	assert_int_equal(msg.tag.X.u, 3);
	assert_int_equal(msg.tag.X.t, 4);
	assert_int_equal(L4_MsgWord(&msg, 0), 1);
	assert_int_equal(L4_MsgWord(&msg, 1), 2);
	assert_int_equal(L4_MsgWord(&msg, 2), 3);
	assert_int_equal(L4_MsgGetMapItem(&msg, 0, &got), 2);
	assert_memory_equal(&got, &m, sizeof m);

	L4_MsgLoad(&msg);
	assert_memory_equal(utcb, &msg, 8 * 8);
	assert_int_equal(L4_Label(L4_MsgTag()), 0xf00d);
	memset(&arrived, 0, sizeof arrived);
	L4_MsgStore(L4_MsgTag(), &arrived);
	assert_memory_equal(&arrived, &msg, 8 * 8);
	assert_int_equal(arrived.msg[8], 0);
}

static void put_and_get(void **state)
{
	L4_Word_t untyped[2] = { 5, 6 }, back[2] = { 0, 0 };
	L4_MapItem_t m = L4_MapItem(L4_FpageLog2(0x400000, 12), 0), items[1];
	L4_Msg_t msg;

	(void)state;
	L4_MsgPut(&msg, 77, 2, untyped, 2, &m);
	assert_int_equal(msg.tag.raw, 77 << 16 | 2 << 6 | 2);
	L4_MsgGet(&msg, back, items);
	assert_memory_equal(back, untyped, sizeof back);
	assert_memory_equal(items, &m, sizeof m);
	L4_MsgPutWord(&msg, 1, 9);
	L4_MsgGetWord(&msg, 1, back);
	assert_int_equal(back[0], 9);
}

static void compound_strings(void **state)
{
	union {
		L4_StringItem_t item;
		L4_Word_t words[16];
	} s, got;
	L4_StringItem_t other = L4_StringItem(20, (void *)0x5000);
	L4_Msg_t msg;

	(void)state;
	memset(&s, 0, sizeof s);
	memset(&got, 0, sizeof got);
	s.item = L4_StringItem(10, (void *)0x1000);
	assert_ptr_equal(L4_AddSubstringAddressTo(&s.item, (void *)0x2000), &s.item);
	L4_AddSubstringAddressTo(&s.item, (void *)0x3000);
	assert_int_equal(L4_Substrings(&s.item), 3);
	assert_ptr_equal(L4_Substring(&s.item, 3), (void *)0x3000);
	assert_int_equal(L4_CompoundString(&s.item), 0);

	assert_ptr_equal(L4_AddSubstringTo(&s.item, &other), &s.words[4]);
	assert_int_equal(L4_CompoundString(&s.item), 1);
	L4_AddSubstringAddressTo(&s.item, (void *)0x6000); /* to the last descriptor */
	assert_int_equal(s.words[4], 20 << 10 | 1 << 4);
	assert_int_equal(s.words[6], 0x6000);

	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, 1);
	L4_MsgAppendStringItem(&msg, &s.item);
	assert_int_equal(msg.tag.X.t, 7);
	assert_int_equal(L4_MsgGetStringItem(&msg, 0, &got.item), 7);
	assert_memory_equal(&got, &s, sizeof s);
}

static void receive_strings(void **state)
{
	L4_StringItem_t a = L4_StringItem(10, (void *)0x1000),
			b = L4_StringItem(20, (void *)0x2000);
	union {
		L4_StringItem_t item;
		L4_Word_t words[4];
	} two;
	L4_MsgBuffer_t buffer;

	(void)state;
	two.item = L4_StringItem(30, (void *)0x3000);
	L4_AddSubstringAddressTo(&two.item, (void *)0x4000);

	L4_MsgBufferClear(&buffer);
	utcb[__L4_UTCB_BR_0 + 1] = 99;
	L4_AcceptStrings(L4_StringItemsAcceptor, &buffer);
	assert_int_equal(L4_Accepted().raw, 1);
	assert_int_equal(utcb[__L4_UTCB_BR_0 + 1], 99);

	L4_MsgBufferAppendSimpleRcvString(&buffer, a);
	L4_MsgBufferAppendRcvString(&buffer, &two.item);
	L4_MsgBufferAppendSimpleRcvString(&buffer, b);
	L4_AcceptStrings(L4_StringItemsAcceptor, &buffer);
	assert_int_equal(utcb[__L4_UTCB_BR_0 + 1], 10 << 10 | 1);
	assert_int_equal(utcb[__L4_UTCB_BR_0 + 2], 0x1000);
	assert_int_equal(utcb[__L4_UTCB_BR_0 + 3], 30 << 10 | 1 << 4 | 1);
	assert_int_equal(utcb[__L4_UTCB_BR_0 + 5], 0x4000);
	assert_int_equal(utcb[__L4_UTCB_BR_0 + 6], 20 << 10);
	assert_int_equal(utcb[__L4_UTCB_BR_0 + 7], 0x2000);
	assert_int_equal(utcb[__L4_UTCB_BR_0 + 8], 0);
}

static void pagefault_reply(void **state)
{
	L4_Fpage_t f = L4_FpageAddRights(L4_FpageLog2(0x400000, 12), L4_ReadWriteOnly);

	(void)state;
	L4_PagefaultReplyLoad(L4_PagefaultReply(f, 0x8000));
	assert_int_equal(utcb[0], 2 << 6);
	assert_int_equal(utcb[1], 0x8000 | 4 << 1);
	assert_int_equal(utcb[2], f.raw);
}

static void features_are_compared_exactly(void **state)
{
	struct {
		L4_KernelInterfacePage_t page;
		L4_KernelDesc_t desc;
		char strings[64];
	} kip;
	static const char strings[] = "Pecan 0.1\0one\0two-long\0";

	(void)state;
	memset(&kip, 0, sizeof kip);
	kip.page.KernelVerPtr = offsetof(__typeof__(kip), desc);
	memcpy(kip.strings, strings, sizeof strings);
	assert_string_equal(L4_KernelVersionString(&kip), "Pecan 0.1");
	assert_string_equal(L4_Feature(&kip, 0), "one");
	assert_string_equal(L4_Feature(&kip, 1), "two-long");
	assert_null(L4_Feature(&kip, 2));
	assert_null(L4_Feature(&kip, 3));
	assert_int_equal(__L4_IsSameString("two-long", "two-long"), 1);
	assert_int_equal(__L4_IsSameString("two", "two-long"), 0);
	assert_int_equal(__L4_IsSameString("two-long", "two"), 0);
	assert_int_equal(__L4_IsSameString("", "two"), 0);
}

static void times(void **state)
{
	(void)state;
	for (L4_Word_t usec = 0; usec < 1UL << 42; usec += usec / 7 + 1) {
		L4_Time_t t = L4_TimePeriod(usec);
		L4_Word64_t back = __L4_PeriodUsec(t);

		if (usec >= 1UL << 41) {
			assert_int_equal(t.raw, L4_Never.raw);
		} else {
			assert_true(back <= usec);
			assert_true(usec - back <= usec / 512);
			assert_int_not_equal(t.raw, L4_Never.raw);
			assert_int_equal(t.period.a, 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(registers_are_utcb_words, make_utcb),
	    cmocka_unit_test_setup(control_registers, make_utcb),
	    cmocka_unit_test_setup(preemption_flags, make_utcb),
	    cmocka_unit_test_setup(untyped_words_go_before_typed_ones, make_utcb),
	    cmocka_unit_test_setup(put_and_get, make_utcb),
	    cmocka_unit_test_setup(compound_strings, make_utcb),
	    cmocka_unit_test_setup(receive_strings, make_utcb),
	    cmocka_unit_test_setup(pagefault_reply, make_utcb),
	    cmocka_unit_test(features_are_compared_exactly),
	    cmocka_unit_test(times),
	 };

	return cmocka_run_group_tests_name("l4/message", tests, NULL, NULL);
}
