/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/raw.h - system calls with every register under control, below libl4.
 */
#ifndef TESTS_SYSTEM_RAW_H
#define TESTS_SYSTEM_RAW_H

#include <cpuid.h>
#include <l4/types.h>
#include <stdbool.h>

/* In this order in memory; raw.asm knows it. */
struct registers {
	unsigned long rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp;
	unsigned long r8, r9, r10, r11, r12, r13, r14, r15;
	unsigned long rflags;
};

enum { REGISTER_COUNT = 17, REGISTER_RSP = 7, REGISTER_RFLAGS = 16 };

/*
 * Load every register but RSP from `registers`, RFLAGS last of all, execute `syscall`, and store
 * every register. registers->rsp is 0 afterwards if the call preserved RSP.
 */
void raw_syscall(struct registers *registers);
extern char raw_syscall_behind[]; /* the instruction behind the `syscall` */

/* The same with RSP from `registers` as well. One thread at a time may use it. */
void raw_syscall_rsp(struct registers *registers);
extern char raw_syscall_rsp_behind[];

/*
 * Register round trips: load every register from round_in (RSP and RFLAGS, too), do the thing,
 * store every register to round_out. Each thing is an instruction between two labels, NAME_at and
 * NAME_behind. One thread at a time.
 */
extern struct registers round_in, round_out;
void round_trip_spin(
    void); /* `jmp $`: somebody must move the instruction pointer to round_spin_behind */
void round_trip_read(void); /* reads [RBX] into RBX: a page fault first */
void round_trip_ud2(void);
void round_trip_int3(void);
void round_trip_int80(void);
void round_trip_syscall(void);
void round_trip_out(void);   /* `out dx, al`: an I/O fault first */
void round_trip_write(void); /* writes R15 to [RBX] */
void round_trip_push(void);  /* pushes R15 on a stack that is not there yet */
extern char round_spin_at[], round_spin_behind[];
extern char round_read_at[], round_read_behind[];
extern char round_ud2_at[], round_ud2_behind[];
extern char round_int3_at[], round_int3_behind[];
extern char round_int80_at[], round_int80_behind[];
extern char round_syscall_at[], round_syscall_behind[];
extern char round_out_at[], round_out_behind[];
extern char round_write_at[], round_write_behind[];
extern char round_push_at[], round_push_behind[];

/* Does the processor have RDFSBASE and its relatives? Without them there is nothing of that kind to
 * test. */
static inline bool users_set_segment_bases(void)
{
	unsigned eax, ebx, ecx, edx;

	return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & 1);
}

/* Set these flags; returns what they were before. */
static inline L4_Word_t flags_swap(L4_Word_t set)
{
	L4_Word_t old;

	__asm__ volatile("subq $128, %%rsp\n\tpushfq\n\tpopq %0\n\torq %0, %1\n\tpushq %1\n\tpopfq\n\taddq $128, %%rsp"
			 : "=&r"(old), "+r"(set)
			 :
			 : "memory", "cc");
	return old;
}

/* The word to which FS base points. */
static inline L4_Word_t at_fs_base(void)
{
	L4_Word_t word;

	__asm__ volatile("movq %%fs:0, %0" : "=r"(word));
	return word;
}

/* Where thread_run starts threads: the stack holds function and argument. */
void thread_entry(void);

#endif
