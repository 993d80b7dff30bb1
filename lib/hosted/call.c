/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call.c - what each Linux system call does here.
 *
 * These are what musl's startup, malloc, stdio on the console, and the ends of a program ask for; the
 * manual page of each is Linux' own. There are no files but the three that are open from the start:
 * all of them are the root task's console. Everything else is -ENOSYS, for which musl has an answer.
 */
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#include <l4/schedule.h>
#include <service/root.h>

#include "hosted.h"

enum { STDIN = 0, STDERR = 2, ARCH_SET_FS = 0x1002, MAIN_THREAD = 1 };
enum { STATUS_SIGNALLED = 128 }; /* and the signal: as a shell has it */

static bool is_open(unsigned long file)
{
	return file <= STDERR;
}

static long console_write(const char *text, unsigned long size)
{
	if (!memory_has((unsigned long)text, size, PF_R))
		return -EFAULT;
	root_write(text, size);
	return size;
}

/* At least one byte, then what is there already, up to the end of a line. A terminal's Enter ends one. */
static long console_read(char *text, unsigned long size)
{
	unsigned long done = 0;

	if (!memory_has((unsigned long)text, size, PF_W))
		return -EFAULT;
	while (done < size && (done == 0 || text[done - 1] != '\n')) {
		int byte = done == 0 ? root_read() : root_read_now();

		if (byte < 0)
			break;
		text[done++] = byte == '\r' ? '\n' : byte;
	}
	return done > 0 || size == 0 ? (long)done : -EIO;
}

/* The parts of readv and writev, one after the other, until one is not done completely. */
static long each_part(const struct iovec *part, unsigned long count, bool writes)
{
	long done = 0;

	if (count > IOV_MAX)
		return -EINVAL;
	if (!memory_has((unsigned long)part, count * sizeof(*part), PF_R))
		return -EFAULT;
	for (; count > 0; count--, part++) {
		long result = writes ? console_write(part->iov_base, part->iov_len) :
				       console_read(part->iov_base, part->iov_len);

		if (result < 0)
			return done > 0 ? done : result;
		done += result;
		if ((unsigned long)result < part->iov_len)
			break;
	}
	return done;
}

/* Only what says that this is a terminal, so that stdio writes whole lines. */
static long console_control(unsigned long request, struct winsize *size)
{
	if (request != TIOCGWINSZ)
		return -ENOTTY;
	if (!memory_has((unsigned long)size, sizeof(*size), PF_W))
		return -EFAULT;
	*size = (struct winsize){ .ws_row = 25, .ws_col = 80 };
	return 0;
}

/* All count from the start. So does the time of day, which nobody knows: time() does not ask whether it failed. */
static long clock_read(unsigned long clock, struct timespec *time)
{
	unsigned long microseconds = L4_SystemClock().raw;

	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_RAW &&
	    clock != CLOCK_BOOTTIME)
		return -EINVAL;
	if (!memory_has((unsigned long)time, sizeof(*time), PF_W))
		return -EFAULT;
	time->tv_sec = microseconds / 1000000;
	time->tv_nsec = microseconds % 1000000 * 1000;
	return 0;
}

static long set_fs_base(struct hosted_call *call, unsigned long base)
{
	if (base >> 47)
		return -EPERM;
	call->fs_base = base;
	return 0;
}

long hosted_call(struct hosted_call *call)
{
	const unsigned long *a = call->argument;

	switch (call->number) {
	case SYS_read:
		return is_open(a[0]) ? console_read((char *)a[1], a[2]) : -EBADF;
	case SYS_write:
		return is_open(a[0]) ? console_write((const char *)a[1], a[2]) : -EBADF;
	case SYS_readv:
	case SYS_writev:
		return is_open(a[0]) ? each_part((const struct iovec *)a[1], a[2], call->number == SYS_writev) :
				       -EBADF;
	case SYS_ioctl:
		return is_open(a[0]) ? console_control(a[1], (struct winsize *)a[2]) : -EBADF;
	case SYS_lseek:
		return is_open(a[0]) ? -ESPIPE : -EBADF;
	case SYS_close:
		return is_open(a[0]) ? 0 : -EBADF;
	case SYS_brk:
		return memory_break(a[0]);
	case SYS_mmap:
		return memory_map(a[1], a[2], a[3]);
	case SYS_munmap:
		return memory_unmap(a[0], a[1]);
	case SYS_mprotect:
		return memory_protect(a[0], a[1], a[2]);
	case SYS_arch_prctl:
		return a[0] == ARCH_SET_FS ? set_fs_base(call, a[1]) : -EINVAL;
	case SYS_set_tid_address:
	case SYS_getpid:
	case SYS_gettid:
		return MAIN_THREAD;
	case SYS_clock_gettime:
		return clock_read(a[0], (struct timespec *)a[1]);
	case SYS_tkill: /* abort() */
		root_exit(STATUS_SIGNALLED + a[1]);
	case SYS_exit:
	case SYS_exit_group:
		root_exit(a[0] & 0xff);
	default:
		return -ENOSYS;
	}
}
