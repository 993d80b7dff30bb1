/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * abi/kip.h - the kernel interface page, X.2 layout for 64-bit kernels.
 *
 * One read-only page in every space, at the address its creator chose. System-call entries are offsets from the
 * start of the page: position-independent code that takes the registers of abi/syscall.h (the IPC entries take
 * RDX from the caller, the others set it) and returns with `ret`.
 */
#ifndef ABI_KIP_H
#define ABI_KIP_H

struct kip_server { /* sigma0, sigma1, root task */
	unsigned long sp, ip, low, high;
};

struct kip {
	unsigned char magic[4];            /* 0x000 "L4" 0xE6 "K" */
	unsigned int reserved0;
	unsigned long api_version;         /* 0x008 */
	unsigned long api_flags;           /* 0x010 */
	unsigned long kernel_desc;         /* 0x018 offset of struct kip_kernel_desc */
	struct kip_server kdebug;          /* 0x020 */
	struct kip_server sigma0;          /* 0x040 */
	struct kip_server sigma1;          /* 0x060 */
	struct kip_server root;            /* 0x080 */
	unsigned long reserved1;           /* 0x0a0 */
	unsigned long memory_info;         /* 0x0a8 offset << 32 | count */
	unsigned long kdebug_config[2];    /* 0x0b0 the first: abi/kdebug.h */
	unsigned long reserved2[18];       /* 0x0c0 */
	unsigned long utcb_info;           /* 0x150 multiplier 0-9, alignment log2 10-15, area size log2 16-21 */
	unsigned long kip_area_info;       /* 0x158 area size log2 0-5 */
	unsigned long reserved3[2];        /* 0x160 */
	unsigned long boot_info;           /* 0x170 physical address */
	unsigned long processor_desc;      /* 0x178 offset of struct kip_processor_desc[] */
	unsigned long clock_info;          /* 0x180 read precision 0-15, schedule precision 16-31: X.2 time */
	unsigned long thread_info;         /* 0x188 t 0-7, system base 8-19, user base 20-31 */
	unsigned long page_info;           /* 0x190 rights 0-2, size mask 10-63 */
	unsigned long processor_info;      /* 0x198 count-1 0-15, log2 descriptor size 60-63 */
	unsigned long space_control;       /* 0x1a0 system-call entries, offsets from this page */
	unsigned long thread_control;
	unsigned long processor_control;
	unsigned long memory_control;
	unsigned long ipc;                 /* 0x1c0 */
	unsigned long lipc;
	unsigned long unmap;
	unsigned long exchange_registers;
	unsigned long system_clock;        /* 0x1e0 */
	unsigned long thread_switch;
	unsigned long schedule;
	unsigned long reserved4;           /* 0x1f8 */
};

struct kip_kernel_desc {
	unsigned long id;       /* id 24-31, subid 16-23 */
	unsigned long gen_date; /* day 0-4, month 5-8, year-2000 9-15 */
	unsigned long version;  /* subsubversion 0-15, subversion 16-23, version 24-31 */
	unsigned long supplier; /* four characters */
	char strings[];         /* version string, then feature strings, then an empty one */
};

struct kip_processor_desc {
	unsigned long external_khz;
	unsigned long internal_khz;
	unsigned long reserved[2];
};

/* Descriptors later in the list override earlier ones. */
struct kip_memory_desc {
	unsigned long low;  /* type 0-3, t 4-7, v (virtual) 9, low / 1024 from 10 */
	unsigned long high; /* (high - 1023) / 1024 from 10: the last kilobyte, inclusive */
};
enum kip_memory_type {
	KIP_MEMORY_UNDEFINED = 0,
	KIP_MEMORY_CONVENTIONAL = 1,
	KIP_MEMORY_RESERVED = 2,   /* by the kernel */
	KIP_MEMORY_DEDICATED = 3,  /* device or firmware memory */
	KIP_MEMORY_SHARED = 4,
	KIP_MEMORY_BOOT = 0xe,     /* t = 1: boot modules and boot information; t = 2: sigma0's or root task's image */
	KIP_MEMORY_ARCH = 0xf,     /* t = 1: ACPI tables */
};

enum {
	KIP_API_VERSION = 0x84,
	KIP_API_FLAGS = 1 << 2, /* ee = 0 little endian, ww = 1 64-bit words */
};

_Static_assert(__builtin_offsetof(struct kip, memory_info) == 0x0a8, "X.2");
_Static_assert(__builtin_offsetof(struct kip, utcb_info) == 0x150, "X.2");
_Static_assert(__builtin_offsetof(struct kip, boot_info) == 0x170, "X.2");
_Static_assert(__builtin_offsetof(struct kip, processor_info) == 0x198, "X.2");
_Static_assert(__builtin_offsetof(struct kip, space_control) == 0x1a0, "X.2");
_Static_assert(__builtin_offsetof(struct kip, schedule) == 0x1f0, "X.2");

#endif
