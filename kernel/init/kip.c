/* SPDX-License-Identifier: BSD-2-Clause */
/* init/kip.c - fill the kernel interface page (abi/kip.h). */
#include "abi/kdebug.h"
#include "abi/kip.h"
#include "abi/protocol.h"
#include "abi/small.h"
#include "base/assert.h"
#include "base/debugger.h"
#include "base/string.h"
#include "core/frames.h"
#include "core/space.h"
#include "init/init.h"
#include "x86/clock.h"
#include "x86/cpu.h"
#include "x86/lapic.h"
#include "x86/window.h"

/* Where things lie in the page, behind the fixed fields. */
enum { AT_KERNEL_DESC = 0x200, AT_PROCESSOR_DESC = 0x2c0, AT_CALLS = 0x300, AT_MEMORY_DESC = 0x400 };

enum { KERNEL_ID = 0x50, KERNEL_SUBID = 0x01 }; /* 'P': not one of the ids that X.2 has given out */
enum { GEN_DAY = 21, GEN_MONTH = 11, GEN_YEAR = 2026 - 2000, VERSION_MAJOR = 0, VERSION_MINOR = 1 };

static const char version[] = "Pecan 0.1";

extern const char kip_calls[], kip_calls_end[];
#define KIP_CALLS(X)                                                                                       \
	X(space_control) X(thread_control) X(processor_control) X(memory_control) X(ipc) X(lipc) X(unmap)  \
	X(exchange_registers) X(system_clock) X(thread_switch) X(schedule)
#define DECLARE(name) extern const char kip_call_##name[];
KIP_CALLS(DECLARE)

static void fill_calls(struct kip *kip)
{
	assert(AT_CALLS + (kip_calls_end - kip_calls) <= AT_MEMORY_DESC);
	memcpy((char *)kip + AT_CALLS, kip_calls, (size_t)(kip_calls_end - kip_calls));
#define SET(name) kip->name = (word_t)(AT_CALLS + (kip_call_##name - kip_calls));
	KIP_CALLS(SET)
}

static char *append(char *to, const char *string)
{
	while ((*to++ = *string++))
		;
	return to;
}

/* The version, then one string for each feature the kernel has, then an empty one. */
static void fill_strings(char *to)
{
	to = append(to, version);
	if (debugger_feature[0])
		to = append(to, debugger_feature);
	to = append(to, SMALL_FEATURE);
	if (cpu_features.segment_limits)
		append(to, SMALL_FEATURE_LIMITS);
}

static void fill_descriptions(struct kip *kip)
{
	struct kip_kernel_desc *kernel = (void *)((char *)kip + AT_KERNEL_DESC);
	struct kip_processor_desc *processor = (void *)((char *)kip + AT_PROCESSOR_DESC);

	kip->kernel_desc = AT_KERNEL_DESC;
	kernel->id = KERNEL_ID << 24 | KERNEL_SUBID << 16;
	kernel->gen_date = GEN_YEAR << 9 | GEN_MONTH << 5 | GEN_DAY;
	kernel->version = VERSION_MAJOR << 24 | VERSION_MINOR << 16;
	memcpy(&kernel->supplier, "Pecn", 4);
	fill_strings(kernel->strings);

	kip->processor_desc = AT_PROCESSOR_DESC;
	processor->internal_khz = clock_tsc_khz();
	processor->external_khz = clock_apic_khz();
	kip->processor_info = (word_t)__builtin_ctz(sizeof(*processor)) << 60; /* one processor: count - 1 = 0 */
}

static word_t kip_type(word_t boot_type)
{
	switch ((enum memory_type)boot_type) {
	case MEMORY_FREE:
		return KIP_MEMORY_CONVENTIONAL;
	case MEMORY_KERNEL:
		return KIP_MEMORY_RESERVED;
	case MEMORY_ROOT:
		return KIP_MEMORY_BOOT | 2 << 4;
	case MEMORY_MODULE:
		return KIP_MEMORY_BOOT | 1 << 4;
	case MEMORY_ACPI:
		return KIP_MEMORY_ARCH | 1 << 4;
	case MEMORY_RESERVED:
		break;
	}
	return KIP_MEMORY_DEDICATED;
}

static void add_memory(struct kip *kip, unsigned *count, phys_t low, phys_t high, word_t type, bool is_virtual)
{
	struct kip_memory_desc *desc = (void *)((char *)kip + AT_MEMORY_DESC);

	assert(AT_MEMORY_DESC + (*count + 1) * sizeof(*desc) <= PAGE_SIZE);
	desc[*count].low = low | type | (is_virtual ? 1UL << 9 : 0);
	desc[*count].high = high - 1024;
	++*count;
}

static void add_device(struct kip *kip, unsigned *count, phys_t registers)
{
	phys_t page = ALIGN_DOWN(registers, PAGE_SIZE);

	add_memory(kip, count, page, page + PAGE_SIZE, KIP_MEMORY_RESERVED, false);
}

/* Nobody could have it at its own address: it is given by name, as what no RAM is. */
static void add_unreachable(struct kip *kip, unsigned *count, const struct boot_memory *m)
{
	phys_t end = WINDOW_REGION + (1UL << WINDOW_REGION_LOG2);
	phys_t low = m->low > WINDOW_REGION ? m->low : WINDOW_REGION, high = m->high < end ? m->high : end;

	if (m->type == MEMORY_FREE && low < high)
		add_memory(kip, count, low, high, KIP_MEMORY_DEDICATED, false);
}

static void fill_memory(struct kip *kip, const struct boot_handoff *boot, const struct interrupt_wiring *wiring)
{
	unsigned count = 0;

	/* Later entries override earlier ones: what nobody claims is device memory. */
	add_memory(kip, &count, 0, 1UL << cpu_features.physical_bits, KIP_MEMORY_DEDICATED, false);
	for (unsigned i = 0; i < boot->memory_count; i++) {
		const struct boot_memory *m = &boot->memory[i];

		add_memory(kip, &count, m->low, m->high, kip_type(m->type), false);
		add_unreachable(kip, &count, m);
	}
	add_device(kip, &count, lapic_phys());
	for (unsigned i = 0; i < wiring->ioapics; i++)
		add_device(kip, &count, wiring->ioapic[i].registers);
	add_memory(kip, &count, 0, USER_END, KIP_MEMORY_CONVENTIONAL, true);
	kip->memory_info = (word_t)AT_MEMORY_DESC << 32 | count;
}

static void fill_server(struct kip_server *server, const struct boot_program *program)
{
	server->ip = program->entry;
	server->low = program->low;
	server->high = program->high - 1;
}

void kip_init(const struct boot_handoff *boot, const struct interrupt_wiring *wiring)
{
	struct kip *kip = frame_alloc();
	word_t page_sizes = 1UL << 12 | 1UL << 21 | (cpu_features.pages_1g ? 1UL << 30 : 0);

	memory_need(kip);
	memcpy(kip->magic, "L4\xe6K", sizeof(kip->magic));
	kip->api_version = (word_t)KIP_API_VERSION << 24;
	kip->api_flags = KIP_API_FLAGS;
	fill_server(&kip->sigma0, &boot->sigma0);
	fill_server(&kip->root, &boot->root);
	kip->kdebug_config[0] = debugger_feature[0] ? KDEBUG_PRESENT : 0;
	kip->utcb_info = 1 | UTCB_SIZE_LOG2 << 10 | UTCB_AREA_MIN_LOG2 << 16;
	kip->kip_area_info = PAGE_LOG2;
	kip->boot_info = boot->boot_info;
	kip->clock_info = 1 << 16 | 1; /* one microsecond, both */
	kip->thread_info = THREAD_NUMBER_BITS | SYSTEM_BASE << 8 | (word_t)USER_BASE << 20;
	/* A size is its own bit, from bit 10 on; x and w can be withheld. */
	kip->page_info = page_sizes | RIGHT_X | RIGHT_W;
	fill_calls(kip);
	fill_descriptions(kip);
	fill_memory(kip, boot, wiring);
	kip_page = kip;
}
