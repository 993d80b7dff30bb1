/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/agent.c - see agent.h. */
#include "agent.h"
#include "probe.h"

enum { OP_TAKE = 0x7101, OP_GIVE, OP_GRANT, OP_UNMAP };

L4_Word_t taken;

L4_Fpage_t fpage(L4_Word_t address, unsigned log2, L4_Word_t rights)
{
	return L4_FpageAddRights(L4_FpageLog2(address, (int)log2), rights);
}

/* Memory. */

static L4_Word_t fresh(L4_Word_t *where, unsigned log2)
{
	L4_Fpage_t page;

	if (*where == 0) {
		page = L4_Sigma0_GetAny(sigma0, log2, L4_CompleteAddressSpace);
	} else {
		L4_Flush(fpage(*where, log2, L4_FullyAccessible));
		page = L4_Sigma0_GetPage(sigma0, fpage(*where, log2, 0));
	}
	L4_Accept(L4_UntypedWordsAcceptor);
	REQUIRE(!L4_IsNilFpage(page));
	*where = L4_Address(page);
	for (L4_Word_t i = 0; i < (1UL << log2) / PAGE; i++)
		*(volatile L4_Word_t *)(*where + i * PAGE) = MARK(i);
	return *where;
}

L4_Word_t fresh_pages(void)
{
	static L4_Word_t where;

	return fresh(&where, 16);
}

L4_Word_t fresh_large(void)
{
	static L4_Word_t where;

	return fresh(&where, LARGE_LOG2);
}

/* Agents. */

/* A grant item differs from a map item in one bit. */
static L4_Word_t send_page(L4_ThreadId_t to, L4_Word_t page, L4_Word_t base, bool grant)
{
	L4_MapItem_t item = L4_MapItem((L4_Fpage_t){.raw = page}, base);
	L4_GrantItem_t gift = L4_GrantItem((L4_Fpage_t){.raw = page}, base);

	L4_LoadMR(0, tag_make(0, 0, 2).raw);
	L4_LoadMR(1, grant ? gift.raw[0] : item.raw[0]);
	L4_LoadMR(2, item.raw[1]);
	return L4_IpcFailed(L4_Send_Timeout(to, PATIENCE)) ? L4_ErrorCode() : 0;
}

static L4_Word_t take_page(L4_ThreadId_t from, L4_Word_t window)
{
	L4_MsgTag_t tag;

	L4_Accept(L4_MapGrantItems((L4_Fpage_t){.raw = window}));
	tag = L4_Receive_Timeout(from, PATIENCE);
	L4_Accept(L4_UntypedWordsAcceptor);
	return L4_IpcFailed(tag) ? L4_ErrorCode() : 0;
}

static L4_Word_t unmap_here(L4_Word_t control, L4_Word_t page)
{
	L4_LoadMR(0, page);
	L4_Unmap(control);
	L4_StoreMR(0, &page);
	return page;
}

static void agent_main(L4_Word_t unused)
{
	L4_Word_t m[4], result = 0;
	L4_MsgTag_t tag;

	(void)unused;
	for (;;) {
		tag = L4_Receive(worker);
		if (L4_IpcFailed(tag))
			continue;
		L4_StoreMRs(1, 3, &m[1]);
		switch (L4_Label(tag)) {
		case OP_TAKE:
			result = take_page((L4_ThreadId_t){.raw = m[1]}, m[2]);
			break;
		case OP_GIVE:
		case OP_GRANT:
			result = send_page((L4_ThreadId_t){.raw = m[1]}, m[2], m[3], L4_Label(tag) == OP_GRANT);
			break;
		case OP_UNMAP:
			result = unmap_here(m[1], m[2]);
			break;
		}
		report(LABEL_DONE, result);
	}
}

L4_ThreadId_t agent_new(struct space *space)
{
	return thread_start(space, agent_main, 0);
}

static void order(L4_ThreadId_t agent, L4_Word_t op, L4_Word_t a, L4_Word_t b, L4_Word_t c)
{
	L4_Word_t words[3] = {a, b, c};

	REQUIRE_OK(words_send(agent, op, 3, words));
}

static L4_Word_t answer_of(L4_ThreadId_t agent)
{
	struct message m;

	REQUIRE(message_receive(agent, &m));
	REQUIRE_EQ(L4_Label(m.tag), LABEL_DONE);
	return m.mr[1];
}

static L4_Word_t pass(L4_ThreadId_t from, L4_Fpage_t page, L4_ThreadId_t to, L4_Fpage_t window, L4_Word_t base,
		      bool grant)
{
	L4_Word_t result;

	order(to, OP_TAKE, from.raw, window.raw, 0);
	if (L4_SameThreads(from, worker)) {
		result = send_page(to, page.raw, base, grant);
	} else {
		order(from, grant ? OP_GRANT : OP_GIVE, to.raw, page.raw, base);
		result = answer_of(from);
	}
	taken = answer_of(to);
	return result;
}

L4_Word_t give(L4_ThreadId_t from, L4_Fpage_t page, L4_ThreadId_t to, L4_Fpage_t window, L4_Word_t base)
{
	return pass(from, page, to, window, base, false);
}

L4_Word_t hand_over(L4_ThreadId_t from, L4_Fpage_t page, L4_ThreadId_t to, L4_Fpage_t window)
{
	return pass(from, page, to, window, 0, true);
}

L4_Word_t unmap_by(L4_ThreadId_t who, L4_Word_t control, L4_Fpage_t page)
{
	if (L4_SameThreads(who, worker))
		return unmap_here(control, page.raw);
	order(who, OP_UNMAP, control, page.raw, 0);
	return answer_of(who);
}

/* Accesses. */

static bool try(struct space *space, void (*probe)(L4_Word_t), L4_Word_t address, L4_Word_t *value)
{
	L4_ThreadId_t t = thread_start_under(worker, space, probe, address);
	struct message m;

	REQUIRE(event_receive(t, &m));
	thread_delete(t);
	*value = m.mr[1];
	return L4_Label(m.tag) == LABEL_DONE;
}

L4_Word_t reads_in(struct space *space, L4_Word_t address)
{
	L4_Word_t value;

	return try(space, probe_read, address, &value) ? value : NOT_MAPPED;
}

bool can_read(struct space *space, L4_Word_t address)
{
	return reads_in(space, address) != NOT_MAPPED;
}

bool can_write(struct space *space, L4_Word_t address)
{
	L4_Word_t value;

	return try(space, probe_write, address + 8, &value);
}

bool can_execute(struct space *space, L4_Word_t address)
{
	L4_Word_t value;

	return try(space, probe_execute, address, &value);
}
