/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot/cpu.c - does this processor have what the kernel needs?
 *
 * Asked here, once, so that the kernel may rely on it. FSGSBASE, SMEP, SMAP, UMIP, PCID, XSAVE,
 * x2APIC, TSC deadline and 1 GiB pages are welcome but not needed: the kernel asks for those
 * itself. SYSCALL is not in the list, because Intel processors admit to it in 64-bit mode only:
 * enter_kernel asks for it.
 */
#include "console.h"
#include "machine.h"

enum { EFLAGS_ID = 1 << 21 };

struct feature {
	uint32_t leaf; /* bit of EDX of this CPUID leaf: SDM 2A, table 3-11; APM 3, E.4 */
	unsigned bit;
	const char *name;
};

static const struct feature needed[] = {
	{ 0x80000001, 29, "long mode (64-bit)" },
	{ 1, 0, "x87 FPU" },
	{ 1, 3, "PSE (large pages)" },
	{ 1, 4, "TSC" },
	{ 1, 5, "MSRs (RDMSR and WRMSR)" },
	{ 1, 6, "PAE" },
	{ 1, 8, "CMPXCHG8B" },
	{ 1, 9, "local APIC" },
	{ 1, 13, "PGE (global pages)" },
	{ 1, 15, "CMOV" },
	{ 1, 16, "PAT" },
	{ 1, 24, "FXSAVE and FXRSTOR" },
	{ 1, 25, "SSE" },
	{ 1, 26, "SSE2" },
	{ 0x80000001, 20, "NX (no-execute pages)" },
};

/* A processor without CPUID does not let this flag change. */
static bool cpu_has_cpuid(void)
{
	uint32_t before, after;
	__asm__ volatile(
		"pushf; pop %0; mov %0, %1; xor %2, %1; push %1; popf; pushf; pop %1; push %0; popf"
		: "=&r"(before), "=&r"(after)
		: "i"(EFLAGS_ID));
	return (before ^ after) & EFLAGS_ID;
}

static bool cpu_has(const struct feature *feature)
{
	if (cpuid(feature->leaf & 0x80000000).eax < feature->leaf)
		return false;
	return cpuid(feature->leaf).edx >> feature->bit & 1;
}

void cpu_check(void)
{
	unsigned missing = 0;
	if (!cpu_has_cpuid())
		fail("this processor has no CPUID instruction, so it is no x86-64: "
		     "use a 64-bit machine");
	for (unsigned i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (cpu_has(&needed[i]))
			continue;
		print(missing++ == 0 ? "Pecan boot: this processor lacks %s" : ", %s",
		      needed[i].name);
	}
	if (missing == 0)
		return;
	print("\n");
	fail("the kernel needs every feature named above: use a 64-bit processor, "
	     "switch the feature on in the firmware's setup, "
	     "or give the emulator another processor model");
}
