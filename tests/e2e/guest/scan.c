// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints captured scans from stdin, a line "CHANNEL VALUE" for each element:
 *   scan DEVICE-FOLDER CHANNEL...
 * The layout is found as the IIO documentation says, from scan_elements/.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ELEMENTS_MAX 64

struct element {
	const char *name;
	int index;
	int bytes;
	int offset;
};

static int read_line(const char *dir, const char *name, const char *what, char *text, size_t size)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/scan_elements/%s_%s", dir, name, what);
	file = fopen(path, "r");
	if (!file)
		return -1;
	if (!fgets(text, size, file))
		text[0] = '\0';
	fclose(file);
	return 0;
}

static int describe(const char *dir, struct element *e)
{
	char text[64];
	int bits;
	int storage;

	if (read_line(dir, e->name, "index", text, sizeof(text)))
		return -1;
	e->index = atoi(text);
	if (read_line(dir, e->name, "type", text, sizeof(text)))
		return -1;
	if (sscanf(text, "le:s%d/%d>>0", &bits, &storage) != 2 || bits != storage)
		return -1;
	e->bytes = storage / 8;
	return e->bytes == 4 || e->bytes == 8 ? 0 : -1;
}

static int by_index(const void *a, const void *b)
{
	return ((const struct element *)a)->index - ((const struct element *)b)->index;
}

/* Each element is aligned to its own size, the whole to that of the largest. */
static int lay_out(struct element *elements, int count)
{
	int largest = 1;
	int end = 0;

	qsort(elements, count, sizeof(*elements), by_index);
	for (int i = 0; i < count; i++) {
		int size = elements[i].bytes;

		elements[i].offset = (end + size - 1) / size * size;
		end = elements[i].offset + size;
		if (size > largest)
			largest = size;
	}
	return (end + largest - 1) / largest * largest;
}

static void print_scan(const struct element *elements, int count, const uint8_t *scan)
{
	for (int i = 0; i < count; i++) {
		const uint8_t *at = scan + elements[i].offset;
		uint64_t value = 0;

		for (int byte = elements[i].bytes; byte > 0; byte--)
			value = value << 8 | at[byte - 1];
		printf("%s %" PRId64 "\n", elements[i].name,
		       elements[i].bytes == 4 ? (int64_t)(int32_t)value : (int64_t)value);
	}
}

int main(int argc, char **argv)
{
	struct element elements[ELEMENTS_MAX];
	uint8_t scan[ELEMENTS_MAX * 8];
	int count = argc - 2;
	size_t size;

	if (count < 1 || count > ELEMENTS_MAX)
		return 2;
	for (int i = 0; i < count; i++) {
		elements[i].name = argv[i + 2];
		if (describe(argv[1], &elements[i])) {
			fprintf(stderr, "no scan element %s\n", argv[i + 2]);
			return 1;
		}
	}
	size = lay_out(elements, count);
	while (fread(scan, size, 1, stdin) == 1)
		print_scan(elements, count, scan);
	return 0;
}
