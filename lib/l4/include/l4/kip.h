/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/kip.h - the kernel interface page.
 *
 * A read-only page in every space, where the kernel says what it is and what the machine has.
 * Programs find it with L4_GetKernelInterface(); functions with a KernelInterface argument read
 * the page it returned. "Pointers" in the page are offsets from its start.
 */
#ifndef L4_KIP_H
#define L4_KIP_H

#include <l4/types.h>
#include <l4/syscalls.h>

/* The first word's lower half: "L4", 230, "K". */
#define L4_MAGIC (('K' << 24) + (230 << 16) + ('4' << 8) + 'L')

/* API versions */
#define L4_APIVERSION_2     0x02
#define L4_APIVERSION_4     0x04
#define L4_APIVERSION_X0    0x83
#define L4_APIVERSION_X1    0x83
#define L4_APIVERSION_X2    0x84
#define L4_APIVERSION_L4SEC 0x85
#define L4_APIVERSION_N1    0x86
#define L4_APISUBVERSION_X0 0x80
#define L4_APISUBVERSION_X1 0x81

/* API flags: byte order and word size */
#define L4_APIFLAG_LE    0
#define L4_APIFLAG_BE    1
#define L4_APIFLAG_32BIT 0
#define L4_APIFLAG_64BIT 1

/* Kernel id << 8 | subid of kernels that had one assigned */
#define L4_KID_L4_486          0x0001
#define L4_KID_L4_PENTIUM      0x0002
#define L4_KID_L4_X86          0x0003
#define L4_KID_L4_MIPS         0x0101
#define L4_KID_L4_ALPHA        0x0201
#define L4_KID_FIASCO          0x0301
#define L4_KID_L4KA_HAZELNUT   0x0401
#define L4_KID_L4KA_PISTACHIO  0x0402
#define L4_KID_L4KA_STRAWBERRY 0x0403
#define L4_KID_NICTA_PISTACHIO 0x0501

/* Kernel suppliers */
#define L4_SUPL_GMD   ((' ' << 24) + ('D' << 16) + ('M' << 8) + 'G')
#define L4_SUPL_IBM   ((' ' << 24) + ('M' << 16) + ('B' << 8) + 'I')
#define L4_SUPL_UNSW  (('W' << 24) + ('S' << 16) + ('N' << 8) + 'U')
#define L4_SUPL_UKA   ((' ' << 24) + ('a' << 16) + ('K' << 8) + 'U')
#define L4_SUPL_NICTA (('T' << 24) + ('C' << 16) + ('I' << 8) + 'N')

typedef union {
	L4_Word_t raw;
	struct {
		L4_Word_t __padding : 16;
		L4_Word_t subid : 8;
		L4_Word_t id : 8;
		L4_Word_t : L4_BITS_PER_WORD - 32;
	} x, X;
} L4_KernelId_t;

typedef union {
	L4_Word_t raw;
	struct {
		L4_Word_t __padding : 16;
		L4_Word_t subversion : 8;
		L4_Word_t version : 8;
		L4_Word_t : L4_BITS_PER_WORD - 32;
	} x, X;
} L4_ApiVersion_t;

typedef union {
	L4_Word_t raw;
	struct {
		L4_Word_t ee : 2;
		L4_Word_t ww : 2;
		L4_Word_t __padding : L4_BITS_PER_WORD - 4;
	} x, X;
} L4_ApiFlags_t;

typedef struct {
	L4_Word_t n : L4_BITS_PER_WORD / 2;
	L4_Word_t MemDescPtr : L4_BITS_PER_WORD / 2;
} L4_MemoryInfo_t;

/* One of the servers that the kernel starts. */
typedef struct {
	L4_Word_t sp;
	L4_Word_t ip;
	L4_Word_t low;
	L4_Word_t high;
} L4_KernelRootServer_t;

typedef struct {
	L4_Word_t magic; /* 0x000 */
	L4_ApiVersion_t ApiVersion;
	L4_ApiFlags_t ApiFlags;
	L4_Word_t KernelVerPtr;
	L4_KernelRootServer_t Kdebug; /* 0x020 */
	L4_KernelRootServer_t Sigma0;
	L4_KernelRootServer_t Sigma1;
	L4_KernelRootServer_t RootTask;
	L4_Word_t __padding0a0;
	L4_MemoryInfo_t MemoryInfo; /* 0x0a8 */
	L4_Word_t __padding0b0[20];
	union {
		L4_Word_t raw;
		struct {
			L4_Word_t m : 10;
			L4_Word_t a : 6;
			L4_Word_t s : 6;
			L4_Word_t __padding : L4_BITS_PER_WORD - 22;
		} X;
	} UtcbAreaInfo; /* 0x150 */
	union {
		L4_Word_t raw;
		struct {
			L4_Word_t s : 6;
			L4_Word_t __padding : L4_BITS_PER_WORD - 6;
		} X;
	} KipAreaInfo;
	L4_Word_t __padding160[2];
	L4_Word_t BootInfo; /* 0x170 */
	L4_Word_t ProcDescPtr;
	union {
		L4_Word_t raw;
		struct {
			L4_Word_t ReadPrecision : 16;
			L4_Word_t SchedulePrecision : 16;
			L4_Word_t : L4_BITS_PER_WORD - 32;
		} X;
	} ClockInfo; /* 0x180 */
	union {
		L4_Word_t raw;
		struct {
			L4_Word_t t : 8;
			L4_Word_t SystemBase : 12;
			L4_Word_t UserBase : 12;
			L4_Word_t : L4_BITS_PER_WORD - 32;
		} X;
	} ThreadInfo;
	union {
		L4_Word_t raw;
		struct {
			L4_Word_t rwx : 3;
			L4_Word_t __padding : 7;
			L4_Word_t page_size_mask : L4_BITS_PER_WORD - 10;
		} X;
	} PageInfo;
	union {
		L4_Word_t raw;
		struct {
			L4_Word_t processors : 16;
			L4_Word_t __padding : L4_BITS_PER_WORD - 20;
			L4_Word_t s : 4;
		} X;
	} ProcessorInfo;
	L4_Word_t SpaceControl; /* 0x1a0 */
	L4_Word_t ThreadControl;
	L4_Word_t ProcessorControl;
	L4_Word_t MemoryControl;
	L4_Word_t Ipc;
	L4_Word_t Lipc;
	L4_Word_t Unmap;
	L4_Word_t ExchangeRegisters;
	L4_Word_t SystemClock;
	L4_Word_t ThreadSwitch;
	L4_Word_t Schedule;
	L4_Word_t __padding1f8;
} L4_KernelInterfacePage_t;

typedef struct {
	L4_KernelId_t KernelId;
	union {
		L4_Word_t raw;
		struct {
			L4_Word_t day : 5;
			L4_Word_t month : 4;
			L4_Word_t year : 7;
			L4_Word_t __padding : L4_BITS_PER_WORD - 16;
		} X;
	} KernelGenDate;
	union {
		L4_Word_t raw;
		struct {
			L4_Word_t subsubver : 16;
			L4_Word_t subver : 8;
			L4_Word_t ver : 8;
			L4_Word_t : L4_BITS_PER_WORD - 32;
		} X;
	} KernelVer;
	L4_Word_t Supplier;
	__extension__ char VersionString[0];
} L4_KernelDesc_t;

typedef union {
	L4_Word_t raw[4];
	struct {
		L4_Word_t ExternalFreq; /* kHz */
		L4_Word_t InternalFreq;
		L4_Word_t __padding[2];
	} X;
} L4_ProcDesc_t;

typedef union {
	L4_Word_t raw[2];
	struct {
		L4_Word_t type : 4;
		L4_Word_t t : 4;
		L4_Word_t __padding1 : 1;
		L4_Word_t v : 1;
		L4_Word_t low : L4_BITS_PER_WORD - 10;
		L4_Word_t __padding2 : 10;
		L4_Word_t high : L4_BITS_PER_WORD - 10;
	} x, X;
} L4_MemoryDesc_t;

/*
 * Types of memory. The last two stand for 16 types each: L4_MemoryDescType adds 16 times the
 * subtype.
 */
#define L4_UndefinedMemoryType            0x0
#define L4_ConventionalMemoryType         0x1
#define L4_ReservedMemoryType             0x2
#define L4_DedicatedMemoryType            0x3
#define L4_SharedMemoryType               0x4
#define L4_BootLoaderSpecificMemoryType   0xe
#define L4_ArchitectureSpecificMemoryType 0xf

/*
 * Finding the page, and what the call itself returns
 */

L4_INLINE void *L4_GetKernelInterface(void)
{
	L4_Word_t version, flags, id;
	return L4_KernelInterface(&version, &flags, &id);
}

L4_INLINE L4_Word_t L4_ApiVersion(void)
{
	L4_Word_t version, flags, id;
	L4_KernelInterface(&version, &flags, &id);
	return version;
}

L4_INLINE L4_Word_t L4_ApiFlags(void)
{
	L4_Word_t version, flags, id;
	L4_KernelInterface(&version, &flags, &id);
	return flags;
}

L4_INLINE L4_Word_t L4_KernelId(void)
{
	L4_Word_t version, flags, id;
	L4_KernelInterface(&version, &flags, &id);
	return id;
}

/*
 * Reading the page
 */

L4_INLINE L4_KernelInterfacePage_t *__L4_Kip(void *KernelInterface)
{
	return (L4_KernelInterfacePage_t *)KernelInterface;
}

L4_INLINE void *__L4_KipAt(void *KernelInterface, L4_Word_t offset)
{
	return (void *)((L4_Word_t)KernelInterface + offset);
}

L4_INLINE L4_KernelDesc_t *__L4_KernelDesc(void *KernelInterface)
{
	return (L4_KernelDesc_t *)__L4_KipAt(KernelInterface,
					     __L4_Kip(KernelInterface)->KernelVerPtr);
}

L4_INLINE void L4_KernelGenDate(void *KernelInterface, L4_Word_t *year, L4_Word_t *month,
				L4_Word_t *day)
{
	L4_KernelDesc_t *desc = __L4_KernelDesc(KernelInterface);

	*year = desc->KernelGenDate.X.year + 2000UL;
	*month = desc->KernelGenDate.X.month;
	*day = desc->KernelGenDate.X.day;
}

L4_INLINE L4_Word_t L4_KernelVersion(void *KernelInterface)
{
	return __L4_KernelDesc(KernelInterface)->KernelVer.raw;
}

L4_INLINE L4_Word_t L4_KernelSupplier(void *KernelInterface)
{
	return __L4_KernelDesc(KernelInterface)->Supplier;
}

L4_INLINE L4_Word_t L4_NumProcessors(void *KernelInterface)
{
	return __L4_Kip(KernelInterface)->ProcessorInfo.X.processors + 1UL;
}

L4_INLINE L4_Word_t L4_NumMemoryDescriptors(void *KernelInterface)
{
	return __L4_Kip(KernelInterface)->MemoryInfo.n;
}

/* Bit n is set if the hardware has pages of 2^n bytes. */
L4_INLINE L4_Word_t L4_PageSizeMask(void *KernelInterface)
{
	return __L4_Kip(KernelInterface)->PageInfo.raw & ~0x3ffUL;
}

/* The access rights that the hardware can give separately. */
L4_INLINE L4_Word_t L4_PageRights(void *KernelInterface)
{
	return __L4_Kip(KernelInterface)->PageInfo.X.rwx;
}

L4_INLINE L4_Word_t L4_ThreadIdBits(void *KernelInterface)
{
	return __L4_Kip(KernelInterface)->ThreadInfo.X.t;
}

L4_INLINE L4_Word_t L4_ThreadIdSystemBase(void *KernelInterface)
{
	return __L4_Kip(KernelInterface)->ThreadInfo.X.SystemBase;
}

L4_INLINE L4_Word_t L4_ThreadIdUserBase(void *KernelInterface)
{
	return __L4_Kip(KernelInterface)->ThreadInfo.X.UserBase;
}

L4_INLINE L4_Word_t L4_ReadPrecision(void *KernelInterface)
{
	return __L4_Kip(KernelInterface)->ClockInfo.X.ReadPrecision;
}

L4_INLINE L4_Word_t L4_SchedulePrecision(void *KernelInterface)
{
	return __L4_Kip(KernelInterface)->ClockInfo.X.SchedulePrecision;
}

L4_INLINE L4_Word_t L4_UtcbAreaSizeLog2(void *KernelInterface)
{
	return __L4_Kip(KernelInterface)->UtcbAreaInfo.X.s;
}

/* The smallest UTCB area. */
L4_INLINE L4_Word_t L4_UtcbAreaSize(void *KernelInterface)
{
	return 1UL << L4_UtcbAreaSizeLog2(KernelInterface);
}

L4_INLINE L4_Word_t L4_UtcbAlignmentLog2(void *KernelInterface)
{
	return __L4_Kip(KernelInterface)->UtcbAreaInfo.X.a;
}

L4_INLINE L4_Word_t L4_UtcbSize(void *KernelInterface)
{
	return (L4_Word_t)__L4_Kip(KernelInterface)->UtcbAreaInfo.X.m
	       << L4_UtcbAlignmentLog2(KernelInterface);
}

L4_INLINE L4_Word_t L4_KipAreaSizeLog2(void *KernelInterface)
{
	return __L4_Kip(KernelInterface)->KipAreaInfo.X.s;
}

L4_INLINE L4_Word_t L4_KipAreaSize(void *KernelInterface)
{
	return 1UL << L4_KipAreaSizeLog2(KernelInterface);
}

L4_INLINE L4_Word_t L4_BootInfo(void *KernelInterface)
{
	return __L4_Kip(KernelInterface)->BootInfo;
}

L4_INLINE char *L4_KernelVersionString(void *KernelInterface)
{
	return (char *)(__L4_KernelDesc(KernelInterface) + 1);
}

/* Feature string num, counted from 0; a null pointer behind the last. */
L4_INLINE char *L4_Feature(void *KernelInterface, L4_Word_t num)
{
	char *s = L4_KernelVersionString(KernelInterface);

	do {
		while (*s++ != 0)
			;
		if (*s == 0)
			return (char *)0;
	} while (num-- != 0);
	return s;
}

L4_INLINE L4_Bool_t __L4_IsSameString(const char *a, const char *b)
{
	for (; *a == *b; a++, b++)
		if (*a == 0)
			return 1;
	return 0;
}

/* True only if the kernel lists exactly this name. */
L4_INLINE L4_Bool_t L4_HasFeature(const char *feature_name)
{
	void *kip = L4_GetKernelInterface();
	L4_Word_t num;
	char *name;

	for (num = 0; (name = L4_Feature(kip, num)) != 0; num++)
		if (__L4_IsSameString(name, feature_name))
			return 1;
	return 0;
}

/*
 * Memory descriptor num, counted from 0; a null pointer behind the last. Later ones override
 * earlier ones.
 */
L4_INLINE L4_MemoryDesc_t *L4_MemoryDesc(void *KernelInterface, L4_Word_t num)
{
	L4_MemoryInfo_t info = __L4_Kip(KernelInterface)->MemoryInfo;

	if (num >= info.n)
		return (L4_MemoryDesc_t *)0;
	return (L4_MemoryDesc_t *)__L4_KipAt(KernelInterface, info.MemDescPtr) + num;
}

L4_INLINE L4_Bool_t L4_IsMemoryDescVirtual(L4_MemoryDesc_t *m)
{
	return m->X.v;
}

L4_INLINE L4_Word_t L4_MemoryDescType(L4_MemoryDesc_t *m)
{
	L4_Word_t type = m->X.type;
	return type >= L4_BootLoaderSpecificMemoryType ? type + (m->X.t << 4) : type;
}

L4_INLINE L4_Word_t L4_MemoryDescLow(L4_MemoryDesc_t *m)
{
	return m->raw[0] & ~0x3ffUL;
}

/* The last byte. */
L4_INLINE L4_Word_t L4_MemoryDescHigh(L4_MemoryDesc_t *m)
{
	return m->raw[1] | 0x3ff;
}

/* The descriptor of a processor, counted from 0; a null pointer if there is none. */
L4_INLINE L4_ProcDesc_t *L4_ProcDesc(void *KernelInterface, L4_Word_t cpu)
{
	L4_KernelInterfacePage_t *kip = __L4_Kip(KernelInterface);

	if (cpu > kip->ProcessorInfo.X.processors)
		return (L4_ProcDesc_t *)0;
	return (L4_ProcDesc_t *)__L4_KipAt(KernelInterface,
					   kip->ProcDescPtr + (cpu << kip->ProcessorInfo.X.s));
}

L4_INLINE L4_Word_t L4_ProcDescExternalFreq(L4_ProcDesc_t *p)
{
	return p->X.ExternalFreq;
}

L4_INLINE L4_Word_t L4_ProcDescInternalFreq(L4_ProcDesc_t *p)
{
	return p->X.InternalFreq;
}

#ifdef __cplusplus
L4_INLINE void *L4_KernelInterface(void)
{
	return L4_GetKernelInterface();
}

L4_INLINE L4_Bool_t L4_IsVirtual(L4_MemoryDesc_t *m)
{
	return L4_IsMemoryDescVirtual(m);
}

L4_INLINE L4_Word_t L4_Type(L4_MemoryDesc_t *m)
{
	return L4_MemoryDescType(m);
}

L4_INLINE L4_Word_t L4_Low(L4_MemoryDesc_t *m)
{
	return L4_MemoryDescLow(m);
}

L4_INLINE L4_Word_t L4_High(L4_MemoryDesc_t *m)
{
	return L4_MemoryDescHigh(m);
}

L4_INLINE L4_Word_t L4_ExternalFreq(L4_ProcDesc_t *p)
{
	return L4_ProcDescExternalFreq(p);
}

L4_INLINE L4_Word_t L4_InternalFreq(L4_ProcDesc_t *p)
{
	return L4_ProcDescInternalFreq(p);
}
#endif

#endif
