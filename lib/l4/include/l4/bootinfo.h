/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4/bootinfo.h - the generic boot information: what the boot loader has put into memory.
 *
 * A header, then records of different types, each with the offset to the next. Its physical
 * address is L4_BootInfo() of the kernel interface page; the root task gets it, like all memory,
 * 1:1.
 */
#ifndef L4_BOOTINFO_H
#define L4_BOOTINFO_H

#include <l4/types.h>

#define L4_BOOTINFO_MAGIC   0x14b0021dUL
#define L4_BOOTINFO_VERSION 1

#define L4_BootInfo_Module     0x0001
#define L4_BootInfo_SimpleExec 0x0002
#define L4_BootInfo_EFITables  0x0101
#define L4_BootInfo_Multiboot  0x0102

typedef struct {
	L4_Word_t magic;
	L4_Word_t version;
	L4_Word_t size;
	L4_Word_t first_entry;
	L4_Word_t num_entries;
	L4_Word_t __reserved[3];
} L4_BootInfo_t;

/* What all records begin with. */
typedef struct {
	L4_Word_t type;
	L4_Word_t version;
	L4_Word_t offset_next;
} L4_BootRec_t;

/* A file in memory, as it is. */
typedef struct {
	L4_Word_t type;
	L4_Word_t version;
	L4_Word_t offset_next;
	L4_Word_t start;
	L4_Word_t size;
	L4_Word_t cmdline_offset;
} L4_Boot_Module_t;

/* A program, loaded where it was linked. */
typedef struct {
	L4_Word_t type;
	L4_Word_t version;
	L4_Word_t offset_next;
	L4_Word_t text_pstart;
	L4_Word_t text_vstart;
	L4_Word_t text_size;
	L4_Word_t data_pstart;
	L4_Word_t data_vstart;
	L4_Word_t data_size;
	L4_Word_t bss_pstart;
	L4_Word_t bss_vstart;
	L4_Word_t bss_size;
	L4_Word_t initial_ip;
	L4_Word_t flags;
	L4_Word_t label;
	L4_Word_t cmdline_offset;
} L4_Boot_SimpleExec_t;

/* The tables of UEFI firmware. */
typedef struct {
	L4_Word_t type;
	L4_Word_t version;
	L4_Word_t offset_next;
	L4_Word_t systab;
	L4_Word_t memmap;
	L4_Word_t memmap_size;
	L4_Word_t memdesc_size;
	L4_Word_t memdesc_version;
} L4_Boot_EFI_t;

/* The multiboot information. */
typedef struct {
	L4_Word_t type;
	L4_Word_t version;
	L4_Word_t offset_next;
	L4_Word_t address;
} L4_Boot_MBI_t;

L4_INLINE L4_Bool_t L4_BootInfo_Valid(const void *bootinfo)
{
	const L4_BootInfo_t *b = (const L4_BootInfo_t *)bootinfo;
	return b->magic == L4_BOOTINFO_MAGIC && b->version == L4_BOOTINFO_VERSION;
}

L4_INLINE L4_Word_t L4_BootInfo_Size(const void *bootinfo)
{
	return ((const L4_BootInfo_t *)bootinfo)->size;
}

L4_INLINE L4_BootRec_t *L4_BootInfo_FirstEntry(const void *bootinfo)
{
	const L4_BootInfo_t *b = (const L4_BootInfo_t *)bootinfo;
	return (L4_BootRec_t *)((L4_Word_t)b + b->first_entry);
}

L4_INLINE L4_Word_t L4_BootInfo_Entries(const void *bootinfo)
{
	return ((const L4_BootInfo_t *)bootinfo)->num_entries;
}

L4_INLINE L4_Word_t L4_BootRec_Type(const L4_BootRec_t *r)
{
	return r->type;
}

L4_INLINE L4_BootRec_t *L4_BootRec_Next(const L4_BootRec_t *r)
{
	return (L4_BootRec_t *)((L4_Word_t)r + r->offset_next);
}

/* A string that lies offset bytes behind a record's start; 0: there is none. */
L4_INLINE char *__L4_BootRec_String(const L4_BootRec_t *r, L4_Word_t offset)
{
	return offset ? (char *)((L4_Word_t)r + offset) : (char *)0;
}

/* The fields of each record type. Only of a record that has the type. */

L4_INLINE L4_Word_t L4_Module_Start(const L4_BootRec_t *r)
{
	return ((const L4_Boot_Module_t *)r)->start;
}

L4_INLINE L4_Word_t L4_Module_Size(const L4_BootRec_t *r)
{
	return ((const L4_Boot_Module_t *)r)->size;
}

L4_INLINE char *L4_Module_Cmdline(const L4_BootRec_t *r)
{
	return __L4_BootRec_String(r, ((const L4_Boot_Module_t *)r)->cmdline_offset);
}

L4_INLINE L4_Word_t L4_SimpleExec_TextVstart(const L4_BootRec_t *r)
{
	return ((const L4_Boot_SimpleExec_t *)r)->text_vstart;
}

L4_INLINE L4_Word_t L4_SimpleExec_TextPstart(const L4_BootRec_t *r)
{
	return ((const L4_Boot_SimpleExec_t *)r)->text_pstart;
}

L4_INLINE L4_Word_t L4_SimpleExec_TextSize(const L4_BootRec_t *r)
{
	return ((const L4_Boot_SimpleExec_t *)r)->text_size;
}

L4_INLINE L4_Word_t L4_SimpleExec_DataVstart(const L4_BootRec_t *r)
{
	return ((const L4_Boot_SimpleExec_t *)r)->data_vstart;
}

L4_INLINE L4_Word_t L4_SimpleExec_DataPstart(const L4_BootRec_t *r)
{
	return ((const L4_Boot_SimpleExec_t *)r)->data_pstart;
}

L4_INLINE L4_Word_t L4_SimpleExec_DataSize(const L4_BootRec_t *r)
{
	return ((const L4_Boot_SimpleExec_t *)r)->data_size;
}

L4_INLINE L4_Word_t L4_SimpleExec_BssVstart(const L4_BootRec_t *r)
{
	return ((const L4_Boot_SimpleExec_t *)r)->bss_vstart;
}

L4_INLINE L4_Word_t L4_SimpleExec_BssPstart(const L4_BootRec_t *r)
{
	return ((const L4_Boot_SimpleExec_t *)r)->bss_pstart;
}

L4_INLINE L4_Word_t L4_SimpleExec_BssSize(const L4_BootRec_t *r)
{
	return ((const L4_Boot_SimpleExec_t *)r)->bss_size;
}

L4_INLINE L4_Word_t L4_SimpleExec_InitialIP(const L4_BootRec_t *r)
{
	return ((const L4_Boot_SimpleExec_t *)r)->initial_ip;
}

L4_INLINE L4_Word_t L4_SimpleExec_Flags(const L4_BootRec_t *r)
{
	return ((const L4_Boot_SimpleExec_t *)r)->flags;
}

L4_INLINE void L4_SimpleExec_Set_Flags(const L4_BootRec_t *r, L4_Word_t w)
{
	((L4_Boot_SimpleExec_t *)r)->flags = w;
}

L4_INLINE L4_Word_t L4_SimpleExec_Label(const L4_BootRec_t *r)
{
	return ((const L4_Boot_SimpleExec_t *)r)->label;
}

L4_INLINE void L4_SimpleExec_Set_Label(const L4_BootRec_t *r, L4_Word_t w)
{
	((L4_Boot_SimpleExec_t *)r)->label = w;
}

L4_INLINE char *L4_SimpleExec_Cmdline(const L4_BootRec_t *r)
{
	return __L4_BootRec_String(r, ((const L4_Boot_SimpleExec_t *)r)->cmdline_offset);
}

L4_INLINE L4_Word_t L4_EFI_Systab(const L4_BootRec_t *r)
{
	return ((const L4_Boot_EFI_t *)r)->systab;
}

L4_INLINE L4_Word_t L4_EFI_Memmap(const L4_BootRec_t *r)
{
	return ((const L4_Boot_EFI_t *)r)->memmap;
}

L4_INLINE L4_Word_t L4_EFI_MemmapSize(const L4_BootRec_t *r)
{
	return ((const L4_Boot_EFI_t *)r)->memmap_size;
}

L4_INLINE L4_Word_t L4_EFI_MemdescSize(const L4_BootRec_t *r)
{
	return ((const L4_Boot_EFI_t *)r)->memdesc_size;
}

L4_INLINE L4_Word_t L4_EFI_MemdescVersion(const L4_BootRec_t *r)
{
	return ((const L4_Boot_EFI_t *)r)->memdesc_version;
}

L4_INLINE L4_Word_t L4_MBI_Address(const L4_BootRec_t *r)
{
	return ((const L4_Boot_MBI_t *)r)->address;
}

#ifdef __cplusplus
L4_INLINE L4_Word_t L4_Type(const L4_BootRec_t *r)
{
	return L4_BootRec_Type(r);
}

L4_INLINE L4_BootRec_t *L4_Next(const L4_BootRec_t *r)
{
	return L4_BootRec_Next(r);
}
#endif

#endif
