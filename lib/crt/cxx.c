/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cxx.c - what C++ compilers expect to find, for programs without the C++ library.
 *
 * Destructors of static objects never run: a program here ends by being deleted. The guards of
 * function-local statics are for one thread at a time; a program that races on one must lock.
 */
void *__dso_handle;

int __cxa_atexit(void (*destructor)(void *), void *object, void *dso);
int __cxa_guard_acquire(unsigned long long *guard);
void __cxa_guard_release(unsigned long long *guard);
void __cxa_guard_abort(unsigned long long *guard);
void __cxa_pure_virtual(void) __attribute__((noreturn));

int __cxa_atexit(void (*destructor)(void *), void *object, void *dso)
{
	(void)destructor;
	(void)object;
	(void)dso;
	return 0;
}

/* The first byte of a guard tells that its object is constructed. */
int __cxa_guard_acquire(unsigned long long *guard)
{
	return *(volatile char *)guard == 0;
}

void __cxa_guard_release(unsigned long long *guard)
{
	*(volatile char *)guard = 1;
}

void __cxa_guard_abort(unsigned long long *guard)
{
	(void)guard;
}

/* A bug of the program: an exception that its handler can report. */
void __cxa_pure_virtual(void)
{
	for (;;)
		__builtin_trap();
}
