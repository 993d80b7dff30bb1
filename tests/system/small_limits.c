/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/small_limits.c - beyond the end of the slot, in every way there is: by data, stack, code, string
 * instructions, across the end, and around the end of 4 GiB.
 *
 * These need a processor that checks the limits of segments. They do not run where the kernel has not seen that.
 */
#include "scene.h"

/* The slot ends at 0x400000. */

ATTACK(small_limits, data_read, GP, "", "movl 0x400000, %eax")
ATTACK(small_limits, data_read_a_byte, GP, "", "movb 0x400000, %al")
ATTACK(small_limits, data_read_across_the_end, GP, "", "movl 0x3ffffd, %eax")
ATTACK(small_limits, data_read_of_the_slot_below, GP, "", "movl 0xfffffffc, %eax")
ATTACK(small_limits, data_read_across_4_gib, GP, "", "movl 0xfffffffe, %eax")
ATTACK(small_limits, data_read_through_a_register, GP, "movl $0x3fffff, %esi", "movl 1(%esi), %eax")
ATTACK(small_limits, data_read_with_an_index, GP, "movl $0x100000, %esi", "movl (,%esi,4), %eax")
ATTACK(small_limits, data_write, GP, "", "movl $1, 0x400000")
ATTACK(small_limits, data_write_a_byte, GP, "", "movb $1, 0x400000")
ATTACK(small_limits, data_write_across_the_end, GP, "", "movl $1, 0x3ffffd")
ATTACK(small_limits, data_write_of_the_slot_below, GP, "", "movl $1, 0xffffff00")
ATTACK(small_limits, data_exchange, GP, "", "xchgl %eax, 0x400000")
ATTACK(small_limits, data_locked, GP, "", "lock addl $1, 0x3ffffe")
ATTACK(small_limits, data_of_a_bit_far_away, GP, "movl $0x2000000, %eax", "btsl %eax, 0x0")
ATTACK(small_limits, data_of_a_bit_below, GP, "movl $-1, %eax", "btsl %eax, 0x0")
ATTACK(small_limits, data_of_eight_bytes, GP, "", "cmpxchg8b 0x3ffffc")
ATTACK(small_limits, data_of_512_bytes, GP, "", "fxsave 0x3fff00")
ATTACK(small_limits, data_of_a_segment_register, GP, "", "movw %ds, 0x400000")
ATTACK(small_limits, data_of_a_far_pointer, GP, "", "ljmp *0x3ffffb")
ATTACK(small_limits, data_of_a_pointer_for_es, GP, "", "les 0x3ffffc, %eax")
ATTACK(small_limits, data_of_bounds, GP, "xorl %eax, %eax", "bound %eax, 0x3ffffc")
ATTACK(small_limits, data_of_a_descriptor_to_verify, GP, "", "verr 0x400000")
ATTACK(small_limits, data_by_es, GP, "", "movl %es:0x400000, %eax")
ATTACK(small_limits, data_by_cs, GP, "", "movl %cs:0x400000, %eax")
ATTACK(small_limits, data_by_fs, GP, "", "movl %fs:0x400000, %eax")
ATTACK(small_limits, data_by_fs_in_the_slot, GP, "", "movl %fs:0x11000, %eax")
ATTACK(small_limits, data_by_gs, GP, "", "movl %gs:0x3e0000, %eax")
ATTACK(small_limits, data_by_gs_below, GP, "", "movl %gs:0xfff00000, %eax")
ATTACK(small_limits, data_by_ss, STACK, "", "movl %ss:0x400000, %eax")
ATTACK(small_limits, data_by_ebp, STACK, "movl $0x400000, %ebp", "movl (%ebp), %eax")

ATTACK(small_limits, stack_push, STACK, "movl $0x400004, %esp", "pushl $1")
ATTACK(small_limits, stack_push_across_the_end, STACK, "movl $0x400002, %esp", "pushl $1")
ATTACK(small_limits, stack_push_below_0, STACK, "xorl %esp, %esp", "pushl $1")
ATTACK(small_limits, stack_push_across_0, STACK, "movl $2, %esp", "pushl $1")
ATTACK(small_limits, stack_push_all, STACK, "movl $0x400010, %esp", "pushal")
ATTACK(small_limits, stack_push_flags, STACK, "movl $0x400004, %esp", "pushfl")
ATTACK(small_limits, stack_pop, STACK, "movl $0x400000, %esp", "popl %eax")
ATTACK(small_limits, stack_pop_across_the_end, STACK, "movl $0x3ffffe, %esp", "popl %eax")
ATTACK(small_limits, stack_pop_all, STACK, "movl $0x3ffff0, %esp", "popal")
ATTACK(small_limits, stack_enter, STACK, "movl $0x400004, %esp", "enter $0, $0")
ATTACK(small_limits, stack_leave, STACK, "movl $0x400000, %ebp", "leave")
ATTACK(small_limits, stack_call, STACK, "movl $0x400004, %esp", "call .")
ATTACK(small_limits, stack_call_far, STACK, "movl $0x400008, %esp\n movl $0x10000, 0x11000\n movw %cs, 0x11004",
       "lcall *0x11000")
ATTACK(small_limits, stack_return, STACK, "movl $0x400000, %esp", "ret")
ATTACK(small_limits, stack_return_far, STACK, "movl $0x3ffffc, %esp", "lret")
ATTACK(small_limits, stack_return_from_interrupt, STACK, "movl $0x3ffff8, %esp", "iret")

/* The door by `sysenter` comes back to a RET, on whatever stack it was given. */
CODE32(small_limits_door, "movl $0x1400, %edx\n movl $0x400000, %ecx", "sysenter");
SCENE_TEST(small_limits, stack_of_sysenter, 1000)
{
	REQUIRE(attacker_run(&scene->attacker, small_limits_door_at, small_limits_door_end));
	attacker_raised(&scene->attacker, STACK, AT_KIP + SMALL_KIP_LANDING);
}

ATTACK(small_limits, code_jump, GP, "movl $0x400000, %eax", "jmp *%eax")
ATTACK(small_limits, code_jump_down, GP, "movl $0xffffff00, %eax", "jmp *%eax")
ATTACK(small_limits, code_jump_relative, GP, "", ".byte 0xe9, 0xff, 0xff, 0x3e, 0x00")
ATTACK(small_limits, code_jump_far, GP, "movl $0x400000, 0x11000\n movw %cs, 0x11004", "ljmp *0x11000")
ATTACK(small_limits, code_call, GP, "movl $0x400000, %eax", "call *%eax")
ATTACK(small_limits, code_return, GP, "pushl $0x400000", "ret")
ATTACK(small_limits, code_return_far, GP, "pushl %cs\n pushl $0x400000", "lret")
ATTACK(small_limits, code_return_from_interrupt, GP, "pushfl\n pushl %cs\n pushl $0x400000", "iret")

ATTACK(small_limits, string_load, GP, "movl $0x3fffff, %esi", "lodsw")
ATTACK(small_limits, string_scan, GP, "movl $0x400000, %edi", "scasb")
ATTACK(small_limits, string_down_from_0, GP, "std\n movl $0, %edi\n movl $4, %ecx", "rep stosl")

/* Across the end in the middle of a repetition: it has gone up to there, and no farther. */
CODE32(small_limits_copy, "movl $0x11000, %esi\n movl $0x3ffff8, %edi\n movl $0x20, %ecx", "rep movsb");
SCENE_TEST(small_limits, string_copy_across_the_end, 1000)
{
	for (unsigned i = 0; i < 32; i++)
		scene->attacker.data[i] = (unsigned char)(i + 1);
	REQUIRE(attacker_traps(&scene->attacker, CODE_OF(small_limits_copy), GP));
	EXPECT_EQ(scene->attacker.m.mr[EXC_RCX], 0x18);
	EXPECT_EQ(scene->attacker.m.mr[EXC_RDI], AT_SLOT_END);
	EXPECT_EQ(scene->attacker.last[AT_PAGE_SIZE - 1], 8);
}

/* The same out of the slot. */
CODE32(small_limits_steal, "movl $0x3ffff8, %esi\n movl $0x11000, %edi\n movl $0x20, %ecx", "rep movsb");
SCENE_TEST(small_limits, string_copy_from_beyond, 1000)
{
	REQUIRE(attacker_traps(&scene->attacker, CODE_OF(small_limits_steal), GP));
	EXPECT_EQ(scene->attacker.m.mr[EXC_RCX], 0x18);
	EXPECT_EQ(scene->attacker.data[8], 0);
}

/* Code at the very end: the next instruction, or the rest of this one, is not there. */
static void runs_off(struct attacker *a, const unsigned char *code, unsigned size, L4_Word_t raised_at)
{
	attacker_reset(a);
	for (unsigned i = 0; i < size; i++)
		a->last[AT_PAGE_SIZE - size + i] = code[i];
	a->m.mr[EXC_RIP] = AT_SLOT_END - size;
	REQUIRE(attacker_go(a));
	attacker_raised(a, GP, raised_at);
}

SCENE_TEST(small_limits, code_runs_off_the_end, 1000)
{
	static const unsigned char nops[] = {0x90, 0x90};

	runs_off(&scene->attacker, nops, sizeof nops, AT_SLOT_END);
}

SCENE_TEST(small_limits, code_across_the_end, 1000)
{
	static const unsigned char half_a_move[] = {0xb8, 1, 2};

	runs_off(&scene->attacker, half_a_move, sizeof half_a_move, AT_SLOT_END - sizeof half_a_move);
}

/* A handler gives it an instruction pointer beyond the end: the first fetch raises it. */
SCENE_TEST(small_limits, code_begins_beyond, 1000)
{
	attacker_reset(&scene->attacker);
	scene->attacker.m.mr[EXC_RIP] = AT_SLOT_END;
	if (L4_IpcSucceeded(frame_reply(&scene->attacker.m, EXC_RAX))) {
		REQUIRE(message_receive(scene->attacker.thread, &scene->attacker.m));
		attacker_raised(&scene->attacker, GP, AT_SLOT_END);
	}
}

/* What the limits must leave. */
CODE32(small_limits_inside,
       "movl $0x400000, %esp\n pushl $0x1234\n popl %eax\n movl 0x3ffffc, %ebx\n movb 0x3fffff, %cl", "ud2");
SCENE_TEST(small_limits, the_last_bytes_are_inside, 1000)
{
	REQUIRE(attacker_traps(&scene->attacker, CODE_OF(small_limits_inside), UD));
	EXPECT_EQ(scene->attacker.m.mr[EXC_RAX], 0x1234);
	EXPECT_EQ(scene->attacker.m.mr[EXC_RBX], 0x1234);
}
