/* SPDX-License-Identifier: BSD-2-Clause */
/* decode_test.c - instructions as an assembler makes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "decode.h"

struct example {
	const char *text;
	uint8_t size, code[11];
	enum slow slow;
	bool branch;
};

static const struct example examples[] = {
	{ "syscall", 2, { 0x0f, 0x05 }, SLOW_SYSCALL, false },
	{ "sysretq", 3, { 0x48, 0x0f, 0x07 }, SLOW_SYSRET, false },
	{ "iretq", 2, { 0x48, 0xcf }, SLOW_IRET, false },
	{ "int 0x80", 2, { 0xcd, 0x80 }, SLOW_INT, false },
	{ "lretq", 2, { 0x48, 0xcb }, SLOW_FAR, false },
	{ "mov cr0, rax", 3, { 0x0f, 0x22, 0xc0 }, SLOW_CR0, false },
	{ "mov cr3, rcx", 3, { 0x0f, 0x22, 0xd9 }, SLOW_CR3, false },
	{ "mov rax, cr2", 3, { 0x0f, 0x20, 0xd0 }, SLOW_CR, false },
	{ "rdmsr", 2, { 0x0f, 0x32 }, SLOW_RDMSR, false },
	{ "wrmsr", 2, { 0x0f, 0x30 }, SLOW_WRMSR, false },
	{ "rdfsbase rax", 5, { 0xf3, 0x48, 0x0f, 0xae, 0xc0 }, SLOW_RDBASE, false },
	{ "wrfsbase rdx", 5, { 0xf3, 0x48, 0x0f, 0xae, 0xd2 }, SLOW_WRFSBASE, false },
	{ "wrgsbase rdx", 5, { 0xf3, 0x48, 0x0f, 0xae, 0xda }, SLOW_WRGSBASE, false },
	{ "swapgs", 3, { 0x0f, 0x01, 0xf8 }, SLOW_SWAPGS, false },
	{ "invlpg [rdi]", 3, { 0x0f, 0x01, 0x3f }, SLOW_INVLPG, false },
	{ "clts", 2, { 0x0f, 0x06 }, SLOW_CLTS, false },
	{ "ltr ax", 3, { 0x0f, 0x00, 0xd8 }, SLOW_SEGMENT, false },
	{ "mov ds, eax", 2, { 0x8e, 0xd8 }, SLOW_SEGMENT, false },
	{ "popfq", 1, { 0x9d }, SLOW_FLAGS, false },
	{ "cli", 1, { 0xfa }, SLOW_FLAGS, false },
	{ "rdtsc", 2, { 0x0f, 0x31 }, SLOW_RDTSC, false },
	{ "rdtscp", 3, { 0x0f, 0x01, 0xf9 }, SLOW_RDTSC, false },
	{ "cpuid", 2, { 0x0f, 0xa2 }, SLOW_CPUID, false },
	{ "out dx, al", 1, { 0xee }, SLOW_IO, false },
	{ "xsave [rdi]", 3, { 0x0f, 0xae, 0x27 }, SLOW_XSAVE, false },
	{ "xrstor [rdi]", 3, { 0x0f, 0xae, 0x2f }, SLOW_XRSTOR, false },
	{ "ldmxcsr [rdi]", 3, { 0x0f, 0xae, 0x17 }, SLOW_NONE, false },
	{ "mfence", 3, { 0x0f, 0xae, 0xf0 }, SLOW_FENCE, false },
	{ "lock xadd [rdi], eax", 4, { 0xf0, 0x0f, 0xc1, 0x07 }, SLOW_LOCK, false },
	{ "xchg [rdi], rax", 3, { 0x48, 0x87, 0x07 }, SLOW_LOCK, false },
	{ "xchg rax, rbx", 3, { 0x48, 0x87, 0xd8 }, SLOW_NONE, false },
	{ "rep movsq", 3, { 0xf3, 0x48, 0xa5 }, SLOW_REP, false },
	{ "movsq", 2, { 0x48, 0xa5 }, SLOW_NONE, false },
	{ "div rcx", 3, { 0x48, 0xf7, 0xf1 }, SLOW_DIV, false },
	{ "not rcx", 3, { 0x48, 0xf7, 0xd1 }, SLOW_NONE, false },
	{ "hlt", 1, { 0xf4 }, SLOW_HLT, false },
	{ "jne short", 2, { 0x75, 0x10 }, SLOW_NONE, true },
	{ "jne near", 6, { 0x0f, 0x85, 0, 1, 0, 0 }, SLOW_NONE, true },
	{ "jmp near", 5, { 0xe9, 0, 1, 0, 0 }, SLOW_NONE, true },
	{ "call", 5, { 0xe8, 0, 1, 0, 0 }, SLOW_NONE, true },
	{ "call [rax]", 2, { 0xff, 0x10 }, SLOW_NONE, true },
	{ "jmp rax", 2, { 0xff, 0xe0 }, SLOW_NONE, true },
	{ "push [rax]", 2, { 0xff, 0x30 }, SLOW_NONE, false },
	{ "ret", 1, { 0xc3 }, SLOW_NONE, true },
	{ "setne al", 3, { 0x0f, 0x95, 0xc0 }, SLOW_NONE, false },
	{ "mov gs:[0], rax", 9, { 0x65, 0x48, 0x89, 0x04, 0x25, 0, 0, 0, 0 }, SLOW_NONE, false },
	{ "rorx r11, rdi, 22", 6, { 0xc4, 0x63, 0xfb, 0xf0, 0xdf, 22 }, SLOW_NONE, false },
};

static void decodes_instructions(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		const struct example *e = &examples[i];
		struct decoded d = decode(e->code, e->size);

		if (d.slow != e->slow || d.branch != e->branch || d.mark)
			fail_msg("%s: slow '%s', branch %d, mark %d", e->text, slow_names[d.slow], d.branch, d.mark);
	}
}

static void knows_marks(void **unused)
{
	static const uint8_t mark[] = { 0x66, 0x0f, 0x1f, 0x84, 0x00, 0x2a, 0x00, 0x50, 0x46 };
	static const uint8_t padding[] = { 0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00 };
	struct decoded d = decode(mark, sizeof(mark));

	(void)unused;
	assert_true(d.mark);
	assert_int_equal(d.mark_value & 0xffff, 42);
	assert_false(decode(padding, sizeof(padding)).mark);
}

/* Prefixes to the end, or one opcode byte only: nothing beyond the instruction is read. */
static void stays_inside(void **unused)
{
	static const uint8_t prefixes[] = { 0x66, 0xf3 }, half[] = { 0x0f };

	(void)unused;
	assert_int_equal(decode(prefixes, sizeof(prefixes)).slow, SLOW_NONE);
	decode(half, sizeof(half));
	decode(prefixes, 0);
}

static void names_every_kind(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < SLOW_KINDS; i++)
		assert_non_null(slow_names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_instructions),
		cmocka_unit_test(knows_marks),
		cmocka_unit_test(stays_inside),
		cmocka_unit_test(names_every_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
