/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/system/interrupts.c - interrupts as messages.
 *
 * The line that most cases use is COM1's (com1.h). The cases of the area `pci`
 * need QEMU's device `edu`, which interrupts on command, by its pin or by a message; they run when named.
 */
#include "com1.h"
#include "test.h"
#include <l4/msi.h>

enum { KEYBOARD_LINE = 1, PIT_LINE = 0, PIT_PIN = 2, RTC_LINE = 8, NO_LINE = INTERRUPT_PINS - 1 };
enum { HIGHER = PRIORITY_WORKER, OWN = PRIORITY_WORKER - 10 }; /* no case can set a priority above its own */

static L4_MsgTag_t wait_for(L4_ThreadId_t who)
{
	return L4_Receive_Timeout(who, PATIENCE);
}

/*
 * The PIT is interrupt 0 of the ISA bus, on pin 2 of the I/O APIC. QEMU's tables say so; those of Bochs' firmware
 * forget it, so that there only the number of the pin helps.
 */
static L4_Word_t pit_line(void)
{
	return time_scale > 1 ? PIT_PIN : PIT_LINE;
}

/* Nothing comes from there for a while. */
static L4_MsgTag_t wait_in_vain(L4_ThreadId_t who)
{
	return L4_Receive_Timeout(who, L4_TimePeriod(1000 * time_scale));
}

static L4_MsgTag_t answer(L4_ThreadId_t interrupt)
{
	L4_LoadMR(0, 0);
	return L4_Send_Timeout(interrupt, L4_ZeroTime);
}

/* A driver: notes what comes, and answers when it is told so. */
static struct {
	volatile L4_Word_t count, from, tag;
} seen;
enum { LABEL_ANSWER = 0x7301 };

static void driver_main(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	seen.count = 0; /* and so the page is there before the first interrupt */
	for (;;) {
		L4_MsgTag_t tag = L4_Wait(&from);

		if (L4_IpcFailed(tag))
			continue;
		if (L4_Label(tag) == LABEL_ANSWER) {
			answer((L4_ThreadId_t){.raw = seen.from});
			continue;
		}
		seen.from = from.raw;
		seen.tag = tag.raw;
		seen.count = seen.count + 1;
	}
}

/* A driver of COM1 that waits already. */
static L4_ThreadId_t driver_new(struct space *space, L4_Word_t priority)
{
	L4_ThreadId_t t = thread_start(space, driver_main, 0);

	settle();
	if (priority != HIGHER)
		set_priority(t, priority);
	set_priority(worker, OWN);
	com1_give(t);
	return t;
}

static void have_answered(L4_ThreadId_t driver)
{
	REQUIRE_OK(word_send(driver, LABEL_ANSWER, 0));
}

/* The message. */

TEST(interrupt, is_a_message_from_its_thread)
{
	L4_ThreadId_t from = L4_nilthread;
	L4_MsgTag_t tag;

	com1_give(worker);
	com1_edge();
	tag = L4_Wait_Timeout(PATIENCE, &from);
	REQUIRE_OK(tag);
	EXPECT_EQ(tag.raw, (L4_Word_t)LABEL_INTERRUPT << 16);
	EXPECT_EQ(from.raw, interrupt(COM1_LINE).raw);
}

TEST(interrupt, is_received_from_its_thread_alone)
{
	com1_give(worker);
	com1_edge();
	EXPECT_FAILED(wait_in_vain(runner), RECEIVE, IPC_TIMEOUT);
	EXPECT_FAILED(wait_in_vain(interrupt(COM1_LINE + 1)), RECEIVE, IPC_TIMEOUT);
	EXPECT_OK(wait_for(interrupt(COM1_LINE)));
}

TEST(interrupt, lets_a_better_handler_run_at_once)
{
	driver_new(&own_space, HIGHER);
	EXPECT_EQ(seen.count, 0);
	com1_edge();
	EXPECT_EQ(seen.count, 1);
	EXPECT_EQ(seen.from, interrupt(COM1_LINE).raw);
}

TEST(interrupt, lets_a_lesser_handler_wait_its_turn)
{
	driver_new(&own_space, PRIORITY_LOW);
	com1_edge();
	EXPECT_EQ(seen.count, 0);
	settle();
	EXPECT_EQ(seen.count, 1);
}

TEST(interrupt, lets_an_equal_handler_wait_its_turn)
{
	driver_new(&own_space, OWN);
	com1_edge();
	EXPECT_EQ(seen.count, 0);
	settle();
	EXPECT_EQ(seen.count, 1);
}

TEST(interrupt, reaches_a_driver_of_another_space)
{
	driver_new(space_new(), HIGHER);
	com1_edge();
	EXPECT_EQ(seen.count, 1);
	EXPECT_EQ(seen.tag, (L4_Word_t)LABEL_INTERRUPT << 16);
}

TEST(interrupt, wakes_an_idle_cpu)
{
	enum { PIT = 0x40, PIT_COMMAND = 0x43, ONE_SHOT = 0x30, LONG = 0x40 };

	get_ports(PIT, 4);
	REQUIRE_EQ(L4_AssociateInterrupt(interrupt(pit_line()), worker), 1);
	out(PIT_COMMAND, ONE_SHOT);
	out(PIT, 0);
	out(PIT, LONG); /* 14 ms; meanwhile everybody sleeps */
	EXPECT_OK(L4_Receive_Timeout(interrupt(pit_line()), L4_TimePeriod(100000 * time_scale)));
}

/* Answers. */

TEST(interrupt, comes_again_only_after_the_answer)
{
	L4_ThreadId_t t = driver_new(&own_space, HIGHER);

	com1_edge();
	com1_edge();
	settle();
	EXPECT_EQ(seen.count, 1);
	have_answered(t);
	EXPECT_EQ(seen.count, 2);
}

TEST(interrupt, before_the_answer_is_remembered_once)
{
	L4_ThreadId_t t = driver_new(&own_space, HIGHER);

	for (int i = 0; i < 5; i++)
		com1_edge();
	have_answered(t);
	EXPECT_EQ(seen.count, 2);
	have_answered(t);
	settle();
	EXPECT_EQ(seen.count, 2);
	com1_edge();
	EXPECT_EQ(seen.count, 3);
}

TEST(interrupt, waits_for_its_handler)
{
	com1_give(worker);
	for (int i = 0; i < 3; i++)
		com1_edge();
	settle();
	EXPECT_OK(wait_for(interrupt(COM1_LINE)));
	EXPECT_OK(answer(interrupt(COM1_LINE)));
	EXPECT_FAILED(wait_in_vain(interrupt(COM1_LINE)), RECEIVE, IPC_TIMEOUT);
	com1_edge();
	EXPECT_OK(wait_for(interrupt(COM1_LINE)));
}

/* What came while the message waited is one; what comes after the handler has it is another. */
TEST(interrupt, between_message_and_answer_is_not_lost)
{
	com1_give(worker);
	for (int i = 0; i < 3; i++)
		com1_edge();
	EXPECT_OK(wait_for(interrupt(COM1_LINE)));
	com1_edge();
	EXPECT_OK(answer(interrupt(COM1_LINE)));
	EXPECT_OK(wait_for(interrupt(COM1_LINE)));
}

TEST(interrupt, answer_and_wait_in_one_call)
{
	L4_ThreadId_t from = L4_nilthread;

	com1_give(worker);
	com1_edge();
	EXPECT_OK(wait_for(interrupt(COM1_LINE)));
	com1_edge();
	L4_LoadMR(0, 0);
	EXPECT_OK(L4_ReplyWait_Timeout(interrupt(COM1_LINE), PATIENCE, &from));
	EXPECT_EQ(from.raw, interrupt(COM1_LINE).raw);
	com1_edge();
	L4_LoadMR(0, 0);
	EXPECT_OK(L4_Call_Timeouts(interrupt(COM1_LINE), L4_ZeroTime, PATIENCE));
}

TEST(interrupt, answer_without_interrupt_does_nothing)
{
	com1_give(worker);
	EXPECT_OK(answer(interrupt(COM1_LINE)));
	EXPECT_OK(answer(interrupt(COM1_LINE)));
	com1_edge();
	EXPECT_OK(answer(interrupt(COM1_LINE))); /* it waits, and is not answered before it was received */
	EXPECT_OK(wait_for(interrupt(COM1_LINE)));
}

TEST(interrupt, takes_no_message_from_strangers)
{
	EXPECT_FAILED(answer(interrupt(COM1_LINE)), SEND, IPC_NO_PARTNER);
	driver_new(&own_space, HIGHER);
	com1_edge();
	EXPECT_FAILED(answer(interrupt(COM1_LINE)), SEND, IPC_NO_PARTNER);
	EXPECT_FAILED(L4_Send_Timeout(interrupt(COM1_LINE), PATIENCE), SEND, IPC_NO_PARTNER);
	com1_edge();
	EXPECT_EQ(seen.count, 1);
	EXPECT_FAILED(answer(interrupt(NO_LINE)), SEND, IPC_NO_PARTNER);
}

/* A handler that is sending goes on to its receive phase when its message is taken: there the interrupt is. */
static void sends_then_waits(L4_Word_t unused)
{
	L4_ThreadId_t from = L4_nilthread;

	(void)unused;
	seen.count = 0;
	L4_LoadMR(0, 0);
	L4_Ipc(worker, L4_anythread, L4_Timeouts(L4_Never, L4_Never), &from);
	seen.from = from.raw;
	seen.count = 1;
}

TEST(interrupt, meets_a_handler_that_was_sending)
{
	L4_ThreadId_t t = thread_start(&own_space, sends_then_waits, 0);

	com1_give(t);
	settle();
	com1_edge();
	settle();
	EXPECT_EQ(seen.count, 0);
	EXPECT_OK(wait_for(t));
	settle();
	EXPECT_EQ(seen.count, 1);
	EXPECT_EQ(seen.from, interrupt(COM1_LINE).raw);
}

static void sends_to_worker(L4_Word_t unused)
{
	(void)unused;
	word_send(worker, LABEL_REPORT, 1);
}

TEST(interrupt, is_received_before_queued_threads_and_leaves_them_queued)
{
	L4_ThreadId_t t = thread_start(&own_space, sends_to_worker, 0), from = L4_nilthread;

	com1_give(worker);
	settle();
	com1_edge();
	EXPECT_OK(L4_Wait_Timeout(PATIENCE, &from));
	EXPECT_EQ(from.raw, interrupt(COM1_LINE).raw);
	EXPECT_OK(wait_for(t));
}

TEST(interrupt, reaches_a_halted_handler_that_runs_later)
{
	L4_ThreadId_t t = driver_new(&own_space, HIGHER);

	L4_Stop(t);
	com1_edge();
	EXPECT_EQ(seen.count, 0);
	L4_Start(t);
	settle();
	EXPECT_EQ(seen.count, 1);
}

/* A fault of the handler waits for the pager alone. */
static void faults(L4_Word_t address)
{
	seen.count = 0;
	(void)*(volatile char *)address;
	L4_Receive(interrupt(COM1_LINE));
	seen.count = 1;
	report(LABEL_DONE, 0);
}

TEST(interrupt, does_not_answer_a_fault_of_its_handler)
{
	struct message m;
	L4_ThreadId_t t = thread_start_under(worker, space_new(), faults, 0x40000000000UL);

	REQUIRE(event_receive(t, &m));
	REQUIRE(is_page_fault(&m));
	com1_give(t);
	com1_edge();
	settle();
	EXPECT_EQ(seen.count, 0);
	EXPECT_OK(map_reply(t, L4_FpageAddRights(L4_FpageLog2(page_new(), 12), L4_FullyAccessible), 0x40000000000UL));
	REQUIRE(event_receive(t, &m));
	EXPECT_EQ(L4_Label(m.tag), LABEL_DONE);
	EXPECT_EQ(seen.count, 1);
}

/* Association. */

/* A thread whose pager is an interrupt waits for its start message from there, which is no message of that kind. */
TEST(interrupt, does_not_start_a_thread)
{
	L4_ThreadId_t t = thread_id_new();

	REQUIRE_EQ(thread_control(t, runner, runner, interrupt(COM1_LINE), utcb_new(&own_space)), 1);
	set_priority(worker, OWN);
	com1_give(t);
	com1_edge();
	settle();
	EXPECT(L4_ThreadWasReceiving(L4_Stop(t)));
}

TEST(interrupt, is_not_shared)
{
	driver_new(&own_space, HIGHER);
	EXPECT_REFUSED(L4_AssociateInterrupt(interrupt(COM1_LINE), worker), ERROR_INVALID_THREAD);
	com1_edge();
	EXPECT_EQ(seen.count, 1);
}

TEST(interrupt, two_lines_of_one_pin_are_not_shared)
{
	if (time_scale > 1)
		return; /* Bochs' firmware knows of no such lines, see pit_line */
	REQUIRE_EQ(L4_AssociateInterrupt(interrupt(pit_line()), worker), 1);
	EXPECT_REFUSED(L4_AssociateInterrupt(interrupt(PIT_PIN), worker), ERROR_INVALID_THREAD);
	EXPECT_EQ(L4_DeassociateInterrupt(interrupt(pit_line())), 1);
	EXPECT_EQ(L4_AssociateInterrupt(interrupt(PIT_PIN), worker), 1);
}

TEST(interrupt, can_be_associated_with_its_handler_again)
{
	com1_give(worker);
	com1_edge();
	EXPECT_EQ(L4_AssociateInterrupt(interrupt(COM1_LINE), worker), 1);
	EXPECT_OK(wait_for(interrupt(COM1_LINE)));
	EXPECT_EQ(L4_AssociateInterrupt(interrupt(COM1_LINE), L4_MyLocalId()), 1);
	EXPECT_OK(answer(interrupt(COM1_LINE)));
}

TEST(interrupt, wrong_ids_are_refused)
{
	static const L4_Word_t wrong[] = {NO_LINE, INTERRUPT_PINS, INTERRUPT_MSI - 1, SYSTEM_BASE};

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		EXPECT_REFUSED(L4_AssociateInterrupt(interrupt(wrong[i]), worker), ERROR_INVALID_THREAD);
	EXPECT_REFUSED(L4_AssociateInterrupt(L4_GlobalId(COM1_LINE, 2), worker), ERROR_INVALID_THREAD);
}

TEST(interrupt, wrong_arguments_are_refused)
{
	L4_ThreadId_t i = interrupt(COM1_LINE);

	EXPECT_REFUSED(thread_control(i, worker, L4_nilthread, worker, -1UL), ERROR_INVALID_SPACE);
	EXPECT_REFUSED(thread_control(i, L4_nilthread, L4_nilthread, worker, -1UL), ERROR_INVALID_SPACE);
	EXPECT_REFUSED(thread_control(i, i, worker, worker, -1UL), ERROR_INVALID_SCHEDULER);
	EXPECT_REFUSED(thread_control(i, i, L4_nilthread, worker, utcb_new(&own_space)), ERROR_UTCB_AREA);
	EXPECT_REFUSED(thread_control(i, i, L4_nilthread, L4_nilthread, -1UL), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(thread_control(i, i, L4_nilthread, L4_anythread, -1UL), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(thread_control(i, i, L4_nilthread, thread_id_new(), -1UL), ERROR_INVALID_PARAMETER);
	EXPECT_REFUSED(thread_control(i, i, L4_nilthread, interrupt(COM1_LINE + 1), -1UL), ERROR_INVALID_PARAMETER);
	EXPECT_FAILED(wait_in_vain(i), RECEIVE, IPC_TIMEOUT);
}

static volatile L4_Word_t result, error;

static void associates(L4_Word_t handler)
{
	result = L4_AssociateInterrupt(interrupt(COM1_LINE), (L4_ThreadId_t){.raw = handler});
	error = L4_ErrorCode();
	report(LABEL_DONE, 0);
}

TEST(interrupt, needs_a_privileged_space)
{
	struct message m;
	L4_ThreadId_t t = thread_start(space_new(), associates, worker.raw);

	result = 1;
	REQUIRE(message_receive(t, &m));
	EXPECT_EQ(result, 0);
	EXPECT_EQ(error, ERROR_NO_PRIVILEGE);
}

TEST(interrupt, is_silent_when_dissociated)
{
	driver_new(&own_space, HIGHER);
	EXPECT_EQ(L4_DeassociateInterrupt(interrupt(COM1_LINE)), 1);
	com1_edge();
	settle();
	EXPECT_EQ(seen.count, 0);
	EXPECT_EQ(L4_DeassociateInterrupt(interrupt(COM1_LINE)), 1); /* is nobody's already */
	EXPECT_EQ(L4_AssociateInterrupt(interrupt(COM1_LINE), worker), 1);
	com1_edge();
	EXPECT_OK(wait_for(interrupt(COM1_LINE)));
}

TEST(interrupt, that_waits_is_lost_when_dissociated)
{
	L4_ThreadId_t t;

	com1_give(worker);
	com1_edge();
	EXPECT_EQ(L4_DeassociateInterrupt(interrupt(COM1_LINE)), 1);
	EXPECT_FAILED(wait_in_vain(interrupt(COM1_LINE)), RECEIVE, IPC_TIMEOUT);
	t = thread_start(&own_space, sends_to_worker, 0);
	EXPECT_OK(wait_for(t));
}

/* Its end finds the interrupt in each state. */
TEST(interrupt, is_free_when_its_handler_is_deleted)
{
	for (int edges = 0; edges < 3; edges++) {
		L4_ThreadId_t t = thread_start(&own_space, driver_main, 0);

		settle();
		com1_give(t);
		for (int i = 0; i < edges; i++)
			com1_edge();
		settle();
		EXPECT_EQ(seen.count, edges > 0);
		EXPECT_EQ(thread_delete(t), 1);
		com1_edge();
		EXPECT_FAILED(answer(interrupt(COM1_LINE)), SEND, IPC_NO_PARTNER);
	}
	com1_give(worker);
	com1_edge();
	EXPECT_OK(wait_for(interrupt(COM1_LINE)));
}

TEST(interrupt, that_waits_is_free_when_its_handler_is_deleted)
{
	L4_ThreadId_t t = thread_start(&own_space, sends_to_worker, 0);

	settle();
	com1_give(t);
	com1_edge();
	EXPECT_EQ(thread_delete(t), 1);
	com1_give(worker);
	com1_edge();
	EXPECT_OK(wait_for(interrupt(COM1_LINE)));
}

/* An id that names nobody has no interrupts. */
TEST(interrupt, is_free_when_its_handler_has_another_version)
{
	L4_ThreadId_t t = driver_new(&own_space, HIGHER);
	L4_ThreadId_t later = L4_GlobalId(L4_ThreadNo(t), L4_Version(t) + 2);

	EXPECT_EQ(thread_control(later, later, L4_nilthread, L4_nilthread, -1UL), 1);
	com1_edge();
	EXPECT_EQ(seen.count, 0);
	com1_give(worker);
	EXPECT_EQ(thread_control(t, t, L4_nilthread, L4_nilthread, -1UL), 1); /* as the end of the case knows it */
}

/* All at once. */
TEST(interrupt, of_many_all_are_received)
{
	L4_ThreadId_t from;
	L4_Word_t got = 0;

	com1_give(worker);
	REQUIRE_EQ(L4_AssociateInterrupt(interrupt(pit_line()), worker), 1);
	get_ports(0x40, 4);
	com1_edge();
	out(0x43, 0x30); /* as in wakes_an_idle_cpu */
	out(0x40, 0);
	out(0x40, 1);
	L4_Sleep(L4_TimePeriod(5000 * time_scale));
	while (L4_IpcSucceeded(L4_Wait_Timeout(L4_ZeroTime, &from)))
		got |= 1UL << L4_ThreadNo(from);
	EXPECT_EQ(got, 1UL << COM1_LINE | 1UL << pit_line());
}

/* Devices. */

TEST(interrupt, keyboard)
{
	enum { DATA = 0x60, COMMAND = 0x64, READ_MODE = 0x20, WRITE_MODE = 0x60, AS_IF_TYPED = 0xd2 };
	enum { INPUT_FULL = 2, OUTPUT_FULL = 1, INTERRUPTS = 1, KEY = 0x1e };
	unsigned char mode;

	get_ports(DATA, 1);
	get_ports(COMMAND, 1);
	out(COMMAND, READ_MODE);
	while (!(in(COMMAND) & OUTPUT_FULL))
		;
	mode = in(DATA);
	REQUIRE_EQ(L4_AssociateInterrupt(interrupt(KEYBOARD_LINE), worker), 1);
	for (unsigned char i = 0; i < 3; i++) {
		out(COMMAND, WRITE_MODE);
		out(DATA, mode | INTERRUPTS);
		while (in(COMMAND) & INPUT_FULL)
			;
		out(COMMAND, AS_IF_TYPED);
		out(DATA, KEY + i);
		REQUIRE_OK(wait_for(interrupt(KEYBOARD_LINE)));
		EXPECT_EQ(in(DATA), KEY + i);
		EXPECT_OK(answer(interrupt(KEYBOARD_LINE)));
	}
}

TEST_LIMIT(interrupt, clock, 3000)
{
	enum { INDEX = 0x70, VALUE = 0x71, REGISTER_B = 0x0b, REGISTER_C = 0x0c, PERIODIC = 1 << 6 };
	unsigned char mode;

	get_ports(INDEX, 2);
	REQUIRE_EQ(L4_AssociateInterrupt(interrupt(RTC_LINE), worker), 1);
	out(INDEX, REGISTER_B);
	mode = in(VALUE);
	out(VALUE, mode | PERIODIC);
	for (int i = 0; i < 5; i++) {
		out(INDEX, REGISTER_C);
		in(VALUE);
		REQUIRE_OK(wait_for(interrupt(RTC_LINE)));
		EXPECT_OK(answer(interrupt(RTC_LINE)));
	}
	out(INDEX, REGISTER_B);
	out(VALUE, mode);
}

TEST(interrupt, message_interrupt_is_associated)
{
	L4_MsiMessage_t m = L4_AssociateMsi(interrupt(L4_MSI_FIRST), worker);
	L4_MsiMessage_t n = L4_AssociateMsi(interrupt(SYSTEM_BASE - 1), worker);

	EXPECT_EQ(m.address >> 20, 0xfee);
	EXPECT(m.data != n.data);
	EXPECT_REFUSED(L4_AssociateInterrupt(interrupt(L4_MSI_FIRST), runner), ERROR_INVALID_THREAD);
	EXPECT_EQ(L4_DeassociateInterrupt(interrupt(L4_MSI_FIRST)), 1);
	EXPECT_EQ(L4_DeassociateInterrupt(interrupt(SYSTEM_BASE - 1)), 1);
	EXPECT_EQ(L4_AssociateMsi(L4_GlobalId(SYSTEM_BASE, 1), worker).address, 0);
}

/* QEMU's device edu: docs/specs/edu.txt there. */
enum { EDU_ID = 0x11e81234, EDU_FACTORIAL = 0x08, EDU_STATUS = 0x20, EDU_RAISE = 0x60, EDU_ACKNOWLEDGE = 0x64 };
enum { EDU_COMPUTES = 1 << 0, EDU_RAISES_AT_END = 1 << 7 };
enum { PCI_COMMAND = 4, PCI_BAR0 = 0x10, PCI_CAPABILITIES = 0x34, PCI_LINE = 0x3c };
enum { MEMORY = 1 << 1, MASTER = 1 << 2, CAPABILITY_MSI = 5, MSI_ENABLE = 1 << 16, MSI_64 = 1 << 23 };

static void out32(unsigned short port, unsigned value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static unsigned in32(unsigned short port)
{
	unsigned value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static unsigned pci_read(unsigned slot, unsigned offset)
{
	out32(0xcf8, 1U << 31 | slot << 11 | (offset & ~3U));
	return in32(0xcfc);
}

static void pci_write(unsigned slot, unsigned offset, unsigned value)
{
	out32(0xcf8, 1U << 31 | slot << 11 | (offset & ~3U));
	out32(0xcfc, value);
}

static volatile unsigned *edu;
#define EDU_REGISTERS 0x50000000000UL

/* Its registers are mapped, not where they are: there is the window of the small spaces. Returns its slot. */
static unsigned edu_find(void)
{
	unsigned slot = 0;
	L4_Word_t at;

	get_ports(0xcf8, 8);
	while (slot < 32 && pci_read(slot, 0) != EDU_ID)
		slot++;
	REQUIRE(slot < 32);
	pci_write(slot, PCI_COMMAND, pci_read(slot, PCI_COMMAND) | MEMORY | MASTER);
	at = pci_read(slot, PCI_BAR0) & ~0xfU;
	REQUIRE(!L4_IsNilFpage(L4_Sigma0_GetPage_RcvWindow(sigma0, L4_FpageLog2(at, 12),
							   L4_FpageLog2(EDU_REGISTERS, 12))));
	L4_Accept(L4_UntypedWordsAcceptor);
	edu = (volatile unsigned *)EDU_REGISTERS;
	edu[EDU_ACKNOWLEDGE / 4] = ~0U;
	return slot;
}

static unsigned msi_capability(unsigned slot)
{
	unsigned at = pci_read(slot, PCI_CAPABILITIES) & 0xfc;

	while (at && (pci_read(slot, at) & 0xff) != CAPABILITY_MSI)
		at = pci_read(slot, at) >> 8 & 0xfc;
	REQUIRE(at != 0);
	return at;
}

static void msi_set(unsigned slot, L4_MsiMessage_t message)
{
	unsigned at = msi_capability(slot), control = pci_read(slot, at);

	pci_write(slot, at + 4, (unsigned)message.address);
	pci_write(slot, at + 8, control & MSI_64 ? 0 : message.data);
	if (control & MSI_64)
		pci_write(slot, at + 12, message.data);
	pci_write(slot, at, message.address ? control | MSI_ENABLE : control & ~(unsigned)MSI_ENABLE);
}

TEST_CASE(pci, message_interrupt, 1000, true)
{
	L4_ThreadId_t i = interrupt(L4_MSI_FIRST + 7), t;
	unsigned slot = edu_find();

	t = thread_start(space_new(), driver_main, 0);
	settle();
	set_priority(worker, OWN);
	msi_set(slot, L4_AssociateMsi(i, t));
	edu[EDU_RAISE / 4] = 1;
	EXPECT_EQ(seen.count, 1);
	EXPECT_EQ(seen.from, i.raw);
	EXPECT_EQ(seen.tag, (L4_Word_t)LABEL_INTERRUPT << 16);
	edu[EDU_RAISE / 4] = 1; /* not answered yet: remembered once */
	edu[EDU_RAISE / 4] = 1;
	EXPECT_EQ(seen.count, 1);
	have_answered(t);
	EXPECT_EQ(seen.count, 2);
	have_answered(t);
	EXPECT_EQ(seen.count, 2);
	EXPECT_EQ(L4_DeassociateInterrupt(i), 1);
	edu[EDU_RAISE / 4] = 1; /* nobody's: nothing happens */
	EXPECT_EQ(seen.count, 2);
	msi_set(slot, (L4_MsiMessage_t){0, 0});
	edu[EDU_ACKNOWLEDGE / 4] = ~0U;
}

/*
 * A driver lets its device send NMIs, which nothing masks, while messages go the short path: between two of its stores,
 * when the running thread is a new one and the page table still the last one's, and with a user's stack pointer. The
 * device works in a thread of its own, so they come anywhere.
 */
static void echoes(L4_Word_t unused)
{
	L4_ThreadId_t from;

	(void)unused;
	L4_Wait(&from);
	for (;;)
		L4_ReplyWait(worker, &from);
}

TEST_CASE(pci, nmi_at_any_instruction, 5000, true)
{
	enum { NMI = 4 << 8 /* SDM 3A 10.11.2 */, ROUNDS = 20000 };
	L4_ThreadId_t i = interrupt(L4_MSI_FIRST + 7), t = thread_start(space_new(), echoes, 0);
	L4_MsiMessage_t message = L4_AssociateMsi(i, t);
	unsigned slot = edu_find();

	message.data = NMI;
	msi_set(slot, message);
	edu[EDU_STATUS / 4] = EDU_RAISES_AT_END;
	for (L4_Word_t n = 0; n < ROUNDS; n++) {
		L4_Word_t word;

		if (n % 16 == 0 && !(edu[EDU_STATUS / 4] & EDU_COMPUTES))
			edu[EDU_FACTORIAL / 4] = 3000;
		L4_LoadMR(0, tag_make(0x58, 1, 0).raw);
		L4_LoadMR(1, n);
		REQUIRE_OK(L4_Call(t));
		L4_StoreMR(1, &word);
		REQUIRE_EQ(word, n);
	}
	edu[EDU_STATUS / 4] = 0;
	msi_set(slot, (L4_MsiMessage_t){0, 0});
	EXPECT_EQ(L4_DeassociateInterrupt(i), 1);
	edu[EDU_ACKNOWLEDGE / 4] = ~0U;
}

/* The line of the device, and its driver: found by trying. */
static L4_ThreadId_t level_line(L4_ThreadId_t driver)
{
	static const L4_Word_t lines[] = {10, 11, 5, 9, 16, 17, 18, 19, 20, 21, 22, 23};

	for (unsigned n = 0; n < sizeof(lines) / sizeof(lines[0]); n++) {
		L4_ThreadId_t i = interrupt(lines[n]);

		if (!L4_AssociateInterrupt(i, driver))
			continue;
		edu[EDU_RAISE / 4] = 1;
		if (seen.count)
			return i;
		edu[EDU_ACKNOWLEDGE / 4] = ~0U;
		REQUIRE_EQ(L4_DeassociateInterrupt(i), 1);
	}
	FAIL("no line is the device's");
	test_abort();
}

/* As long as the device is not satisfied the line asks again, but never before the answer. */
TEST_CASE(pci, level_line, 1000, true)
{
	L4_ThreadId_t t = thread_start(&own_space, driver_main, 0), i;

	edu_find();
	settle();
	set_priority(worker, OWN);
	i = level_line(t);
	EXPECT_EQ(seen.count, 1);
	settle();
	EXPECT_EQ(seen.count, 1);
	have_answered(t); /* and the device still wants something */
	EXPECT_EQ(seen.count, 2);
	have_answered(t);
	EXPECT_EQ(seen.count, 3);
	edu[EDU_ACKNOWLEDGE / 4] = ~0U;
	have_answered(t);
	settle();
	EXPECT_EQ(seen.count, 3);
	edu[EDU_RAISE / 4] = 1;
	EXPECT_EQ(seen.count, 4);
	EXPECT_EQ(L4_DeassociateInterrupt(i), 1); /* in the middle of it */
	EXPECT_EQ(L4_AssociateInterrupt(i, t), 1);
	EXPECT_EQ(seen.count, 5);
	edu[EDU_ACKNOWLEDGE / 4] = ~0U;
	have_answered(t);
	EXPECT_EQ(seen.count, 5);
}

/* Nobody handles it, and it asks on: the machine runs. */
TEST_CASE(pci, level_line_of_a_dead_driver, 1000, true)
{
	L4_ThreadId_t t = thread_start(&own_space, driver_main, 0), i;

	edu_find();
	settle();
	set_priority(worker, OWN);
	i = level_line(t);
	EXPECT_EQ(thread_delete(t), 1);
	settle();
	EXPECT_EQ(L4_AssociateInterrupt(i, worker), 1);
	EXPECT_OK(wait_for(i));
	edu[EDU_ACKNOWLEDGE / 4] = ~0U;
	EXPECT_OK(answer(i));
	EXPECT_FAILED(wait_in_vain(i), RECEIVE, IPC_TIMEOUT);
}
