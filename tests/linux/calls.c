/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/linux/calls.c - what a Linux system call does here: as much of it as busybox asks for to run single
 * commands. The files are the boot modules, read only, in one directory; what is written is kept for the
 * test to look at. Every other call is -ENOSYS.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "process.h"

enum { PATH_SIZE = 256, PART_MAX = 4096, THE_PROCESS = 2, ITS_PARENT = 1, SET_FS = 0x1002, SIGACTION_SIZE = 32 };

static struct file *file_of(unsigned long number)
{
	return number < FILES_MAX && process.files[number].kind != FILE_CLOSED ? &process.files[number] : NULL;
}

/* Makes *file the lowest free number that is not below least. */
static long file_add(const struct file *file, unsigned long least)
{
	for (unsigned long number = least; number < FILES_MAX; number++) {
		if (process.files[number].kind == FILE_CLOSED) {
			process.files[number] = *file;
			return number;
		}
	}
	return -EMFILE;
}

/* 0, or why there is no path of that address. */
static long path_in(char *path, unsigned long address)
{
	for (unsigned int i = 0; i < PATH_SIZE; i++) {
		if (!memory_in(path + i, address + i, 1))
			return -EFAULT;
		if (path[i] == 0)
			return 0;
	}
	return -ENAMETOOLONG;
}

static bool path_find(const char *path, struct module *module)
{
	return module_find(path[0] == '/' ? path + 1 : path, module);
}

static long call_open(unsigned long path_at, unsigned long flags)
{
	struct file file = { .kind = FILE_MODULE };
	char path[PATH_SIZE];
	long error = path_in(path, path_at);

	if (error)
		return error;
	if (!path_find(path, &file.module))
		return -ENOENT;
	return flags & O_ACCMODE ? -EROFS : file_add(&file, 0);
}

static long call_read(struct file *file, unsigned long to, unsigned long size)
{
	unsigned long rest = file->module.size - file->position;

	if (file->kind == FILE_CONSOLE)
		return 0;
	if (size > rest)
		size = rest;
	if (!memory_out(to, file->module.bytes + file->position, size))
		return -EFAULT;
	file->position += size;
	return size;
}

static long call_write(const struct file *file, unsigned long from, unsigned long size)
{
	unsigned long room = OUTPUT_MAX - process.output_used;

	if (file->kind != FILE_CONSOLE)
		return -EBADF;
	if (size > room)
		return -ENOSPC;
	if (!memory_in(process.output + process.output_used, from, size))
		return -EFAULT;
	process.output_used += size;
	return size;
}

static long call_stat(unsigned long number, unsigned long path_at, unsigned long to, unsigned long flags)
{
	struct stat status = { .st_mode = S_IFREG | 0444, .st_nlink = 1, .st_blksize = PART_MAX };
	const struct file *file = file_of(number);
	char path[PATH_SIZE];
	struct module module;
	long error = path_in(path, path_at);

	if (error)
		return error;
	if (path[0] == 0 && (flags & AT_EMPTY_PATH)) {
		if (!file)
			return -EBADF;
		status.st_size = file->module.size;
		if (file->kind == FILE_CONSOLE)
			status.st_mode = S_IFCHR | 0600;
	} else if (strcmp(path, "/") == 0 || strcmp(path, ".") == 0) {
		status.st_mode = S_IFDIR | 0555;
	} else if (path_find(path, &module)) {
		status.st_size = module.size;
	} else {
		return -ENOENT;
	}
	return memory_out(to, &status, sizeof(status)) ? 0 : -EFAULT;
}

static long call_duplicate(unsigned long number, unsigned long to)
{
	if (!file_of(number) || to >= FILES_MAX)
		return -EBADF;
	process.files[to] = process.files[number];
	return to;
}

static long call_control(const struct file *file, unsigned long command, unsigned long argument)
{
	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		return file_add(file, argument);
	return -EINVAL;
}

/* Everything is always ready. */
static long call_poll(unsigned long at, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++) {
		struct pollfd request;

		if (!memory_in(&request, at + i * sizeof(request), sizeof(request)))
			return -EFAULT;
		request.revents = request.events;
		if (!memory_out(at + i * sizeof(request), &request, sizeof(request)))
			return -EFAULT;
	}
	return count;
}

static long call_signal_action(unsigned long signal, unsigned long new, unsigned long old)
{
	struct signal_action *action = &process.actions[signal];

	_Static_assert(sizeof(*action) == SIGACTION_SIZE, "as the kernel of Linux has it");
	if (signal == 0 || signal > SIGNALS_MAX)
		return -EINVAL;
	if (old && !memory_out(old, action, sizeof(*action)))
		return -EFAULT;
	return !new || memory_in(action, new, sizeof(*action)) ? 0 : -EFAULT;
}

static long call_set_fs(unsigned long code, unsigned long base)
{
	if (code != SET_FS)
		return -EINVAL;
	process.frame[EXC_FS_BASE] = base;
	return 0;
}

/* Those whose first argument is an open file. */
static long file_call(unsigned long number, const unsigned long *a)
{
	struct file *file = file_of(a[0]);

	if (!file)
		return -EBADF;
	switch (number) {
	case SYS_read:
		return call_read(file, a[1], a[2]);
	case SYS_write:
		return call_write(file, a[1], a[2]);
	case SYS_close:
		file->kind = FILE_CLOSED;
		return 0;
	case SYS_fcntl:
		return call_control(file, a[1], a[2]);
	default:
		return -ENOTTY;
	}
}

static long other_call(unsigned long number, const unsigned long *a)
{
	switch (number) {
	case SYS_read:
	case SYS_write:
	case SYS_close:
	case SYS_fcntl:
	case SYS_ioctl:
		return file_call(number, a);
	case SYS_openat:
		return call_open(a[1], a[2]);
	case SYS_newfstatat:
		return call_stat(a[0], a[1], a[2], a[3]);
	case SYS_dup2:
		return call_duplicate(a[0], a[1]);
	case SYS_poll:
		return call_poll(a[0], a[1]);
	case SYS_brk:
		return memory_break(a[0]);
	case SYS_mmap:
		return memory_map(a[1]);
	case SYS_munmap:
	case SYS_mprotect:
	case SYS_rt_sigprocmask:
	case SYS_getuid:
	case SYS_geteuid:
	case SYS_getgid:
	case SYS_getegid:
		return 0;
	case SYS_arch_prctl:
		return call_set_fs(a[0], a[1]);
	case SYS_rt_sigaction:
		return call_signal_action(a[0], a[1], a[2]);
	case SYS_set_tid_address:
	case SYS_getpid:
		return THE_PROCESS;
	case SYS_getppid:
		return ITS_PARENT;
	default:
		return -ENOSYS;
	}
}

bool linux_call(void)
{
	L4_Word_t *frame = process.frame;
	const unsigned long arguments[] = { frame[EXC_RDI], frame[EXC_RSI], frame[EXC_RDX], frame[EXC_R10] };
	unsigned long number = frame[EXC_RAX];

	if (number == SYS_exit || number == SYS_exit_group) {
		process.status = arguments[0] & 0xff;
		return false;
	}
	if (number == SYS_rt_sigreturn)
		memcpy(frame, process.interrupted, sizeof(process.frame));
	else
		frame[EXC_RAX] = other_call(number, arguments);
	return true;
}
