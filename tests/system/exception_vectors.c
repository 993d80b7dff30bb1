/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/exception_vectors.c - every exception that an instruction can raise, and `int` with every number.
 *
 * Not here, because no user can raise them: 2 and 18 are not of the instruction; 5 needs `bound` or MPX, 10 and 11 a
 * task switch or a descriptor that is not present, none of which 64-bit code finds here; 7 the kernel deals with
 * (fpu.c); 8 is the kernel's end; 20 and up belong to what is not switched on. 14 is in exception_faults.c.
 */
#include "raw.h"
#include "trapper.h"

/* An exception of the instruction itself: the IP is at it. */
#define FAULT(name, vector, before, instruction)                                                   \
	SNIPPET(code_##name, before "\n code_" #name "_trap: " instruction)                        \
	extern char code_##name##_trap[];                                                          \
	TEST(exception, name)                                                                      \
	{                                                                                          \
		trapper_expect(code_##name##_at, code_##name##_trap, vector, code_##name##_behind);\
	}

/* An exception that follows it: the IP is behind it. */
#define TRAP(name, vector, instruction)                                                            \
	SNIPPET(code_##name, instruction)                                                          \
	TEST(exception, name)                                                                      \
	{                                                                                          \
		trapper_expect(code_##name##_at, code_##name##_behind, vector, code_##name##_behind);\
	}

FAULT(divide_overflow, DE, "movq $-1, %rdx\n xorl %eax, %eax\n movl $1, %ecx", "divq %rcx")
FAULT(signed_divide_overflow, DE, "movl $0x80000000, %eax\n cltd\n movl $-1, %ecx", "idivl %ecx")
TRAP(breakpoint_of_two_bytes, BP, ".byte 0xcd, 3")
TRAP(overflow, OF, "int $4")

FAULT(opcode_into, UD, "", ".byte 0xce")
FAULT(opcode_push_es, UD, "", ".byte 0x06")
FAULT(opcode_lock_register, UD, "", ".byte 0xf0, 0x48, 0x01, 0xc0")

FAULT(privileged_cli, GP, "", "cli")
FAULT(privileged_sti, GP, "", "sti")
FAULT(privileged_read_cr, GP, "", "movq %cr3, %rax")
FAULT(privileged_write_cr, GP, "xorl %eax, %eax", "movq %rax, %cr0")
FAULT(privileged_write_dr, GP, "xorl %eax, %eax", "movq %rax, %dr7")
FAULT(privileged_read_dr, GP, "", "movq %dr6, %rax")
FAULT(privileged_rdmsr, GP, "movl $0xc0000082, %ecx", "rdmsr")
FAULT(privileged_wrmsr, GP, "movl $0xc0000082, %ecx", "wrmsr")
FAULT(privileged_lgdt, GP, "", "lgdt -64(%rsp)")
FAULT(privileged_lidt, GP, "", "lidt -64(%rsp)")
FAULT(privileged_ltr, GP, "movl $0x30, %eax", "ltr %ax")
FAULT(privileged_lldt, GP, "xorl %eax, %eax", "lldt %ax")
FAULT(privileged_clts, GP, "", "clts")
FAULT(privileged_invlpg, GP, "", "invlpg (%rsp)")
FAULT(privileged_invd, GP, "", "invd")
FAULT(privileged_wbinvd, GP, "", "wbinvd")
FAULT(privileged_swapgs, GP, "", "swapgs")
FAULT(privileged_sysret, GP, "", "sysretq")
FAULT(segment_of_the_kernel, GP, "movl $0x10, %eax", "movw %ax, %ds")
FAULT(segment_of_nobody, GP, "movl $0x43, %eax", "movw %ax, %es")
FAULT(segment_in_no_ldt, GP, "movl $0x2f, %eax", "movw %ax, %fs")
FAULT(stack_segment_nil, GP, "xorl %eax, %eax", "movw %ax, %ss")
FAULT(far_jump_to_kernel, GP, "movabsq $0x800000000, %rax\n pushq %rax", "ljmp *(%rsp)")
FAULT(noncanonical_write, GP, "movq $0x7fffffffffffffff, %rax", "movq %rax, (%rax)")
FAULT(aligned_vector_access, GP, "", "movaps 1(%rsp), %xmm0")

/* IRETQ with NT set asks for a task switch, which 64-bit mode has not. The flag itself does no harm on the way. */
FAULT(task_return, GP, "pushfq\n orq $0x4000, (%rsp)\n popfq", "iretq")

/* More bytes than an instruction may have. */
FAULT(instruction_too_long, GP, "",
      ".byte 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x90")

/* The processor raises one or the other: there is no such entry, or not for everybody. */
SNIPPET(code_sysenter, "sysenter")
TEST(exception, sysenter)
{
	struct message m;
	L4_ThreadId_t t = trapper(code_sysenter_at, &m);

	EXPECT(is_exception(&m));
	EXPECT(m.mr[EXC_TRAP] == GP || m.mr[EXC_TRAP] == UD);
	EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)code_sysenter_at);
	trapper_resume_at(t, (L4_Word_t)code_sysenter_behind);
}

/* QEMU's emulation takes the stack for any other address. */
SNIPPET(code_stack, "movq %rsp, %rbx\n movq $0x900000000000, %rsp\n code_stack_trap: pushq %rax\n movq %rbx, %rsp")
extern char code_stack_trap[];
TEST(exception, noncanonical_stack)
{
	struct message m;
	L4_ThreadId_t t = trapper(code_stack_at, &m);

	EXPECT(is_exception(&m));
	EXPECT(m.mr[EXC_TRAP] == STACK || m.mr[EXC_TRAP] == GP);
	EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)code_stack_trap);
	EXPECT_EQ(m.mr[EXC_RSP], 0x900000000000UL);
	m.mr[EXC_RIP] = (L4_Word_t)code_stack_behind;
	m.mr[EXC_RSP] = m.mr[EXC_RBX];
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

/* QEMU's emulation has no alignment checks; where they are, they are this. */
SNIPPET(code_alignment, "pushfq\n orq $0x40000, (%rsp)\n popfq\n code_alignment_trap: movq 1(%rsp), %rax\n"
			"pushfq\n andq $~0x40000, (%rsp)\n popfq")
extern char code_alignment_trap[];
TEST(exception, alignment_check)
{
	struct message m;
	L4_ThreadId_t t = trapper(code_alignment_at, &m);

	if (L4_Label(m.tag) == LABEL_DONE)
		return;
	EXPECT(is_exception(&m));
	EXPECT_EQ(m.mr[EXC_TRAP], ALIGNMENT);
	EXPECT_EQ(m.mr[EXC_ERROR], 0);
	EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)code_alignment_trap);
	EXPECT(m.mr[EXC_RFLAGS] & AC);
	m.mr[EXC_RIP] = (L4_Word_t)code_alignment_behind;
	m.mr[EXC_RFLAGS] &= ~(L4_Word_t)AC;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

/* `int1`, which no gate's privilege stops. QEMU takes it for a breakpoint of its own debugger, so only in Bochs. */
SNIPPET(code_int1, ".byte 0xf1")
TEST(exception, int1)
{
	if (time_scale != 1)
		trapper_expect(code_int1_at, code_int1_behind, DB, code_int1_behind);
}

/* `int` with every number: three are open, the others are protection faults. */
extern char int_table[];
enum { INT_BYTES = 2, INT_STRIDE = 8 };

static void check_int(const struct message *m, L4_Word_t n)
{
	L4_Word_t at = (L4_Word_t)int_table + n * INT_STRIDE;
	bool open = n == BP || n == OF || n == 0x80;

	EXPECT_EQ((L4_SignedWord_t)m->tag.raw >> 20, n == 0x80 ? -4 : -5);
	EXPECT_EQ(m->mr[EXC_TRAP], open ? n : GP);
	EXPECT_EQ(m->mr[EXC_RIP], open ? at + INT_BYTES : at);
	/* The error code names the gate; QEMU counts gates of 16 bytes. */
	EXPECT(open ? m->mr[EXC_ERROR] == 0 : m->mr[EXC_ERROR] == n * 8 + 2 || m->mr[EXC_ERROR] == n * 16 + 2);
}

TEST(exception, int_with_every_number)
{
	struct message m;
	L4_ThreadId_t t = trapper(int_table, &m);

	for (L4_Word_t n = 0; n < 256; n++) {
		REQUIRE(is_exception(&m));
		check_int(&m, n);
		m.mr[EXC_RIP] = (L4_Word_t)int_table + (n + 1) * INT_STRIDE;
		EXPECT_OK(frame_reply(&m, 1));
		REQUIRE(event_receive(t, &m));
	}
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}
