/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/small_attack.c - what a small program may try by single instructions and flags: privileged and I/O
 * instructions, other systems' doors, every interrupt number, its flags at the kernel's doors, and lies in its UTCB.
 *
 * None of it depends on the limits of segments.
 */
#include <cpuid.h>

#include "scene.h"

ATTACK(small_attack, halt, GP, "", "hlt")
ATTACK(small_attack, cli, GP, "", "cli")
ATTACK(small_attack, sti, GP, "", "sti")
ATTACK(small_attack, clts, GP, "", "clts")
ATTACK(small_attack, lmsw, GP, "xorl %eax, %eax", "lmsw %ax")
ATTACK(small_attack, read_cr0, GP, "", "movl %cr0, %eax")
ATTACK(small_attack, read_cr3, GP, "", "movl %cr3, %eax")
ATTACK(small_attack, write_cr0, GP, "xorl %eax, %eax", "movl %eax, %cr0")
ATTACK(small_attack, write_cr3, GP, "xorl %eax, %eax", "movl %eax, %cr3")
ATTACK(small_attack, write_cr4, GP, "xorl %eax, %eax", "movl %eax, %cr4")
ATTACK(small_attack, read_dr6, GP, "", "movl %dr6, %eax")
ATTACK(small_attack, write_dr7, GP, "xorl %eax, %eax", "movl %eax, %dr7")
ATTACK(small_attack, rdmsr, GP, "movl $0xc0000082, %ecx", "rdmsr")
ATTACK(small_attack, wrmsr_of_the_door, GP, "movl $0x176, %ecx\n xorl %eax, %eax\n xorl %edx, %edx", "wrmsr")
ATTACK(small_attack, lgdt, GP, "", "lgdt 0x11000")
ATTACK(small_attack, lidt, GP, "", "lidt 0x11000")
ATTACK(small_attack, lldt, GP, "xorl %eax, %eax", "lldt %ax")
ATTACK(small_attack, ltr, GP, "movl $0x28, %eax", "ltr %ax")
ATTACK(small_attack, invlpg, GP, "", "invlpg 0x11000")
ATTACK(small_attack, invd, GP, "", "invd")
ATTACK(small_attack, wbinvd, GP, "", "wbinvd")
ATTACK_ANY(small_attack, invpcid, ONE_OF(GP) | ONE_OF(UD), "xorl %eax, %eax",
	   ".byte 0x66, 0x0f, 0x38, 0x82, 0x05, 0, 0x10, 1, 0")
ATTACK_ANY(small_attack, xsetbv, ONE_OF(GP) | ONE_OF(UD), "xorl %ecx, %ecx", "xsetbv")
ATTACK_ANY(small_attack, monitor, ONE_OF(GP) | ONE_OF(UD),
	   "movl $0x11000, %eax\n xorl %ecx, %ecx\n xorl %edx, %edx", "monitor")
ATTACK_ANY(small_attack, sysexit, ONE_OF(GP) | ONE_OF(UD), "movl $0x10000, %edx\n movl $0x13000, %ecx", "sysexit")
ATTACK_ANY(small_attack, sysret, ONE_OF(GP) | ONE_OF(UD), "movl $0x10000, %ecx", "sysret")
ATTACK_ANY(small_attack, swapgs, ONE_OF(GP) | ONE_OF(UD), "", ".byte 0x0f, 0x01, 0xf8")
ATTACK_ANY(small_attack, vmcall, ONE_OF(GP) | ONE_OF(UD), "", "vmcall")
ATTACK(small_attack, rsm, UD, "", "rsm")
ATTACK(small_attack, task_return, GP, "pushfl\n orl $0x4000, (%esp)\n popfl", "iret")
ATTACK(small_attack, stack_segment_nil, GP, "xorl %eax, %eax", "movw %ax, %ss")
ATTACK(small_attack, divide_error, DE, "xorl %ecx, %ecx", "divl %ecx")

/* Stack pointers that lead nowhere are no use of the kernel's. */
ATTACK(small_attack, exception_with_a_hostile_stack, UD, "movl $0xfffffffe, %esp", "ud2")
ATTACK(small_attack, exception_with_a_large_stack, UD, "movl $0x500000, %esp", "ud2")

CODE32(hostile_door, "movl $0x80000000, %esp\n movl $0x1400, %edx\n int $0x81", "ud2");
SCENE_TEST(small_attack, int_with_a_hostile_stack, 1000)
{
	REQUIRE(attacker_traps(&scene->attacker, CODE_OF(hostile_door), UD));
	EXPECT_EQ(scene->attacker.m.mr[EXC_RSP], 0x80000000);
}

/*
 * The doors, asked for a call that there is not: an exception, as from 64-bit code. Processors of other makers have no
 * `sysenter` in long mode: there the instruction itself is the exception.
 */
static bool has_sysenter(void)
{
	unsigned eax, ebx, ecx, edx;

	__cpuid(0, eax, ebx, ecx, edx);
	return ebx == signature_INTEL_ebx && edx == signature_INTEL_edx && ecx == signature_INTEL_ecx;
}

CODE32(no_call, "movl $0xffffffff, %edx\n movl %esp, %ecx", "sysenter");
SCENE_TEST(small_attack, sysenter_for_no_call, 1000)
{
	REQUIRE(attacker_run(&scene->attacker, no_call_at, no_call_end));
	if (has_sysenter())
		attacker_raised(&scene->attacker, EXC_TRAP_SYSCALL, AT_KIP + SMALL_KIP_LANDING);
	else
		attacker_raised(&scene->attacker, GP, AT_CODE + (L4_Word_t)(no_call_trap - no_call_at));
}

/* The door of 64-bit programs. Some processors have it here, too: then it leads to the exception handler. */
CODE32(syscall, "movl $0x4c345832, %edx", "syscall");
SCENE_TEST(small_attack, syscall, 1000)
{
	L4_Word_t trap;

	REQUIRE(attacker_run(&scene->attacker, syscall_at, syscall_end));
	trap = scene->attacker.m.mr[EXC_TRAP];
	EXPECT(is_exception(&scene->attacker.m));
	EXPECT(trap == UD || trap == GP || trap == EXC_TRAP_SYSCALL);
	EXPECT_EQ(scene->attacker.m.mr[EXC_CS] & 3, 1);
}

/* Ports: no small space has any. */
ATTACK(small_attack, port_in, GP, "movl $0x3f8, %edx", "inb %dx, %al")
ATTACK(small_attack, port_in_constant, GP, "", "inb $0x60, %al")
ATTACK(small_attack, port_out, GP, "movl $0xcf8, %edx\n xorl %eax, %eax", "outl %eax, %dx")
ATTACK(small_attack, port_out_constant, GP, "movb $0x11, %al", "outb %al, $0xf4")
ATTACK(small_attack, port_in_string, GP, "movl $0x3f8, %edx\n movl $0x11000, %edi", "insb")
ATTACK(small_attack, port_out_string, GP, "movl $0x3f8, %edx\n movl $0x11000, %esi", "outsb")

/*
 * Flags
 */

CODE32(popf, "pushl $0xfffffeff\n popfl\n pushfl\n popl %eax\n pushl $2\n popfl", "ud2");
SCENE_TEST(small_attack, popf, 1000)
{
	L4_Word_t flags;

	REQUIRE(attacker_traps(&scene->attacker, CODE_OF(popf), UD));
	flags = scene->attacker.m.mr[EXC_RAX];
	EXPECT_EQ(flags & (IF | IOPL | VM | RF), IF);
}

/* pushfl with a flag, its arguments, then the instruction: the flag is set when the door opens. */
#define WITH_FLAG(flag, door)                                                                      \
	"pushl $0x1111\n call 1f\n jmp 2f\n1: pushfl\n orl $" flag                                 \
	", (%esp)\n movl $0x1400, %edx\n leal 4(%esp), %ecx\n popfl\n " door "\n2:"

enum { SYSENTER_BYTES = 2 };

/* The door by `sysenter` pops the return address itself. */
static void comes_with_flag(struct attacker *a, const char *at, const char *trap, const char *end, bool is_sysenter)
{
	REQUIRE(attacker_run(a, at, end));
	if (is_exception(&a->m) && a->m.mr[EXC_TRAP] == DB) { /* of a single step on the way; without it, all goes on */
		a->m.mr[EXC_RFLAGS] = 0x202;
		REQUIRE(attacker_go(a));
	}
	if (is_sysenter && !has_sysenter()) {
		attacker_raised(a, GP, AT_CODE + (L4_Word_t)(trap - at) - SYSENTER_BYTES);
	} else {
		attacker_raised(a, UD, AT_CODE + (L4_Word_t)(trap - at));
		EXPECT_EQ(a->m.mr[EXC_RFLAGS] & (TF | DF | NT | AC | IOPL | IF), IF);
	}
}

#define COMES_WITH(name, flag, door)                                                               \
	CODE32(with_##name, WITH_FLAG(flag, door), "ud2");                                         \
	SCENE_TEST(small_attack, name, 1000)                                                       \
	{                                                                                          \
		comes_with_flag(&scene->attacker, CODE_OF(with_##name), (door)[0] == 's');         \
	}

COMES_WITH(sysenter_with_ac, "0x40000", "sysenter")
COMES_WITH(sysenter_with_nt, "0x4000", "sysenter")
COMES_WITH(sysenter_with_tf, "0x100", "sysenter")
COMES_WITH(sysenter_with_df, "0x400", "sysenter")
COMES_WITH(sysenter_with_all, "0x44500", "sysenter")
COMES_WITH(int_with_ac, "0x40000", "int $0x81\n ret")
COMES_WITH(int_with_nt, "0x4000", "int $0x81\n ret")
COMES_WITH(int_with_tf, "0x100", "int $0x81\n ret")
COMES_WITH(int_with_df, "0x400", "int $0x81\n ret")

/* An exception with them. */
CODE32(ud2_with_all, "pushfl\n orl $0x44400, (%esp)\n popfl", "ud2");
SCENE_TEST(small_attack, exception_with_all, 1000)
{
	REQUIRE(attacker_traps(&scene->attacker, CODE_OF(ud2_with_all), UD));
	EXPECT_EQ(scene->attacker.m.mr[EXC_RFLAGS] & (DF | AC), DF | AC);
}

/*
 * Interrupt numbers
 */

/* What `int n` is to be told as; 0: as the general protection fault of an interrupt number. */
static L4_Word_t own_vector(unsigned n)
{
	switch (n) {
	case BP:
	case OF:
	case 0x80:
		return n;
	case SMALL_VECTOR:
		return EXC_TRAP_SYSCALL;
	default:
		return 0;
	}
}

SCENE_TEST(small_attack, int_n, 10000)
{
	for (unsigned n = 0; n < 256; n++) {
		unsigned char code[] = {0xcd, (unsigned char)n};
		L4_Word_t vector = own_vector(n);

		attacker_reset(&scene->attacker);
		attacker_code(&scene->attacker, 0, code, sizeof code);
		scene->attacker.m.mr[EXC_RDX] = 0xfc00; /* at the door: a number that no call has */
		REQUIRE(attacker_go(&scene->attacker));
		if (!attacker_raised(&scene->attacker, vector ? vector : (L4_Word_t)GP,
				  vector ? AT_CODE + sizeof code : AT_CODE)) {
			FAIL("this was int 0x%x", n);
			break;
		}
	}
}

/*
 * Lies in the UTCB
 */

/* Writes EAX to the word EBX of its UTCB, then sends a word to the thread EDI. */
CODE32(utcb_lie, "movl %eax, %gs:(%ebx)\n movl $0x770001, %eax\n movl $4711, %ebx\n movl $2, %edx\n xorl %esi, %esi\n"
       "int $0x81", "ud2");

static L4_Word_t small_id(L4_ThreadId_t t)
{
	return L4_ThreadNo(t) << SMALL_ID_VERSION_BITS | L4_Version(t);
}

static void lies(struct scene *scene, L4_Word_t offset, L4_Word_t value)
{
	struct attacker *a = &scene->attacker;

	attacker_reset(a);
	attacker_code(a, 0, utcb_lie_at, (size_t)(utcb_lie_end - utcb_lie_at));
	a->m.mr[EXC_RAX] = value;
	a->m.mr[EXC_RBX] = offset;
	a->m.mr[EXC_RDI] = small_id(worker);
	REQUIRE(attacker_go(a));
	EXPECT_EQ(L4_Label(a->m.tag), 0x77);
	EXPECT_EQ(a->m.mr[1], 4711);
	EXPECT(L4_IsThreadEqual(L4_GlobalIdOf(a->m.from), a->thread));
	REQUIRE(message_receive(a->thread, &a->m));
	attacker_raised(a, UD, AT_CODE + (L4_Word_t)(utcb_lie_trap - utcb_lie_at));
}

/* Its address, its id and all else that the kernel keeps there, as it may never be. The exception handler stays. */
SCENE_TEST(small_attack, utcb_lies, 10000)
{
	static const unsigned values[] = {
		0, 1, 0x400, 0x3fffff, 0x400000, 0x80000000, 0xe0000000, 0xffffffc0, 0xffffffff,
	};

	for (L4_Word_t offset = SMALL_UTCB_MY_LOCAL_ID; offset < offsetof(struct small_utcb, br); offset += 4) {
		if (offset == offsetof(struct small_utcb, exception_handler))
			continue;
		for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++)
			lies(scene, offset, values[i]);
	}
}

/* A victim's id as one's own, and its UTCB as one's own. */
SCENE_TEST(small_attack, utcb_of_another, 1000)
{
	lies(scene, offsetof(struct small_utcb, my_global_id), small_id(scene->victims[0].thread));
	lies(scene, SMALL_UTCB_MY_LOCAL_ID, AT_UTCBS + UTCB_SIZE);
	lies(scene, SMALL_UTCB_MY_LOCAL_ID, AT_UTCBS + AT_SLOT_END);
}
