/* SPDX-License-Identifier: BSD-2-Clause */
/* init/small_kip.c - the kernel interface page of small spaces: the other one (init/kip.c) in words of 32 bits. */
#include "abi/kip.h"
#include "abi/protocol.h"
#include "base/string.h"
#include "core/frames.h"
#include "core/fpage.h"
#include "core/small_word.h"
#include "core/space.h"
#include "init/init.h"
#include "x86/cpu.h"

enum { AT_KERNEL_DESC = 0x100, AT_PROCESSOR_DESC = 0x1e0, AT_MEMORY_DESC = 0x200 };
#define WORD_MAX 0xffffffffUL

/* Of the kernel. */
struct description {
	uint32_t id, gen_date, version, supplier;
	char strings[];
};

/*
 * The code at SMALL_KIP_LANDING: with the door by `sysenter`, over which that by `int` is written where it is
 * missing.
 */
extern const char small_calls[], small_calls_end[], small_int_door[], small_int_door_end[];
#define SMALL_CALLS(X)                                                                              \
	X(space_control) X(thread_control) X(processor_control) X(memory_control) X(ipc) X(unmap)   \
	X(exchange_registers) X(system_clock) X(thread_switch) X(schedule)
#define DECLARE(name) extern const char small_call_##name[];
SMALL_CALLS(DECLARE)

static void fill_calls(struct small_kip *kip)
{
	char *code = (char *)kip + SMALL_KIP_LANDING;

	memcpy(code, small_calls, (size_t)(small_calls_end - small_calls));
#define SET(name) kip->name = (uint32_t)(SMALL_KIP_LANDING + (small_call_##name - small_calls));
	SMALL_CALLS(SET)
	kip->lipc = kip->ipc;
	if (!cpu_features.sysenter)
		memcpy(code + (small_call_ipc - small_calls), small_int_door,
		       (size_t)(small_int_door_end - small_int_door));
}

static struct small_kip_server server(const struct kip_server *s)
{
	return (struct small_kip_server){ (uint32_t)s->sp, (uint32_t)s->ip, (uint32_t)s->low, (uint32_t)s->high };
}

static void fill_descriptions(struct small_kip *kip)
{
	const struct kip_kernel_desc *from = (const void *)((const char *)kip_page + kip_page->kernel_desc);
	const struct kip_processor_desc *processor = (const void *)((const char *)kip_page + kip_page->processor_desc);
	struct description *kernel = (void *)((char *)kip + AT_KERNEL_DESC);
	uint32_t *khz = (void *)((char *)kip + AT_PROCESSOR_DESC);

	*kernel = (struct description){
		(uint32_t)from->id, (uint32_t)from->gen_date, (uint32_t)from->version, (uint32_t)from->supplier,
	};
	memcpy(kernel->strings, from->strings, AT_PROCESSOR_DESC - AT_KERNEL_DESC - sizeof(*kernel));
	kip->kernel_desc = AT_KERNEL_DESC;
	khz[0] = (uint32_t)processor->external_khz;
	khz[1] = (uint32_t)processor->internal_khz;
	kip->processor_desc = AT_PROCESSOR_DESC;
	kip->processor_info = (uint32_t)(kip_page->processor_info & 0xffff) | (uint32_t)4 << 28; /* 1 << 4 bytes each */
}

/* What lies beyond 4 GiB has no name here. */
static void fill_memory(struct small_kip *kip)
{
	const struct kip_memory_desc *from = (const void *)((const char *)kip_page + (kip_page->memory_info >> 32));
	uint32_t *to = (void *)((char *)kip + AT_MEMORY_DESC);
	unsigned count = kip_page->memory_info & 0xffff, kept = 0;

	for (unsigned i = 0; i < count && AT_MEMORY_DESC + (kept + 1) * 2 * sizeof(*to) <= SMALL_KIP_LANDING; i++) {
		if (from[i].low > WORD_MAX)
			continue;
		to[2 * kept] = (uint32_t)from[i].low;
		to[2 * kept++ + 1] = (uint32_t)(from[i].high < WORD_MAX ? from[i].high : WORD_MAX & ~1023UL);
	}
	kip->memory_info = (uint32_t)(AT_MEMORY_DESC << 16) | kept;
}

void small_kip_init(void)
{
	struct small_kip *kip = frame_alloc();

	memory_need(kip);
	memcpy(kip->magic, kip_page->magic, sizeof(kip->magic));
	kip->api_version = (uint32_t)kip_page->api_version;
	kip->sigma0 = server(&kip_page->sigma0);
	kip->root = server(&kip_page->root);
	kip->kdebug_config[0] = (uint32_t)kip_page->kdebug_config[0];
	kip->utcb_info = (uint32_t)kip_page->utcb_info;
	kip->kip_area_info = (uint32_t)kip_page->kip_area_info;
	kip->boot_info = (uint32_t)kip_page->boot_info;
	kip->clock_info = (uint32_t)kip_page->clock_info;
	kip->thread_info = SMALL_ID_NUMBER_BITS | SYSTEM_BASE << 8 | (uint32_t)USER_BASE << 20;
	kip->page_info = (uint32_t)PAGE_SIZE | RIGHT_X | RIGHT_W;
	fill_calls(kip);
	fill_descriptions(kip);
	fill_memory(kip);
	small_kip_page = kip;
}
