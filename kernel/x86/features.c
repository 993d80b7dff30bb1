/* SPDX-License-Identifier: BSD-2-Clause */
/* x86/features.c - which processor is this, and switching on what it has for protection. */
#include "x86/cpu.h"
#include "x86/fpu.h"

struct cpu_features cpu_features;

static bool bit(uint32_t value, unsigned n)
{
	return value >> n & 1;
}

/*
 * Put the memory types where PTE_CACHING finds them (SDM 3A 11.12): as after reset, but for write combining in
 * place of the uncacheable that an MTRR may override. The upper four are the lower four again. The caches are
 * off and empty meanwhile (SDM 3A 11.11.8).
 */
static void pat_init(void)
{
	enum { UNCACHEABLE = 0, WRITE_COMBINING = 1, WRITE_THROUGH = 4, WRITE_BACK = 6 };
	word_t half = WRITE_BACK | WRITE_THROUGH << 8 | WRITE_COMBINING << 16 | UNCACHEABLE << 24;
	word_t cr0 = cr0_read(), cr4 = cr4_read();

	cr0_write((cr0 | CR0_CD) & ~CR0_NW);
	wbinvd();
	cr4_write(cr4 & ~(word_t)CR4_PGE);
	cr3_write(cr3_read());
	msr_write(MSR_PAT, half | half << 32);
	wbinvd();
	cr3_write(cr3_read());
	cr0_write(cr0 & ~(CR0_CD | CR0_NW));
	cr4_write(cr4);
}

/* AMD's processors, and those made after them, have SYSENTER outside of long mode only. */
static bool has_sysenter(uint32_t features)
{
	uint32_t vendor = cpuid(0, 0).ecx;

	return bit(features, 11) && vendor != 0x444d4163 /* AuthenticAMD */ && vendor != 0x656e6975 /* HygonGenuine */;
}

void cpu_features_init(void)
{
	struct cpuid basic = cpuid(1, 0);
	struct cpuid extended = cpuid(0, 0).eax >= 7 ? cpuid(7, 0) : (struct cpuid){ 0 };
	word_t cr4 = cr4_read() | CR4_DE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;

	cpu_features.xsave = bit(basic.ecx, 26);
	cpu_features.sysenter = has_sysenter(basic.edx);
	cpu_features.tsc_deadline = bit(basic.ecx, 24);
	cpu_features.fsgsbase = bit(extended.ebx, 0);
	cpu_features.path = cpu_features.fsgsbase && bit(extended.ebx, 8);
	cpu_features.smep = bit(extended.ebx, 7);
	cpu_features.smap = bit(extended.ebx, 20);
	cpu_features.umip = bit(extended.ecx, 2);
	cpu_features.pcid = bit(basic.ecx, 17) && bit(extended.ebx, 10); /* and INVPCID */
	cpu_features.pages_1g = bit(cpuid(0x80000001, 0).edx, 26);
	cpu_features.physical_bits = cpuid(0x80000000, 0).eax >= 0x80000008 ? cpuid(0x80000008, 0).eax & 0xff : 36;

	cr4 |= bit(basic.edx, 7) ? CR4_MCE : 0;
	cr4 |= cpu_features.fsgsbase ? CR4_FSGSBASE : 0;
	cr4 |= cpu_features.smep ? CR4_SMEP : 0;
	cr4 |= cpu_features.smap ? CR4_SMAP : 0;
	cr4 |= cpu_features.umip ? CR4_UMIP : 0;
	cr4 |= cpu_features.pcid ? CR4_PCIDE : 0;
	cr4 |= cpu_features.xsave ? CR4_OSXSAVE : 0;
	cr4_write(cr4);
	msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_SCE | EFER_NXE);
	cr0_write((cr0_read() & ~(word_t)CR0_EM) | CR0_WP | CR0_AM | CR0_NE | CR0_MP | CR0_TS);
	pat_init();
	fpu_init();
}
