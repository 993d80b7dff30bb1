/* SPDX-License-Identifier: BSD-2-Clause */
/* decode.c - see decode.h. */
#include "decode.h"
#include <string.h>

const char *const slow_names[SLOW_KINDS] = {
	"", "syscall", "sysret", "sysenter", "iret", "int", "far", "cr0", "cr3", "cr",
	"rdmsr", "wrmsr", "rdbase", "wrfsbase", "wrgsbase", "swapgs", "invlpg", "clts",
	"segment", "flags", "rdtsc", "cpuid", "io", "xsave", "xrstor", "lock", "rep", "div",
	"fence", "hlt",
};

struct prefixes {
	bool lock, rep;
};

static size_t skip_prefixes(const uint8_t *code, size_t size, struct prefixes *p)
{
	size_t i = 0;

	for (; i < size; i++) {
		switch (code[i]) {
		case 0xf0: p->lock = true; continue;
		case 0xf2:
		case 0xf3: p->rep = true; continue;
		case 0x66: case 0x67: case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65: continue;
		}
		if ((code[i] & 0xf0) != 0x40) /* REX */
			break;
	}
	return i;
}

static unsigned reg(uint8_t modrm)
{
	return modrm >> 3 & 7;
}

static bool is_memory(uint8_t modrm)
{
	return modrm >> 6 != 3;
}

/* 0f ae: bases, fences, FPU state. */
static enum slow group15(uint8_t modrm, const struct prefixes *p)
{
	static const enum slow base[] = { SLOW_RDBASE, SLOW_RDBASE, SLOW_WRFSBASE, SLOW_WRGSBASE };
	static const enum slow memory[] = {
		SLOW_XSAVE, SLOW_XRSTOR, SLOW_NONE, SLOW_NONE, SLOW_XSAVE, SLOW_XRSTOR, SLOW_XSAVE,
	};

	if (is_memory(modrm))
		return reg(modrm) < 7 ? memory[reg(modrm)] : SLOW_NONE;
	if (p->rep && reg(modrm) < 4)
		return base[reg(modrm)];
	return reg(modrm) >= 5 ? SLOW_FENCE : SLOW_NONE;
}

static enum slow group7(uint8_t modrm)
{
	if (is_memory(modrm))
		return reg(modrm) == 7 ? SLOW_INVLPG : reg(modrm) == 2 || reg(modrm) == 3 ? SLOW_SEGMENT : SLOW_NONE;
	switch (modrm) {
	case 0xd0: case 0xd1: return SLOW_XSAVE;
	case 0xf8: return SLOW_SWAPGS;
	case 0xf9: return SLOW_RDTSC;
	default: return SLOW_NONE;
	}
}

static enum slow slow_of_two(uint8_t opcode, uint8_t modrm, const struct prefixes *p)
{
	switch (opcode) {
	case 0x00: return reg(modrm) == 2 || reg(modrm) == 3 ? SLOW_SEGMENT : SLOW_NONE;
	case 0x01: return group7(modrm);
	case 0x05: return SLOW_SYSCALL;
	case 0x06: return SLOW_CLTS;
	case 0x07: return SLOW_SYSRET;
	case 0x09: return SLOW_FENCE;
	case 0x20:
	case 0x22: return reg(modrm) == 0 ? SLOW_CR0 : reg(modrm) == 3 ? SLOW_CR3 : SLOW_CR;
	case 0x30: return SLOW_WRMSR;
	case 0x31: return SLOW_RDTSC;
	case 0x32: return SLOW_RDMSR;
	case 0x34:
	case 0x35: return SLOW_SYSENTER;
	case 0xa2: return SLOW_CPUID;
	case 0xa1: case 0xa9: case 0xb2: case 0xb4: case 0xb5: return SLOW_SEGMENT;
	case 0xae: return group15(modrm, p);
	case 0xc7: return !is_memory(modrm) || reg(modrm) < 3 ? SLOW_NONE : reg(modrm) == 3 ? SLOW_XRSTOR : SLOW_XSAVE;
	default: return SLOW_NONE;
	}
}

static enum slow slow_of_one(uint8_t opcode, uint8_t modrm, const struct prefixes *p)
{
	switch (opcode) {
	case 0x6c: case 0x6d: case 0x6e: case 0x6f:
	case 0xe4: case 0xe5: case 0xe6: case 0xe7: case 0xec: case 0xed: case 0xee: case 0xef: return SLOW_IO;
	case 0x86: case 0x87: return is_memory(modrm) ? SLOW_LOCK : SLOW_NONE; /* XCHG locks by itself */
	case 0x8e: return SLOW_SEGMENT;
	case 0x9c: case 0x9d: case 0xfa: case 0xfb: return SLOW_FLAGS;
	case 0xa4: case 0xa5: case 0xa6: case 0xa7: case 0xaa: case 0xab: case 0xac: case 0xad: case 0xae: case 0xaf:
		return p->rep ? SLOW_REP : SLOW_NONE;
	case 0xca: case 0xcb: return SLOW_FAR;
	case 0xcc: case 0xcd: return SLOW_INT;
	case 0xcf: return SLOW_IRET;
	case 0xf4: return SLOW_HLT;
	case 0xf6: case 0xf7: return reg(modrm) >= 6 ? SLOW_DIV : SLOW_NONE;
	case 0xff: return reg(modrm) == 3 || reg(modrm) == 5 ? SLOW_FAR : SLOW_NONE;
	default: return SLOW_NONE;
	}
}

static bool is_branch(uint8_t opcode, uint8_t modrm)
{
	switch (opcode) {
	case 0xc2: case 0xc3: case 0xe0: case 0xe1: case 0xe2: case 0xe3: case 0xe8: case 0xe9: case 0xeb: return true;
	case 0xff: return reg(modrm) == 2 || reg(modrm) == 4;
	default: return (opcode & 0xf0) == 0x70;
	}
}

struct decoded decode(const uint8_t *code, size_t size)
{
	static const uint8_t mark[] = { 0x66, 0x0f, 0x1f, 0x84, 0x00 };
	struct prefixes p = { 0 };
	struct decoded d = { 0 };
	size_t i = skip_prefixes(code, size, &p);
	uint8_t opcode = i < size ? code[i] : 0;
	uint8_t next = i + 1 < size ? code[i + 1] : 0, third = i + 2 < size ? code[i + 2] : 0;

	if (opcode == 0x0f) {
		d.slow = slow_of_two(next, third, &p);
		d.branch = next >= 0x80 && next <= 0x8f;
	} else {
		d.slow = slow_of_one(opcode, next, &p);
		d.branch = is_branch(opcode, next);
	}
	if (p.lock)
		d.slow = SLOW_LOCK;
	if (size == sizeof(mark) + sizeof(d.mark_value) && memcmp(code, mark, sizeof(mark)) == 0) {
		memcpy(&d.mark_value, code + sizeof(mark), sizeof(d.mark_value));
		d.mark = d.mark_value >> 16 == 0x4650; /* "FP"; compilers pad with the same NOP and 0 */
	}
	return d;
}
