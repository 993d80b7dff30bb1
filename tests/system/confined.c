/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/system/confined.c - see confined.h. */
#include "confined.h"

struct space *confined, *beyond;
L4_ThreadId_t inside, outside;
struct speech speech[4];
struct listening listening[2];
volatile L4_Word_t may_go;

enum { TEXT_ENOUGH = 512 << 10 }; /* bytes from the start of the image on that hold its text */

L4_ThreadId_t listens(unsigned n, struct space *space, L4_ThreadId_t from)
{
	return listener_start(&listening[n], space, from);
}

/* Brings the text into the space while its faults still find the pager: a redirector would get them. */
static void touches_text(L4_Word_t text)
{
	for (L4_Word_t at = text; at < text + TEXT_ENOUGH; at += 4096)
		(void)*(volatile char *)at;
	report(LABEL_DONE, 0);
	sleep_forever();
}

void set_up_with(L4_ThreadId_t redirector)
{
	struct message m;

	confined = space_new();
	beyond = space_new();
	inside = thread_start(confined, touches_text, ((L4_Word_t)&touches_text & ~0x3fffffUL));
	REQUIRE(event_receive(inside, &m));
	outside = listens(0, beyond, L4_anythread);
	REQUIRE_EQ(set_redirector(inside, redirector), 1);
}

void set_up(void)
{
	set_up_with(worker);
}

L4_ThreadId_t says_within(unsigned n, struct space *space, L4_ThreadId_t to, L4_Word_t flags, L4_ThreadId_t as,
			   L4_Time_t timeout)
{
	speech[n] = (struct speech){.to = to, .as = as, .flags = flags, .word = 0x60 + n, .timeout = timeout};
	return speaker_start(&speech[n], space);
}

L4_ThreadId_t says(unsigned n, L4_ThreadId_t to)
{
	return says_within(n, confined, to, NORMAL, L4_nilthread, PATIENCE);
}

static void says_later(L4_Word_t n)
{
	while (!may_go)
		L4_Sleep(L4_TimePeriod(500 * time_scale));
	speaker((L4_Word_t)&speech[n]);
}

L4_ThreadId_t say_later(unsigned n, L4_ThreadId_t to)
{
	says_within(3, confined, inside, NORMAL, L4_nilthread, L4_ZeroTime);
	speech[n] = (struct speech){.to = to, .as = L4_nilthread, .word = 0x60 + n, .timeout = SHORT};
	return thread_start(confined, says_later, n);
}

L4_ThreadId_t asks(unsigned n, L4_ThreadId_t to)
{
	speech[n] = (struct speech){.to = to, .as = L4_nilthread, .word = 0x60 + n, .call = true, .timeout = PATIENCE};
	return speaker_start(&speech[n], confined);
}

void heard_redirected(L4_ThreadId_t from, L4_ThreadId_t intended)
{
	struct heard h;

	REQUIRE(hear(L4_anythread, PATIENCE, &h));
	EXPECT(L4_IpcRedirected(h.tag));
	EXPECT_EQ(h.from.raw, from.raw);
	EXPECT_EQ(h.intended.raw, intended.raw);
}

void heard_straight(L4_ThreadId_t from)
{
	struct heard h;

	REQUIRE(hear(L4_anythread, PATIENCE, &h));
	EXPECT(!L4_IpcRedirected(h.tag));
	EXPECT_EQ(h.from.raw, from.raw);
	EXPECT_EQ(h.intended.raw, 0);
}

void speech_failed(unsigned n, L4_Word_t error)
{
	EXPECT(wait_until(&speech[n].done, 1, 50));
	EXPECT_EQ(speech[n].error, error);
}
