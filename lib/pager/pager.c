/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pager.c - the loop: a message in, an answer out.
 *
 * Nothing that a client sends is believed: not that a fault is one (a thread may send such a message itself, and gets
 * what its own region has), not the number of words, not an address. Senders that are nobody's get an error, or
 * nothing.
 */
#include <pager/pager.h>

#include <abi/protocol.h>
#include <l4/exception.h>
#include <l4/ipc.h>
#include <l4/pagefault.h>
#include <l4/schedule.h>
#include <l4io.h>
#include <service/paging.h>

enum { PAGE_LOG2 = 12 };

static const struct pager_operations *pager;
static struct pager_clients clients;
static struct pager_client *serving; /* whose message is being served: not to be forgotten meanwhile */

struct pager_client *pager_client_at(unsigned int index)
{
	struct pager_client *client = &clients.client[index];

	return client->serial ? client : NULL;
}

unsigned int pager_client_index(const struct pager_client *client)
{
	return (unsigned int)(client - clients.client);
}

struct pager_client *pager_client_of(L4_ThreadId_t thread)
{
	return clients_find(&clients, thread);
}

/*
 * Clients that come and go
 */

static void client_forget(struct pager_client *client)
{
	if (pager->gone)
		pager->gone(client);
	clients_remove(client);
}

/*
 * ExchangeRegisters takes orders for a thread from its pager only. root_thread_exists() would keep the place of a thread
 * that lives and has another pager.
 */
static bool has_this_pager(L4_ThreadId_t thread)
{
	L4_Word_t old;

	return L4_ExchangeExceptionState(thread, 0, NULL, &old);
}

/* The thread that was alive last time is asked first: a client may have many that are dead. */
static bool is_alive(struct pager_client *client)
{
	for (unsigned int i = 0; i < client->thread_count; i++) {
		if (has_this_pager(client->thread[client->witness]))
			return true;
		client->witness = (client->witness + 1) % client->thread_count;
	}
	return false;
}

bool pager_forget_dead(void)
{
	bool some = false;

	for (unsigned int i = 0; i < PAGER_CLIENTS_MAX; i++) {
		struct pager_client *client = pager_client_at(i);

		if (!client || client->is_program || client == serving || is_alive(client))
			continue;
		client_forget(client);
		some = true;
	}
	return some;
}

static struct pager_client *client_add(L4_ThreadId_t thread, bool is_program)
{
	struct pager_client *client = clients_add(&clients, thread, is_program);

	if (!client && pager_forget_dead())
		client = clients_add(&clients, thread, is_program);
	if (client)
		client->quota = pager->quota;
	return client;
}

/*
 * Faults that are not answered
 */

static void say_fault(struct pager_client *client, L4_ThreadId_t thread, L4_Word_t address, L4_Word_t ip,
		      unsigned int access, const char *reason)
{
	/* Once: a client that goes on all the same is not to keep the console busy. */
	if (client->reported)
		return;
	client->reported = true;
	printf("%s: thread 0x%lx.%lu page fault: %s 0x%lx at ip 0x%lx: %s\n", pager->name, L4_ThreadNo(thread),
	       L4_Version(thread),
	       access & L4_Writable ? "write to" : access & L4_eXecutable ? "execution at" : "read from", address, ip,
	       reason);
}

static void refuse(struct pager_client *client, L4_ThreadId_t thread, L4_Word_t address, L4_Word_t ip,
		   unsigned int access, const char *reason)
{
	L4_Word_t old;

	if (client && client->is_program) {
		root_client_fault(thread, address, ip, access, reason);
		return;
	}
	if (client)
		say_fault(client, thread, address, ip, access, reason);
	L4_ExchangeExceptionState(thread, L4_EXREGS_FORCE | __L4_EXREGS_ABORT_RECEIVE, NULL, &old);
}

/*
 * Faults
 */

static const char *fault_answer(const struct pager_fault *fault, L4_Msg_t *msg)
{
	struct pager_mapping mapping = { .log2 = PAGE_LOG2 };
	const char *reason = pager->fault(fault, &mapping);
	L4_Fpage_t frame;

	if (reason)
		return reason;
	fault->client->counts.faults++;
	frame = L4_FpageAddRights(L4_FpageLog2((L4_Word_t)mapping.frame, mapping.log2), mapping.rights);
	L4_MsgClear(msg);
	L4_MsgAppendMapItem(msg, L4_MapItem(frame, fault->page & -(1UL << mapping.log2)));
	return NULL;
}

static bool serve_fault(struct pager_client *client, L4_ThreadId_t thread, unsigned int access, L4_Msg_t *msg)
{
	L4_Word_t address = L4_MsgWord(msg, 0), ip = L4_MsgWord(msg, 1);
	struct pager_region *region = client ? clients_region(client, address) : NULL;
	const char *reason;

	struct pager_fault fault = {
		.client = client,
		.region = region,
		.thread = thread,
		.page = address & -(L4_Word_t)PAGER_PAGE,
		.access = access,
	};

	if (!region)
		reason = "no region there";
	else if (access & ~region->rights)
		reason = "that region does not allow it";
	else
		reason = fault_answer(&fault, msg);
	if (reason)
		refuse(client, thread, address, ip, access, reason);
	return reason == NULL;
}

/*
 * Programs of the root task's
 */

static const char *program_begin(const struct root_client *program)
{
	struct pager_client *client;
	struct pager_region image = { .low = ~0UL, .rights = L4_FullyAccessible, .image = true };
	struct root_segment segment;
	L4_Msg_t msg;

	if (!pager->takes_programs)
		return "its pager serves regions, not whole programs";
	client = client_add(program->thread, true);
	if (!client)
		return "its pager has too many clients";
	client->quota = program->memory / PAGER_PAGE;
	for (unsigned int i = 0; root_client_segment(program->thread, i, &segment) == ROOT_OK; i++) {
		unsigned long low = segment.low & -(unsigned long)PAGER_PAGE;
		unsigned long high = (segment.high + PAGER_PAGE - 1) & -(unsigned long)PAGER_PAGE;

		image.low = low < image.low ? low : image.low;
		image.high = high > image.high ? high : image.high;
	}
	if (clients_attach(client, &image) != PAGER_OK ||
	    clients_attach(client, &(struct pager_region){ .low = ROOT_HEAP_LOW, .high = ROOT_HEAP_HIGH,
							   .rights = L4_Readable | L4_Writable }) != PAGER_OK)
		return "its pager has no place for its segments";
	L4_MsgClear(&msg);
	L4_MsgAppendWord(&msg, program->ip);
	L4_MsgAppendWord(&msg, program->sp);
	L4_MsgLoad(&msg);
	return L4_IpcFailed(L4_Reply(program->thread)) ? "it takes no start message" : NULL;
}

static void serve_notice(enum root_notice notice, const struct root_client *program)
{
	struct pager_client *client;
	const char *wrong;

	if (notice == ROOT_CLIENT_START) {
		wrong = program_begin(program);
		if (wrong)
			root_client_fault(program->thread, program->ip, program->ip, L4_eXecutable, wrong);
		return;
	}
	client = clients_find(&clients, program->thread);
	if (client)
		client_forget(client);
}

/*
 * Requests
 */

static enum pager_status serve_attach(L4_ThreadId_t thread, unsigned int words, L4_Msg_t *msg)
{
	struct pager_client *client = clients_find(&clients, thread);
	unsigned long low = L4_MsgWord(msg, 0), size = L4_MsgWord(msg, 1);
	struct pager_region region = {
		.low = low, .high = low + size, .rights = L4_MsgWord(msg, 2) & 0xff, .argument = L4_MsgWord(msg, 3),
	};
	bool is_new = !client;
	enum pager_status status;

	if (words != 4 || size > PAGER_USER_END || low > PAGER_USER_END || L4_MsgWord(msg, 2) > 0xff)
		return PAGER_MALFORMED;
	if (is_new)
		client = client_add(thread, false);
	if (!client)
		return PAGER_EXHAUSTED;
	serving = client;
	status = clients_attach(client, &region);
	if (status == PAGER_OK && pager->attach) {
		struct pager_region *entered = &client->region[client->region_count - 1];

		status = pager->attach(client, entered);
		client->region_count -= status != PAGER_OK;
	}
	if (status != PAGER_OK && is_new)
		client_forget(client);
	return status;
}

static enum pager_status serve_request(L4_ThreadId_t thread, L4_MsgTag_t tag, L4_Msg_t *msg)
{
	struct pager_client *client = clients_find(&clients, thread);
	unsigned long label = L4_Label(tag);
	unsigned int words = L4_UntypedWords(tag);

	if (label == PAGER_ATTACH)
		return serve_attach(thread, words, msg);
	if (label == PAGER_BEGIN && words == 0 && !client)
		return client_add(thread, false) ? PAGER_OK : PAGER_EXHAUSTED;
	if (!client)
		return PAGER_NOT_FOUND;
	if (label == PAGER_ADD_THREAD)
		return words == 1 ? clients_add_thread(&clients, client, (L4_ThreadId_t){ .raw = L4_MsgWord(msg, 0) }) :
				    PAGER_MALFORMED;
	if (label == PAGER_LEAVE && client->is_program)
		return PAGER_DENIED;
	if (label == PAGER_LEAVE) {
		client_forget(client);
		return PAGER_OK;
	}
	if (label == PAGER_COUNTS && words == 0) {
		L4_MsgAppendWord(msg, client->counts.faults);
		L4_MsgAppendWord(msg, client->counts.page_ins);
		L4_MsgAppendWord(msg, client->counts.page_outs);
		L4_MsgAppendWord(msg, client->charged);
		return PAGER_OK;
	}
	if (label >= PAGER_OWN_REQUEST && pager->request)
		return pager->request(client, thread, label, msg);
	return PAGER_MALFORMED;
}

/*
 * The loop
 */

/* True: *msg is the answer. */
static bool serve(L4_MsgTag_t tag, L4_ThreadId_t from, L4_Msg_t *msg)
{
	struct root_client program;
	enum root_notice notice = root_notice(tag, from, &program);
	struct pager_client *client;
	enum pager_status status;

	if (notice != ROOT_NO_NOTICE) {
		serve_notice(notice, &program);
		return false;
	}
	L4_MsgStore(tag, msg);
	client = serving = clients_find(&clients, from);
	if (L4_IsPagefault(tag))
		return serve_fault(client, from, L4_PagefaultAccess(tag), msg);
	if (L4_IsArchException(tag) || L4_IsSystemException(tag))
		return client && pager->exception && pager->exception(client, from, msg);
	status = serve_request(from, tag, msg);
	if (status == PAGER_NO_ANSWER)
		return false;
	if (status != PAGER_OK)
		L4_MsgClear(msg);
	L4_Set_MsgLabel(msg, status);
	return true;
}

/* The client's space has no memory for the mapping: it would only fault again. */
static void refuse_unmappable(L4_ThreadId_t thread)
{
	struct pager_client *client = clients_find(&clients, thread);

	refuse(client, thread, 0, 0, L4_Readable, "the kernel has no memory for its page tables");
}

/* The page in the answer could not be mapped: bit 0, the receive phase, is 0. */
static bool found_no_memory(L4_MsgTag_t tag)
{
	return L4_IpcFailed(tag) && (L4_ErrorCode() & 0xf) == IPC_OVERFLOW << 1;
}

/* Ticks if it is time; returns how long to wait for a message. */
static L4_Time_t tick_when_due(L4_Word_t *due)
{
	L4_Word_t now, in;

	if (!pager->tick)
		return L4_Never;
	now = L4_SystemClock().raw;
	if (now >= *due) {
		in = pager->tick();
		*due = in == PAGER_NEVER ? 0 : now + in;
		return in == PAGER_NEVER ? L4_Never : L4_TimePeriod(in);
	}
	return L4_TimePeriod(*due - now);
}

void pager_run(const struct pager_operations *operations)
{
	L4_Word_t due = 0;
	bool has_answer = false;
	L4_ThreadId_t from = L4_nilthread;
	L4_MsgTag_t tag;
	L4_Msg_t msg;

	pager = operations;
	L4_Accept(L4_UntypedWordsAcceptor);
	for (;;) {
		L4_Time_t wait = tick_when_due(&due);

		if (has_answer) {
			L4_ThreadId_t client = from;

			L4_MsgLoad(&msg);
			tag = L4_ReplyWait_Timeout(client, wait, &from);
			if (found_no_memory(tag))
				refuse_unmappable(client);
		} else {
			tag = L4_Wait_Timeout(wait, &from);
		}
		has_answer = L4_IpcSucceeded(tag) && serve(tag, from, &msg);
	}
}
