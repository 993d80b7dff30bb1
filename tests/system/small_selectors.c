/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/small_selectors.c - all 65,536 selectors, index, table and privilege level: loaded into each segment
 * register and read through, and as the target of each far transfer.
 *
 * What may be loaded is the program's own segments, a null selector, and the descriptors of ring 3, through which there
 * is nothing to be read. What may be jumped to is the program's own code. Everything else is an exception of the
 * instruction. All of it happens with AC set, which opens users' pages to whoever could address them.
 */
#include "scene.h"

enum { SELECTORS = 0x10000, LOADABLE_MAX = 16, TARGET = 0x80 };

/* AC, as the code begins. */
static void begin_at(struct attacker *a, unsigned offset)
{
	a->m.mr[EXC_RIP] = AT_CODE + offset;
	a->m.mr[EXC_RSP] = AT_STACK_TOP - 64;
	a->m.mr[EXC_RFLAGS] = 0x202 | AC;
}

static void code_set(struct attacker *a, const char *at, const char *end)
{
	attacker_reset(a);
	attacker_code(a, 0, at, (size_t)(end - at));
}

/* The next message is an exception of the attacker's own code. */
static bool own_exception(const struct attacker *a, L4_Word_t own_cs, L4_Word_t selector)
{
	if (is_exception(&a->m) && a->m.mr[EXC_CS] == own_cs)
		return true;
	return FAIL("expected an exception in the own code segment 0x%lx with selector 0x%lx, got tag 0x%lx, "
		    "segment 0x%lx at 0x%lx",
		    own_cs, selector, a->m.tag.raw, a->m.mr[EXC_CS], a->m.mr[EXC_RIP]);
}

static bool is_refusal(L4_Word_t vector)
{
	enum { TS = 10, NP = 11 };

	return vector == GP || vector == STACK || vector == NP || vector == TS;
}

/*
 * Segment registers
 */

/* Where nothing may be read by any selector: behind the slot, where large programs are, below the slot, far away. */
static const unsigned nowhere[] = {AT_SLOT_END, 0x500000, 0xfffff000, 0x20000000};

/* Loads the selector AX and reads at ECX. */
struct load {
	const char *at, *read, *end;
};

/* The selector could be loaded. Reading through it never gives anything but the attacker's own. */
static bool reads_nothing(struct attacker *a, const struct load *load, L4_Word_t cs, L4_Word_t selector)
{
	for (unsigned i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++) {
		a->m.mr[EXC_RAX] = selector;
		a->m.mr[EXC_RCX] = nowhere[i];
		begin_at(a, 0);
		if (!attacker_go(a) || !own_exception(a, cs, selector))
			return false;
		if (a->m.mr[EXC_RIP] != AT_CODE + (L4_Word_t)(load->read - load->at) || !is_refusal(a->m.mr[EXC_TRAP]))
			return FAIL("expected nothing to be read at 0x%x by selector 0x%lx, got 0x%lx "
				    "(vector %lu at 0x%lx)",
				    nowhere[i], selector, a->m.mr[EXC_RBX], a->m.mr[EXC_TRAP], a->m.mr[EXC_RIP]);
	}
	return true;
}

static void load_all(struct attacker *a, const struct load *load)
{
	L4_Word_t cs = a->m.mr[EXC_CS];
	unsigned loadable = 0;

	code_set(a, load->at, load->end);
	for (L4_Word_t selector = 0; selector < SELECTORS; selector++) {
		a->m.mr[EXC_RAX] = selector;
		a->m.mr[EXC_RCX] = nowhere[0];
		begin_at(a, 0);
		if (!attacker_go(a) || !own_exception(a, cs, selector))
			break;
		if (a->m.mr[EXC_RIP] == AT_CODE && is_refusal(a->m.mr[EXC_TRAP]))
			continue;
		loadable++;
		if (!reads_nothing(a, load, cs, selector))
			break;
	}
	EXPECT_BETWEEN(loadable, 1, LOADABLE_MAX);
}

#define LOADS(name, load_it, read_it)                                                              \
	CODE32(loads_##name, load_it, read_it);                                                    \
	SCENE_TEST(small_limits, every_selector_in_##name, 600000)                                 \
	{                                                                                          \
		load_all(&scene->attacker, &(struct load){CODE_OF(loads_##name)});                 \
	}

LOADS(ds, "movw %ax, %ds", "movl (%ecx), %ebx")
LOADS(es, "movw %ax, %es", "movl %es:(%ecx), %ebx")
LOADS(fs, "movw %ax, %fs", "movl %fs:(%ecx), %ebx")
LOADS(gs, "movw %ax, %gs", "movl %gs:(%ecx), %ebx")
LOADS(ss, "movw %ax, %ss", "movl %ss:(%ecx), %ebx")

/*
 * Far transfers
 */

/* Of 64-bit code, as which whoever gets to another privilege level would like to go on. */
static L4_Word_t large_stack_segment(void)
{
	L4_Word_t ss = 0;

	__asm__("movw %%ss, %w0" : "+r"(ss));
	return ss;
}

/* The selector in AX, the offset in ECX, which is that of an instruction of the attacker's. */
static void transfer_to_all(struct attacker *a, const char *at, const char *end)
{
	L4_Word_t cs = a->m.mr[EXC_CS];
	unsigned reached = 0;

	code_set(a, at, end);
	for (L4_Word_t selector = 0; selector < SELECTORS; selector++) {
		a->m.mr[EXC_RAX] = selector;
		a->m.mr[EXC_RCX] = AT_CODE + TARGET;
		a->m.mr[EXC_RDX] = large_stack_segment();
		begin_at(a, 0);
		if (!attacker_go(a) || !own_exception(a, cs, selector))
			break;
		if (a->m.mr[EXC_RIP] == AT_CODE + TARGET && a->m.mr[EXC_TRAP] == UD) {
			reached++;
			if (!EXPECT_EQ(selector & ~3UL, cs & ~3UL))
				break;
		} else if (a->m.mr[EXC_RIP] >= AT_CODE + TARGET || !is_refusal(a->m.mr[EXC_TRAP])) {
			FAIL("expected a refusal of selector 0x%lx, got vector %lu at 0x%lx", selector,
			     a->m.mr[EXC_TRAP], a->m.mr[EXC_RIP]);
			break;
		}
	}
	EXPECT_BETWEEN(reached, 1, 4);
}

#define TRANSFERS(name, before, transfer)                                                          \
	CODE32(transfers_##name, before, transfer);                                                \
	SCENE_TEST(small_attack, every_selector_by_##name, 600000)                                 \
	{                                                                                          \
		transfer_to_all(&scene->attacker, transfers_##name##_at, transfers_##name##_end);  \
	}

/* What is behind on the stack is for those that go to another privilege level: stack pointer, stack segment. */
TRANSFERS(jump, "movl %ecx, 0x11000\n movw %ax, 0x11004", "ljmp *0x11000")
TRANSFERS(call, "movl %ecx, 0x11000\n movw %ax, 0x11004", "lcall *0x11000")
TRANSFERS(return, "pushl %edx\n pushl $0x12800\n pushl %eax\n pushl %ecx", "lret")
TRANSFERS(iret, "pushl %edx\n pushl $0x12800\n pushfl\n pushl %eax\n pushl %ecx", "iret")
