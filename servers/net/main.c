/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net - TCP/IP for programs, by lwIP: lib/net is what they say to it, lib/packet what it says to the card.
 *
 * One thread does all, so lwIP needs no locks: it waits for a message, from a client or about the card, or until lwIP
 * has something to do, does that, and waits again. It never waits for a client.
 */
#include <cpuid.h>
#include <stdio.h>
#include <string.h>

#include <immintrin.h>
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <lwip/dhcp.h>
#include <lwip/dns.h>
#include <lwip/init.h>
#include <lwip/netif.h>
#include <lwip/timeouts.h>

#include "card.h"
#include "request.h"

enum { AGE_INTERVAL = 1000 /* milliseconds */ };

/* lwIP's clock. */
u32_t sys_now(void)
{
	return (u32_t)(L4_SystemClock().raw / 1000);
}

__attribute__((target("rdrnd"))) static unsigned int number_of_processor(void)
{
	unsigned int number = 0;

	_rdrand32_step(&number);
	return number;
}

/* For numbers that strangers should not guess: the processor's, if it makes any. */
unsigned int random_number(void)
{
	static unsigned long state;
	unsigned int number = 0, a, b, c = 0, d;

	if (__get_cpuid(1, &a, &b, &c, &d) && (c & bit_RDRND))
		number = number_of_processor();
	state = state * 6364136223846793005UL + __builtin_ia32_rdtsc() + ((unsigned long)number << 32);
	return (unsigned int)(state >> 32);
}

static void age(void *unused)
{
	(void)unused;
	request_age();
	sys_timeout(AGE_INTERVAL, age, NULL);
}

/* The text behind "name=" on the command line, or null. */
static const char *option(char **words, const char *name)
{
	size_t length = strlen(name);

	for (; *words; words++)
		if (strncmp(*words, name, length) == 0 && (*words)[length] == '=')
			return *words + length + 1;
	return NULL;
}

static ip4_addr_t address_option(char **words, const char *name)
{
	ip4_addr_t address = *IP4_ADDR_ANY4;
	const char *text = option(words, name);

	if (text && !ip4addr_aton(text, &address))
		printf("net: %s=%s is no address\n", name, text);
	return address;
}

/* By hand if the command line says how, else by DHCP. */
static void set_up(struct netif *netif, char **words)
{
	ip4_addr_t address = address_option(words, "address"), mask, gateway;
	ip_addr_t name_server;

	if (ip4_addr_isany(&address)) {
		dhcp_start(netif);
		return;
	}
	mask = address_option(words, "mask");
	if (ip4_addr_isany(&mask))
		IP4_ADDR(&mask, 255, 255, 255, 0);
	gateway = address_option(words, "gateway");
	ip_addr_copy_from_ip4(name_server, address_option(words, "names"));
	netif_set_addr(netif, &address, &mask, &gateway);
	dns_setserver(0, &name_server);
}

static void say_address(struct netif *netif)
{
	if (ip4_addr_isany(netif_ip4_addr(netif)))
		return;
	printf("net: address %s\n", ip4addr_ntoa(netif_ip4_addr(netif)));
	request_address_news();
}

static L4_Time_t until_next_timer(void)
{
	u32_t milliseconds = sys_timeouts_sleeptime();

	return milliseconds > 0 ? L4_TimePeriod(milliseconds * 1000UL) : L4_ZeroTime;
}

int main(int count, char **words)
{
	const char *driver = option(words, "card");

	(void)count;
	lwip_init();
	if (driver) {
		struct netif *netif = card_begin(driver);

		if (!netif) {
			printf("net: no card at %s\n", driver);
			return 1;
		}
		netif_set_status_callback(netif, say_address);
		set_up(netif, words);
	}
	age(NULL);
	L4_Accept(L4_UntypedWordsAcceptor);
	for (;;) {
		L4_ThreadId_t from;
		L4_MsgTag_t tag;
		bool is_more;

		sys_check_timeouts();
		netif_poll_all();
		is_more = card_poll();
		tag = L4_Wait_Timeout(is_more ? L4_ZeroTime : until_next_timer(), &from);
		if (L4_IpcFailed(tag))
			continue;
		if (card_is_news(from))
			card_news();
		else
			request_serve(from, tag);
	}
}
