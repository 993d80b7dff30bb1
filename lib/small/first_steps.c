/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * first_steps.c - the first instructions of a small program's thread that runs a C function (lib/service/thread.c).
 */

/* in: ESP = struct first_frame, 16-byte aligned */
__asm__(".text\n"
	".type first_steps, @function\n"
	".globl first_steps\n"
	"first_steps:\n"
	"	xorl %ebp, %ebp\n" /* the end of a backtrace */
	"	movl %esp, %eax\n"
	"	subl $12, %esp\n"
	"	pushl %eax\n"
	"	cld\n"
	"	call run_thread\n"
	"	ud2\n"
	".size first_steps, . - first_steps\n");
