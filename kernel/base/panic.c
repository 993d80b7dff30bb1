/* SPDX-License-Identifier: BSD-2-Clause */
/* base/panic.c - see base/panic.h. */
#include "base/panic.h"
#include "abi/protocol.h"
#include "base/debugger.h"
#include "base/print.h"
#include "entry/entry.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"
#include "x86/uart.h"

enum { BACKTRACE_MAX = 24 };

static bool is_kernel_text_or_stack(virt_t address)
{
	return address >= CPU_AREAS && (address & 7) == 0;
}

/* An address in a CPU's copy of the system-call entry, as one in the original, which has the name. */
static virt_t original(virt_t address)
{
	word_t offset = address - CPU_AREAS;

	if (offset >= (word_t)CPU_MAX * CPU_AREA_SIZE || offset % CPU_AREA_SIZE >= CPU_TEXT + PAGE_SIZE)
		return address;
	return (virt_t)syscall_entry + offset % CPU_AREA_SIZE - CPU_TEXT;
}

static void print_address(virt_t address)
{
	word_t offset;
	const char *name = symbols_find(original(address), &offset);

	print("  %016lx %s+0x%lx\n", address, name, offset);
}

static void print_backtrace(virt_t rip, const word_t *rbp)
{
	print("backtrace:\n");
	print_address(rip);
	for (unsigned i = 0; i < BACKTRACE_MAX && is_kernel_text_or_stack((virt_t)rbp); i++) {
		const word_t *next = (const word_t *)rbp[0];

		print_address(rbp[1]);
		if (next <= rbp)
			break;
		rbp = next;
	}
}

/* Which CPU is it? The stack it stands on says so. */
static struct cpu *this_cpu(void)
{
	virt_t stack = (virt_t)__builtin_frame_address(0);

	if (stack < CPU_AREAS || stack >= CPU_AREAS + (word_t)CPU_MAX * CPU_AREA_SIZE)
		return NULL;
	return (struct cpu *)(ALIGN_DOWN(stack, CPU_AREA_SIZE) + CPU_DATA);
}

static void print_thread(void)
{
	const struct cpu *cpu = this_cpu();
	const struct tcb *t = cpu ? cpu_current(cpu) : NULL;

	if (!t)
		print("no thread: the kernel is starting\n");
	else if (t == cpu->idle)
		print("cpu %u idle\n", cpu->number);
	else
		print("cpu %u thread %lx (number %lu): ip %lx sp %lx entered by %lu\n", cpu->number, t->id, t->id >> 32,
		      t->rip, t->rsp, t->vector);
}

static void print_registers(const struct tcb *f)
{
	const struct registers *r = &f->regs;

	print("rip %016lx rsp %016lx rflags %08lx error %lx\n", f->rip, f->rsp, f->rflags, f->error);
	print("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", r->rax, r->rbx, r->rcx, r->rdx);
	print("rsi %016lx rdi %016lx rbp %016lx  r8 %016lx\n", r->rsi, r->rdi, r->rbp, r->r8);
	print(" r9 %016lx r10 %016lx r11 %016lx r12 %016lx\n", r->r9, r->r10, r->r11, r->r12);
	print("r13 %016lx r14 %016lx r15 %016lx\n", r->r13, r->r14, r->r15);
	print("cr0 %lx cr2 %lx cr3 %lx cr4 %lx\n", cr0_read(), cr2_read(), cr3_read(), cr4_read());
}

static _Noreturn void stop(void)
{
	static const char bochs[] = "Shutdown";

	debugger_panic(this_cpu());
	print("kernel: stopped. Please report the lines above.\n");
	uart_flush();
	out8(EXIT_PORT, EXIT_FAILED);
	for (unsigned i = 0; bochs[i]; i++)
		out8(BOCHS_SHUTDOWN_PORT, (uint8_t)bochs[i]);
	for (;;)
		__asm__ volatile("cli; hlt");
}

static void print_reason(const char *format, va_list arguments)
{
	print("\nkernel panic: ");
	print_format(uart_write, format, arguments);
	print("\n");
}

void panic(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_reason(format, arguments);
	print_thread();
	print_backtrace((virt_t)__builtin_return_address(0), __builtin_frame_address(0));
	stop();
}

void panic_with_frame(const struct tcb *frame, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print_reason(format, arguments);
	print_registers(frame);
	print_thread();
	print_backtrace(frame->rip, (const word_t *)frame->regs.rbp);
	stop();
}
