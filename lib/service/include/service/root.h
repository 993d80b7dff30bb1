/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * service/root.h - what the root task does for the programs that it has started.
 *
 * Every request is an L4_Call to the root task: the label says what is wanted, the reply's label
 * is an enum root_status. The functions below are these calls; a program in another language needs
 * only the table in README.md. Any thread of a program may call them. All but root_write()
 * overwrite the message registers.
 */
#ifndef SERVICE_ROOT_H
#define SERVICE_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <l4/kip.h>
#include <l4/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum root_request {
	ROOT_WRITE = 0x101,
	ROOT_READ,
	ROOT_EXIT,
	ROOT_COMMAND_LINE,
	ROOT_LOOKUP,
	ROOT_THREAD_CREATE,
	ROOT_THREAD_DELETE,
	ROOT_THREAD_PRIORITY,
	ROOT_LARGE_PAGE,
	ROOT_INTERRUPT,
	ROOT_KERNEL_MEMORY,
	ROOT_SPACE_CREATE,
	ROOT_CLIENT_SEGMENT, /* these three: <service/paging.h> */
	ROOT_CLIENT_PAGE,
	ROOT_CLIENT_FAULT,
	ROOT_FILE,
	ROOT_FILE_NAME,
	ROOT_FILE_PAGE,
	ROOT_LOOKUP_WAIT,
	ROOT_REGISTER,
	ROOT_PORTS,
	ROOT_DEVICE_MEMORY,
	ROOT_DMA_MEMORY,
	ROOT_PROGRAM_START, /* from here on: <service/manage.h> */
	ROOT_PROGRAM_STOP,
	ROOT_PROGRAM_WAIT,
	ROOT_PROGRAM_INFO,
	ROOT_MEMORY,
	ROOT_CONSOLE_TEXT, /* these two: for the driver of the serial line, servers/serial */
	ROOT_CONSOLE_TYPED,
};

enum root_status {
	ROOT_OK = 0,
	ROOT_MALFORMED = 1, /* no such request, or not with these words */
	ROOT_NOT_FOUND = 2, /* no such program, no such thread of this program, no character */
	ROOT_DENIED = 3,    /* by the description; a priority above the program's, deleting the main thread */
	ROOT_EXHAUSTED = 4, /* no thread slot left, no memory for it, or the quota is used up */
	ROOT_UNREACHABLE = 5, /* made by the functions below: the IPC failed */
	ROOT_BUSY = 6,      /* the program is there already */
	ROOT_ELSEWHERE = 7, /* the console is a server: its name is in the answer; the functions below go there */
};

enum {
	ROOT_TEXT_MAX = 62 * sizeof(L4_Word_t), /* bytes of one write or of the command line */
	ROOT_NAME_MAX = 32,     /* bytes of a program's name with its final zero */
	ROOT_THREADS_MAX = 1024, /* of one program */
	ROOT_FIRST_THREAD = 16,  /* thread number of the first program's first thread, above UserBase */
};

/*
 * Demand-zero memory: a program may touch any address from ROOT_HEAP_LOW to below ROOT_HEAP_HIGH,
 * and has that page from then on, as long as its memory quota lasts. No call is needed.
 *
 * Large pages: root_large_page() below puts a zeroed page of ROOT_LARGE_SIZE at an address in
 * [ROOT_LARGE_LOW, ROOT_LARGE_HIGH), which the processor maps as one. It counts against the same quota.
 *
 * A small program's heap is what its slot has between its image and its kernel interface page. It has no
 * large pages.
 */
#ifdef L4_64BIT
#define ROOT_HEAP_LOW  0x1000000000UL
#define ROOT_HEAP_HIGH 0x1040000000UL

#define ROOT_LARGE_LOW	0x1040000000UL
#define ROOT_LARGE_HIGH 0x1080000000UL
#define ROOT_LARGE_SIZE 0x200000UL

/* Device memory and memory for devices: root_device_memory() and root_dma_memory() put them into this range. */
#define ROOT_AREA_LOW  0x1080000000UL
#define ROOT_AREA_HIGH 0x10c0000000UL
#else
extern char __program_end[];

#define ROOT_HEAP_LOW  ((unsigned long)__program_end)
#define ROOT_HEAP_HIGH ((unsigned long)L4_GetKernelInterface())
#endif

L4_ThreadId_t root_task(void);

/*
 * Which program a thread belongs to, by its global id: 1 and so on, the same for all threads of a program, and again
 * when it is started anew. 0: none that the root task has started. What the number stands for is between servers and
 * their clients: who tells clients apart by it cannot be made to take one for many.
 */
unsigned long root_program_number(L4_ThreadId_t thread);

/*
 * Whether there is a thread of this id now, be it of another program: how a server learns, without waiting, that a
 * client has ended for whom it keeps something.
 */
bool root_thread_exists(L4_ThreadId_t thread);

/*
 * Writes text to the console. Texts of up to ROOT_TEXT_MAX bytes are never torn by other programs.
 * The message registers are as before.
 */
void root_write(const char *text, size_t size);

/*
 * Another console for this program from now on: the server that has registered the name, which answers the requests
 * "write" and "read" as the root task does (README.md). The name must stay where it is. Null: what the description
 * says.
 */
void root_console(const char *name);

/* The next character typed, 0 to 255. Without one: waits, or returns -1 at once. */
int root_read(void);
int root_read_now(void);

/* Ends the program, with all its threads. */
void root_exit(int status) __attribute__((noreturn));

/*
 * This program's command line, its name first, as a string of at most size bytes with the final
 * zero.
 */
enum root_status root_command_line(char *line, size_t size);

/*
 * The number behind the word "name=" on the command line, decimal or 0x; otherwise if there is
 * none.
 */
unsigned long root_option(const char *name, unsigned long otherwise);

/*
 * What is behind the word "name=", as a string of at most size bytes with the final zero: what does not fit is cut
 * off. False: there is no such word.
 */
bool root_option_text(const char *name, char *text, size_t size);

/*
 * The thread that has registered a name, or the main thread of the program of that name. nilthread: there is none now,
 * or a confined program is not to find it. When the partner has gone (an IPC fails with "no partner"), its name is
 * looked up again.
 */
L4_ThreadId_t root_lookup(const char *name);

/* The same, waiting until there is one. nilthread: there will be none, because who might have it has ended for good. */
L4_ThreadId_t root_lookup_wait(const char *name);

/*
 * A thread of this program has a name from now on, until it is deleted. ROOT_DENIED: the program's description does not
 * say that it serves this name.
 */
enum root_status root_register(const char *name, L4_ThreadId_t thread);

/*
 * A new thread in the caller's space, running at once from ip with stack pointer sp; its pager is
 * the root task. priority 0: the program's own.
 */
enum root_status root_thread_create(unsigned long ip, unsigned long sp, unsigned int priority,
				    L4_ThreadId_t *thread);

/*
 * The same for a C function with an argument, on a stack of its own. When it returns, the thread
 * is deleted.
 */
enum root_status root_thread_start(void (*function)(void *), void *argument, void *stack,
				   size_t stack_size, L4_ThreadId_t *thread);

/*
 * A new thread in a new space without memory; its pager is the caller, for whose start message it waits. priority 0:
 * the program's own. It belongs to this program, for which it can ask
 * whatever any of its threads can: deleting it deletes the space. Only for programs with the option @spaces.
 */
enum root_status root_space_create(unsigned int priority, L4_ThreadId_t *thread);

/* A thread of this program that is not the main thread. Deleting oneself does not return. */
enum root_status root_thread_delete(L4_ThreadId_t thread);

/* 1 up to the program's own priority. */
enum root_status root_thread_priority(L4_ThreadId_t thread, unsigned int priority);

/*
 * A large page at this address, from now on. ROOT_EXHAUSTED: the quota does not allow it, or the
 * machine has no memory left in a piece that large; then nothing is there.
 */
enum root_status root_large_page(unsigned long address);

/*
 * The bytes of its own memory that the kernel uses for this program now: page tables, threads and
 * so on; and those that it used before the main thread's first instruction.
 */
enum root_status root_kernel_memory(unsigned long *now, unsigned long *at_start);

/*
 * For drivers, as their descriptions say (servers/root/README.md). I/O ports need no call: a driver has a port that is
 * its own from when it touches it.
 */

/*
 * The thread of this program handles the interrupt of that number from now on, until it is deleted. For a message
 * interrupt (<l4/msi.h>) *message is address << 32 | data, else 1. ROOT_NOT_FOUND: there is none, or
 * somebody else has it.
 */
enum root_status root_interrupt(unsigned int number, L4_ThreadId_t handler, unsigned long *message);

/* ROOT_OK: the ports from low to high are this program's. */
enum root_status root_ports(unsigned int low, unsigned int high);

/*
 * Device memory, whole pages, at an address of the range ROOT_AREA_LOW to ROOT_AREA_HIGH, readable and writable.
 * ROOT_NOT_FOUND: it is the machine's main memory, or nobody has it to give. ROOT_MALFORMED: the address is taken.
 */
enum root_status root_device_memory(unsigned long physical, unsigned long size, void *address);

/*
 * The memory that a device may read and write, in one piece below 4 GiB, at an address of the same range: as many bytes
 * as the description says, aligned to that (rounded up to a power of two, at most 1 MiB). Zeros at first; a program
 * that is started anew gets the same memory as it was left.
 */
enum root_status root_dma_memory(void *address, unsigned long *physical, unsigned long *size);

/*
 * A boot module, by the first word of its command line: programs are files, too. *file stands for it in
 * root_file_page(), *size are its bytes.
 */
enum root_status root_file(const char *name, unsigned int *file, unsigned long *size);

/* The name and size of a file, by its number, from 0. ROOT_NOT_FOUND: there are no more. */
enum root_status root_file_name(unsigned int file, char name[ROOT_NAME_MAX], unsigned long *size);

/*
 * Maps the page of the file that begins at offset, a multiple of 4 KiB below its size, to an address of the caller's
 * space, read-only. It stays there until the caller unmaps it. What lies in the last page behind the file's end is no
 * part of it.
 */
enum root_status root_file_page(unsigned int file, unsigned long offset, void *address);

#ifdef __cplusplus
}
#endif
#endif
