/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault.c - what to do about a fault, and how to say it.
 */
#include "fault.h"

#include <abi/protocol.h>
#include <l4/arch.h>
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/sigma0.h>
#include <l4/thread.h>

#include "backtrace.h"
#include "console.h"

/*
 * The longest that the root task waits for a thread: one that is stopped, runs no instruction, and has nothing to do
 * but tell.
 */
enum { REGISTERS_MICROSECONDS = 1000 };

static const char *const trap_names[] = {
	"division by zero", "debug exception", "non-maskable interrupt", "breakpoint",
	"overflow", "bound exceeded", "invalid instruction", "no coprocessor",
	"double fault", "coprocessor segment overrun", "invalid TSS", "segment not present",
	"stack fault", "general protection fault", "page fault", "trap 15",
	"floating-point error", "alignment check", "machine check", "SIMD floating-point error",
	"virtualization exception", "control protection exception",
};

static const char *trap_name(unsigned long trap)
{
	if (trap == EXC_TRAP_SYSCALL)
		return "system call that is not L4's";
	if (trap == EXC_TRAP_FORCED)
		return "forced by its pager or another thread";
	if (trap < sizeof(trap_names) / sizeof(trap_names[0]))
		return trap_names[trap];
	return "trap";
}

static L4_Word_t fault_word(const struct fault *fault, unsigned int number)
{
	return L4_MsgWord((L4_Msg_t *)fault->msg, number - 1);
}

static const char *access_name(unsigned int access)
{
	if (access & ELF_EXECUTE)
		return "execution at";
	return access & ELF_WRITE ? "write to" : "read from";
}

/*
 * A thread that waits for the answer to a page fault is made to send all its registers, as an exception message. False:
 * its exception handler is somebody else.
 */
static bool registers_fetch(L4_ThreadId_t thread, L4_Msg_t *registers)
{
	enum { ABORT_RECEIVE = 1 << 1, FORCE_EXCEPTION = 1 << 16, AS_PAGER = 1 << 22 };
	L4_Word_t ignored;
	L4_MsgTag_t tag;
	L4_ThreadId_t id;

	L4_Set_Priority(thread, 255);
	L4_ExchangeRegisters(thread, ABORT_RECEIVE | FORCE_EXCEPTION | AS_PAGER, 0, 0, 0, 0, L4_nilthread, &ignored,
			     &ignored, &ignored, &ignored, &ignored, &id);
	tag = L4_Receive_Timeout(thread, L4_TimePeriod(REGISTERS_MICROSECONDS));
	if (L4_IpcFailed(tag) || L4_UntypedWords(tag) != EXC_WORDS)
		return false;
	L4_MsgStore(tag, registers);
	return true;
}

static void report_access(struct program *program, L4_ThreadId_t thread, unsigned int access, unsigned long address,
			  unsigned long ip, const char *why)
{
	L4_Msg_t registers;

	console_say("%s (thread 0x%lx.%lu) page fault: %s 0x%lx at ip 0x%lx: %s; program stopped", program->is.name,
		    L4_ThreadNo(thread), L4_Version(thread), access_name(access), address, ip, why);
	if (registers_fetch(thread, &registers))
		backtrace_say(program, ip, L4_MsgWord(&registers, EXC_RSP - 1), L4_MsgWord(&registers, EXC_RBP - 1));
	program_end(program, STATUS_STOPPED);
}

static void report_page(const struct fault *fault, enum space_answer answer)
{
	static const char *const why[] = {
		[SPACE_NOTHING_THERE] = "no memory there",
		[SPACE_NOT_ALLOWED] = "that memory does not allow it",
		[SPACE_OVER_QUOTA] = "its memory quota is used up (@memory= on its command line)",
		[SPACE_NO_MEMORY] = "the machine has no memory left",
	};

	report_access(fault->program, fault->thread, fault->label & 7, fault_word(fault, 1), fault_word(fault, 2),
		      why[answer]);
}

void fault_of_client(struct program *program, L4_ThreadId_t thread, unsigned int access, unsigned long address,
		     unsigned long ip, const char *why)
{
	report_access(program, thread, access, address, ip, why);
}

bool fault_page(const struct fault *fault, L4_MapItem_t *item)
{
	unsigned long address = fault_word(fault, 1);
	enum space_answer answer;
	unsigned long frame;
	unsigned int rights;

	if (fault->program->pager_program) {
		program_set_pager(fault->program, fault->thread);
		*item = L4_MapItem(L4_Nilpage, 0);
		return true;
	}
	answer = space_touch(&fault->program->space, address, fault->label & 7, &frame, &rights);
	if (answer != SPACE_MAPPED) {
		report_page(fault, answer);
		return false;
	}

	unsigned int log2 = space_page_log2(address);

	*item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2(frame, log2), rights),
			   address & -(1UL << log2));
	return true;
}

void fault_unanswerable(struct program *program)
{
	console_say("%s: the kernel has no memory for its page tables%s; program stopped", program->is.name,
		    program->is.kernel_memory ? " (@kernel= on its command line)" : "");
	program_end(program, STATUS_STOPPED);
}

bool fault_port(const struct fault *fault, L4_MapItem_t *item)
{
	L4_Fpage_t ports = { .raw = fault_word(fault, 1) };

	L4_Word_t low = L4_IoFpagePort(ports), high = low + L4_IoFpageSize(ports) - 1;

	/* The message may be of the thread's own making, and name a page of memory in the same bits. */
	if (L4_IsIoFpage(ports) && description_allows(&fault->program->is, RESOURCE_PORTS, low, high)) {
		L4_Fpage_t got = L4_Sigma0_GetPage(L4_nilthread, ports);

		L4_Accept(L4_UntypedWordsAcceptor);
		if (!L4_IsNilFpage(got)) {
			*item = L4_MapItem(L4_FpageAddRights(ports, L4_FullyAccessible), 0);
			return true;
		}
	}
	console_say("%s (thread 0x%lx.%lu) used I/O port 0x%lx at ip 0x%lx: not its own; "
		    "program stopped",
		    fault->program->is.name, L4_ThreadNo(fault->thread), L4_Version(fault->thread),
		    L4_IoFpagePort(ports), fault_word(fault, 2));
	program_end(fault->program, STATUS_STOPPED);
	return false;
}

static void report_registers(const struct fault *fault)
{
	static const struct {
		const char *name;
		unsigned int word;
	} registers[] = {
		{ "rax", EXC_RAX }, { "rbx", EXC_RBX }, { "rcx", EXC_RCX }, { "rdx", EXC_RDX },
		{ "rsi", EXC_RSI }, { "rdi", EXC_RDI }, { "rbp", EXC_RBP }, { "rsp", EXC_RSP },
		{ " r8", EXC_R8 },  { " r9", EXC_R9 },	{ "r10", EXC_R10 }, { "r11", EXC_R11 },
		{ "r12", EXC_R12 }, { "r13", EXC_R13 }, { "r14", EXC_R14 }, { "r15", EXC_R15 },
	};
	enum { PER_LINE = 4, COUNT = sizeof(registers) / sizeof(registers[0]) };

	for (unsigned int i = 0; i < COUNT; i += PER_LINE)
		console_line("      %s %016lx  %s %016lx  %s %016lx  %s %016lx",
			     registers[i].name, fault_word(fault, registers[i].word),
			     registers[i + 1].name, fault_word(fault, registers[i + 1].word),
			     registers[i + 2].name, fault_word(fault, registers[i + 2].word),
			     registers[i + 3].name, fault_word(fault, registers[i + 3].word));
	console_line("      rflags %lx  cr2 %lx  fs base %lx", fault_word(fault, EXC_RFLAGS),
		     fault_word(fault, EXC_CR2), fault_word(fault, EXC_FS_BASE));
}

void fault_exception(const struct fault *fault)
{
	unsigned long trap = fault_word(fault, EXC_TRAP);

	console_say("%s (thread 0x%lx.%lu) exception: %s (trap %lu, error 0x%lx) at ip 0x%lx; "
		    "program stopped",
		    fault->program->is.name, L4_ThreadNo(fault->thread), L4_Version(fault->thread),
		    trap_name(trap), trap, fault_word(fault, EXC_ERROR),
		    fault_word(fault, EXC_RIP));
	report_registers(fault);
	backtrace_say(fault->program, fault_word(fault, EXC_RIP), fault_word(fault, EXC_RSP),
		      fault_word(fault, EXC_RBP));
	program_end(fault->program, STATUS_STOPPED);
}
