/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/small_ipc.c - messages between small and large spaces. */
#include "small.h"

TEST(small, kernel_interface_by_int)
{
	struct small s = small_new(small_space(22, 3));

	s.data->in.edx = SMALL_CALL(CALL_KERNEL_INTERFACE, 0);
	small_go(&s, "\xcd\x81", 2);
	small_done(&s);
	EXPECT_EQ(s.data->out.eax, SMALL_KIP);
	EXPECT_EQ(s.data->out.edi, 0x84000000);
	EXPECT_EQ(s.data->out.esi, 0);
	EXPECT_EQ(s.data->out.ebx, 0x50010000);
}

TEST(small, sends_to_large)
{
	struct small s = small_new(small_space(22, 0));
	struct message m;

	for (unsigned words = 0; words < 64; words++) {
		s.data->in.eax = 0xfff0U << 16 | words;
		s.data->in.edi = small_id(worker);
		s.data->in.esi = 0;
		s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_FROM);
		s.data->in.ebx = 0x80000001;
		s.data->in.ebp = 0x80000002;
		for (unsigned n = 3; n < 64; n++)
			s.data->utcb_in.mr[n] = 0x80000000 + n;
		small_call_begin(&s);
		REQUIRE(message_receive(s.thread, &m));
		EXPECT_EQ(m.tag.raw, -16L * 65536 + words);
		for (unsigned n = 1; n <= words; n++)
			EXPECT_EQ(m.mr[n], 0x80000000UL + n);
		small_done(&s);
		EXPECT_EQ(s.data->out.eax, 0);
		EXPECT_EQ(s.data->out.eflags, 0x202);
		EXPECT_EQ(s.data->out.esp, SMALL_STACK);
	}
}

TEST(small, receives_from_large)
{
	struct small s = small_new(small_space(22, 0));
	L4_Word_t words[64];

	for (unsigned count = 0; count < 64; count++) {
		s.data->in.edi = 0;
		s.data->in.edx = SMALL_CALL(CALL_IPC, IPC_OPEN);
		for (unsigned n = 0; n < 64; n++) {
			words[n] = 0x1234567880000000 + n;
			s.data->utcb_in.mr[n] = 0;
		}
		small_call_begin(&s);
		REQUIRE_OK(words_send(s.thread, 0x1fff7, count, words));
		small_done(&s);
		EXPECT_EQ(s.data->out.eax, 0xfff7U << 16 | count);
		EXPECT_EQ(s.data->out.esi, small_id(worker));
		for (unsigned n = 1; n <= count; n++)
			EXPECT_EQ(n == 1 ? s.data->out.ebx : n == 2 ? s.data->out.ebp : s.data->utcb_out.mr[n],
				  0x80000000 + n - 1);
		if (count < 63 && count >= 2)
			EXPECT_EQ(s.data->utcb_out.mr[count + 1 > 3 && count + 1 <= 7 ? 8 : count + 1], 0);
	}
}
