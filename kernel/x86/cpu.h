/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86/cpu.h - the processor's instructions and registers under the names of its manual (SDM: Intel 64 and IA-32
 * Architectures Software Developer's Manual).
 */
#ifndef X86_CPU_H
#define X86_CPU_H

#include "base/types.h"

enum msr { /* SDM 4, table 2-2 */
	MSR_APIC_BASE = 0x1b,
	MSR_SYSENTER_CS = 0x174,
	MSR_SYSENTER_ESP = 0x175,
	MSR_SYSENTER_EIP = 0x176,
	MSR_PAT = 0x277,
	MSR_TSC_DEADLINE = 0x6e0,
	MSR_EFER = 0xc0000080,
	MSR_STAR = 0xc0000081,
	MSR_LSTAR = 0xc0000082,
	MSR_CSTAR = 0xc0000083,
	MSR_FMASK = 0xc0000084,
	MSR_FS_BASE = 0xc0000100,
	MSR_GS_BASE = 0xc0000101,
};
enum { EFER_SCE = 1 << 0, EFER_LME = 1 << 8, EFER_NXE = 1 << 11 };
enum { CR0_MP = 1 << 1, CR0_EM = 1 << 2, CR0_TS = 1 << 3, CR0_NE = 1 << 5, CR0_WP = 1 << 16, CR0_AM = 1 << 18 };
#define CR0_NW (1UL << 29)
#define CR0_CD (1UL << 30)
enum { /* SDM 3A 2.5 */
	CR4_DE = 1 << 3,
	CR4_MCE = 1 << 6,
	CR4_PGE = 1 << 7,
	CR4_OSFXSR = 1 << 9,
	CR4_OSXMMEXCPT = 1 << 10,
	CR4_UMIP = 1 << 11,
	CR4_FSGSBASE = 1 << 16,
	CR4_PCIDE = 1 << 17,
	CR4_OSXSAVE = 1 << 18,
	CR4_SMEP = 1 << 20,
	CR4_SMAP = 1 << 21,
};
enum { /* SDM 1 3.4.3 */
	RFLAGS_CF = 1 << 0,
	RFLAGS_ONE = 1 << 1,
	RFLAGS_PF = 1 << 2,
	RFLAGS_AF = 1 << 4,
	RFLAGS_ZF = 1 << 6,
	RFLAGS_SF = 1 << 7,
	RFLAGS_TF = 1 << 8,
	RFLAGS_IF = 1 << 9,
	RFLAGS_DF = 1 << 10,
	RFLAGS_OF = 1 << 11,
	RFLAGS_IOPL = 3 << 12,
	RFLAGS_NT = 1 << 14,
	RFLAGS_RF = 1 << 16,
	RFLAGS_VM = 1 << 17,
	RFLAGS_AC = 1 << 18,
	RFLAGS_ID = 1 << 21,
};

/* The flags a user may set, and those every user thread has. */
enum {
	RFLAGS_USER = RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_TF | RFLAGS_DF |
	              RFLAGS_OF | RFLAGS_AC | RFLAGS_ID,
	RFLAGS_ALWAYS = RFLAGS_ONE | RFLAGS_IF,
};

static inline word_t rflags_sanitise(word_t flags)
{
	return (flags & RFLAGS_USER) | RFLAGS_ALWAYS;
}

enum vector { /* SDM 3A 6.3.1 */
	VECTOR_DE = 0,
	VECTOR_DB = 1,
	VECTOR_NMI = 2,
	VECTOR_BP = 3,
	VECTOR_OF = 4,
	VECTOR_UD = 6,
	VECTOR_NM = 7,
	VECTOR_DF = 8,
	VECTOR_GP = 13,
	VECTOR_PF = 14,
	VECTOR_MC = 18,
	VECTOR_EXCEPTIONS = 32, /* the first that is an interrupt */
	VECTOR_TIMER = 0xf0,
	VECTOR_SPURIOUS = 0xff,
	VECTOR_INT80 = 0x80,  /* a gate that users may call: other systems' way in */
	VECTOR_SYSCALL = 256, /* not the processor's: a frame that a system call made, left by SYSRET */
	VECTOR_NONE = 257,    /* a frame that was changed since: left by IRETQ */
};

enum { PF_PRESENT = 1 << 0, PF_WRITE = 1 << 1, PF_USER = 1 << 2, PF_FETCH = 1 << 4 }; /* SDM 3A 4.7 */

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
	return r;
}

static inline word_t msr_read(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (word_t)high << 32 | low;
}

static inline void msr_write(uint32_t msr, word_t value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

#define X86_CONTROL_REGISTER(name)                                              \
	static inline word_t name##_read(void)                                  \
	{                                                                       \
		word_t value;                                                   \
		__asm__ volatile("mov %%" #name ", %0" : "=r"(value));          \
		return value;                                                   \
	}                                                                       \
	static inline void name##_write(word_t value)                           \
	{                                                                       \
		__asm__ volatile("mov %0, %%" #name : : "r"(value) : "memory"); \
	}
X86_CONTROL_REGISTER(cr0)
X86_CONTROL_REGISTER(cr2)
X86_CONTROL_REGISTER(cr3)
X86_CONTROL_REGISTER(cr4)
X86_CONTROL_REGISTER(dr6)

static inline void clts(void)
{
	__asm__ volatile("clts" : : : "memory");
}

static inline void invlpg(virt_t address)
{
	__asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

enum invpcid_type { INVPCID_ADDRESS = 0, INVPCID_TAG = 1 }; /* SDM 2A, INVPCID */

static inline void invpcid(enum invpcid_type type, word_t tag, virt_t address)
{
	struct {
		word_t tag;
		virt_t address;
	} what = { tag, address };

	__asm__ volatile("invpcid %0, %1" : : "m"(what), "r"((word_t)type) : "memory");
}

/* Write all caches back and empty them. */
static inline void wbinvd(void)
{
	__asm__ volatile("wbinvd" : : : "memory");
}

static inline word_t rdtsc(void)
{
	word_t low, high; /* the upper halves are 0 */

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return high << 32 | low;
}

/* a * b >> shift, of all 128 bits: a type of C for which gcc would align its stack first. */
static ALWAYS_INLINE word_t multiply_shift(word_t a, word_t b, unsigned shift)
{
	word_t high;

	__asm__("mulq %2; shrdq %3, %1, %0" : "+a"(a), "=&d"(high) : "rm"(b), "i"(shift) : "cc");
	return a;
}

/* high * 2^64 + low by a divisor above high; the compiler has no such instruction without its library. */
static inline word_t divide(word_t high, word_t low, word_t divisor)
{
	word_t quotient, rest;

	__asm__("divq %4" : "=a"(quotient), "=d"(rest) : "a"(low), "d"(high), "r"(divisor) : "cc");
	return quotient;
}

static inline word_t rdfsbase(void)
{
	word_t value;

	__asm__ volatile("rdfsbase %0" : "=r"(value));
	return value;
}

static inline void wrfsbase(word_t value)
{
	__asm__ volatile("wrfsbase %0" : : "r"(value));
}

static inline void wrgsbase(word_t value)
{
	__asm__ volatile("wrgsbase %0" : : "r"(value));
}

static inline uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void pause(void)
{
	__asm__ volatile("pause");
}

/* What this processor has beyond what the boot component has checked (boot/README.md). Read once, at boot. */
struct cpu_features {
	bool path; /* has what entry/path.asm needs */
	bool fsgsbase, smep, smap, umip, pcid, xsave, xsaveopt, pages_1g, tsc_deadline;
	bool sysenter;       /* in long mode */
	bool segment_limits; /* it checks them (init/limits.c) */
	unsigned physical_bits; /* width of a physical address */
	unsigned fpu_bytes;     /* size of the state that XSAVE or FXSAVE stores */
	word_t xcr0;            /* the state components that are on, when there is XSAVE */
	uint32_t mxcsr;         /* the bits of MXCSR that may be set */
};
extern struct cpu_features cpu_features;

/* Fill cpu_features and switch on everything in it on this CPU. */
void cpu_features_init(void);

/*
 * May this address be loaded into a segment base? A user may do so itself, with a kernel address too: it gets a
 * fault there.
 */
static inline bool canonical(virt_t address)
{
	return (virt_t)((long)(address << 16) >> 16) == address;
}

#endif
