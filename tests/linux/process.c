/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/linux/process.c - from a program file to a process that runs, stops, gets signals, and ends.
 *
 * All that the process does comes here as exception messages with all its registers: its `syscall`s, each
 * of them, L4's mark or not; its page faults; and the stops that we force. The answer is the message sent
 * back with other registers, and with a page if there was one to add.
 *
 * A thread names its exception handler itself, in its UTCB. So the first instructions of the process are
 * ours: begin_process below does that and traps; the answer to this trap is the program's first frame.
 */
#include "process.h"

#include <elf.h>
#include <signal.h>
#include <string.h>

#include <abi/bootinfo.h>
#include <abi/syscall.h>
#include <abi/utcb.h>
#include <l4/exception.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/pagefault.h>
#include <l4/schedule.h>
#include <l4/space.h>
#include <l4/thread.h>

enum { PAGE_LOG2 = 12, THREAD_NUMBER = USER_BASE + 16, PRIORITY = 100, ARGUMENTS_MAX = 16, AUXILIARY_WORDS = 14 };
enum { TRAP_INVALID_OPCODE = 6, TRAP_PAGE_FAULT = 14, ERROR_WRITE = 1 << 1, ERROR_FETCH = 1 << 4 };
enum { RED_ZONE = 128, RFLAGS_AT_START = 0x202 };

/* Where nothing of Linux is. */
#define BEGIN_AT 0x10000UL
#define KIP_AT	 0x7ff000000000UL
#define UTCB_AT	 0x7ff000100000UL

struct process process;

extern const char begin_process[];

/* in: RSP = the exception handler. A page of its own: of ours, the process sees nothing else. */
__asm__(".pushsection .text\n"
	".balign 4096\n"
	"begin_process:\n"
	"	movq %rsp, %gs:0x228\n" /* struct utcb's exception_handler */
	"	ud2\n"
	".balign 4096\n"
	".popsection\n");

_Static_assert(__builtin_offsetof(struct utcb, exception_handler) == 0x228, "as in begin_process");

bool module_find(const char *name, struct module *module)
{
	const struct bootinfo *info = (const void *)L4_BootInfo(L4_GetKernelInterface());
	const struct bootrec_module *record = (const void *)((unsigned long)info + info->first_entry);
	unsigned long length = strlen(name);

	for (unsigned long i = 0; i < info->num_entries; i++) {
		const char *line = (const char *)record + record->cmdline_offset;

		if (record->type == BOOTREC_MODULE && strncmp(line, name, length) == 0 &&
		    (line[length] == ' ' || line[length] == 0)) {
			*module = (struct module){ (const void *)record->start, record->size };
			return true;
		}
		record = (const void *)((unsigned long)record + record->offset_next);
	}
	return false;
}

/* Puts bytes below *top, which becomes their address. */
static unsigned long push(unsigned long *top, const void *bytes, unsigned long size)
{
	*top -= size;
	memory_out(*top, bytes, size);
	return *top;
}

/* What Linux leaves on a new program's stack. Returns the stack pointer. */
static unsigned long make_stack(const char *const *arguments, const Elf64_Ehdr *header)
{
	unsigned long words[1 + ARGUMENTS_MAX + 1 + 2 + AUXILIARY_WORDS], count = 1;
	unsigned long top = STACK_HIGH, random = push(&top, "sixteen letters", 16);

	for (unsigned int i = 0; arguments[i] && i < ARGUMENTS_MAX; i++)
		words[count++] = push(&top, arguments[i], strlen(arguments[i]) + 1);
	words[0] = count - 1;
	words[count++] = 0;
	words[count++] = push(&top, "PWD=/", sizeof("PWD=/"));
	words[count++] = 0;

	const unsigned long vector[AUXILIARY_WORDS] = {
		AT_PHDR, process.image->segments[0].low + header->e_phoff, AT_PHENT, header->e_phentsize,
		AT_PHNUM, header->e_phnum, AT_PAGESZ, 1 << PAGE_LOG2, AT_SECURE, 0, AT_RANDOM, random, AT_NULL, 0,
	};

	memcpy(words + count, vector, sizeof(vector));
	count += AUXILIARY_WORDS;
	top = ((top - count * sizeof(words[0])) & -16UL) + count * sizeof(words[0]);
	return push(&top, words, count * sizeof(words[0]));
}

/* A thread in a space of its own that runs as soon as it gets its first message. */
static const char *make_thread(void)
{
	static unsigned int version;
	L4_ThreadId_t thread = L4_GlobalId(THREAD_NUMBER, 2 * ++version + 1);
	L4_Word_t old;

	if (!L4_ThreadControl(thread, thread, L4_Myself(), L4_nilthread, (void *)-1) ||
	    !L4_SpaceControl(thread, 0, L4_FpageLog2(KIP_AT, PAGE_LOG2), L4_FpageLog2(UTCB_AT, PAGE_LOG2), L4_nilthread,
			     &old) ||
	    !L4_ThreadControl(thread, thread, L4_Myself(), L4_Myself(), (void *)UTCB_AT) ||
	    !L4_Set_Priority(thread, PRIORITY))
		return L4_ErrorCode_String(L4_ErrorCode());
	process.thread = thread;
	return NULL;
}

/* Answers with the frame, and with one page if item is not null. */
static bool answer(const L4_MapItem_t *item)
{
	L4_Msg_t msg;

	L4_MsgClear(&msg);
	for (unsigned int i = 1; i <= EXC_WORDS; i++)
		L4_MsgAppendWord(&msg, process.frame[i]);
	if (item)
		L4_MsgAppendMapItem(&msg, *item);
	L4_MsgLoad(&msg);
	process.waits = false;
	return L4_IpcSucceeded(L4_Send_Timeout(process.thread, L4_ZeroTime));
}

/* The next exception is in the frame. */
static bool receive(L4_Time_t patience)
{
	L4_MsgTag_t tag = L4_Receive_Timeout(process.thread, patience);

	if (L4_IpcFailed(tag) || L4_UntypedWords(tag) != EXC_WORDS)
		return false;
	L4_StoreMRs(1, EXC_WORDS, &process.frame[1]);
	process.waits = true;
	return true;
}

/* The thread's first steps: to begin_process, over its page fault, to its trap. */
static const char *begin(void)
{
	L4_MapItem_t page = L4_MapItem(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)begin_process, PAGE_LOG2),
							 L4_Readable | L4_eXecutable), BEGIN_AT);
	L4_Msg_t msg;
	L4_MsgTag_t tag;

	(void)*(const volatile char *)begin_process; /* ours before we give it away */
	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, BEGIN_AT);
	L4_MsgAppendWord(&msg, L4_Myself().raw);
	L4_MsgLoad(&msg);
	tag = L4_Call(process.thread);
	if (L4_IpcFailed(tag) || !L4_IsPagefault(tag))
		return "no page fault of its first instruction";
	L4_MsgClear(&msg);
	L4_MsgAppendMapItem(&msg, page);
	L4_MsgLoad(&msg);
	if (L4_IpcFailed(L4_Send(process.thread)) || !receive(L4_Never) ||
	    process.frame[EXC_TRAP] != TRAP_INVALID_OPCODE)
		return "no trap at its second instruction";
	return NULL;
}

const char *process_start(const char *const *arguments)
{
	struct module program;
	const char *wrong;

	memset(&process, 0, sizeof(process));
	process.files[0] = process.files[1] = process.files[2] = (struct file){ .kind = FILE_CONSOLE };
	if (!module_find(arguments[0], &program))
		return "no such module";
	process.image = memory_init(&program);
	if (!process.image)
		return "no program that can be loaded";
	wrong = make_thread();
	if (!wrong)
		wrong = begin();
	if (wrong)
		return wrong;
	if (!L4_Set_SyscallExceptions(process.thread, 1) || !L4_Set_FaultExceptions(process.thread, 1))
		return L4_ErrorCode_String(L4_ErrorCode());

	memset(&process.frame[EXC_RDI], 0, (EXC_R15 - EXC_RDI + 1) * sizeof(process.frame[0]));
	process.frame[EXC_RIP] = process.image->entry;
	process.frame[EXC_RSP] = make_stack(arguments, (const void *)program.bytes);
	process.frame[EXC_RFLAGS] = RFLAGS_AT_START;
	return NULL;
}

void process_end(void)
{
	L4_ThreadControl(process.thread, L4_nilthread, L4_nilthread, L4_nilthread, (void *)-1);
}

/* True: answered with the page. */
static bool page_fault(void)
{
	unsigned long address = process.frame[EXC_CR2], error = process.frame[EXC_ERROR];
	unsigned int access = error & ERROR_FETCH ? L4_eXecutable : error & ERROR_WRITE ? L4_Writable : L4_Readable;
	unsigned int rights;
	const unsigned char *page = memory_page(address, access, &rights);

	process.faults++;
	if (!page)
		return false;

	L4_MapItem_t item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)page, PAGE_LOG2), rights),
				       address & -(1UL << PAGE_LOG2));

	return answer(&item);
}

enum process_event process_run(L4_Time_t patience)
{
	if (process.waits && !answer(NULL))
		return PROCESS_RUNS;
	while (receive(patience)) {
		L4_Word_t trap = process.frame[EXC_TRAP];

		if (trap == EXC_TRAP_FORCED)
			return PROCESS_STOPPED;
		if (trap == TRAP_PAGE_FAULT && page_fault())
			continue;
		if (trap != EXC_TRAP_SYSCALL) {
			process.status = SIGNALLED + (trap == TRAP_PAGE_FAULT ? SIGSEGV : SIGILL);
			return PROCESS_ENDED;
		}
		process.calls++;
		if (!linux_call())
			return PROCESS_ENDED;
		answer(NULL);
	}
	return PROCESS_RUNS;
}

bool process_stop(void)
{
	L4_Bool_t was_in_exception;

	return L4_ForceException(process.thread, &was_in_exception) && !was_in_exception &&
	       process_run(L4_TimePeriod(1000000)) == PROCESS_STOPPED;
}

void process_signal(unsigned int signal)
{
	unsigned long sp = process.frame[EXC_RSP] - RED_ZONE;

	memcpy(process.interrupted, process.frame, sizeof(process.frame));
	sp &= -16UL;
	process.frame[EXC_RSP] = push(&sp, &process.actions[signal].restorer, sizeof(unsigned long));
	process.frame[EXC_RIP] = process.actions[signal].handler;
	process.frame[EXC_RDI] = signal;
	process.frame[EXC_RSI] = process.frame[EXC_RDX] = process.frame[EXC_RAX] = 0;
}
