/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core/ioport.c - decode the port instructions (SDM 2A and 2B: IN, OUT, INS, OUTS).
 *
 * The bytes are read from the thread's memory after the fact, so another thread may have changed them: then the
 * message to the pager names another port, which grants nothing.
 */
#include "core/ioport.h"
#include "core/fpage.h"
#include "core/space.h"

enum { LONGEST_INSTRUCTION = 15 };

static bool is_prefix(uint8_t byte)
{
	switch (byte) {
	case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65: /* segments */
	case 0x66: case 0x67: case 0xf0: case 0xf2: case 0xf3:
		return true;
	default:
		return byte >= 0x40 && byte <= 0x4f; /* REX */
	}
}

static word_t make_io_fpage(word_t port, unsigned width)
{
	unsigned size_log2 = 0;

	while (ALIGN_DOWN(port, 1UL << size_log2) + (1UL << size_log2) < port + width && size_log2 < IO_PORTS_LOG2)
		size_log2++;
	return ALIGN_DOWN(port, 1UL << size_log2) << 16 | size_log2 << 10 | 2 << 4 | RIGHT_R | RIGHT_W;
}

bool ioport_wanted(const struct tcb *self, word_t *io_fpage)
{
	uint8_t code[LONGEST_INSTRUCTION];
	size_t size, i = 0;
	unsigned width = 4;
	word_t port = self->regs.rdx & 0xffff;

	if (self->error != 0)
		return false;
	size = space_read(self->space, self->rip, code, sizeof(code));
	for (; i < size && is_prefix(code[i]); i++)
		if (code[i] == 0x66)
			width = 2;
	if (i == size)
		return false;

	switch (code[i] & 0xfe) {
	case 0xe4: /* in, imm8 */
	case 0xe6: /* out, imm8 */
		if (i + 1 == size)
			return false;
		port = code[i + 1];
		break;
	case 0x6c: /* ins */
	case 0x6e: /* outs */
	case 0xec: /* in, dx */
	case 0xee: /* out, dx */
		break;
	default:
		return false;
	}
	if (!(code[i] & 1))
		width = 1;
	*io_fpage = make_io_fpage(port, width);
	return true;
}
