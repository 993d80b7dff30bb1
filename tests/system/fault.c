/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/fault.c - page faults as messages to the pager, and what its answers do. */
#include "probe.h"

#define FAR 0x123456789000UL

/* A thread in a space of its own, under the worker, up to its first fault outside of the image. */
static L4_ThreadId_t faulter(void (*probe)(L4_Word_t), L4_Word_t address, struct message *m)
{
	L4_ThreadId_t t = thread_start_under(worker, space_new(), probe, address);

	REQUIRE(event_receive(t, m));
	return t;
}

static L4_Fpage_t page_of(L4_Word_t address, L4_Word_t rights)
{
	return L4_FpageAddRights(L4_FpageLog2(address, 12), rights);
}

TEST(fault, read)
{
	struct message m;

	faulter(probe_read, FAR + 8, &m);
	EXPECT(is_page_fault(&m));
	EXPECT_EQ(L4_Label(m.tag) & 0xf, L4_Readable);
	EXPECT_EQ(L4_UntypedWords(m.tag), 2);
	EXPECT_EQ(L4_TypedWords(m.tag), 0);
	EXPECT_EQ(m.mr[1], FAR + 8);
	EXPECT_EQ(m.mr[2], (L4_Word_t)probe_read_at);
}

TEST(fault, write)
{
	struct message m;

	faulter(probe_write, FAR + 16, &m);
	EXPECT(is_page_fault(&m));
	EXPECT(L4_Label(m.tag) & L4_Writable);
	EXPECT_EQ(L4_Label(m.tag) & L4_eXecutable, 0);
	EXPECT_EQ(m.mr[1], FAR + 16);
	EXPECT_EQ(m.mr[2], (L4_Word_t)probe_write_at);
}

TEST(fault, execute)
{
	struct message m;

	faulter(probe_execute, FAR + 32, &m);
	EXPECT(is_page_fault(&m));
	EXPECT(L4_Label(m.tag) & L4_eXecutable);
	EXPECT_EQ(L4_Label(m.tag) & L4_Writable, 0);
	EXPECT_EQ(m.mr[1], FAR + 32);
	EXPECT_EQ(m.mr[2], FAR + 32);
}

/* The label is -2 << 4 | rwx, sign-extended, as programs compare it. */
TEST(fault, label_is_sign_extended)
{
	struct message m;
	L4_SignedWord_t label;

	faulter(probe_read, FAR, &m);
	label = (L4_SignedWord_t)m.tag.raw >> 16;
	EXPECT_EQ(label >> 4, -2);
}

TEST(fault, answer_maps_page)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulter(probe_read, FAR + 8, &m);

	((L4_Word_t *)page)[1] = 0x1234;
	EXPECT_OK(map_reply(t, page_of(page, L4_Readable), FAR));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	EXPECT_EQ(m.mr[1], 0x1234);
}

TEST(fault, answer_maps_writable_page)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulter(probe_write, FAR + 8, &m);

	EXPECT_OK(map_reply(t, page_of(page, L4_Readable | L4_Writable), FAR));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	EXPECT_EQ(((L4_Word_t *)page)[1], PROBE_VALUE);
}

/* A page that may be read only: the write faults again. */
TEST(fault, write_to_read_only_page)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t = faulter(probe_write, FAR, &m);

	EXPECT_OK(map_reply(t, page_of(page, L4_Readable), FAR));
	REQUIRE(event_receive(t, &m));
	EXPECT(is_page_fault(&m));
	EXPECT(L4_Label(m.tag) & L4_Writable);
	EXPECT_EQ(m.mr[1], FAR);
	EXPECT_OK(map_reply(t, page_of(page, L4_Readable | L4_Writable), FAR));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

/* Code in a page without the right to execute it. */
TEST(fault, execute_no_execute_page)
{
	struct message m;
	L4_Word_t page = page_new();
	L4_ThreadId_t t;

	*(char *)page = (char)0xc3; /* ret */
	t = faulter(probe_execute, FAR, &m);
	EXPECT_OK(map_reply(t, page_of(page, L4_Readable | L4_Writable), FAR));
	REQUIRE(event_receive(t, &m));
	EXPECT(is_page_fault(&m));
	EXPECT(L4_Label(m.tag) & L4_eXecutable);
	EXPECT_OK(map_reply(t, page_of(page, L4_Readable | L4_eXecutable), FAR));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

TEST(fault, answer_without_map_restarts)
{
	struct message m;
	L4_ThreadId_t t = faulter(probe_read, FAR, &m);

	for (unsigned i = 0; i < 3; i++) {
		L4_LoadMR(0, tag_make(0, 0, 0).raw);
		EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
		REQUIRE(event_receive(t, &m));
		EXPECT(is_page_fault(&m));
		EXPECT_EQ(m.mr[1], FAR);
	}
}

/* The fault waits for its pager however long. */
TEST(fault, pager_comes_late)
{
	L4_ThreadId_t t = thread_start_under(worker, space_new(), probe_read, FAR);
	struct message m;

	L4_Sleep(L4_TimePeriod(50000));
	REQUIRE(event_receive(t, &m));
	EXPECT(is_page_fault(&m));
}

/* A fault that nobody handles stops the thread, and nobody else. */
static void faults_without_pager(L4_Word_t address)
{
	L4_Set_Pager(L4_nilthread);
	probe_read(address);
}

static void faults_with_dead_pager(L4_Word_t address)
{
	L4_Set_Pager(L4_GlobalId(0xabcd, 5));
	probe_read(address);
}

static void pages_itself(L4_Word_t address)
{
	L4_Set_Pager(L4_MyGlobalId());
	probe_read(address);
}

static void stops_quietly(void (*function)(L4_Word_t))
{
	L4_ThreadId_t t = thread_start(&own_space, function, FAR);

	EXPECT_FAILED(L4_Receive_Timeout(t, L4_TimePeriod(20000)), RECEIVE, IPC_TIMEOUT);
	EXPECT_EQ(thread_delete(t), 1);
}

TEST(fault, no_pager)
{
	stops_quietly(faults_without_pager);
}

TEST(fault, dead_pager)
{
	stops_quietly(faults_with_dead_pager);
}

TEST(fault, own_pager)
{
	stops_quietly(pages_itself);
}

/* The pager named by its local id. */
static void faults_to(L4_Word_t pager)
{
	L4_Set_Pager((L4_ThreadId_t){.raw = pager});
	*(volatile L4_Word_t *)FAR;
	sleep_forever();
}

TEST(fault, pager_by_local_id)
{
	L4_ThreadId_t t = thread_start(&own_space, faults_to, L4_MyLocalId().raw);
	struct message m;

	REQUIRE(message_receive(t, &m));
	EXPECT(is_page_fault(&m));
	EXPECT_EQ(m.mr[1], FAR);
}

TEST(fault, pager_deleted_while_faulting)
{
	L4_ThreadId_t pager = thread_start(&own_space, sleeps, 0);
	L4_ThreadId_t t = thread_start(&own_space, faults_to, pager.raw);

	settle();
	EXPECT_EQ(thread_delete(pager), 1);
	settle();
	EXPECT_EQ(thread_delete(t), 1);
}

/* The faulter's own message registers, buffer registers and error code are untouched. */
static volatile L4_Word_t differences;

static void keeps_registers(L4_Word_t address)
{
	struct utcb *u = own_utcb();
	L4_Word_t mr[64], br[BUFFER_REGISTERS];

	for (unsigned i = 0; i < 64; i++)
		mr[i] = u->mr[i] = 0xa0a0000 + i;
	for (unsigned i = 0; i < BUFFER_REGISTERS; i++)
		br[i] = u->br[i] = 0xb0b0000 + i;
	u->error_code = 0xe0e0;
	*(volatile L4_Word_t *)address;
	differences = u->error_code != 0xe0e0;
	for (unsigned i = 0; i < 64; i++)
		differences += u->mr[i] != mr[i];
	for (unsigned i = 0; i < BUFFER_REGISTERS; i++)
		differences += u->br[i] != br[i];
	report(LABEL_DONE, 0);
}

TEST(fault, virtual_registers_survive)
{
	struct message m;
	L4_ThreadId_t t = faulter(keeps_registers, FAR, &m);

	EXPECT_OK(map_reply(t, page_of(page_new(), L4_Readable), FAR));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	EXPECT_EQ(differences, 0);
}

/* Kernel addresses: a fault like another, and no map item reaches there. */
static void kernel_address(void (*probe)(L4_Word_t), L4_Word_t address)
{
	struct message m;
	L4_ThreadId_t t = faulter(probe, address, &m);

	EXPECT(is_page_fault(&m));
	EXPECT_EQ(m.mr[1], address);
	map_reply(t, page_of(page_new(), L4_FullyAccessible), address & ~0xfffUL);
	if (event_receive(t, &m)) {
		EXPECT(is_page_fault(&m));
		EXPECT_EQ(m.mr[1], address);
	}
	EXPECT_EQ(thread_delete(t), 1);
}

TEST(fault, read_kernel_memory)
{
	kernel_address(probe_read, 0xffffffff80000000UL);
	kernel_address(probe_read, 0xffff800000000000UL);
	kernel_address(probe_read, 0xffffffffc0000000UL);
	kernel_address(probe_read, 0xffffff0000000000UL);
}

TEST(fault, write_kernel_memory)
{
	kernel_address(probe_write, 0xffffffff80000000UL);
	kernel_address(probe_write, 0xffff800000001000UL);
	kernel_address(probe_write, 0xffffffffc0000000UL);
}

TEST(fault, execute_kernel_memory)
{
	kernel_address(probe_execute, 0xffffffff80000000UL);
	kernel_address(probe_execute, 0xffffff0000000000UL);
}

/* The last page of the lower half can never be mapped: a `syscall` at its end would leave a return
 * address that is none. */
TEST(fault, last_page_of_lower_half)
{
	struct message m;
	L4_ThreadId_t t = faulter(probe_read, 0x7ffffffff000UL, &m);

	EXPECT(is_page_fault(&m));
	map_reply(t, page_of(page_new(), L4_FullyAccessible), 0x7ffffffff000UL);
	if (event_receive(t, &m)) {
		EXPECT(is_page_fault(&m));
		EXPECT_EQ(m.mr[1], 0x7ffffffff000UL);
	}
}

/* The same by a large page around it. */
TEST(fault, last_page_below_a_large_one)
{
	struct message m;
	L4_ThreadId_t t = faulter(probe_read, 0x7ffffffff000UL, &m);
	L4_Fpage_t large = L4_Sigma0_GetAny(sigma0, 21, L4_CompleteAddressSpace);

	REQUIRE(!L4_IsNilFpage(large));
	map_reply(t, L4_FpageAddRights(large, L4_FullyAccessible), 0x7fffffe00000UL);
	if (event_receive(t, &m)) {
		EXPECT(is_page_fault(&m));
		EXPECT_EQ(m.mr[1], 0x7ffffffff000UL);
	}
}

/* Ports: an I/O fault names the port. The space of a new thread has none. */
static void port_read(L4_Word_t port)
{
	L4_Word_t value = 0;

	__asm__ volatile("inb %w1, %b0" : "+a"(value) : "d"(port));
	report(LABEL_DONE, value);
}

TEST(fault, io_port)
{
	struct message m;
	L4_ThreadId_t t = faulter(port_read, 0x3fd, &m);
	L4_Fpage_t io = {.raw = m.mr[1]};

	EXPECT_EQ((L4_SignedWord_t)m.tag.raw >> 20, -8);
	EXPECT_EQ(L4_UntypedWords(m.tag), 2);
	EXPECT_EQ(io.raw >> 4 & 0x3f, 2);
	EXPECT_EQ(io.raw >> 16 & 0xffff, 0x3fd);
	/* We print: we have this port. */
	io.raw |= L4_FullyAccessible;
	EXPECT_OK(map_reply(t, io, 0));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
}

TEST(fault, io_port_answer_without_map)
{
	struct message m;
	L4_ThreadId_t t = faulter(port_read, 0x71, &m);

	L4_LoadMR(0, tag_make(0, 0, 0).raw);
	EXPECT_OK(L4_Send_Timeout(t, PATIENCE));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(m.mr[1] >> 16 & 0xffff, 0x71);
}
