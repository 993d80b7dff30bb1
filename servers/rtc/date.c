/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * date - prints the time of day, as `rtc` has it. A program with a C library, which knows what a calendar is.
 */
#include <stdio.h>
#include <time.h>

#include <device/rtc.h>
#include <service/root.h>

int main(void)
{
	L4_ThreadId_t clock = root_lookup("rtc");
	unsigned long seconds;
	char text[64];
	time_t now;

	if (L4_IsNilThread(clock) || !rtc_time(clock, &seconds)) {
		fputs("date: no program called `rtc` tells the time\n", stderr);
		return 1;
	}
	now = (time_t)seconds;
	strftime(text, sizeof(text), "%A, %e %B %Y, %H:%M:%S", gmtime(&now));
	printf("date: %s\n", text);
	return 0;
}
