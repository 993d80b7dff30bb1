/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backtrace.c - a walk over frame pointers.
 *
 * The stack is the program's and may hold anything. Each word is fetched from the frame that the root task itself has
 * given for its page; frames must follow each other upwards, and only so many are shown. Compilers make no frame for a
 * function that calls no other: its caller is known by the return address that then is the topmost word.
 */
#include "backtrace.h"

#include "symbols.h"

enum { DEPTH_MAX = 16 };

/* Bytes of a word of the program's. */
static unsigned int word_size(const struct program *program)
{
	return program->slot.log2 ? sizeof(unsigned int) : sizeof(unsigned long);
}

/* A word of the program's memory. False: nothing is there. */
static bool word_at(struct program *program, unsigned long address, unsigned long *word)
{
	unsigned long frame;

	if (address % word_size(program) != 0)
		return false;
	frame = space_frame_at(&program->space, address);
	if (frame == 0)
		return false;
	frame += address % SPACE_PAGE;
	*word = program->slot.log2 ? *(const unsigned int *)frame : *(const unsigned long *)frame;
	return true;
}

static unsigned char byte_at(struct program *program, unsigned long address)
{
	unsigned long frame = space_frame_at(&program->space, address);

	return frame ? *(const unsigned char *)(frame + address % SPACE_PAGE) : 0;
}

/* Whether a call stands before the address: to an address in the instruction, or in a register or in memory. */
static bool is_behind_call(struct program *program, unsigned long address)
{
	enum { CALL = 0xe8, CALL_INDIRECT = 0xff };

	return byte_at(program, address - 5) == CALL || byte_at(program, address - 2) == CALL_INDIRECT ||
	       byte_at(program, address - 3) == CALL_INDIRECT;
}

/* The instruction decides which function it is: a call that never returns may be a function's last one. */
static void say_line(const struct program *program, unsigned long address, unsigned long instruction)
{
	struct symbol symbol;

	if (symbol_find(&symbol, program->file->start, program->file->size, instruction))
		console_line("      at 0x%lx %s+0x%lx", address, symbol.name, symbol.offset + (address - instruction));
	else
		console_line("      at 0x%lx", address);
}

void backtrace_say(struct program *program, unsigned long ip, unsigned long stack_pointer, unsigned long frame_pointer)
{
	unsigned long next, back, topmost;

	say_line(program, ip, ip);
	if (word_at(program, stack_pointer, &topmost) && is_behind_call(program, topmost) &&
	    frame_pointer != stack_pointer - word_size(program))
		say_line(program, topmost, topmost - 1);
	for (unsigned int depth = 0; depth < DEPTH_MAX; depth++) {
		if (!word_at(program, frame_pointer, &next) ||
		    !word_at(program, frame_pointer + word_size(program), &back) || back == 0)
			return;
		say_line(program, back, back - 1);
		if (next <= frame_pointer)
			return;
		frame_pointer = next;
	}
}
