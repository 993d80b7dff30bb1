/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf_test.c - the root task's reader of program files, with good files and damaged ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <elf.h>

#include "elf.h"

enum { LOWEST = 0x1000 };
#define HIGHEST 0x8000000000UL

struct file {
	Elf64_Ehdr header;
	Elf64_Phdr programs[2];
	unsigned char bytes[64];
};

static void file_make(struct file *file)
{
	memset(file, 0, sizeof(*file));
	memcpy(file->header.e_ident, ELFMAG, SELFMAG);
	file->header.e_ident[EI_CLASS] = ELFCLASS64;
	file->header.e_ident[EI_DATA] = ELFDATA2LSB;
	file->header.e_type = ET_EXEC;
	file->header.e_machine = EM_X86_64;
	file->header.e_entry = 0x400010;
	file->header.e_phoff = offsetof(struct file, programs);
	file->header.e_phentsize = sizeof(Elf64_Phdr);
	file->header.e_phnum = 2;
	file->programs[0] = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 0x400000,
		.p_offset = offsetof(struct file, bytes), .p_filesz = 64, .p_memsz = 100,
	};
	file->programs[1] = (Elf64_Phdr){ .p_type = PT_GNU_STACK };
}

static const char *read_file(const struct file *file, size_t size, struct elf_image *image)
{
	/* a copy of exactly this size, so that a sanitizer sees every byte too far */
	void *copy = malloc(size ? size : 1);
	const char *wrong;

	memcpy(copy, file, size);
	wrong = elf_read(image, copy, size, LOWEST, HIGHEST);
	free(copy);
	return wrong;
}

static void reads_a_program(void **state)
{
	struct elf_image image;
	struct file file;

	(void)state;
	file_make(&file);
	assert_null(elf_read(&image, &file, sizeof(file), LOWEST, HIGHEST));
	assert_int_equal(image.entry, 0x400010);
	assert_int_equal(image.count, 1);
	assert_int_equal(image.segments[0].low, 0x400000);
	assert_int_equal(image.segments[0].high, 0x400064);
	assert_int_equal(image.segments[0].byte_count, 64);
	assert_int_equal(image.segments[0].rights, ELF_READ | ELF_EXECUTE);
	assert_ptr_equal(image.segments[0].bytes, file.bytes);
}

static void reads_a_32_bit_program(void **state)
{
	struct {
		Elf32_Ehdr header;
		Elf32_Phdr programs[2];
		unsigned char bytes[64];
	} file;
	struct elf_image image;

	(void)state;
	memset(&file, 0, sizeof(file));
	memcpy(file.header.e_ident, ELFMAG, SELFMAG);
	file.header.e_ident[EI_CLASS] = ELFCLASS32;
	file.header.e_ident[EI_DATA] = ELFDATA2LSB;
	file.header.e_type = ET_EXEC;
	file.header.e_machine = EM_386;
	file.header.e_entry = 0x10010;
	file.header.e_phoff = sizeof(file.header);
	file.header.e_phentsize = sizeof(Elf32_Phdr);
	file.header.e_phnum = 2;
	file.programs[0] = (Elf32_Phdr){
		.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = 0x10000,
		.p_offset = sizeof(file.header) + sizeof(file.programs), .p_filesz = 60, .p_memsz = 100,
	};
	file.programs[1] = (Elf32_Phdr){ .p_type = PT_GNU_STACK };
	assert_true(elf_is_32(&file, sizeof(file)));
	assert_null(elf_read(&image, &file, sizeof(file), LOWEST, 0x400000));
	assert_int_equal(image.entry, 0x10010);
	assert_int_equal(image.count, 1);
	assert_int_equal(image.segments[0].low, 0x10000);
	assert_int_equal(image.segments[0].high, 0x10064);
	assert_int_equal(image.segments[0].byte_count, 60);
	assert_int_equal(image.segments[0].rights, ELF_READ | ELF_WRITE);
	assert_ptr_equal(image.segments[0].bytes, file.bytes);
	assert_non_null(elf_read(&image, &file, sizeof(file), LOWEST, 0x10063));
	file.header.e_machine = EM_X86_64;
	assert_non_null(elf_read(&image, &file, sizeof(file), LOWEST, 0x400000));
}

static void refuses_damaged_files(void **state)
{
	struct elf_image image;
	struct file file;

	(void)state;
	for (size_t size = 0; size < sizeof(file); size++) {
		file_make(&file);
		assert_non_null(read_file(&file, size, &image));
	}
	file_make(&file);
	file.programs[0].p_vaddr = HIGHEST - 50;
	assert_non_null(read_file(&file, sizeof(file), &image));
	file_make(&file);
	file.programs[0].p_vaddr = 0;
	assert_non_null(read_file(&file, sizeof(file), &image));
	file_make(&file);
	file.programs[0].p_memsz = ~0UL;
	assert_non_null(read_file(&file, sizeof(file), &image));
	file_make(&file);
	file.programs[0].p_memsz = 63;
	assert_non_null(read_file(&file, sizeof(file), &image));
	file_make(&file);
	file.programs[0].p_offset = ~0UL - 10;
	assert_non_null(read_file(&file, sizeof(file), &image));
	file_make(&file);
	file.header.e_phoff = ~0UL - 60;
	assert_non_null(read_file(&file, sizeof(file), &image));
	file_make(&file);
	file.header.e_phnum = 0xffff;
	assert_non_null(read_file(&file, sizeof(file), &image));
	file_make(&file);
	file.header.e_type = ET_DYN;
	assert_non_null(read_file(&file, sizeof(file), &image));
	file_make(&file);
	file.programs[1].p_type = PT_INTERP;
	assert_non_null(read_file(&file, sizeof(file), &image));
}

static void what_it_accepts_lies_inside(void **state)
{
	(void)state;
	srand(1);
	for (unsigned int i = 0; i < 50000; i++) {
		struct elf_image image;
		struct file file;

		file_make(&file);
		for (unsigned int j = 0; j < 3; j++)
			((unsigned char *)&file)[rand() % offsetof(struct file, bytes)] = rand();
		if (elf_read(&image, &file, sizeof(file), LOWEST, HIGHEST))
			continue;
		for (unsigned int j = 0; j < image.count; j++) {
			const struct elf_segment *segment = &image.segments[j];

			assert_true(segment->low >= LOWEST && segment->low < segment->high);
			assert_true(segment->high <= HIGHEST);
			assert_true(segment->byte_count <= segment->high - segment->low);
			assert_true(segment->bytes >= (unsigned char *)&file);
			assert_true(segment->bytes + segment->byte_count <=
				    (unsigned char *)(&file + 1));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_program),
		cmocka_unit_test(reads_a_32_bit_program),
		cmocka_unit_test(refuses_damaged_files),
		cmocka_unit_test(what_it_accepts_lies_inside),
	};

	return cmocka_run_group_tests_name("root/elf", tests, NULL, NULL);
}
