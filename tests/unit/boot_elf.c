/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unit/boot_elf.c - boot/elf.c: which files are programs, and how they are laid out.
 *
 * A small good file is made by hand; each test spoils one thing. Files are copied to the end of an
 * allocation of their exact size, so that the address sanitizer sees every read behind the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <elf.h>
#include <cmocka.h>
#include "../../boot/elf.h"

enum { FILE_SIZE = 0x3000, LINKED_AT = 0x400000 };

struct file {
	Elf64_Ehdr header;
	Elf64_Phdr segment[3];
	unsigned char rest[FILE_SIZE - sizeof(Elf64_Ehdr) - 3 * sizeof(Elf64_Phdr)];
};

static struct file good_file(void)
{
	struct file file;
	memset(&file, 0xee, sizeof(file));
	file.header = (Elf64_Ehdr){
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = LINKED_AT + 0x10,
		.e_phoff = offsetof(struct file, segment),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 3,
	};
	file.segment[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
					.p_flags = PF_R | PF_X,
					.p_offset = 0x1000,
					.p_vaddr = LINKED_AT,
					.p_filesz = 0x123,
					.p_memsz = 0x123 };
	file.segment[1] = (Elf64_Phdr){ .p_type = PT_LOAD,
					.p_flags = PF_R | PF_W,
					.p_offset = 0x2080,
					.p_vaddr = LINKED_AT + 0x1080,
					.p_filesz = 0x40,
					.p_memsz = 0x2000 };
	file.segment[2] = (Elf64_Phdr){ .p_type = PT_NOTE, .p_offset = ~0ULL, .p_filesz = ~0ULL };
	return file;
}

static enum elf_result check(const struct file *file, size_t size, struct elf_image *image)
{
	void *copy = malloc(size ? size : 1);
	memcpy(copy, file, size);
	enum elf_result result = elf_check(copy, size, image);
	free(copy);
	return result;
}

static void expect(const struct file *file, enum elf_result expected)
{
	struct elf_image image = { .low = 1 };
	assert_int_equal(check(file, sizeof(*file), &image), expected);
	if (expected != ELF_GOOD)
		assert_int_equal(image.low, 1);
	assert_true(strlen(elf_complaint(expected)) > 10);
}

static void test_good_file(void **state)
{
	struct file file = good_file();
	struct elf_image image;
	(void)state;
	assert_int_equal(check(&file, sizeof(file), &image), ELF_GOOD);
	assert_int_equal(image.low, LINKED_AT);
	assert_int_equal(image.high, LINKED_AT + 0x4000);
	assert_int_equal(image.entry, LINKED_AT + 0x10);
	assert_int_equal(image.text.address, LINKED_AT);
	assert_int_equal(image.text.size, 0x123);
	assert_int_equal(image.data.address, LINKED_AT + 0x1080);
	assert_int_equal(image.data.size, 0x40);
	assert_int_equal(image.bss.address, LINKED_AT + 0x10c0);
	assert_int_equal(image.bss.size, 0x1fc0);
}

static void test_load_copies_and_clears(void **state)
{
	struct file file = good_file();
	struct elf_image image;
	(void)state;
	memset((char *)&file + 0x1000, 0x11, 0x123);
	memset((char *)&file + 0x2080, 0x22, 0x40);
	assert_int_equal(elf_check(&file, sizeof(file), &image), ELF_GOOD);
	size_t size = image.high - image.low;
	unsigned char *memory = malloc(size);
	memset(memory, 0x99, size);
	elf_load(&file, &image, memory);
	for (size_t i = 0; i < size; i++) {
		int expected = i < 0x123 ? 0x11 : i >= 0x1080 && i < 0x10c0 ? 0x22 : 0;
		assert_int_equal(memory[i], expected);
	}
	free(memory);
}

static void test_wrong_kinds(void **state)
{
	struct file file = good_file();
	(void)state;
	file.header.e_ident[1] = 'X';
	expect(&file, ELF_NO_ELF);
	file = good_file();
	file.header.e_ident[EI_CLASS] = ELFCLASS32;
	expect(&file, ELF_NO_64);
	file = good_file();
	file.header.e_ident[EI_DATA] = ELFDATA2MSB;
	expect(&file, ELF_NO_64);
	file = good_file();
	file.header.e_machine = EM_AARCH64;
	expect(&file, ELF_NO_X86_64);
	file = good_file();
	file.header.e_type = ET_REL;
	expect(&file, ELF_NO_PROGRAM);
	file = good_file();
	file.header.e_type = ET_DYN;
	expect(&file, ELF_DYNAMIC);
	file = good_file();
	file.segment[2].p_type = PT_INTERP;
	expect(&file, ELF_DYNAMIC);
}

static void test_contradictions(void **state)
{
	struct file file = good_file();
	(void)state;
	file.header.e_phentsize = 8;
	expect(&file, ELF_BROKEN);
	file = good_file();
	file.segment[1].p_filesz = file.segment[1].p_memsz + 1;
	expect(&file, ELF_BROKEN);
	file = good_file();
	file.segment[1].p_vaddr = LINKED_AT + 0x122;
	expect(&file, ELF_BROKEN);
	file = good_file();
	file.segment[1].p_memsz = ~0ULL - 0x10;
	expect(&file, ELF_BROKEN);
	file = good_file();
	file.segment[1].p_vaddr = ~0ULL - 0x1000;
	expect(&file, ELF_BROKEN);
}

static void test_nothing_to_load(void **state)
{
	struct file file = good_file();
	(void)state;
	file.header.e_phnum = 0;
	expect(&file, ELF_EMPTY);
	file = good_file();
	file.segment[0].p_memsz = file.segment[0].p_filesz = 0;
	file.segment[1].p_type = PT_NULL;
	expect(&file, ELF_EMPTY);
}

static void test_entry_outside_code(void **state)
{
	static const Elf64_Addr entry[] = { 0, LINKED_AT - 1, LINKED_AT + 0x123,
					    LINKED_AT + 0x1080 };
	(void)state;
	for (unsigned i = 0; i < sizeof(entry) / sizeof(entry[0]); i++) {
		struct file file = good_file();
		file.header.e_entry = entry[i];
		expect(&file, ELF_NO_ENTRY);
	}
}

static void test_truncated_anywhere(void **state)
{
	struct file file = good_file();
	struct elf_image image;
	(void)state;
	for (size_t size = 0; size < 0x20c0; size++)
		assert_int_equal(check(&file, size, &image), size < 4 ? ELF_NO_ELF : ELF_TRUNCATED);
	assert_int_equal(check(&file, 0x20c0, &image), ELF_GOOD);
	/* missing only: what the linker puts last */
	file.header.e_shnum = 1;
	file.header.e_shentsize = 64;
	file.header.e_shoff = sizeof(file) - 63;
	expect(&file, ELF_TRUNCATED);
	file.header.e_shoff = sizeof(file) - 64;
	expect(&file, ELF_GOOD);
}

/* Whatever a file says, no byte outside it is read, and a good image lies where addresses exist. */
static void test_random_headers(void **state)
{
	uint32_t random = 7;
	(void)state;
	for (int round = 0; round < 50000; round++) {
		struct file file = good_file();
		struct elf_image image;
		for (int i = 0; i < 3; i++) {
			random = random * 1664525 + 1013904223;
			size_t at = (random >> 8) % offsetof(struct file, rest);
			((unsigned char *)&file)[at] = (unsigned char)(random >> 24);
		}
		if (check(&file, sizeof(file), &image) == ELF_GOOD) {
			assert_true(image.low < image.high);
			assert_true(image.entry >= image.low && image.entry < image.high);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_file),
		cmocka_unit_test(test_load_copies_and_clears),
		cmocka_unit_test(test_wrong_kinds),
		cmocka_unit_test(test_contradictions),
		cmocka_unit_test(test_nothing_to_load),
		cmocka_unit_test(test_entry_outside_code),
		cmocka_unit_test(test_truncated_anywhere),
		cmocka_unit_test(test_random_headers),
	};
	return cmocka_run_group_tests_name("boot_elf", tests, NULL, NULL);
}
