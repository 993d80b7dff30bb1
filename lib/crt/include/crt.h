/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crt.h - what a program may change about how it starts and ends.
 *
 * A program needs none of this: it has a main(), a stack of 16 KiB, and stops forever when main()
 * returns.
 */
#ifndef CRT_H
#define CRT_H

#ifdef __cplusplus
extern "C" {
#endif

/* The end of the program, with what main() returned. A program or library may define its own. */
void l4_exit(int status) __attribute__((noreturn));

extern char l4_stack[];
extern const unsigned long l4_stack_size;

#ifdef __cplusplus
}
#define CRT_EXTERN_C extern "C"
#else
#define CRT_EXTERN_C
#endif

/* Once in a program, at file scope: the main thread's stack has this many bytes. */
#define L4_STACK(bytes) \
	CRT_EXTERN_C __attribute__((aligned(16))) char l4_stack[bytes]; \
	CRT_EXTERN_C const unsigned long l4_stack_size = (bytes)

#endif
