/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/kip.c - the kernel interface page: X.2's fields, and the system calls through its
 * entries. */
#include "test.h"
#include <abi/kip.h>

static const struct kip *kip(void)
{
	return (const struct kip *)L4_GetKernelInterface();
}

TEST(kip, magic)
{
	EXPECT_EQ(kip()->magic[0], 'L');
	EXPECT_EQ(kip()->magic[1], '4');
	EXPECT_EQ(kip()->magic[2], 0xe6);
	EXPECT_EQ(kip()->magic[3], 'K');
}

TEST(kip, page_aligned)
{
	EXPECT((L4_Word_t)kip() != 0);
	EXPECT_EQ((L4_Word_t)kip() & 0xfff, 0);
}

TEST(kip, api_version)
{
	EXPECT_EQ(kip()->api_version >> 24 & 0xff, KIP_API_VERSION);
	EXPECT_EQ(kip()->api_flags, KIP_API_FLAGS);
}

TEST(kip, kernel_interface_call)
{
	L4_Word_t version = 0, flags = 0, id = 0;
	void *page = L4_KernelInterface(&version, &flags, &id);

	EXPECT_EQ((L4_Word_t)page, (L4_Word_t)kip());
	EXPECT_EQ(version, kip()->api_version);
	EXPECT_EQ(flags, kip()->api_flags);
	EXPECT_EQ(id, ((struct kip_kernel_desc *)((char *)page + kip()->kernel_desc))->id);
}

TEST(kip, kernel_description)
{
	const struct kip_kernel_desc *desc = (void *)((char *)kip() + kip()->kernel_desc);

	EXPECT_BETWEEN(kip()->kernel_desc, sizeof(struct kip), 0xfff);
	EXPECT(desc->id != 0);
	EXPECT(desc->strings[0] != 0);
	EXPECT_BETWEEN(desc->gen_date & 0x1f, 1, 31);
	EXPECT_BETWEEN(desc->gen_date >> 5 & 0xf, 1, 12);
}

TEST(kip, no_such_feature)
{
	EXPECT_EQ(L4_HasFeature("a feature that no kernel has"), 0);
}

TEST(kip, thread_info)
{
	EXPECT_EQ(kip()->thread_info & 0xff, THREAD_NUMBER_BITS);
	EXPECT_EQ(kip()->thread_info >> 8 & 0xfff, SYSTEM_BASE);
	EXPECT_EQ(kip()->thread_info >> 20 & 0xfff, USER_BASE);
	EXPECT_EQ(L4_ThreadIdUserBase((void *)kip()), USER_BASE);
	EXPECT_EQ(L4_ThreadNo(runner), USER_BASE + 2);
	EXPECT_EQ(L4_Version(runner), 1);
}

TEST(kip, page_info)
{
	L4_Word_t sizes = kip()->page_info & ~0x3ffUL;

	EXPECT(sizes & 1UL << 12);
	EXPECT(sizes & 1UL << 21);
	EXPECT_EQ(sizes & ~(1UL << 12 | 1UL << 21 | 1UL << 30), 0);
	/* Access bits that the hardware keeps apart. */
	EXPECT(kip()->page_info & 2);
}

TEST(kip, utcb_info)
{
	L4_Word_t info = kip()->utcb_info;
	L4_Word_t size = (info & 0x3ff) << (info >> 10 & 0x3f);

	EXPECT_EQ(size, UTCB_SIZE);
	EXPECT_EQ(L4_UtcbSize((void *)kip()), UTCB_SIZE);
	EXPECT_EQ(info >> 16 & 0x3f, UTCB_AREA_MIN_LOG2);
	EXPECT_EQ(kip()->kip_area_info & 0x3f, 12);
}

TEST(kip, processors)
{
	const struct kip_processor_desc *desc = (void *)((char *)kip() + kip()->processor_desc);

	EXPECT(L4_NumProcessors((void *)kip()) >= 1);
	EXPECT_BETWEEN(kip()->processor_desc, sizeof(struct kip), 0xfff);
	EXPECT_BETWEEN(1UL << (kip()->processor_info >> 60), sizeof(*desc), 256);
}

static const struct kip_memory_desc *memory(L4_Word_t *count)
{
	*count = kip()->memory_info & 0xffffffff;
	return (void *)((char *)kip() + (kip()->memory_info >> 32));
}

/* The type of a physical byte: the last descriptor that holds it wins. */
static L4_Word_t memory_type(L4_Word_t address)
{
	L4_Word_t count, type = KIP_MEMORY_UNDEFINED;
	const struct kip_memory_desc *m = memory(&count);

	for (L4_Word_t i = 0; i < count; i++) {
		if (!(m[i].low & 1 << 9) && address >= (m[i].low & ~0x3ffUL) &&
		    address <= (m[i].high | 0x3ff))
			type = m[i].low & 0xf;
	}
	return type;
}

TEST(kip, memory_descriptors)
{
	L4_Word_t count, conventional = 0;
	const struct kip_memory_desc *m = memory(&count);

	EXPECT_BETWEEN(count, 3, 200);
	EXPECT((kip()->memory_info >> 32) + count * sizeof(*m) <= 4096);
	for (L4_Word_t i = 0; i < count; i++) {
		EXPECT(m[i].low < m[i].high);
		if ((m[i].low & 0xf) == KIP_MEMORY_CONVENTIONAL && !(m[i].low & 1 << 9))
			conventional += (m[i].high | 0x3ff) + 1 - (m[i].low & ~0x3ffUL);
	}
	EXPECT(conventional >= 8 << 20);
}

TEST(kip, memory_of_root_task)
{
	/* Our own image is no memory that anybody may take; nor is the boot information. */
	EXPECT(memory_type((L4_Word_t)test_kip_memory_of_root_task) != KIP_MEMORY_CONVENTIONAL);
	EXPECT(memory_type(kip()->boot_info) != KIP_MEMORY_CONVENTIONAL);
}

TEST(kip, memory_virtual_for_users)
{
	L4_Word_t count, users = 0;
	const struct kip_memory_desc *m = memory(&count);

	for (L4_Word_t i = 0; i < count; i++) {
		if (m[i].low & 1 << 9) {
			users++;
			EXPECT(m[i].high < 1UL << 47);
		}
	}
	EXPECT(users >= 1);
}

TEST(kip, root_server_descriptors)
{
	EXPECT((L4_Word_t)test_kip_root_server_descriptors >= kip()->root.low);
	EXPECT((L4_Word_t)test_kip_root_server_descriptors < kip()->root.high);
	EXPECT(kip()->sigma0.ip >= kip()->sigma0.low && kip()->sigma0.ip < kip()->sigma0.high);
}

TEST(kip, clock_info)
{
	/* Both are X.2 times: not never, not absolute. */
	EXPECT((kip()->clock_info & 0x8000) == 0);
	EXPECT((kip()->clock_info >> 16 & 0x8000) == 0);
}

/* The entries are called as any function would be, with the registers of abi/syscall.h. */
static L4_Word_t entry(L4_Word_t offset)
{
	return (L4_Word_t)kip() + offset;
}

TEST(kip, entries_in_page)
{
	const unsigned long *e = &kip()->space_control;

	for (unsigned i = 0; i < 11; i++)
		EXPECT_BETWEEN(e[i], sizeof(struct kip), 0xfff);
}

TEST(kip, entry_system_clock)
{
	L4_Word_t before = now_us(), clock;
	L4_Word_t call = entry(kip()->system_clock);

	__asm__ volatile("call *%[call]"
			 : "=a"(clock), [call] "+r"(call)
			 :
			 : "rcx", "rdx", "r11", "memory", "cc");
	EXPECT_BETWEEN(clock, before, before + 1000);
}

TEST(kip, entry_exchange_registers)
{
	register L4_Word_t sp __asm__("r8") = 0;
	register L4_Word_t ip __asm__("r9") = 0;
	register L4_Word_t flags __asm__("r10") = 0;
	register L4_Word_t handle __asm__("r12") = 0;
	register L4_Word_t pager __asm__("r13") = 0;
	L4_Word_t result, destination = L4_MyGlobalId().raw, control = 0;
	L4_Word_t call = entry(kip()->exchange_registers);

	__asm__ volatile("call *%[call]"
			 : "=a"(result), "+D"(destination), "+S"(control), "+r"(sp), "+r"(ip),
			   "+r"(flags), "+r"(handle), "+r"(pager), [call] "+b"(call)
			 :
			 : "rcx", "rdx", "r11", "memory", "cc");
	EXPECT_EQ(result, L4_MyLocalId().raw);
}

TEST(kip, entry_thread_switch)
{
	L4_Word_t call = entry(kip()->thread_switch), to = 0, rax;

	__asm__ volatile("call *%[call]"
			 : "=a"(rax), "+D"(to), [call] "+b"(call)
			 :
			 : "rcx", "rdx", "r11", "memory", "cc");
	EXPECT_EQ(to, 0);
}

TEST(kip, entry_thread_control)
{
	register L4_Word_t scheduler __asm__("r8") = 0;
	register L4_Word_t pager __asm__("r9") = 0;
	register L4_Word_t utcb __asm__("r10") = -1UL;
	L4_Word_t result, destination = 0, space = 0, call = entry(kip()->thread_control);

	__asm__ volatile("call *%[call]"
			 : "=a"(result), "+D"(destination), "+S"(space), "+r"(scheduler),
			   "+r"(pager), "+r"(utcb), [call] "+b"(call)
			 :
			 : "rcx", "rdx", "r11", "memory", "cc");
	EXPECT_EQ(result, 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_THREAD);
}

/* The other entries take what the call takes in RDI, RSI and R8 to R10; RAX is their result. */
static L4_Word_t call_entry(L4_Word_t offset, L4_Word_t rdi, L4_Word_t rsi, L4_Word_t r8_in, L4_Word_t r9_in)
{
	register L4_Word_t r8 __asm__("r8") = r8_in;
	register L4_Word_t r9 __asm__("r9") = r9_in;
	register L4_Word_t r10 __asm__("r10") = 0;
	L4_Word_t result, call = entry(offset);

	__asm__ volatile("call *%[call]"
			 : "=a"(result), "+D"(rdi), "+S"(rsi), "+r"(r8), "+r"(r9), "+r"(r10), [call] "+b"(call)
			 :
			 : "rcx", "rdx", "r11", "memory", "cc");
	return result;
}

TEST(kip, entry_schedule)
{
	EXPECT_EQ(call_entry(kip()->schedule, L4_Myself().raw, -1UL, -1UL, 1000), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_PARAMETER);
}

TEST(kip, entry_unmap)
{
	L4_Word_t fpage;

	L4_LoadMR(0, L4_FpageAddRights(L4_FpageLog2((L4_Word_t)kip(), 9), L4_FullyAccessible).raw);
	call_entry(kip()->unmap, 0, 0, 0, 0); /* malformed: comes back without rights */
	L4_StoreMR(0, &fpage);
	EXPECT_EQ(fpage, L4_FpageLog2((L4_Word_t)kip(), 9).raw);
}

TEST(kip, entry_space_control)
{
	EXPECT_EQ(call_entry(kip()->space_control, thread_id_new().raw, 0, 0, 0), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_SPACE);
}

/* The next two would do the same but for a flexpage that only MemoryControl reads. */
TEST(kip, entry_processor_control)
{
	L4_LoadMR(0, L4_FpageLog2(page_new(), 12).raw);
	EXPECT_EQ(call_entry(kip()->processor_control, 0, 0, 0, 0), 0);
	EXPECT_EQ(L4_ErrorCode(), ERROR_INVALID_PARAMETER);
}

TEST(kip, entry_memory_control)
{
	L4_LoadMR(0, L4_FpageLog2(page_new(), 12).raw);
	EXPECT_EQ(call_entry(kip()->memory_control, 0, 0, 0, 0), 1);
}

TEST(kip, entry_ipc)
{
	/* A receive from nobody, timeout zero, through the entry: RDX is the caller's. */
	register L4_Word_t send_timeout __asm__("r8") = 0;
	L4_Word_t tag = 0, to = 0, from = L4_MyGlobalId().raw, call = entry(kip()->ipc);
	L4_Word_t word = CALL_WORD(CALL_IPC, IPC_FROM) | 0x0400UL << CALL_TIMEOUT_SHIFT;

	__asm__ volatile("push %%rbp\n\tcall *%%rcx\n\tpop %%rbp"
			 : "+a"(tag), "+D"(to), "+S"(from), "+d"(word), "+r"(send_timeout),
			   "+c"(call)
			 :
			 : "rbx", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
	EXPECT_EQ(tag >> 15 & 1, 1);
	EXPECT_EQ(L4_ErrorCode() & 0xf, IPC_TIMEOUT << 1 | RECEIVE);
}

TEST(kip, entry_lipc)
{
	register L4_Word_t send_timeout __asm__("r8") = 0;
	L4_Word_t tag = 0, to = 0, from = L4_MyLocalId().raw, call = entry(kip()->lipc);
	L4_Word_t word = CALL_WORD(CALL_LIPC, IPC_FROM) | 0x0400UL << CALL_TIMEOUT_SHIFT;

	__asm__ volatile("push %%rbp\n\tcall *%%rcx\n\tpop %%rbp"
			 : "+a"(tag), "+D"(to), "+S"(from), "+d"(word), "+r"(send_timeout),
			   "+c"(call)
			 :
			 : "rbx", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
	EXPECT_EQ(tag >> 15 & 1, 1);
	EXPECT_EQ(L4_ErrorCode() & 0xf, IPC_TIMEOUT << 1 | RECEIVE);
}

TEST(kip, is_read_only)
{
	struct message m;
	L4_Word_t page = (L4_Word_t)kip();
	L4_ThreadId_t t;

	extern void probe_write(L4_Word_t address);
	t = thread_start_under(worker, &own_space, probe_write, page + 8);
	REQUIRE(event_receive(t, &m));
	EXPECT(is_page_fault(&m));
	EXPECT_EQ(m.mr[1], page + 8);
	EXPECT(L4_Label(m.tag) & 2);
	/* Nobody can give more rights by mapping over it. */
	map_reply(t, L4_FpageAddRights(L4_FpageLog2(page_new(), 12), L4_FullyAccessible), page);
	if (message_receive(t, &m))
		EXPECT(is_page_fault(&m) && m.mr[1] == page + 8);
	EXPECT_EQ(kip()->magic[0], 'L');
}

static void kip_report(L4_Word_t expected)
{
	L4_Word_t version, flags, id;
	L4_Word_t page = (L4_Word_t)L4_KernelInterface(&version, &flags, &id);

	report(LABEL_DONE, page == expected && *(char *)page == 'L' ? page : 0);
}

TEST(kip, where_its_creator_chose)
{
	static const L4_Word_t places[] = {0x1000, 0x200000, 0x12345000, 0x100000000UL,
					   0x7fffffffe000UL};

	for (unsigned i = 0; i < 5; i++) {
		struct space *s = space_new_at(places[i], 0x600000000000UL, 12);
		struct message m;
		L4_ThreadId_t t = thread_start(s, kip_report, places[i]);

		REQUIRE(message_receive(t, &m));
		EXPECT_EQ(m.mr[1], places[i]);
	}
}
