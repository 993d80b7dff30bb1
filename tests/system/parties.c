/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/parties.c - see parties.h. */
#include "parties.h"

unsigned char source[SIZE] __attribute__((aligned(PAGE))),
    target[SIZE] __attribute__((aligned(PAGE)));

struct party party[PARTIES];
volatile L4_Word_t spins;

/* In a new space, have the warden map the image before other pagers are asked. */
static void touch_memory(void)
{
	for (unsigned i = 0; i < SIZE; i += PAGE) {
		*(volatile unsigned char *)&source[i];
		*(volatile unsigned char *)&target[i];
	}
}

static void perform(struct party *p)
{
	L4_ThreadId_t sender = L4_nilthread, usual_pager = L4_Pager();

	p->utcb = own_utcb();
	if (p->poke) {
		*(volatile L4_Word_t *)p->poke = p->value;
		return;
	}
	for (unsigned i = 0; i < 33; i++)
		L4_LoadBR(i, p->br[i]);
	for (unsigned i = 0; i < 64; i++)
		L4_LoadMR(i, p->mr[i]);
	p->utcb->error_code = UNTOUCHED;
	L4_Set_XferTimeouts(p->xfer);
	touch_memory();
	p->spun = spins;
	L4_Set_Pager(p->pager);
	p->tag = L4_Ipc(p->to, p->from, L4_Timeouts(PATIENCE, PATIENCE), &sender);
	p->sender = sender;
	L4_StoreMRs(0, 64, p->got);
	L4_Set_Pager(usual_pager);
	p->spun = spins - p->spun;
	p->error = p->utcb->error_code;
	for (unsigned i = 0; i < 33; i++)
		L4_StoreBR((int)i, &p->got_br[i]);
	L4_LoadBR(0, 0);
}

/* Each order of the worker is one round. */
static void party_main(L4_Word_t who)
{
	for (;;) {
		if (L4_IpcFailed(L4_Receive(worker)))
			continue;
		perform(&party[who]);
		party[who].done++;
		report(LABEL_DONE, who);
	}
}

unsigned char pattern(L4_Word_t i)
{
	return (unsigned char)(i * 7 + (i >> 8) * 13 + 1);
}

void fill(void)
{
	for (unsigned i = 0; i < SIZE; i++) {
		source[i] = pattern(i);
		target[i] = GUARD;
	}
}

void plan(void)
{
	for (unsigned who = 0; who < PARTIES; who++) {
		struct party *p = &party[who];

		*p = (struct party){.thread = p->thread,
				    .utcb = p->utcb,
				    .to = L4_nilthread,
				    .from = L4_nilthread,
				    .pager = warden};
		for (unsigned i = 1; i < 64; i++)
			p->mr[i] = UNTOUCHED + i;
		for (unsigned i = 1; i < 33; i++)
			p->br[i] = (UNTOUCHED + i) << 10 | 0xf;
		p->mr[0] = 0;
		p->br[0] = 1;
	}
	party[S].to = party[R].thread;
	party[R].from = party[S].thread;
}

/* Parts of plans. */

void untyped(unsigned who, L4_Word_t word)
{
	struct party *p = &party[who];

	p->mr[1 + p->mr[0]++] = word;
}

void typed(unsigned who, L4_Word_t word)
{
	struct party *p = &party[who];

	p->mr[1 + (p->mr[0] & 0x3f) + (p->mr[0] >> 6 & 0x3f)] = word;
	p->mr[0] += 1 << 6;
}

void string(L4_Word_t address, L4_Word_t length)
{
	typed(S, length << 10);
	typed(S, address);
}

void buffer_word(L4_Word_t word)
{
	party[R].br[++party[R].buffers] = word;
}

void buffer_begin(L4_Word_t word)
{
	struct party *p = &party[R];

	if (p->buffers)
		p->br[p->last_buffer] |= 1;
	p->last_buffer = p->buffers + 1;
	buffer_word(word);
}

void buffer(L4_Word_t address, L4_Word_t length)
{
	buffer_begin(length << 10);
	buffer_word(address);
}

/* Rounds. */

void go(unsigned who)
{
	REQUIRE_OK(words_send(party[who].thread, 0, 0, NULL));
}

void ended(unsigned who)
{
	struct message m;

	REQUIRE(event_receive(party[who].thread, &m));
	if (L4_Label(m.tag) != LABEL_DONE) {
		FAIL("expected party %u to end, got label 0x%lx, word 0x%lx", who, L4_Label(m.tag),
		     m.mr[1]);
		test_abort();
	}
}

void exchange(void)
{
	go(R);
	go(S);
	ended(S);
	ended(R);
}

/* The parties live for a case; each round has plans of its own. */
void cast_simply(struct space *space_s, struct space *space_r)
{
	fill();
	party[S].thread = thread_start(space_s, party_main, S);
	party[R].thread = thread_start(space_r, party_main, R);
	party[HELPER].thread = party[HELPER + 1].thread = L4_nilthread;
	plan();
	exchange(); /* the warden maps what they run on, and they say where their UTCBs are */
	plan();
}

void cast_helper(unsigned who, struct space *space)
{
	party[who].thread = thread_start(space, party_main, who);
}

void expect_success(void)
{
	EXPECT_EQ(party[S].tag.raw, 0);
	EXPECT_EQ(party[S].error, UNTOUCHED);
	EXPECT_EQ(party[R].tag.raw, party[S].mr[0]);
	EXPECT_EQ(party[R].error, UNTOUCHED);
}

void expect_failure(L4_Word_t error_s, L4_Word_t error_r, L4_Word_t bytes)
{
	EXPECT(L4_IpcFailed(party[S].tag));
	EXPECT(L4_IpcFailed(party[R].tag));
	EXPECT_EQ(party[S].error, bytes << 4 | error_s << 1 | SEND);
	EXPECT_EQ(party[R].error, bytes << 4 | error_r << 1 | RECEIVE);
}

void expect_copied(L4_Word_t from, L4_Word_t to, L4_Word_t length)
{
	for (L4_Word_t i = 0; i < SIZE; i++) {
		unsigned char want = i >= to && i < to + length ? pattern(from + i - to) : GUARD;

		if (target[i] != want) {
			EXPECT_EQ(i, SIZE); /* names the first wrong byte */
			EXPECT_EQ(target[i], want);
			return;
		}
	}
}

void unfill(L4_Word_t to, L4_Word_t length)
{
	for (L4_Word_t i = to; i < to + length; i++)
		target[i] = GUARD;
}

void one_string(L4_Word_t from, L4_Word_t to, L4_Word_t length)
{
	plan();
	string((L4_Word_t)source + from, length);
	buffer((L4_Word_t)target + to, length);
	exchange();
	expect_success();
	expect_copied(from, to, length);
	unfill(to, length);
}

struct service service;

static L4_Word_t behind(L4_Word_t address)
{
	address &= ~(L4_Word_t)(PAGE - 1);
	if (address < FAR_SOURCE || address >= FAR_END)
		return address;
	return address < FAR_TARGET ? service.source + address - FAR_SOURCE
				    : service.target + address - FAR_TARGET;
}

L4_MsgTag_t answer(const struct message *m)
{
	return map_reply(m->from, fpage(behind(m->mr[1]), 12, L4_FullyAccessible),
			 m->mr[1] & ~(L4_Word_t)(PAGE - 1));
}

static void note(const struct message *m)
{
	L4_Word_t n = service.faults++;

	if (n >= 2 * PAGES)
		return;
	service.log[n].label = L4_Label(m->tag);
	service.log[n].address = m->mr[1];
}

static void serves(L4_Word_t unused)
{
	struct message m;

	(void)unused;
	for (;;) {
		if (!message_receive(L4_anythread, &m) || !is_page_fault(&m))
			continue;
		if (m.mr[1] >= FAR_SOURCE) {
			if (service.faults >= service.limit) {
				service.faults++;
				continue;
			}
			note(&m);
			if (service.delay)
				L4_Sleep(L4_TimePeriod(service.delay));
		}
		answer(&m);
	}
}

L4_ThreadId_t pager_new(L4_Word_t limit)
{
	service = (struct service){
	    .source = (L4_Word_t)source, .target = (L4_Word_t)target, .limit = limit};
	return thread_start(&own_space, serves, 0);
}

void cast_far(void)
{
	cast_simply(space_new(), space_new());
}

static L4_Word_t four_mib(L4_Word_t *where)
{
	if (*where == 0) {
		L4_Fpage_t page = L4_Sigma0_GetAny(sigma0, MIB4_LOG2, L4_CompleteAddressSpace);

		L4_Accept(L4_UntypedWordsAcceptor);
		REQUIRE(!L4_IsNilFpage(page));
		*where = L4_Address(page);
	}
	return *where;
}

L4_Word_t big_source(void)
{
	static L4_Word_t where;
	L4_Word_t *words = (L4_Word_t *)four_mib(&where);

	for (L4_Word_t i = 0; i < MIB4 / 8; i++)
		words[i] = i * 0x9e3779b97f4a7c15UL;
	return where;
}

L4_Word_t big_target(void)
{
	static L4_Word_t where;
	L4_Word_t *words = (L4_Word_t *)four_mib(&where);

	for (L4_Word_t i = 0; i < MIB4 / 8; i++)
		words[i] = ~0UL;
	return where;
}

void expect_big_copied(L4_Word_t from, L4_Word_t to)
{
	for (L4_Word_t i = 0; i < MIB4 / 8; i++)
		if (!EXPECT_EQ(((L4_Word_t *)to)[i], ((L4_Word_t *)from)[i]))
			return;
}

void fault_of(unsigned who, struct message *m, L4_Word_t address, L4_Word_t access)
{
	REQUIRE(event_receive(party[who].thread, m));
	EXPECT(is_page_fault(m));
	EXPECT_EQ(m->mr[1], address);
	EXPECT_EQ(L4_Label(m->tag) & 0xf, access);
}

void stop_at_second_page(struct message *m)
{
	service = (struct service){.source = (L4_Word_t)source, .target = (L4_Word_t)target};
	party[S].pager = worker;
	string(FAR_SOURCE, 4 * PAGE);
	buffer((L4_Word_t)target, 4 * PAGE);
	go(R);
	go(S);
	fault_of(S, m, FAR_SOURCE, L4_Readable);
	EXPECT_OK(answer(m));
	fault_of(S, m, FAR_SOURCE + PAGE, L4_Readable);
}

void answer_the_rest(struct message *m)
{
	for (unsigned i = 2; i < 4; i++) {
		EXPECT_OK(answer(m));
		fault_of(S, m, FAR_SOURCE + i * PAGE, L4_Readable);
	}
	EXPECT_OK(answer(m));
	ended(S);
	ended(R);
}
