/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cxx.c - what C++ compilers expect to find, for programs without the C++ library.
 *
 * Destructors of static objects never run: a program here ends by being deleted. The guards of
 * function-local statics are for one thread at a time; a program that races on one must lock. There is no heap: the
 * compiled code of a virtual destructor names `operator delete`, whether anybody deletes or not, and a program that has
 * a heap defines its own.
 */
void *__dso_handle;

int __cxa_atexit(void (*destructor)(void *), void *object, void *dso);
int __cxa_guard_acquire(unsigned long long *guard);
void __cxa_guard_release(unsigned long long *guard);
void __cxa_guard_abort(unsigned long long *guard);
void __cxa_pure_virtual(void) __attribute__((noreturn));
void operator_delete(void *object) __asm__("_ZdlPv") __attribute__((weak, noreturn));
/* The same with the object's size, which is an unsigned long or, in 32-bit programs, an unsigned int. */
void operator_delete_m(void *object) __asm__("_ZdlPvm") __attribute__((weak, noreturn, alias("_ZdlPv")));
void operator_delete_j(void *object) __asm__("_ZdlPvj") __attribute__((weak, noreturn, alias("_ZdlPv")));

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

/* Bugs of the program: an exception that its handler can report. */
static void bug(void) __attribute__((noreturn));
static void bug(void)
{
	for (;;)
		__builtin_trap();
}

void __cxa_pure_virtual(void)
{
	bug();
}

void operator_delete(void *object)
{
	(void)object;
	bug();
}
