/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - sigma0: the first address space, which owns all memory, gives it away.
 *
 * One loop: wait for a message, work out the answer, reply without waiting and wait for the next.
 * A client that does not wait for its answer loses it; sigma0 never blocks on anybody. What
 * belongs to whom is in two region maps, one of physical memory and one of I/O ports; README.md is
 * the protocol.
 *
 * sigma0's space is the physical memory itself: a map item whose flexpage names an address maps
 * the page frame at that address.
 */
#include <cpuid.h>
#include <stdbool.h>

#include <abi/kip.h>
#include <abi/protocol.h>
#include <l4/types.h>
#include <l4/arch.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/misc.h>
#include <l4io.h>

#include "memory.h"
#include "regions.h"

enum {
	PAGE_LOG2 = 12,
	SUPERPAGE_LOG2 = 21,
	MEMORY_REGIONS = 2048,
	PORT_REGIONS = 256,
	PORTS = 1 << 16,
	COMPLAINTS = 20, /* sentences about unanswered faults; a client could send any number */
};

/* Extended requests, MR1. */
enum { EXTENDED_VERBOSE = 1, EXTENDED_DUMP = 2, EXTENDED_EXCLUSIVE = 3 };

static struct region memory_store[MEMORY_REGIONS], port_store[PORT_REGIONS];
static struct region_map memory, ports;
static const struct kip *kip;
static unsigned long verbose;
static unsigned int complaints;
static L4_ThreadId_t only_client; /* nilthread: whoever asks is served */

struct request {
	L4_ThreadId_t from;
	long label; /* sign-extended */
	unsigned long word[2];
};

/* Bytes of physical address space. */
static unsigned long physical_limit(void)
{
	unsigned int eax, ebx, ecx, edx;
	unsigned int bits = 36;

	if (__get_cpuid(0x80000008, &eax, &ebx, &ecx, &edx))
		bits = eax & 0xff;
	return 1UL << (bits > 52 ? 52 : bits);
}

static bool complain(void)
{
	return verbose > 0 || complaints++ < COMPLAINTS;
}

static unsigned int owner_of(const struct request *request)
{
	return L4_ThreadNo(request->from);
}

static L4_MapItem_t refusal(void)
{
	return L4_MapItem(L4_Nilpage, 0);
}

/* The 1:1 map item of a block that the caller of this function has taken for the client. */
static L4_MapItem_t block_item(unsigned long low, unsigned int log2)
{
	L4_Fpage_t fpage = L4_FpageLog2(low, log2);

	return L4_MapItem(L4_FpageAddRights(fpage, L4_FullyAccessible), low);
}

static void report_fault(const struct request *request, const char *why)
{
	static const char *const access_names[] = {
		"access to", "execution at", "write to", "execution at",
		"read from", "execution at", "write to", "execution at",
	};
	const char *access = access_names[request->label & 7];

	if (complain())
		printf("sigma0: thread 0x%lx.%lu: %s 0x%lx at ip 0x%lx: %s; it stays stopped\n",
		       L4_ThreadNo(request->from), L4_Version(request->from), access,
		       request->word[0], request->word[1], why);
}

/*
 * A page fault: the page 1:1, as part of a superpage where all of that is free. False: no answer,
 * so that the thread stops where it is; the console says why.
 */
static bool answer_fault(const struct request *request, L4_MapItem_t *item)
{
	unsigned long address = request->word[0];
	unsigned long page = address & -(1UL << PAGE_LOG2);
	unsigned long block = address & -(1UL << SUPERPAGE_LOG2);
	unsigned int owner = owner_of(request);

	if (page == 0 || address >= memory.limit) {
		report_fault(request, "no memory there");
		return false;
	}

	const struct region *region = regions_find(&memory, page);

	if (region->kind == REGION_RESERVED) {
		report_fault(request, "that memory is the kernel's or sigma0's");
		return false;
	}
	if (region->kind == REGION_DEVICE) {
		report_fault(request, "no RAM there; device memory must be asked for by name");
		return false;
	}
	*item = refusal();
	if (block != 0 &&
	    regions_take(&memory, block, block + (1UL << SUPERPAGE_LOG2), owner, REGION_FREE))
		*item = block_item(block, SUPERPAGE_LOG2);
	else if (regions_take(&memory, page, page + (1UL << PAGE_LOG2), owner,
			      REGION_FREE | REGION_BOOT | REGION_SHARED))
		*item = block_item(page, PAGE_LOG2);
	/*
	 * Else it is somebody else's: the thread tries again. If that was a thread of its space,
	 * it succeeds.
	 */
	return true;
}

static L4_MapItem_t give_ports(const struct request *request)
{
	L4_Fpage_t fpage = { .raw = request->word[0] };
	unsigned long low = L4_IoFpagePort(fpage);
	unsigned long size = L4_IoFpageSize(fpage);

	if (size == 0 || low % size != 0 ||
	    !regions_take(&ports, low, low + size, owner_of(request), REGION_FREE))
		return refusal();
	return L4_MapItem(L4_FpageAddRights(L4_IoFpage(low, size), L4_FullyAccessible), 0);
}

static bool names_kip(unsigned long base, unsigned int log2)
{
	return base == (unsigned long)kip && log2 == PAGE_LOG2;
}

/* The X.2 request. */
static L4_MapItem_t answer_request(const struct request *request)
{
	L4_Fpage_t fpage = { .raw = request->word[0] };
	unsigned long attributes = request->word[1];

	if (L4_IsIoFpage(fpage))
		return give_ports(request);

	bool any = fpage.raw >> 10 == ~0UL >> 10;
	unsigned long base = L4_Address(fpage);
	unsigned int log2 = L4_SizeLog2(fpage);
	unsigned int owner = owner_of(request);

	if (log2 < PAGE_LOG2 || log2 >= 52)
		return refusal();
	if (!any && names_kip(base, log2)) {
		L4_Fpage_t page = L4_FpageLog2(base, log2);

		return L4_MapItem(L4_FpageAddRights(page, L4_ReadeXecOnly), base);
	}
	if (any && !regions_take_any(&memory, log2, owner, &base))
		return refusal();
	if (!any && (base > memory.limit ||
		     !regions_take(&memory, base, base + (1UL << log2), owner,
				   REGION_FREE | REGION_BOOT | REGION_DEVICE | REGION_SHARED)))
		return refusal();
	/*
	 * The page stays the client's even if the kernel does not know the attributes: it may ask
	 * again.
	 */
	if (attributes != 0 && !L4_Set_PageAttribute(L4_FpageLog2(base, log2), attributes))
		return refusal();
	return block_item(base, log2);
}

static const char *kind_name(unsigned int kind)
{
	switch (kind) {
	case REGION_RESERVED:
		return "reserved";
	case REGION_FREE:
		return "free";
	case REGION_BOOT:
		return "boot";
	case REGION_SHARED:
		return "shared";
	default:
		return "device";
	}
}

static void dump(const char *title, const struct region_map *map)
{
	printf("sigma0: %s, %u regions of at most %u\n", title, map->count, map->capacity);
	for (unsigned int i = 0; i < map->count; i++) {
		const struct region *region = &map->regions[i];

		printf("  from 0x%012lx %-8s", region->low, kind_name(region->kind));
		if (region->owner != 0)
			printf(" thread 0x%x", region->owner);
		printf("\n");
	}
}

static L4_ThreadId_t root_task(void)
{
	return L4_GlobalId(L4_ThreadIdUserBase((void *)kip) + 2, 1);
}

/* True: answer with an empty message. */
static bool answer_extended(const struct request *request)
{
	switch (request->word[0]) {
	case EXTENDED_VERBOSE:
		verbose = request->word[1];
		return false;
	case EXTENDED_DUMP:
		dump("memory", &memory);
		dump("I/O ports", &ports);
		return request->word[1] != 0;
	case EXTENDED_EXCLUSIVE:
		if (!L4_IsThreadEqual(request->from, root_task()))
			return false;
		only_client = request->from;
		return request->word[1] != 0;
	default:
		return false;
	}
}

static bool is_stranger(L4_ThreadId_t from)
{
	return !L4_IsNilThread(only_client) && !L4_IsThreadEqual(from, only_client);
}

/* Puts the answer into the message registers. False: there is none. */
static bool answer(L4_MsgTag_t tag, L4_ThreadId_t from)
{
	struct request request = { .from = from, .label = (long)tag.raw >> 16 };
	L4_MapItem_t item;
	bool has_answer;
	L4_Msg_t msg;

	if (L4_UntypedWords(tag) != 2 || L4_TypedWords(tag) != 0)
		return false;
	L4_MsgStore(tag, &msg);
	request.word[0] = L4_MsgWord(&msg, 0);
	request.word[1] = L4_MsgWord(&msg, 1);

	L4_MsgClear(&msg);
	if (is_stranger(from)) {
		item = refusal();
		has_answer = request.label == LABEL_SIGMA0;
	} else if ((request.label & ~7L) == LABEL_PAGEFAULT) {
		has_answer = answer_fault(&request, &item);
	} else if ((request.label & ~7L) == LABEL_IO_PAGEFAULT) {
		item = give_ports(&request);
		has_answer = true;
	} else if (request.label == LABEL_SIGMA0) {
		item = answer_request(&request);
		has_answer = true;
	} else if (request.label == LABEL_SIGMA0_EXTENDED) {
		has_answer = answer_extended(&request);
		L4_MsgLoad(&msg);
		return has_answer;
	} else {
		return false;
	}
	if (has_answer)
		L4_MsgAppendMapItem(&msg, item);
	L4_MsgLoad(&msg);
	return has_answer;
}

int main(void)
{
	L4_ThreadId_t from;
	L4_MsgTag_t tag;

	kip = L4_GetKernelInterface();
	regions_init(&memory, memory_store, MEMORY_REGIONS, physical_limit(), REGION_DEVICE);
	regions_init(&ports, port_store, PORT_REGIONS, PORTS, REGION_FREE);
	if (!memory_describe(&memory, kip))
		printf("sigma0: only %d regions of memory fit; the last are missing\n",
		       MEMORY_REGIONS);

	L4_Accept(L4_UntypedWordsAcceptor);
	tag = L4_Wait(&from);
	for (;;) {
		if (L4_IpcSucceeded(tag) && answer(tag, from))
			tag = L4_ReplyWait(from, &from);
		else
			tag = L4_Wait(&from);
	}
}
