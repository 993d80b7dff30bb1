/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/hostile.c - what a user program can do to harm the kernel by single instructions,
 * jumps and flags.
 *
 * Each runs in a space of its own. It must end as an exception or fault message (or do nothing),
 * the thread must go on or be stopped by its handler, and the rest of the system must not notice.
 */
#include "raw.h"
#include "test.h"

enum trap { DE, DB, NMI, BP, OF, BR, UD, NM, DF, TS = 10, NP, SS, GP, PF };
#define TRAP(n)	     (1U << (n))
#define NO_TRAP	     (1U << 30)
#define PAGE_FAULT   (1U << 29)
#define IO_FAULT     (1U << 28)
#define FOREIGN_CALL (1U << 27)
/* QEMU 7.2 reads the stack of an IRET or RETF of ring 3 as the kernel would, which SMAP forbids. */
#define SMAP_FAULT PAGE_FAULT
/* QEMU 7.2 does not look whether the base is canonical. */
#define NOT_IN_QEMU NO_TRAP
/* A processor without the instructions that set segment bases. */
#define NO_FSGSBASE TRAP(UD)

void hostile_survived(void) __attribute__((noreturn, used));
void hostile_survived(void)
{
	report(LABEL_DONE, 0);
	sleep_forever();
}

static void runs(L4_Word_t code)
{
	__asm__ volatile("movq %%rsp, %%rbp\n\tandq $-16, %%rsp\n\tsubq $256, %%rsp\n\tjmp *%0"
			 :
			 : "r"(code));
	__builtin_unreachable();
}

static void answers(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	for (;;) {
		L4_LoadMR(0, tag_make(0, 1, 0).raw);
		L4_LoadMR(1, 4711);
		L4_ReplyWait(from, &from);
	}
}

/* Others still talk: a call to another space is answered, and the clock goes on. */
static void system_is_alive_within(L4_Time_t patience)
{
	L4_ThreadId_t t = thread_start(space_new(), answers, 0);
	L4_Word_t word, before = now_us();

	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	REQUIRE_OK(L4_Call_Timeouts(t, patience, patience));
	L4_StoreMR(1, &word);
	EXPECT_EQ(word, 4711);
	L4_Sleep(L4_TimePeriod(1000));
	EXPECT(now_us() - before >= 1000);
}

static void system_is_alive(void)
{
	system_is_alive_within(PATIENCE);
}

static unsigned outcome(const struct message *m)
{
	if (L4_Label(m->tag) == LABEL_DONE)
		return NO_TRAP;
	if (is_exception(m) && m->mr[EXC_TRAP] == EXC_TRAP_SYSCALL)
		return FOREIGN_CALL;
	if (is_exception(m))
		return m->mr[EXC_TRAP] < 27 ? TRAP(m->mr[EXC_TRAP]) : 0;
	if (is_page_fault(m))
		return PAGE_FAULT;
	if ((L4_SignedWord_t)m->tag.raw >> 20 == -8)
		return IO_FAULT;
	return 0;
}

/* Run code up to its trap, which must be one of those expected, at an instruction of the code; then
 * let it go on behind. */
static void attack(char *at, char *behind, unsigned expected)
{
	L4_ThreadId_t t = thread_start_under(worker, space_new(), runs, (L4_Word_t)at);
	struct message m;
	unsigned came;

	REQUIRE(event_receive(t, &m));
	came = outcome(&m);
	if (!(came & expected))
		FAIL("expected one of the traps 0x%x, got 0x%x (label %ld, words %lu %lu 0x%lx)",
		     expected, came, (L4_SignedWord_t)m.tag.raw >> 16, m.mr[1], m.mr[2], m.mr[3]);
	if (is_exception(&m)) {
		/* QEMU jumps to an address that is none and faults there. */
		EXPECT((m.mr[EXC_RIP] >= (L4_Word_t)at && m.mr[EXC_RIP] <= (L4_Word_t)behind) ||
		       m.mr[EXC_RIP] >= 1UL << 47);
		m.mr[EXC_RIP] = (L4_Word_t)behind;
		m.mr[EXC_RFLAGS] = 0x202;
		m.mr[EXC_RSP] = (m.mr[EXC_RBP] & ~0xfUL) - 256;
		EXPECT_OK(frame_reply(&m, EXC_RSP));
		REQUIRE(event_receive(t, &m));
		EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	}
	EXPECT_EQ(thread_delete(t), 1);
	system_is_alive();
}

#define ATTACK(name, text, expected)                                                               \
	__asm__(".pushsection .text\n"                                                             \
		"attack_" #name "_at: " text "\n"                                                  \
		"attack_" #name "_behind: andq $-16, %rsp\n"                                       \
		"	jmp hostile_survived\n"                                           \
		".popsection");                                                                    \
	extern char attack_##name##_at[], attack_##name##_behind[];                                \
	TEST(hostile, name)                                                                        \
	{                                                                                          \
		attack(attack_##name##_at, attack_##name##_behind, expected);                      \
	}

/* Privileged instructions. */
ATTACK(hlt, "hlt", TRAP(GP))
ATTACK(cli, "cli", TRAP(GP))
ATTACK(sti, "sti", TRAP(GP))
ATTACK(lgdt, "lgdt (%rsp)", TRAP(GP))
ATTACK(lidt, "lidt (%rsp)", TRAP(GP))
ATTACK(lldt, "xorl %eax, %eax\n lldt %ax", TRAP(GP))
ATTACK(ltr, "movl $0x30, %eax\n ltr %ax", TRAP(GP))
ATTACK(read_cr0, "movq %cr0, %rax", TRAP(GP))
ATTACK(write_cr0, "xorl %eax, %eax\n movq %rax, %cr0", TRAP(GP))
ATTACK(read_cr2, "movq %cr2, %rax", TRAP(GP))
ATTACK(write_cr2, "movq %rax, %cr2", TRAP(GP))
ATTACK(read_cr3, "movq %cr3, %rax", TRAP(GP))
ATTACK(write_cr3, "xorl %eax, %eax\n movq %rax, %cr3", TRAP(GP))
ATTACK(read_cr4, "movq %cr4, %rax", TRAP(GP))
ATTACK(write_cr4, "xorl %eax, %eax\n movq %rax, %cr4", TRAP(GP))
ATTACK(read_cr8, "movq %cr8, %rax", TRAP(GP))
ATTACK(write_cr8, "movl $15, %eax\n movq %rax, %cr8", TRAP(GP))
ATTACK(read_dr0, "movq %dr0, %rax", TRAP(GP))
ATTACK(write_dr0, "movq %rax, %dr0", TRAP(GP))
ATTACK(write_dr7, "movl $0x400, %eax\n movq %rax, %dr7", TRAP(GP))
ATTACK(rdmsr, "movl $0xc0000080, %ecx\n rdmsr", TRAP(GP))
ATTACK(rdmsr_unknown, "movl $0x12345678, %ecx\n rdmsr", TRAP(GP))
ATTACK(wrmsr_lstar, "movl $0xc0000082, %ecx\n xorl %eax, %eax\n xorl %edx, %edx\n wrmsr", TRAP(GP))
ATTACK(wrmsr_gs_base, "movl $0xc0000101, %ecx\n xorl %eax, %eax\n xorl %edx, %edx\n wrmsr",
       TRAP(GP))
ATTACK(rdpmc, "xorl %ecx, %ecx\n rdpmc", TRAP(GP) | TRAP(UD))
ATTACK(invlpg, "invlpg (%rsp)", TRAP(GP))
ATTACK(invpcid, "xorl %eax, %eax\n invpcid (%rsp), %rax", TRAP(GP) | TRAP(UD))
ATTACK(invd, "invd", TRAP(GP))
ATTACK(wbinvd, "wbinvd", TRAP(GP))
ATTACK(clts, "clts", TRAP(GP))
ATTACK(lmsw, "xorl %eax, %eax\n lmsw %ax", TRAP(GP))
ATTACK(xsetbv, "xorl %ecx, %ecx\n movl $1, %eax\n xorl %edx, %edx\n xsetbv", TRAP(GP) | TRAP(UD))
ATTACK(xsaves, "xsaves (%rsp)", TRAP(GP) | TRAP(UD))
ATTACK(xrstors, "xrstors (%rsp)", TRAP(GP) | TRAP(UD))
ATTACK(swapgs, "swapgs", TRAP(GP))
ATTACK(sysret, "leaq 1f(%rip), %rcx\n movl $0x202, %r11d\n sysretq\n 1:", TRAP(GP))
ATTACK(sysexit, "leaq 1f(%rip), %rdx\n movq %rsp, %rcx\n sysexitq\n 1:", TRAP(GP) | TRAP(UD))
ATTACK(sysenter, "sysenter", TRAP(GP) | TRAP(UD))
ATTACK(stac, ".byte 0x0f, 0x01, 0xcb", TRAP(UD))
ATTACK(clac, ".byte 0x0f, 0x01, 0xca", TRAP(UD))
ATTACK(monitor, "xorl %ecx, %ecx\n xorl %edx, %edx\n movq %rsp, %rax\n monitor",
       TRAP(GP) | TRAP(UD))
ATTACK(mwait, "xorl %ecx, %ecx\n xorl %eax, %eax\n mwait", TRAP(GP) | TRAP(UD))
ATTACK(vmcall, "vmcall", TRAP(UD) | TRAP(GP))
ATTACK(vmlaunch, "vmlaunch", TRAP(UD) | TRAP(GP))
ATTACK(vmxon, "vmxon (%rsp)", TRAP(UD) | TRAP(GP))
ATTACK(vmrun, "vmrun", TRAP(UD) | TRAP(GP))
ATTACK(vmmcall, "vmmcall", TRAP(UD) | TRAP(GP))
ATTACK(clgi, "clgi", TRAP(UD) | TRAP(GP))
ATTACK(skinit, ".byte 0x0f, 0x01, 0xde", TRAP(UD) | TRAP(GP))
ATTACK(rsm, "rsm", TRAP(UD) | TRAP(GP))
ATTACK(getsec, ".byte 0x0f, 0x37", TRAP(UD) | TRAP(GP))

/* With UMIP these trap; without, they tell addresses but change nothing. */
ATTACK(sgdt, "sgdt (%rsp)", TRAP(GP) | NO_TRAP)
ATTACK(sidt, "sidt (%rsp)", TRAP(GP) | NO_TRAP)
ATTACK(sldt, "sldt (%rsp)", TRAP(GP) | NO_TRAP)
ATTACK(str, "str (%rsp)", TRAP(GP) | NO_TRAP)
ATTACK(smsw, "smsw %rax", TRAP(GP) | NO_TRAP)

/* Ports. */
ATTACK(in_byte, "inb $0x21, %al", IO_FAULT)
ATTACK(out_byte, "movb $0xff, %al\n outb %al, $0x21", IO_FAULT)
ATTACK(in_long, "movw $0xcf8, %dx\n inl %dx, %eax", IO_FAULT)
ATTACK(out_last_port, "movw $0xffff, %dx\n outb %al, %dx", IO_FAULT)
ATTACK(out_beyond_last_port, "movw $0xffff, %dx\n outl %eax, %dx", IO_FAULT | TRAP(GP))
ATTACK(ins, "movq %rsp, %rdi\n movw $0x60, %dx\n insb", IO_FAULT | TRAP(GP))
ATTACK(outs, "movq %rsp, %rsi\n movw $0x60, %dx\n movl $4, %ecx\n rep outsb", IO_FAULT | TRAP(GP))

/* Software interrupts at every kind of gate, and far transfers into the kernel. */
ATTACK(int_0, "int $0", TRAP(GP))
ATTACK(int_1, "int $1", TRAP(GP))
ATTACK(int_2_nmi, "int $2", TRAP(GP))
ATTACK(int_8_double_fault, "int $8", TRAP(GP))
ATTACK(int_13, "int $13", TRAP(GP))
ATTACK(int_14, "int $14", TRAP(GP))
ATTACK(int_18_machine_check, "int $18", TRAP(GP))
ATTACK(int_32, "int $32", TRAP(GP))
ATTACK(int_255, "int $255", TRAP(GP))
ATTACK(icebp, ".byte 0xf1", TRAP(DB) | TRAP(UD))
ATTACK(iret_to_kernel,
       "pushq $0x10\n pushq %rsp\n pushq $0x202\n pushq $0x08\n leaq 1f(%rip), %rax\n pushq %rax\n "
       "iretq\n 1:",
       TRAP(GP) | SMAP_FAULT)
ATTACK(iret_to_kernel_rip,
       "movl %ss, %eax\n pushq %rax\n pushq %rsp\n pushq $0x202\n movl %cs, %eax\n pushq %rax\n "
       "movq $0xffffffff80000000, %rax\n"
       " pushq %rax\n iretq",
       PAGE_FAULT | TRAP(GP))
ATTACK(iret_with_iopl,
       "movl %ss, %eax\n leaq -64(%rsp), %rcx\n pushq %rax\n pushq %rcx\n pushq $0x3202\n movl "
       "%cs, %eax\n pushq %rax\n"
       " leaq 1f(%rip), %rax\n pushq %rax\n iretq\n 1: cli",
       TRAP(GP) | SMAP_FAULT)
ATTACK(iret_null_selectors, "pushq $0\n pushq %rsp\n pushq $0x202\n pushq $0\n pushq $0\n iretq",
       TRAP(GP) | SMAP_FAULT)
ATTACK(iret_virtual_8086,
       "movl %ss, %eax\n pushq %rax\n pushq %rsp\n pushq $0x20202\n movl %cs, %eax\n pushq %rax\n "
       "leaq 1f(%rip), %rax\n"
       " pushq %rax\n iretq\n 1:",
       TRAP(GP) | NO_TRAP | SMAP_FAULT)
ATTACK(lret_to_kernel,
       "pushq $0x08\n leaq 1f(%rip), %rax\n pushq %rax\n lretq\n 1:", TRAP(GP) | SMAP_FAULT)
ATTACK(lcall_to_kernel, "movl $0x1000, (%rsp)\n movl $0x08, 4(%rsp)\n lcall *(%rsp)", TRAP(GP))
ATTACK(ljmp_to_tss, "movl $0x1000, (%rsp)\n movl $0x30, 4(%rsp)\n ljmp *(%rsp)",
       TRAP(GP) | TRAP(NP))
ATTACK(load_kernel_ss, "movl $0x10, %eax\n movl %eax, %ss", TRAP(GP))
ATTACK(load_null_ss, "xorl %eax, %eax\n movl %eax, %ss", TRAP(GP))
ATTACK(load_kernel_ds, "movl $0x10, %eax\n movl %eax, %ds", TRAP(GP))
ATTACK(load_code_as_ds, "movl $0x08, %eax\n movl %eax, %ds", TRAP(GP))
ATTACK(load_tss_as_fs, "movl $0x30, %eax\n movl %eax, %fs", TRAP(GP) | TRAP(NP))
ATTACK(load_beyond_gdt, "movl $0xfff8, %eax\n movl %eax, %gs", TRAP(GP))
/* There is no local descriptor table; one at address 0, as after reset, would be the user's to
 * write. */
ATTACK(load_ldt_selector, "movl $0x0c, %eax\n movl %eax, %es", TRAP(GP))
ATTACK(load_null_everywhere,
       "xorl %eax, %eax\n movl %eax, %ds\n movl %eax, %es\n movl %eax, %fs\n ud2", TRAP(UD))
ATTACK(load_user_data_everywhere,
       "movl %ss, %eax\n movl %eax, %ds\n movl %eax, %es\n movl %eax, %fs\n ud2", TRAP(UD))
ATTACK(null_gs_then_syscall, "xorl %eax, %eax\n movl %eax, %gs\n xorl %edx, %edx\n syscall",
       FOREIGN_CALL)

/* Jumps to where no code is. */
ATTACK(jump_kernel_image, "movq $0xffffffff80000000, %rax\n jmp *%rax", PAGE_FAULT)
ATTACK(jump_direct_map, "movq $0xffff800000000000, %rax\n jmp *%rax", PAGE_FAULT)
ATTACK(jump_tcb_array, "movq $0xffffffffc0000000, %rax\n jmp *%rax", PAGE_FAULT)
ATTACK(jump_cpu_area, "movq $0xffffff0000000000, %rax\n jmp *%rax", PAGE_FAULT)
ATTACK(jump_noncanonical, "movq $0x800000000000, %rax\n jmp *%rax", TRAP(GP) | PAGE_FAULT)
ATTACK(jump_noncanonical_high, "movq $0x8000000000000000, %rax\n jmp *%rax", TRAP(GP) | PAGE_FAULT)
ATTACK(jump_last_page, "movq $0x7fffffffffff, %rax\n jmp *%rax", PAGE_FAULT)
ATTACK(call_kernel, "movq $0xffffffff80000010, %rax\n call *%rax", PAGE_FAULT)
ATTACK(ret_to_kernel, "movq $0xffffffff80000010, %rax\n pushq %rax\n ret", PAGE_FAULT)
ATTACK(jump_null, "xorl %eax, %eax\n jmp *%rax", PAGE_FAULT)

/* A stack that is none, then a trap: the frame goes to the kernel's own memory. */
ATTACK(trap_with_kernel_stack, "movq $0xffffffff80100000, %rsp\n ud2", TRAP(UD))
ATTACK(trap_with_noncanonical_stack, "movq $0x800000000000, %rsp\n ud2", TRAP(UD))
ATTACK(trap_with_null_stack, "xorl %esp, %esp\n ud2", TRAP(UD))
ATTACK(push_to_kernel_stack, "movq $0xffffffff80100000, %rsp\n pushq %rax", PAGE_FAULT)
ATTACK(push_to_noncanonical_stack, "movq $0x800000000010, %rsp\n pushq %rax", TRAP(SS) | TRAP(GP))

/* Flags. */
ATTACK(popf_iopl, "pushq $0x3202\n popfq\n cli", TRAP(GP))
ATTACK(popf_everything, "pushq $0x3ffeff\n popfq\n pushq $0x202\n popfq\n ud2", TRAP(UD))
ATTACK(popf_clears_if,
       "pushq $0\n popfq\n pushfq\n popq %rax\n testl $0x200, %eax\n jz 1f\n ud2\n 1:", TRAP(UD))

/* Segment bases. */
ATTACK(wrgsbase_then_foreign_syscall,
       "movq $0xffffffff80000000, %rax\n wrgsbase %rax\n xorl %edx, %edx\n syscall",
       FOREIGN_CALL | NO_FSGSBASE)
ATTACK(wrgsbase_then_trap, "movq $0xffff800000001000, %rax\n wrgsbase %rax\n ud2", TRAP(UD))
ATTACK(wrgsbase_noncanonical, "movq $0x800000000000, %rax\n wrgsbase %rax",
       TRAP(GP) | NOT_IN_QEMU | NO_FSGSBASE)
ATTACK(wrfsbase_noncanonical, "movq $0x800000000000, %rax\n wrfsbase %rax",
       TRAP(GP) | NOT_IN_QEMU | NO_FSGSBASE)
ATTACK(wrfsbase_kernel, "movq $0xffffffff80000000, %rax\n wrfsbase %rax\n ud2", TRAP(UD))
ATTACK(read_kernel_through_fs, "movq $0xffffffff80000000, %rax\n wrfsbase %rax\n movq %fs:0, %rax",
       PAGE_FAULT | NO_FSGSBASE)
ATTACK(read_kernel_through_gs, "movq $0xffffffffc0000000, %rax\n wrgsbase %rax\n movq %gs:0, %rax",
       PAGE_FAULT | NO_FSGSBASE)

/* GS base bent, then each L4 system call: the kernel finds the UTCB by itself. */
static void bends_gs(L4_Word_t base)
{
	struct registers r = {.rflags = 0x202};
	L4_Word_t mine = L4_MyLocalId().raw, wrong = 0;

	for (unsigned call = 0; call < CALL_COUNT; call++) {
		r = (struct registers){.rflags = 0x202};
		r.rdx = CALL_WORD(call, IPC_FROM);
		if (call == CALL_IPC || call == CALL_LIPC) {
			/* A message with words beyond the registers, to nobody. */
			r.rdx |= 0x0400UL << CALL_TIMEOUT_SHIFT;
			r.rax = 63;
			r.rdi = L4_GlobalId(0xabcd, 1).raw;
		} else {
			r.rdx &= ~3UL;
		}
		__asm__ volatile("wrgsbase %0" : : "r"(base));
		raw_syscall(&r);
		wrong += L4_MyLocalId().raw != mine;
	}
	report(LABEL_DONE, wrong);
}

static void bent_gs(L4_Word_t base)
{
	L4_ThreadId_t t;
	struct message m;

	if (!users_set_segment_bases())
		return;
	t = thread_start(space_new(), bends_gs, base);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[1], 0);
	system_is_alive();
}

TEST(hostile, gs_base_null)
{
	bent_gs(0);
}

TEST(hostile, gs_base_kernel)
{
	bent_gs(0xffffffff80000000UL);
	bent_gs(0xffff800000000000UL);
	bent_gs(0xffffffffc0000000UL);
}

TEST(hostile, gs_base_unmapped)
{
	bent_gs(0x7ffffffff000UL);
}

/* The thread control registers belong to the user: whatever is in them. */
static void bends_utcb(L4_Word_t value)
{
	struct utcb *u = own_utcb();
	L4_Word_t pager = warden.raw;
	struct registers r;

	for (unsigned call = 0; call < CALL_COUNT; call++) {
		volatile L4_Word_t *words = (volatile L4_Word_t *)u;

		for (unsigned i = 0; i < UTCB_SIZE / 8; i++)
			words[i] = value;
		u->pager = pager; /* our code must come from somewhere */
		r = (struct registers){.rflags = 0x202};
		r.rdx = CALL_WORD(call, 0);
		if (call == CALL_IPC || call == CALL_LIPC) {
			r.rdx |= IPC_FROM | 0x0400UL << CALL_TIMEOUT_SHIFT;
			r.rax = 0xfff;
			r.rdi = warden.raw;
			r.r8 = 0x400;
		}
		raw_syscall(&r);
	}
	u->my_local_id = (L4_Word_t)u;
	report(LABEL_DONE, 0);
}

TEST(hostile, utcb_full_of_nonsense)
{
	static const L4_Word_t values[] = {0, ~0UL, 0xffffffff80000000UL, 0x800000000000UL,
					   0x1234567812345678UL};

	for (unsigned i = 0; i < 5; i++) {
		L4_ThreadId_t t = thread_start(space_new(), bends_utcb, values[i]);
		struct message m;

		REQUIRE(message_receive(t, &m));
		EXPECT_EQ(m.mr[1], 0);
		EXPECT_EQ(thread_delete(t), 1);
	}
	system_is_alive();
}

static void faults_with_bent_utcb(L4_Word_t value)
{
	struct utcb *u = own_utcb();
	volatile L4_Word_t *words = (volatile L4_Word_t *)u;

	for (unsigned i = 0; i < UTCB_SIZE / 8; i++)
		words[i] = value;
	*(volatile L4_Word_t *)0x700000000000UL;
}

TEST(hostile, fault_with_utcb_full_of_nonsense)
{
	static const L4_Word_t values[] = {0, ~0UL, ~0UL << 6, 0xffffffff80000000UL,
					   0x1234567812345678UL};

	for (unsigned i = 0; i < 5; i++) {
		L4_ThreadId_t t = thread_start(space_new(), faults_with_bent_utcb, values[i]);

		settle();
		EXPECT_EQ(thread_delete(t), 1);
	}
	system_is_alive();
}

/*
 * Hostile flags at the moment of a system call: the kernel runs with its own. It copies a long
 * message (which DF would turn round), and leaves to a thread that the timer interrupted by IRET
 * (which NT forbids).
 */
static struct registers with_flags;

static void calls_with_flags(L4_Word_t flags)
{
	with_flags = (struct registers){.rflags = flags | 0x202};
	with_flags.rdx = CALL_WORD(CALL_SYSTEM_CLOCK, 0);
	raw_syscall(&with_flags);
	report(LABEL_DONE, with_flags.rflags);
	for (unsigned i = 0; i < 3; i++) {
		with_flags = (struct registers){.rflags = flags | 0x202};
		with_flags.rdx = CALL_WORD(CALL_THREAD_SWITCH, 0);
		raw_syscall(&with_flags);
	}
	report(LABEL_DONE, with_flags.rflags);
	for (unsigned i = 8; i < 64; i++)
		own_utcb()->mr[i] = 0xf1a60000 + i;
	with_flags = (struct registers){.rflags = flags | 0x202, .rax = 63, .rdi = worker.raw};
	with_flags.rdx = CALL_WORD(CALL_IPC, IPC_FROM);
	raw_syscall(&with_flags);
	report(LABEL_DONE, with_flags.rflags);
}

static void hostile_flags(L4_Word_t flags)
{
	struct message m;
	L4_ThreadId_t t;

	thread_start(space_new(), loops, 0);
	t = thread_start(space_new(), calls_with_flags, flags);
	for (unsigned i = 0; i < 2; i++) {
		REQUIRE(message_receive(t, &m));
		EXPECT_EQ(m.mr[1], 0x202);
	}
	REQUIRE(message_receive(t, &m));
	for (unsigned i = 8; i < 64; i++)
		EXPECT_EQ(m.mr[i], 0xf1a60000 + i);
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(m.mr[1], 0x202);
	system_is_alive();
}

TEST(hostile, syscall_with_direction_flag)
{
	hostile_flags(1 << 10);
}

TEST(hostile, syscall_with_nested_task_flag)
{
	hostile_flags(1 << 14);
}

TEST(hostile, syscall_with_alignment_check)
{
	hostile_flags(1 << 18);
}

TEST(hostile, syscall_with_id_flag_and_iopl)
{
	hostile_flags(1 << 21 | 3 << 12);
}

/* Single-stepping over system calls: POPF sets TF, SYSCALL is the next instruction. */
TEST(hostile, single_step_over_syscall)
{
	L4_ThreadId_t t = thread_start_under(worker, space_new(), calls_with_flags, 1 << 8);
	struct message m;
	unsigned steps = 0;

	for (;;) {
		REQUIRE(event_receive(t, &m));
		if (!is_exception(&m))
			break;
		EXPECT_EQ(m.mr[EXC_TRAP], DB);
		steps++;
		REQUIRE(steps < 10);
		m.mr[EXC_RFLAGS] &= ~0x100UL;
		EXPECT_OK(frame_reply(&m, EXC_RFLAGS));
	}
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	system_is_alive();
}

/* A stack pointer in the kernel's memory at the moment of a system call, while it is stepped. */
static struct registers stepped;

static void steps_with_kernel_stack(L4_Word_t rsp)
{
	stepped = (struct registers){.rflags = 0x302, .rsp = rsp};
	stepped.rdx = CALL_WORD(CALL_SYSTEM_CLOCK, 0);
	raw_syscall_rsp(&stepped);
	report(LABEL_DONE, 0);
}

TEST(hostile, single_step_with_kernel_stack)
{
	static const L4_Word_t stacks[] = {0xffffffff80100000UL, 0xffff800000100000UL,
					   0x800000000000UL, 0, 0xffffffffc0000400UL};

	for (unsigned i = 0; i < 5; i++) {
		L4_ThreadId_t t =
		    thread_start_under(worker, space_new(), steps_with_kernel_stack, stacks[i]);
		struct message m;

		for (unsigned steps = 0; steps < 100; steps++) {
			REQUIRE(event_receive(t, &m));
			if (!is_exception(&m))
				break;
			EXPECT_EQ(m.mr[EXC_TRAP], DB);
			m.mr[EXC_RFLAGS] |= 0x100;
			EXPECT_OK(frame_reply(&m, EXC_RFLAGS));
		}
		EXPECT_EQ(thread_delete(t), 1);
	}
	system_is_alive();
}

/* Every system call with a stack pointer that is none: the kernel never uses it. */
static void calls_with_bad_stack(L4_Word_t rsp)
{
	static struct registers r;

	for (unsigned call = 0; call < CALL_COUNT; call++) {
		r = (struct registers){.rflags = 0x202, .rsp = rsp};
		r.rdx = CALL_WORD(call, 0);
		if (call == CALL_IPC || call == CALL_LIPC)
			r.rdx |= IPC_FROM | 0x0400UL << CALL_TIMEOUT_SHIFT;
		raw_syscall_rsp(&r);
		if (r.rsp != rsp)
			report(LABEL_DONE, 1 + call);
	}
	report(LABEL_DONE, 0);
}

TEST(hostile, syscall_with_bad_stack)
{
	static const L4_Word_t stacks[] = {
	    0xffffffff80100000UL, 0xffff800000100000UL, 0x800000000000UL, 0, ~0UL,
	    0xffffffffc0000400UL, 0x7ffffffffff8UL};

	for (unsigned i = 0; i < 7; i++) {
		L4_ThreadId_t t = thread_start(space_new(), calls_with_bad_stack, stacks[i]);
		struct message m;

		REQUIRE(message_receive(t, &m));
		EXPECT_EQ(m.mr[1], 0);
		EXPECT_EQ(thread_delete(t), 1);
	}
	system_is_alive();
}

/* A flood: a spinning thread of every kind in several spaces does not keep the others from running.
 */
static void floods(L4_Word_t which)
{
	for (;;) {
		switch (which) {
		case 0:
			L4_Yield();
			break;
		case 1:
			L4_SystemClock();
			break;
		case 2:
			L4_LoadMR(0, tag_make(0, 63, 0).raw);
			L4_Send_Timeout(runner, L4_ZeroTime);
			break;
		default:
			break;
		}
	}
}

TEST_LIMIT(hostile, floods, 5000)
{
	for (unsigned i = 0; i < 4; i++)
		thread_start(space_new(), floods, i);
	/* Each fault of a fresh thread waits for the time slices of all others. */
	for (unsigned i = 0; i < 3; i++)
		system_is_alive_within(L4_TimePeriod(1000000 * time_scale));
}
