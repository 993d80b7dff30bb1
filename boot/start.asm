; SPDX-License-Identifier: BSD-2-Clause
;
; boot/start.asm - the two doors in (multiboot2, PVH) and the one out (the kernel, in long mode).
;
; Both loaders enter in 32-bit protected mode, paging and interrupts off, flat segments of their
; own, no stack. From then on our own descriptors and stack are used. The way out loads copies of
; the descriptors that outlive this component.

global multiboot2_start, pvh_start, enter_kernel, boot_gdt, boot_gdt_end
extern boot_main

PVH_MAGIC	equ 0x336ec578
STACK_SIZE	equ 16384

SEL_CODE32	equ boot_gdt.code32 - boot_gdt
SEL_DATA	equ boot_gdt.data - boot_gdt
SEL_CODE64	equ boot_gdt.code64 - boot_gdt

CR0_PE		equ 1 << 0		; SDM 3A 2.5
CR0_EM		equ 1 << 2
CR0_TS		equ 1 << 3
CR0_PG		equ 1 << 31
CR4_PAE		equ 1 << 5
IA32_EFER	equ 0xc0000080		; SDM 4, table 2-2
EFER_LME	equ 1 << 8
EFER_NXE	equ 1 << 11
CPUID_SYSCALL	equ 1 << 11		; leaf 80000001h, EDX

; Multiboot2 header, section 3.1 of its specification.
section .multiboot2 align=8
MB2_MAGIC	equ 0xe85250d6
MB2_I386	equ 0
TAG_END		equ 0
TAG_CONSOLE	equ 4
TAG_FRAMEBUFFER	equ 5
TAG_MODULE_ALIGN equ 6
OPTIONAL	equ 1
EGA_TEXT	equ 1 << 1		; there may be text on the screen
header:
		dd MB2_MAGIC, MB2_I386, header.end - header
		dd -(MB2_MAGIC + MB2_I386 + (header.end - header))
		dw TAG_MODULE_ALIGN, 0	; modules on page boundaries
		dd 8
		dw TAG_CONSOLE, OPTIONAL
		dd 12, EGA_TEXT, 0
		dw TAG_FRAMEBUFFER, OPTIONAL
		dd 20, 0, 0, 0, 0	; of any size
		dw TAG_END, 0
		dd 8
.end:

; ELF note "Xen", type 18 (XEN_ELFNOTE_PHYS32_ENTRY): where a PVH loader enters.
section .note.pvh note align=4
		dd note_name.end - note_name, note_desc.end - note_desc, 18
note_name:	db "Xen", 0
.end:
note_desc:	dd pvh_start
.end:

section .rodata
align 8
boot_gdt:	dq 0
.code32:	dq 0x00cf9b000000ffff	; flat, ring 0
.data:		dq 0x00cf93000000ffff
.code64:	dq 0x00af9b000000ffff
boot_gdt_end:
gdt_register:	dw boot_gdt_end - boot_gdt - 1
		dd boot_gdt

section .bss nobits align=16
stack:		resb STACK_SIZE
.top:

section .text
bits 32

; in: ebx = start information
pvh_start:	mov eax, PVH_MAGIC
		; fall through

; in: eax = who loaded us, ebx = its information
multiboot2_start:
		cli
		cld
		lgdt [gdt_register]
		jmp SEL_CODE32:.ours
.ours:		mov ecx, SEL_DATA
		mov ds, ecx
		mov es, ecx
		mov fs, ecx
		mov gs, ecx
		mov ss, ecx
		mov esp, stack.top
		push dword 0		; end of the chain of frames
		push dword 0
		mov ebp, esp
		sub esp, 8		; the ABI's 16 bytes at the call
		push ebx
		push eax
		call boot_main		; (who, information), does not return
.stop:		cli
		hlt
		jmp .stop

; void enter_kernel(uint32_t cr3, uint64_t entry, uint32_t handoff, uint32_t gdt)
; out: the kernel, rdi = handoff; or back, if there is no SYSCALL. clobbers: all but the stack
enter_kernel:
		push ebp
		mov ebp, esp
		push ebx
		push esi
		push edi
		sub esp, 8
		mov eax, [ebp + 24]	; gdt
		mov word [esp], boot_gdt_end - boot_gdt - 1
		mov [esp + 2], eax
		lgdt [esp]
		mov eax, [ebp + 8]
		mov cr3, eax
		mov eax, cr4
		or eax, CR4_PAE
		mov cr4, eax
		mov ecx, IA32_EFER
		rdmsr
		or eax, EFER_LME | EFER_NXE
		wrmsr
		mov eax, cr0
		and eax, ~(CR0_EM | CR0_TS)
		or eax, CR0_PG | CR0_PE
		mov cr0, eax
		jmp SEL_CODE64:.long

bits 64
.long:		mov ebp, ebp		; the upper halves are undefined after the switch
		mov esp, esp
		mov eax, 0x80000001
		cpuid
		test edx, CPUID_SYSCALL
		jz .no_syscall
		mov rax, [rbp + 12]	; entry
		mov edi, [rbp + 20]	; handoff
		jmp rax

.no_syscall:	push qword SEL_CODE32
		lea eax, [rel .back]
		push rax
		retfq

bits 32
.back:		mov eax, cr0
		and eax, ~CR0_PG
		mov cr0, eax
		lea esp, [ebp - 12]
		pop edi
		pop esi
		pop ebx
		pop ebp
		ret
