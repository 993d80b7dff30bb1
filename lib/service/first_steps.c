/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * first_steps.c - the first instructions of a thread that runs a C function (thread.c).
 */

/* in: RSP = struct first_frame, 16-byte aligned */
__asm__(".text\n"
	".type first_steps, @function\n"
	".globl first_steps\n"
	"first_steps:\n"
	"	xorl %ebp, %ebp\n" /* the end of a backtrace */
	"	movq %rsp, %rdi\n"
	"	cld\n"
	"	call run_thread\n"
	"	ud2\n"
	".size first_steps, . - first_steps\n");
