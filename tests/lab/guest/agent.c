// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agent: the user processes of a lab guest, told apart by what they do. Static, so that it runs in an initramfs with nothing else.
 *   agent threads N   N threads that sleep
 *   agent pipe        blocks in reading a pipe that nobody writes to
 *   agent spin        burns user time
 *   agent hog MB      maps and touches memory, then sleeps
 *   agent write PATH WORD   one write(2)
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static void *sleeper(void *number)
{
	char name[16];

	snprintf(name, sizeof name, "agent-%ld", (long)number);
	prctl(PR_SET_NAME, name);
	for (;;)
		sleep(1000);
	return NULL;
}

static int threads(int count)
{
	for (long i = 0; i < count; i++) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, sleeper, (void *)i) != 0)
			return 1;
	}
	sleeper((void *)(long)count);
	return 0;
}

static int blocked_pipe(void)
{
	int ends[2];
	char byte;

	if (pipe(ends) != 0)
		return 1;
	return read(ends[0], &byte, 1) == 1;
}

static int hog(size_t megabytes)
{
	for (size_t i = 0; i < megabytes; i++) {
		char *block = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (block == MAP_FAILED)
			return 1;
		memset(block, 'h', 1 << 20);
	}
	for (;;)
		pause();
}

static int write_word(const char *path, const char *word)
{
	int file = open(path, O_WRONLY);

	if (file < 0)
		return 1;
	return write(file, word, strlen(word)) < 0;
}

int main(int count, char **words)
{
	const char *what = count > 1 ? words[1] : "";

	if (!strcmp(what, "threads") && count == 3)
		return threads(atoi(words[2]));
	if (!strcmp(what, "pipe"))
		return blocked_pipe();
	if (!strcmp(what, "spin"))
		for (volatile unsigned long turns = 0;; turns++)
			continue;
	if (!strcmp(what, "hog") && count == 3)
		return hog(strtoul(words[2], NULL, 10));
	if (!strcmp(what, "write") && count == 4)
		return write_word(words[2], words[3]);
	fprintf(stderr, "agent: unknown: %s\n", what);
	return 2;
}
