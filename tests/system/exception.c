/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/exception.c - exceptions as messages to the exception handler, and answers that set
 * registers. */
#include "raw.h"
#include "test.h"
#include "trapper.h"

SNIPPET(snippet_ud2, "ud2")
SNIPPET(snippet_div, "xorl %ecx, %ecx\n snippet_div_trap: divl %ecx")
SNIPPET(snippet_int3, "int3")
SNIPPET(snippet_int80, "int $0x80")
SNIPPET(snippet_hlt, "hlt")
SNIPPET(snippet_syscall, "movq $60, %rax\n movq $1, %rdx\n syscall")
SNIPPET(snippet_int, "int $0x20")
SNIPPET(snippet_noncanonical,
	"movq $0x800000000000, %rax\n snippet_noncanonical_trap: movq (%rax), %rax")
SNIPPET(snippet_x87, "fninit\n pushq $0x37b\n fldcw (%rsp)\n popq %rax\n fldz\n fld1\n fdivp\n "
		     "snippet_x87_trap: fwait")
SNIPPET(snippet_sse, "pushq $0x1d80\n ldmxcsr (%rsp)\n popq %rax\n xorps %xmm0, %xmm0\n movl $1, "
		     "%eax\n cvtsi2ss %eax, %xmm1\n"
		     " snippet_sse_trap: divss %xmm0, %xmm1")
extern char snippet_div_trap[], snippet_noncanonical_trap[], snippet_x87_trap[], snippet_sse_trap[];

TEST(exception, invalid_opcode)
{
	trapper_expect(snippet_ud2_at, snippet_ud2_at, UD, snippet_ud2_behind);
}

TEST(exception, divide_error)
{
	trapper_expect(snippet_div_at, snippet_div_trap, DE, snippet_div_behind);
}

TEST(exception, breakpoint)
{
	trapper_expect(snippet_int3_at, snippet_int3_behind, BP, snippet_int3_behind);
}

TEST(exception, privileged_instruction)
{
	trapper_expect(snippet_hlt_at, snippet_hlt_at, GP, snippet_hlt_behind);
}

TEST(exception, interrupt_instruction)
{
	trapper_expect(snippet_int_at, snippet_int_at, GP, snippet_int_behind);
}

TEST(exception, noncanonical_address)
{
	trapper_expect(snippet_noncanonical_at, snippet_noncanonical_trap, GP, snippet_noncanonical_behind);
}

TEST(exception, x87_error)
{
	trapper_expect(snippet_x87_at, snippet_x87_trap, MF, snippet_x87_behind);
}

/* QEMU's emulation raises no SSE exceptions; where there is one, it is this and not an invalid
 * opcode. */
TEST(exception, sse_error)
{
	struct message m;

	trapper(snippet_sse_at, &m);
	if (L4_Label(m.tag) == LABEL_DONE)
		return;
	EXPECT(is_exception(&m));
	EXPECT_EQ(m.mr[EXC_TRAP], XM);
	EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)snippet_sse_trap);
}

TEST(exception, error_code)
{
	struct message m;

	/* int 0x20: the error code of #GP is the vector * 8 + 2. */
	trapper(snippet_int_at, &m);
	EXPECT(m.mr[EXC_ERROR] != 0);
}

/* System calls of others. */

TEST(exception, foreign_syscall)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_syscall_at, &m);

	EXPECT_EQ((L4_SignedWord_t)m.tag.raw >> 20, -4);
	EXPECT_EQ(L4_UntypedWords(m.tag), EXC_WORDS);
	EXPECT_EQ(m.mr[EXC_TRAP], EXC_TRAP_SYSCALL);
	EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)snippet_syscall_behind);
	EXPECT_EQ(m.mr[EXC_RAX], 60);
	EXPECT_EQ(m.mr[EXC_RDX], 1);
	/* An empty answer: go on as you are. */
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

TEST(exception, int_80)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_int80_at, &m);

	EXPECT_EQ((L4_SignedWord_t)m.tag.raw >> 20, -4);
	EXPECT_EQ(m.mr[EXC_TRAP], 0x80);
	EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)snippet_int80_behind);
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

static struct registers called;

static void calls_foreign(L4_Word_t unused)
{
	(void)unused;
	raw_syscall(&called);
	report(LABEL_DONE, 0);
}

/* What a Linux server would see: all arguments, and its answer in RAX. */
TEST(exception, foreign_syscall_arguments)
{
	struct message m;
	L4_ThreadId_t t;

	called = (struct registers){.rax = 1,
				    .rdi = 2,
				    .rsi = 3,
				    .rdx = 4,
				    .r10 = 5,
				    .r8 = 6,
				    .r9 = 7,
				    .rbx = 8,
				    .rbp = 9,
				    .r12 = 10,
				    .r13 = 11,
				    .r14 = 12,
				    .r15 = 13,
				    .rflags = 0x202};
	t = thread_start_under(worker, &own_space, calls_foreign, 0);
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)raw_syscall_behind);
	EXPECT_EQ(m.mr[EXC_RAX], 1);
	EXPECT_EQ(m.mr[EXC_RDI], 2);
	EXPECT_EQ(m.mr[EXC_RSI], 3);
	EXPECT_EQ(m.mr[EXC_RDX], 4);
	EXPECT_EQ(m.mr[EXC_R10], 5);
	EXPECT_EQ(m.mr[EXC_R8], 6);
	EXPECT_EQ(m.mr[EXC_R9], 7);
	EXPECT_EQ(m.mr[EXC_RBX], 8);
	EXPECT_EQ(m.mr[EXC_RBP], 9);
	EXPECT_EQ(m.mr[EXC_R15], 13);
	m.mr[EXC_RAX] = 0xa5a5a5a5a5a5UL;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(called.rax, 0xa5a5a5a5a5a5UL);
	EXPECT_EQ(called.rbx, 8);
	EXPECT_EQ(called.rdi, 2);
	EXPECT_EQ(called.rsi, 3);
	EXPECT_EQ(called.rdx, 4);
	EXPECT_EQ(called.r8, 6);
	EXPECT_EQ(called.r9, 7);
	EXPECT_EQ(called.r10, 5);
	EXPECT_EQ(called.r15, 13);
	EXPECT_EQ(called.rsp, 0);
}

/* The same number and marks, one bit beside: none is taken for an L4 call. */
TEST(exception, almost_a_call_word)
{
	static const L4_Word_t words[] = {
	    CALL_WORD(CALL_SYSTEM_CLOCK, 0) ^ 1UL << 63,
	    CALL_WORD(CALL_SYSTEM_CLOCK, 0) ^ 1UL << 32,
	    CALL_WORD(CALL_COUNT, 0),
	    CALL_WORD(63, 0),
	    CALL_SYSTEM_CLOCK << CALL_NUMBER_SHIFT,
	    0,
	};

	for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
		struct message m;
		L4_ThreadId_t t;

		called = (struct registers){.rdx = words[i], .rflags = 0x202};
		t = thread_start_under(worker, &own_space, calls_foreign, 0);
		REQUIRE(event_receive(t, &m));
		EXPECT(is_exception(&m));
		EXPECT_EQ(m.mr[EXC_RDX], words[i]);
		thread_delete(t);
	}
}

/* Answers. */

TEST(exception, short_answer_keeps_the_rest)
{
	struct message m, after;
	L4_ThreadId_t t = trapper(snippet_ud2_at, &m);

	/* RIP stays at the ud2: it traps again, with the same registers. */
	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
	REQUIRE(event_receive(t, &after));
	EXPECT(is_exception(&after));
	for (unsigned i = EXC_RIP; i <= EXC_R15; i++)
		EXPECT_EQ(after.mr[i], m.mr[i]);
}

TEST(exception, answer_sets_every_register)
{
	struct message m, after;
	L4_ThreadId_t t = trapper(snippet_ud2_at, &m);

	for (unsigned i = EXC_RDI; i <= EXC_R15; i++)
		m.mr[i] = 0x0101010101010101UL * i;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &after));
	EXPECT(is_exception(&after));
	for (unsigned i = EXC_RDI; i <= EXC_R15; i++)
		EXPECT_EQ(after.mr[i], m.mr[i]);
}

TEST(exception, answer_sets_fs_base)
{
	struct message m, after;
	L4_ThreadId_t t = trapper(snippet_ud2_at, &m);

	EXPECT_EQ(m.mr[EXC_FS_BASE], 0);
	m.mr[EXC_FS_BASE] = 0x123456789000UL;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &after));
	EXPECT_EQ(after.mr[EXC_FS_BASE], 0x123456789000UL);
}

SNIPPET(snippet_fs, "movq %fs:8, %rax\n snippet_fs_trap: ud2")
extern char snippet_fs_trap[];

TEST(exception, fs_base_is_used)
{
	static L4_Word_t words[2];
	struct message m;
	L4_ThreadId_t t = trapper(snippet_ud2_at, &m);

	words[1] = 0x66778899;
	m.mr[EXC_RIP] = (L4_Word_t)snippet_fs_at;
	m.mr[EXC_FS_BASE] = (L4_Word_t)words;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &m));
	REQUIRE(is_exception(&m));
	EXPECT_EQ(m.mr[EXC_RAX], 0x66778899);
}

/* Each thread has its own. */
TEST(exception, fs_base_of_two_threads)
{
	struct message a, b;
	L4_ThreadId_t first = trapper(snippet_ud2_at, &a), second = trapper(snippet_ud2_at, &b);

	for (unsigned i = 0; i < 4; i++) {
		a.mr[EXC_FS_BASE] = 0x1000 + i;
		b.mr[EXC_FS_BASE] = 0x2000 + i;
		EXPECT_OK(frame_reply(&a, EXC_WORDS));
		EXPECT_OK(frame_reply(&b, EXC_WORDS));
		REQUIRE(event_receive(first, &a));
		REQUIRE(event_receive(second, &b));
		EXPECT_EQ(a.mr[EXC_FS_BASE], 0x1000 + i);
		EXPECT_EQ(b.mr[EXC_FS_BASE], 0x2000 + i);
	}
}

TEST(exception, answer_flags_are_sanitised)
{
	struct message m, after;
	L4_ThreadId_t t = trapper(snippet_ud2_at, &m);

	m.mr[EXC_RFLAGS] = ~0UL & ~(L4_Word_t)(TF | RF);
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &after));
	EXPECT(is_exception(&after));
	EXPECT_EQ(after.mr[EXC_RFLAGS] & (IOPL | VM), 0);
	EXPECT_EQ(after.mr[EXC_RFLAGS] & IF, IF);
	EXPECT_EQ(after.mr[EXC_RFLAGS] >> 22, 0);
	EXPECT_EQ(after.mr[EXC_RFLAGS] & (CF | DF), CF | DF);
	m.mr[EXC_RFLAGS] = 0;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &after));
	EXPECT_EQ(after.mr[EXC_RFLAGS] & IF, IF);
}

static void bad_answer(enum exception_word which, L4_Word_t value)
{
	struct message m, after;
	L4_ThreadId_t t = trapper(snippet_ud2_at, &m);

	after = m;
	after.mr[which] = value;
	after.mr[EXC_RAX] = 0x600d;
	EXPECT_FAILED(frame_reply(&after, EXC_WORDS), SEND, IPC_OVERFLOW);
	/* The thread waits on, as it was. */
	EXPECT_OK(frame_reply(&m, 0));
	REQUIRE(event_receive(t, &after));
	for (unsigned i = EXC_RIP; i <= EXC_R15; i++)
		EXPECT_EQ(after.mr[i], m.mr[i]);
	EXPECT_EQ(thread_delete(t), 1);
}

TEST(exception, answer_with_bad_ip)
{
	bad_answer(EXC_RIP, 0x800000000000UL);
	bad_answer(EXC_RIP, 0x7fffffffffffUL);
	bad_answer(EXC_RIP, 1UL << 63);
	bad_answer(EXC_RIP, 0xfffe800000000000UL);
}

TEST(exception, answer_with_bad_fs_base)
{
	bad_answer(EXC_FS_BASE, 0x800000000000UL);
	bad_answer(EXC_FS_BASE, 1UL << 63);
	bad_answer(EXC_FS_BASE, 0xfffe800000000000UL);
}

/* Selectors and the GS base are not the handler's to set. */
TEST(exception, answer_cannot_set_selectors)
{
	struct message m, after;
	L4_ThreadId_t t = trapper(snippet_ud2_at, &m);
	L4_Word_t cs = m.mr[EXC_CS], ss = m.mr[EXC_SS], gs = m.mr[EXC_GS_BASE];

	m.mr[EXC_CS] = 8;
	m.mr[EXC_SS] = 0x10;
	m.mr[EXC_GS_BASE] = 0xffffffff80000000UL;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &after));
	EXPECT_EQ(after.mr[EXC_CS], cs);
	EXPECT_EQ(after.mr[EXC_SS], ss);
	EXPECT_EQ(after.mr[EXC_GS_BASE], gs);
}

/* Single step: one instruction, then an exception behind it. */
SNIPPET(snippet_step, "pushfq\n orq $0x100, (%rsp)\n popfq\n nop\n snippet_step_trap: nop")
extern char snippet_step_trap[];

TEST(exception, single_step)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_step_at, &m);

	EXPECT_EQ(m.mr[EXC_TRAP], DB);
	EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)snippet_step_trap);
	EXPECT(m.mr[EXC_RFLAGS] & TF);
	m.mr[EXC_RFLAGS] &= ~(L4_Word_t)TF;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

/* A handler steps a thread by setting TF in its answers. */
SNIPPET(snippet_nops, "ud2\n nop\n nop\n nop\n nop")

TEST(exception, handler_steps)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_nops_at, &m);

	m.mr[EXC_RIP] += 2;
	for (unsigned i = 1; i <= 4; i++) {
		m.mr[EXC_RFLAGS] |= TF;
		EXPECT_OK(frame_reply(&m, EXC_WORDS));
		REQUIRE(event_receive(t, &m));
		EXPECT_EQ(m.mr[EXC_TRAP], DB);
		EXPECT_EQ(m.mr[EXC_RIP], (L4_Word_t)snippet_nops_at + 2 + i);
	}
	m.mr[EXC_RFLAGS] &= ~(L4_Word_t)TF;
	EXPECT_OK(frame_reply(&m, EXC_WORDS));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

/* An answer may carry map items, too: the frame first. */
TEST(exception, answer_with_map_item)
{
	struct message m;
	L4_ThreadId_t t = trapper(snippet_ud2_at, &m);
	L4_MapItem_t item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2(page_new(), 12), L4_Readable),
				       0x123456000000UL);

	L4_LoadMR(0, tag_make(0, 1, 2).raw);
	L4_LoadMR(1, (L4_Word_t)snippet_ud2_behind);
	L4_LoadMR(2, item.raw[0]);
	L4_LoadMR(3, item.raw[1]);
	EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

/* Without a handler the thread stops, and nobody else. */
static void traps_without_handler(L4_Word_t handler)
{
	L4_Set_ExceptionHandler((L4_ThreadId_t){.raw = handler});
	__asm__ volatile("ud2");
}

static void stops_quietly(L4_Word_t handler)
{
	L4_ThreadId_t t = thread_start(&own_space, traps_without_handler, handler);

	EXPECT_FAILED(L4_Receive_Timeout(t, L4_TimePeriod(20000)), RECEIVE, IPC_TIMEOUT);
	EXPECT_EQ(thread_delete(t), 1);
}

TEST(exception, no_handler)
{
	stops_quietly(0);
}

TEST(exception, dead_handler)
{
	stops_quietly(L4_GlobalId(0xabcd, 5).raw);
}

TEST(exception, handler_ids_of_every_kind)
{
	stops_quietly(~0UL);
	stops_quietly(~0UL << 6);
	stops_quietly(0xffffffff80000000UL);
	stops_quietly(0x1234567890abcdefUL);
}

static void handles_itself(L4_Word_t unused)
{
	(void)unused;
	traps_without_handler(L4_MyGlobalId().raw);
}

TEST(exception, own_handler)
{
	L4_ThreadId_t t = thread_start(&own_space, handles_itself, 0);

	EXPECT_FAILED(L4_Receive_Timeout(t, L4_TimePeriod(20000)), RECEIVE, IPC_TIMEOUT);
	EXPECT_EQ(thread_delete(t), 1);
}
