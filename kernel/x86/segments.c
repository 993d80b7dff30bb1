/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/segments.c - see x86/segments.h. Formats: SDM 3A 3.4.5, 6.14.1, 8.2.3. */
#include "x86/segments.h"
#include "abi/small.h"
#include "base/memory_map.h"
#include "core/tcb.h"
#include "entry/entry.h"
#include "x86/cpu.h"
#include "x86/cpu_data.h"

struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};
_Static_assert(sizeof(struct gate) == 16, "SDM 3A 6.14.1");

enum { INTERRUPT_GATE = 0x8e, USER_MAY_CALL = 3 << 5, SMALL_MAY_CALL = 1 << 5 };

static struct gate idt[256];

struct table_register {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

static unsigned ist_of(unsigned vector)
{
	switch (vector) {
	case VECTOR_NMI:
		return IST_NMI;
	case VECTOR_DB:
		return IST_DB;
	case VECTOR_MC:
		return IST_MC;
	case VECTOR_DF:
		return IST_DF;
	default:
		return 0;
	}
}

static bool user_may_call(unsigned vector)
{
	return vector == VECTOR_BP || vector == VECTOR_OF || vector == VECTOR_INT80;
}

static void set_gate(unsigned vector, word_t handler, unsigned ist)
{
	idt[vector] = (struct gate){
		.offset_low = (uint16_t)handler,
		.selector = SELECTOR_KERNEL_CODE,
		.ist = (uint8_t)ist,
		.type = (uint8_t)(INTERRUPT_GATE | (user_may_call(vector) ? USER_MAY_CALL : 0)),
		.offset_middle = (uint16_t)(handler >> 16),
		.offset_high = (uint32_t)(handler >> 32),
	};
}

void segments_init(void)
{
	for (unsigned vector = 0; vector < COUNT_OF(idt); vector++)
		set_gate(vector, (word_t)vector_stubs + vector * VECTOR_STUB_SIZE, ist_of(vector));
}

/*
 * Segments of 64-bit code have neither base nor limit. The user's data descriptor is an empty expand-down
 * segment and the user's code execute-only: 64-bit code ignores that, and 32-bit code that should get hold of
 * them has nothing of them.
 */
#define DESCRIPTOR_KERNEL_CODE 0x00af9b000000ffffUL /* 64-bit, ring 0, present */
#define DESCRIPTOR_KERNEL_DATA 0x00cf93000000ffffUL
#define DESCRIPTOR_USER_CODE   0x00aff9000000ffffUL /* 64-bit, ring 3, execute-only */
#define DESCRIPTOR_USER_DATA   0x00cff7000000ffffUL

enum { CODE_32 = 0x9b, DATA_32 = 0x93, RING_1 = 1 << 5 }; /* present, accessed; readable, writable */
enum { LIMIT_IN_PAGES = 8, SEGMENT_32_BIT = 4 };

static word_t descriptor(word_t base, word_t size, word_t type)
{
	bool in_pages = size > 1 << 20;
	word_t limit = (in_pages ? size / PAGE_SIZE : size) - 1;
	word_t flags = SEGMENT_32_BIT | (in_pages ? LIMIT_IN_PAGES : 0);

	return (limit & 0xffff) | (base & 0xffffff) << 16 | type << 40 | (limit >> 16) << 48 | flags << 52 |
	       base >> 24 << 56;
}

word_t segments_small_code(word_t base, word_t size)
{
	return descriptor(base, size, CODE_32 | RING_1);
}

word_t segments_small_data(word_t base, word_t size)
{
	return descriptor(base, size, DATA_32 | RING_1);
}

static void fill_gdt(struct cpu *cpu)
{
	word_t tss = (word_t)&cpu->tss;
	word_t limit = CPU_IO_END - CPU_DATA - offsetof(struct cpu, tss); /* with the byte of ones behind the bitmap */

	cpu->gdt[SELECTOR_KERNEL_CODE / 8] = DESCRIPTOR_KERNEL_CODE;
	cpu->gdt[SELECTOR_KERNEL_DATA / 8] = DESCRIPTOR_KERNEL_DATA;
	cpu->gdt[SELECTOR_USER_DATA / 8] = DESCRIPTOR_USER_DATA;
	cpu->gdt[SELECTOR_USER_CODE / 8] = DESCRIPTOR_USER_CODE;
	cpu->gdt[SELECTOR_TSS / 8] = limit | (tss & 0xffffff) << 16 | 0x89UL << 40 | (tss >> 24 & 0xff) << 56;
	cpu->gdt[SELECTOR_TSS / 8 + 1] = tss >> 32;
}

static void fill_tss(struct cpu *cpu)
{
	char *area = (char *)cpu - CPU_DATA;

	cpu->tss.ist[IST_NMI - 1] = (word_t)area + CPU_IST_NMI_TOP;
	cpu->tss.ist[IST_DB - 1] = (word_t)area + CPU_IST_DB_TOP;
	cpu->tss.ist[IST_MC - 1] = (word_t)area + CPU_IST_MC_TOP;
	cpu->tss.ist[IST_DF - 1] = (word_t)area + CPU_IST_DF_TOP;
	cpu->tss.io_bitmap = TSS_PORTS;
}

static void load_tables(const struct cpu *cpu)
{
	struct table_register gdtr = { sizeof(cpu->gdt) - 1, (word_t)cpu->gdt };
	struct table_register idtr = { sizeof(idt) - 1, (word_t)idt };

	__asm__ volatile("lgdt %0" : : "m"(gdtr));
	__asm__ volatile("lidt %0" : : "m"(idtr));
	__asm__ volatile("pushq %0; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1:"
	                 : : "i"(SELECTOR_KERNEL_CODE) : "rax", "memory");
	__asm__ volatile("mov %0, %%ss; mov %1, %%ds; mov %1, %%es; mov %1, %%fs; mov %1, %%gs"
	                 : : "r"(SELECTOR_KERNEL_DATA), "r"(0) : "memory");
	__asm__ volatile("ltr %w0" : : "r"(SELECTOR_TSS));
	__asm__ volatile("lldt %w0" : : "r"(0)); /* none: after reset it would lie at address 0, which is the user's */
}

void segments_load(struct cpu *cpu)
{
	char *area = (char *)cpu - CPU_DATA;

	fill_gdt(cpu);
	fill_tss(cpu);
	load_tables(cpu);
	msr_write(MSR_SYSENTER_CS, 0); /* nobody enters there before there is a small space */
	msr_write(MSR_STAR, (word_t)SELECTOR_USER_CODE32 << 48 | (word_t)SELECTOR_KERNEL_CODE << 32);
	msr_write(MSR_LSTAR, (word_t)area + CPU_TEXT + (cpu_features.path ? (word_t)(path_entry - syscall_entry) : 0));
	msr_write(MSR_FMASK, RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | RFLAGS_IOPL | RFLAGS_NT | RFLAGS_AC);
}

void segments_open_small(struct cpu *cpu)
{
	word_t text = (word_t)cpu - CPU_DATA + CPU_TEXT - (word_t)syscall_entry;

	idt[SMALL_VECTOR].type |= SMALL_MAY_CALL;
	msr_write(MSR_CSTAR, text + (word_t)compatibility_syscall_entry);
	if (!cpu_features.sysenter)
		return;
	msr_write(MSR_SYSENTER_ESP, (word_t)cpu - CPU_DATA + CPU_STACK_TOP);
	msr_write(MSR_SYSENTER_EIP, text + (word_t)(cpu_features.path ? small_path_entry : sysenter_entry));
	msr_write(MSR_SYSENTER_CS, SELECTOR_KERNEL_CODE);
}

void segments_enter_small(struct cpu *cpu, const struct small_thread *small)
{
	((uint8_t *)&cpu->gdt[SELECTOR_USER_CODE / 8])[DESCRIPTOR_ACCESS] = USER_CODE_ABSENT;
	cpu->tss.io_bitmap = TSS_NO_PORTS;
	cpu->gdt[SELECTOR_SMALL_CODE / 8] = small->code;
	cpu->gdt[SELECTOR_SMALL_DATA / 8] = small->data;
	cpu->gdt[SELECTOR_SMALL_THREAD / 8] = small->thread;
	__asm__ volatile("mov %0, %%ds; mov %0, %%es; mov %1, %%gs; mov %2, %%fs"
	                 : : "r"(SELECTOR_SMALL_DATA), "r"(SELECTOR_SMALL_THREAD), "r"(0) : "memory");
}

void segments_leave_small(struct cpu *cpu)
{
	((uint8_t *)&cpu->gdt[SELECTOR_USER_CODE / 8])[DESCRIPTOR_ACCESS] = USER_CODE_PRESENT;
	cpu->tss.io_bitmap = TSS_PORTS;
	/* Those of ring 1 would be lost at an IRETQ to ring 3, and with them the bases that are written next. */
	__asm__ volatile("mov %0, %%fs; mov %0, %%gs" : : "r"(0) : "memory");
}

/* x86/limits.asm */
bool limits_try(const void *code, word_t code_selector, word_t data_selector);
extern char limits_checked[], limits_not_checked[];

bool segments_try_limit(struct cpu *cpu, word_t base, word_t size)
{
	struct gate gp = idt[VECTOR_GP], bp = idt[VECTOR_BP];
	bool checked;

	cpu->gdt[SELECTOR_SMALL_CODE / 8] = descriptor(base, PAGE_SIZE, CODE_32);
	cpu->gdt[SELECTOR_SMALL_DATA / 8] = descriptor(base, size, DATA_32);
	set_gate(VECTOR_GP, (word_t)limits_checked, IST_DF);
	set_gate(VECTOR_BP, (word_t)limits_not_checked, IST_DF);
	checked = limits_try(NULL, SELECTOR_SMALL_CODE & ~3, SELECTOR_SMALL_DATA & ~3);
	idt[VECTOR_GP] = gp;
	idt[VECTOR_BP] = bp;
	cpu->gdt[SELECTOR_SMALL_CODE / 8] = cpu->gdt[SELECTOR_SMALL_DATA / 8] = 0;
	return checked;
}
