/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * date - prints the time of day, as `rtc` has it; when that one fails it asks the next one. A program with a C library,
 * which knows what a calendar is.
 */
#include <stdio.h>
#include <time.h>

#include <device/rtc.h>
#include <service/root.h>

int main(void)
{
	L4_ThreadId_t clock;
	unsigned long seconds;
	char text[32];
	time_t now;

	do
		clock = root_lookup_wait("rtc");
	while (!L4_IsNilThread(clock) && !rtc_time(clock, &seconds));
	if (L4_IsNilThread(clock)) {
		fputs("date: no program called `rtc` tells the time\n", stderr);
		return 1;
	}
	now = (time_t)seconds;
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", gmtime(&now));
	printf("date: %s\n", text);
	return 0;
}
