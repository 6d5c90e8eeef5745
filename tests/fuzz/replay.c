/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for libFuzzer where it is not at hand: runs the harness on every
 * file of the folder given, and on mutations of each from a fixed seed, so
 * that a parser is exercised with damaged input in every ordinary test run.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUTATIONS 300
#define FILE_MAX (1u << 20)

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	return *s ^= *s << 17;
}

static void mutate(uint8_t *buf, size_t *size, uint64_t *seed)
{
	static const uint64_t evil[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fffffff, 0xffffffff, UINT64_MAX,
					 (uint64_t)1 << 63, 0x1000, 0xfffffffffffff000 };
	size_t n = 1 + next_random(seed) % 8;

	if (next_random(seed) % 8 == 0 && *size)
		*size = next_random(seed) % *size;
	while (n-- && *size) {
		size_t at = next_random(seed) % *size;

		if (next_random(seed) % 4) {
			buf[at] ^= (uint8_t)(1u << next_random(seed) % 8);
		} else {
			uint64_t v = evil[next_random(seed) % (sizeof(evil) / sizeof(evil[0]))];
			size_t len = (size_t)1 << next_random(seed) % 4;

			memcpy(buf + at, &v, len < *size - at ? len : *size - at);
		}
	}
}

static int run_file(const char *path)
{
	uint8_t *original = malloc(FILE_MAX), *buf;
	FILE *f = fopen(path, "rb");
	uint64_t seed = 88172645463325252u;
	size_t size;

	if (!f || !original) {
		perror(path);
		return 1;
	}
	size = fread(original, 1, FILE_MAX, f);
	fclose(f);
	LLVMFuzzerTestOneInput(original, size);
	for (int i = 0; i < MUTATIONS; i++) {
		size_t n = size;

		/* an allocation of the exact size each, so that a sanitizer sees every overrun */
		buf = malloc(size ? size : 1);
		if (!buf)
			return 1;
		memcpy(buf, original, size);
		mutate(buf, &n, &seed);
		buf = realloc(buf, n ? n : 1);
		LLVMFuzzerTestOneInput(buf, n);
		free(buf);
	}
	free(original);
	return 0;
}

int main(int argc, char **argv)
{
	int files = 0;
	struct dirent *e;
	DIR *d = argc > 1 ? opendir(argv[1]) : NULL;

	if (!d) {
		fprintf(stderr, "usage: replay SEEDS-FOLDER\n");
		return 2;
	}
	while ((e = readdir(d))) {
		char path[4096];

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], e->d_name);
		if (run_file(path))
			return 1;
		files++;
	}
	closedir(d);
	printf("%d seeds, %d inputs\n", files, files * (MUTATIONS + 1));
	return files ? 0 : 1; /* without a seed nothing was tested */
}
