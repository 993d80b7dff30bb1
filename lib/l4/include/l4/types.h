/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/types.h - words, thread ids, flexpages, clocks and times.
 *
 * Every X.2 object is a union of `raw`, the word that the kernel sees, and a struct of its bit
 * fields, so a program may take either view. All functions here are pure: they compute on values
 * and never enter the kernel, except L4_TimePoint, which reads the clock and is therefore in
 * l4/schedule.h.
 *
 * The headers stand alone: they include nothing but each other, and what they share with the
 * kernel (lib/abi) they repeat, so that the names of lib/abi stay out of programs. lib/l4/check
 * compares both.
 */
#ifndef L4_TYPES_H
#define L4_TYPES_H

#include <l4/word.h>

/* Why a system call failed: L4_ErrorCode() after a call that returned 0. */
#define L4_ErrOk               0
#define L4_ErrNoPrivilege      1
#define L4_ErrInvalidThread    2
#define L4_ErrInvalidSpace     3
#define L4_ErrInvalidScheduler 4
#define L4_ErrInvalidParam     5
#define L4_ErrUtcbArea         6
#define L4_ErrKipArea          7
#define L4_ErrNoMem            8

/* Bit numbers of the highest and lowest bit set. Of 0: undefined. */
L4_INLINE int __L4_Msb(L4_Word64_t w)
{
	return 63 - __builtin_clzll(w);
}

L4_INLINE int __L4_Lsb(L4_Word64_t w)
{
	return __L4_Msb(w & -w);
}

/* The exponent of the smallest power of two that is not below size. */
L4_INLINE L4_Word_t __L4_CeilLog2(L4_Word_t size)
{
	return size <= 1 ? 0 : (L4_Word_t)__L4_Msb(size - 1) + 1;
}

/*
 * Thread ids
 */

typedef union {
	L4_Word_t raw;
	struct {
		L4_Word_t version : __L4_VERSION_BITS;
		L4_Word_t thread_no : L4_BITS_PER_WORD - __L4_VERSION_BITS;
	} X;
} L4_GthreadId_t;

typedef union {
	L4_Word_t raw;
	struct {
		L4_Word_t __zeros : 6;
		L4_Word_t local_id : L4_BITS_PER_WORD - 6;
	} X;
} L4_LthreadId_t;

typedef union {
	L4_Word_t raw;
	L4_GthreadId_t global;
	L4_LthreadId_t local;
} L4_ThreadId_t;

#define L4_nilthread      (__extension__(L4_ThreadId_t){ 0UL })
#define L4_anythread      (__extension__(L4_ThreadId_t){ ~0UL })
#define L4_anylocalthread (__extension__(L4_ThreadId_t){ ~0UL << 6 })

L4_INLINE L4_ThreadId_t L4_GlobalId(L4_Word_t threadno, L4_Word_t version)
{
	L4_ThreadId_t t;
	t.raw = threadno << __L4_VERSION_BITS | (version & ((1UL << __L4_VERSION_BITS) - 1));
	return t;
}

L4_INLINE L4_Word_t L4_Version(L4_ThreadId_t t)
{
	return t.raw & ((1UL << __L4_VERSION_BITS) - 1);
}

L4_INLINE L4_Word_t L4_ThreadNo(L4_ThreadId_t t)
{
	return t.raw >> __L4_VERSION_BITS;
}

L4_INLINE L4_Bool_t L4_IsThreadEqual(L4_ThreadId_t l, L4_ThreadId_t r)
{
	return l.raw == r.raw;
}

L4_INLINE L4_Bool_t L4_IsThreadNotEqual(L4_ThreadId_t l, L4_ThreadId_t r)
{
	return l.raw != r.raw;
}

L4_INLINE L4_Bool_t L4_IsNilThread(L4_ThreadId_t t)
{
	return t.raw == 0;
}

L4_INLINE L4_Bool_t L4_IsLocalId(L4_ThreadId_t t)
{
	return t.local.X.__zeros == 0;
}

L4_INLINE L4_Bool_t L4_IsGlobalId(L4_ThreadId_t t)
{
	return t.local.X.__zeros != 0;
}

/*
 * Flexpages
 */

typedef union {
	L4_Word_t raw;
	struct {
		L4_Word_t rwx : 3;
		L4_Word_t reserved : 1;
		L4_Word_t s : 6;
		L4_Word_t b : L4_BITS_PER_WORD - 10;
	} X;
} L4_Fpage_t;

#define L4_Readable       4
#define L4_Writable       2
#define L4_eXecutable     1
#define L4_FullyAccessible 7
#define L4_ReadWriteOnly  6
#define L4_ReadeXecOnly   5
#define L4_NoAccess       0

#define L4_Nilpage              (__extension__(L4_Fpage_t){ 0UL })
#define L4_CompleteAddressSpace (__extension__(L4_Fpage_t){ 1UL << 4 })

L4_INLINE L4_Bool_t L4_IsNilFpage(L4_Fpage_t f)
{
	return f.raw == 0;
}

/* A flexpage of 2^log2 bytes without rights; the address is rounded down to a kilobyte. */
L4_INLINE L4_Fpage_t L4_FpageLog2(L4_Word_t BaseAddress, int FpageSizeLog2)
{
	L4_Fpage_t f;
	f.raw = (BaseAddress & ~0x3ffUL) | ((L4_Word_t)FpageSizeLog2 & 0x3f) << 4;
	return f;
}

/* The same with the size in bytes, rounded up to a power of two. */
L4_INLINE L4_Fpage_t L4_Fpage(L4_Word_t BaseAddress, L4_Word_t FpageSize)
{
	return L4_FpageLog2(BaseAddress, (int)__L4_CeilLog2(FpageSize));
}

L4_INLINE L4_Word_t L4_Address(L4_Fpage_t f)
{
	return f.raw & ~((1UL << f.X.s) - 1);
}

L4_INLINE L4_Word_t L4_Size(L4_Fpage_t f)
{
	return f.X.s == 0 ? 0 : 1UL << f.X.s;
}

L4_INLINE L4_Word_t L4_SizeLog2(L4_Fpage_t f)
{
	return f.X.s;
}

L4_INLINE L4_Word_t L4_Rights(L4_Fpage_t f)
{
	return f.X.rwx;
}

L4_INLINE L4_Fpage_t L4_Set_Rights(L4_Fpage_t *f, L4_Word_t rwx)
{
	f->X.rwx = rwx & 7;
	return *f;
}

L4_INLINE L4_Fpage_t L4_FpageAddRights(L4_Fpage_t f, L4_Word_t rwx)
{
	f.raw |= rwx & 7;
	return f;
}

L4_INLINE L4_Fpage_t L4_FpageAddRightsTo(L4_Fpage_t *f, L4_Word_t rwx)
{
	f->raw |= rwx & 7;
	return *f;
}

L4_INLINE L4_Fpage_t L4_FpageRemoveRights(L4_Fpage_t f, L4_Word_t rwx)
{
	f.raw &= ~(rwx & 7);
	return f;
}

L4_INLINE L4_Fpage_t L4_FpageRemoveRightsFrom(L4_Fpage_t *f, L4_Word_t rwx)
{
	f->raw &= ~(rwx & 7);
	return *f;
}

/*
 * Clock: microseconds since the kernel started
 */

typedef union {
	L4_Word64_t raw;
	struct {
		L4_Word32_t low;
		L4_Word32_t high;
	} X;
} L4_Clock_t;

L4_INLINE L4_Clock_t __L4_Clock(L4_Word64_t microseconds)
{
	L4_Clock_t c;
	c.raw = microseconds;
	return c;
}

L4_INLINE L4_Clock_t L4_ClockAddUsec(L4_Clock_t c, L4_Word64_t r)
{
	return __L4_Clock(c.raw + r);
}

L4_INLINE L4_Clock_t L4_ClockSubUsec(L4_Clock_t c, L4_Word64_t r)
{
	return __L4_Clock(c.raw - r);
}

L4_INLINE L4_Bool_t L4_IsClockEarlier(L4_Clock_t l, L4_Clock_t r)
{
	return l.raw < r.raw;
}

L4_INLINE L4_Bool_t L4_IsClockLater(L4_Clock_t l, L4_Clock_t r)
{
	return l.raw > r.raw;
}

L4_INLINE L4_Bool_t L4_IsClockEqual(L4_Clock_t l, L4_Clock_t r)
{
	return l.raw == r.raw;
}

L4_INLINE L4_Bool_t L4_IsClockNotEqual(L4_Clock_t l, L4_Clock_t r)
{
	return l.raw != r.raw;
}

/*
 * Time: a period, mantissa * 2^exponent microseconds, or a point, of which the low bits of the
 * clock are given. The word 0 would be a period of length 0 and means Never; a period of length 0
 * is written with exponent 1.
 */

typedef union {
	L4_Word16_t raw;
	struct {
		L4_Word16_t m : 10;
		L4_Word16_t e : 5;
		L4_Word16_t a : 1;
	} period;
	struct {
		L4_Word16_t m : 10;
		L4_Word16_t c : 1;
		L4_Word16_t e : 4;
		L4_Word16_t a : 1;
	} point;
} L4_Time_t;

#define L4_Never    (__extension__(L4_Time_t){ 0 })
#define L4_ZeroTime (__extension__(L4_Time_t){ 1 << 10 })

/* The longest period not above the given length; from 2^41 microseconds (25 days) on, Never. */
L4_INLINE L4_Time_t L4_TimePeriod(L4_Word64_t microseconds)
{
	L4_Time_t t;
	L4_Word_t e;

	if (microseconds == 0) {
		t.raw = 1 << 10;
		return t;
	}
	e = microseconds < 1024 ? 0 : (L4_Word_t)__L4_Msb(microseconds) - 9;
	t.raw = e > 31 ? 0 : (L4_Word16_t)(e << 10 | microseconds >> e);
	return t;
}

/*
 * Arithmetic on periods. Never is longer than every period, and stays Never whatever is added or
 * taken away; a sum is exact as far as ten bits of mantissa can be; a difference below zero is
 * ZeroTime. Points have no length: they are not for these functions.
 */

L4_INLINE L4_Word64_t __L4_PeriodUsec(L4_Time_t t)
{
	return t.raw == 0 ? ~(L4_Word64_t)0 : (L4_Word64_t)t.period.m << t.period.e;
}

L4_INLINE L4_Time_t L4_TimeAddUsec(L4_Time_t l, L4_Word_t r)
{
	L4_Word64_t sum = __L4_PeriodUsec(l) + r;
	return l.raw == 0 || sum < r ? L4_Never : L4_TimePeriod(sum);
}

L4_INLINE L4_Time_t L4_TimeAddUsecTo(L4_Time_t *l, L4_Word_t r)
{
	return *l = L4_TimeAddUsec(*l, r);
}

L4_INLINE L4_Time_t L4_TimeSubUsec(L4_Time_t l, L4_Word_t r)
{
	L4_Word64_t usec = __L4_PeriodUsec(l);
	return l.raw == 0 ? l : L4_TimePeriod(usec > r ? usec - r : 0);
}

L4_INLINE L4_Time_t L4_TimeSubUsecFrom(L4_Time_t *l, L4_Word_t r)
{
	return *l = L4_TimeSubUsec(*l, r);
}

L4_INLINE L4_Bool_t L4_IsTimeLonger(L4_Time_t l, L4_Time_t r)
{
	return __L4_PeriodUsec(l) > __L4_PeriodUsec(r);
}

L4_INLINE L4_Bool_t L4_IsTimeShorter(L4_Time_t l, L4_Time_t r)
{
	return __L4_PeriodUsec(l) < __L4_PeriodUsec(r);
}

L4_INLINE L4_Bool_t L4_IsTimeEqual(L4_Time_t l, L4_Time_t r)
{
	return __L4_PeriodUsec(l) == __L4_PeriodUsec(r);
}

L4_INLINE L4_Bool_t L4_IsTimeNotEqual(L4_Time_t l, L4_Time_t r)
{
	return __L4_PeriodUsec(l) != __L4_PeriodUsec(r);
}

#ifdef __cplusplus
/* L4_Word64_t is one of unsigned long and this; the clock takes both. */
__extension__ typedef unsigned long long __L4_LongLong_t;

/* The manual's operators. An assignment operator returns its left side, as C++ programs expect. */

L4_INLINE L4_Bool_t operator==(const L4_ThreadId_t &l, const L4_ThreadId_t &r)
{
	return l.raw == r.raw;
}

L4_INLINE L4_Bool_t operator!=(const L4_ThreadId_t &l, const L4_ThreadId_t &r)
{
	return l.raw != r.raw;
}

L4_INLINE L4_Fpage_t operator+(const L4_Fpage_t &f, L4_Word_t rwx)
{
	return L4_FpageAddRights(f, rwx);
}

L4_INLINE L4_Fpage_t &operator+=(L4_Fpage_t &f, L4_Word_t rwx)
{
	L4_FpageAddRightsTo(&f, rwx);
	return f;
}

L4_INLINE L4_Fpage_t operator-(const L4_Fpage_t &f, L4_Word_t rwx)
{
	return L4_FpageRemoveRights(f, rwx);
}

L4_INLINE L4_Fpage_t &operator-=(L4_Fpage_t &f, L4_Word_t rwx)
{
	L4_FpageRemoveRightsFrom(&f, rwx);
	return f;
}

L4_INLINE L4_Clock_t operator+(const L4_Clock_t &l, int r)
{
	return __L4_Clock(l.raw + (L4_Word64_t)(L4_SignedWord64_t)r);
}

L4_INLINE L4_Clock_t operator+(const L4_Clock_t &l, unsigned long r)
{
	return __L4_Clock(l.raw + r);
}

L4_INLINE L4_Clock_t operator+(const L4_Clock_t &l, __L4_LongLong_t r)
{
	return __L4_Clock(l.raw + r);
}

L4_INLINE L4_Clock_t operator+(const L4_Clock_t &l, const L4_Clock_t &r)
{
	return __L4_Clock(l.raw + r.raw);
}

L4_INLINE L4_Clock_t operator-(const L4_Clock_t &l, int r)
{
	return __L4_Clock(l.raw - (L4_Word64_t)(L4_SignedWord64_t)r);
}

L4_INLINE L4_Clock_t operator-(const L4_Clock_t &l, unsigned long r)
{
	return __L4_Clock(l.raw - r);
}

L4_INLINE L4_Clock_t operator-(const L4_Clock_t &l, __L4_LongLong_t r)
{
	return __L4_Clock(l.raw - r);
}

L4_INLINE L4_Clock_t operator-(const L4_Clock_t &l, const L4_Clock_t &r)
{
	return __L4_Clock(l.raw - r.raw);
}

L4_INLINE L4_Bool_t operator<(const L4_Clock_t &l, const L4_Clock_t &r)
{
	return l.raw < r.raw;
}

L4_INLINE L4_Bool_t operator>(const L4_Clock_t &l, const L4_Clock_t &r)
{
	return l.raw > r.raw;
}

L4_INLINE L4_Bool_t operator<=(const L4_Clock_t &l, const L4_Clock_t &r)
{
	return l.raw <= r.raw;
}

L4_INLINE L4_Bool_t operator>=(const L4_Clock_t &l, const L4_Clock_t &r)
{
	return l.raw >= r.raw;
}

L4_INLINE L4_Bool_t operator==(const L4_Clock_t &l, const L4_Clock_t &r)
{
	return l.raw == r.raw;
}

L4_INLINE L4_Bool_t operator!=(const L4_Clock_t &l, const L4_Clock_t &r)
{
	return l.raw != r.raw;
}

L4_INLINE L4_Time_t operator+(const L4_Time_t &l, L4_Word_t r)
{
	return L4_TimeAddUsec(l, r);
}

L4_INLINE L4_Time_t &operator+=(L4_Time_t &l, L4_Word_t r)
{
	L4_TimeAddUsecTo(&l, r);
	return l;
}

L4_INLINE L4_Time_t operator-(const L4_Time_t &l, L4_Word_t r)
{
	return L4_TimeSubUsec(l, r);
}

L4_INLINE L4_Time_t &operator-=(L4_Time_t &l, L4_Word_t r)
{
	L4_TimeSubUsecFrom(&l, r);
	return l;
}

L4_INLINE L4_Bool_t operator>(const L4_Time_t &l, const L4_Time_t &r)
{
	return L4_IsTimeLonger(l, r);
}

L4_INLINE L4_Bool_t operator>=(const L4_Time_t &l, const L4_Time_t &r)
{
	return !L4_IsTimeShorter(l, r);
}

L4_INLINE L4_Bool_t operator<(const L4_Time_t &l, const L4_Time_t &r)
{
	return L4_IsTimeShorter(l, r);
}

L4_INLINE L4_Bool_t operator<=(const L4_Time_t &l, const L4_Time_t &r)
{
	return !L4_IsTimeLonger(l, r);
}

L4_INLINE L4_Bool_t operator==(const L4_Time_t &l, const L4_Time_t &r)
{
	return L4_IsTimeEqual(l, r);
}

L4_INLINE L4_Bool_t operator!=(const L4_Time_t &l, const L4_Time_t &r)
{
	return L4_IsTimeNotEqual(l, r);
}
#endif /* __cplusplus */

#endif
