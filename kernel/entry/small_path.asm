; SPDX-License-Identifier: BSD-2-Clause
;
; entry/small_path.asm - the path of a message from or to a thread of a small space; included by entry.asm.
;
; For Call and ReplyWait of at most seven words, else as entry/path.asm. What changes hands is not the address space,
; whose CR3 stays, but three segment descriptors. Words change their form (abi/small.h) on the way: ids by PDEP and
; PEXT with one mask. While a small thread runs, cpu.call_mark is 0, 64-bit code of ring 3 is not present and no port
; allowed: see x86/segments.h. A guard that fails goes to C with every register as it came.
; r11: the partner; rdx (large) or r15 (small): the sender; all slot + TCB_CURRENT.

%define SENDER(field) r15 - TCB_CURRENT + TCB_ %+ field

%macro LEAVE_BY_SEGMENTS 0                          ; go on as the partner, which is small. esi is the sender
	mov rcx, [DEST(SMALL_CODE)]
	mov [CPU(GDT_SMALL_CODE)], rcx
	mov rcx, [DEST(SMALL_DATA)]
	mov [CPU(GDT_SMALL_DATA)], rcx
	mov rcx, [DEST(SMALL_THREAD)]
	mov [CPU(GDT_SMALL_THREAD)], rcx
	mov ecx, SELECTOR_SMALL_DATA
	mov ds, ecx
	mov es, ecx
	mov ecx, SELECTOR_SMALL_THREAD
	mov gs, ecx
	xor ecx, ecx
	mov fs, ecx
	xor edx, edx                                ; no user sees a kernel address
	mov [DEST(SMALL_CALL)], rcx
	mov qword [DEST(RFLAGS)], USER_RFLAGS
	lea rsp, [DEST(RIP)]                        ; landing, cs, flags, rsp, ss
	iretq
%endmacro

%macro TO_SMALL 1                                   ; the path's sender is large, its partner small
to_small_of_%1:
	mov rdx, [CPU(RSP0)]
	mov [SELF(RSP)], rsp                        ; of no meaning before it waits
	test eax, TAG_NOT_LABEL & ~MESSAGE_IN_REGISTERS
	jnz %%c
%ifidn %1, REPLY_WAIT
	cmp [DEST(ID)], rdi
	jne %%c
	mov rsi, [SELF(OPEN)]                       ; my id; 0: somebody is queued already
	test rsi, rsi
	jz %%c
	cmp [DEST(WAIT)], rsi
	je %%waits
	cmp [DEST(WAIT)], rdi
	jne %%c
%%waits:
%endif
	mov rsi, [CPU(LOADED_CR3)]
	cmp rsi, [CPU(SIGMA0_CR3)]                  ; there is no window
	je %%c
	mov rsi, [SELF(OWN_ID)]
	pext rsi, rsi, [CPU(ID_MASK)]
	pdep rsp, rsi, [CPU(ID_MASK)]
	cmp rsp, [SELF(OWN_ID)]                     ; has it a short form?
	jne %%c
%ifidn %1, REPLY_WAIT
	mov [SELF(WAIT)], rsp                       ; committed
%else
	mov [SELF(WAIT)], rdi                       ; committed
%endif
	mov [SELF(RIP)], rcx
	mov [CPU(RSP0)], r11
	mov qword [DEST(WAIT)], NOT_WAITING
	mov ecx, eax
	and ecx, MESSAGE_IN_REGISTERS
	cmp ecx, SMALL_MESSAGE_IN_REGISTERS
	jbe %%words
	mov rcx, [DEST(SMALL_UTCB)]
	mov [rcx + 4 * 3], r9d
	mov [rcx + 4 * 4], r10d
	mov [rcx + 4 * 5], r12d
	mov [rcx + 4 * 6], r13d
	mov [rcx + 4 * 7], r14d
%%words:mov byte [CPU(GDT_USER_CODE_ACCESS)], USER_CODE_ABSENT
	mov word [CPU(IO_BITMAP)], TSS_NO_PORTS
	mov qword [CPU(CALL_MARK)], 0
	LEAVE_BY_SEGMENTS
%%c:	mov rsp, [SELF(RSP)]
	MISS HAZARD, %1
%endmacro

	TO_SMALL CALL
	TO_SMALL REPLY_WAIT

; The door of small spaces. In: as at sysenter_entry.
	align 64
global small_path_entry
small_path_entry:
	push 2                                      ; AC would switch SMAP off, NT make IRETQ fault
	popfq
	mov r15, [CPU(RSP0)]
	test dword [SENDER(SLOW)], SLOW_SMALL       ; a large thread can come this way, too
	jz sysenter_entry
	test edx, ~(IPC_OPEN | SMALL_SEND_TIMEOUT)  ; Call or ReplyWait? The partner will wait: no send timeout counts
	jnz sysenter_entry
	test eax, TAG_NOT_LABEL & ~MESSAGE_IN_REGISTERS
	jnz sysenter_entry
	mov r11d, edi
	shr r11, SMALL_ID_VERSION_BITS - TCB_SIZE_LOG2
	or r11, TCB_SLOTS
	mov r8d, edi
	pdep r8, r8, [CPU(ID_MASK)]                 ; r8 = the partner's id
	cmp [DEST(ID)], r8
	jne sysenter_entry
	mov r9, [SENDER(OWN_ID)]
	mov r10, [DEST(WAIT)]
	cmp r10, r8                                 ; does it wait for anybody?
	je .waits
	cmp r10, r9                                 ; for me?
	jne sysenter_entry
.waits:	mov r13, [SENDER(SMALL_UTCB)]
	mov r10d, [r13 + SMALL_UTCB_BR]             ; what I shall accept
	test r10d, 1                                ; strings: C needs to see the buffers
	jnz sysenter_entry
	test edx, IPC_OPEN
	jz .call
	mov r8, [SENDER(OPEN)]
	test r8, r8                                 ; somebody is queued already
	jz sysenter_entry
.call:	mov r14, [SENDER(UTCB_MAP)]                 ; r8 = whom I shall wait for
	mov [r14 + UTCB_BR], r10
	mov r12, [DEST(PRIORITY)]                   ; as CHECK_PARTNER
	sub r12, [CPU(FLOOR)]
	shr r12, 32
	jz .large
	cmp r12d, SLOW_SMALL
	jne sysenter_entry
	pext rsi, r9, [CPU(ID_MASK)]
	pdep r10, rsi, [CPU(ID_MASK)]
	cmp r10, r9                                 ; has my id a short form?
	jne sysenter_entry
	mov r10, [DEST(SMALL_CODE)]
	cmp r10, [SENDER(SMALL_CODE)]
	cmove rsi, [SENDER(UTCB)]                   ; my name in my own space

%macro WAIT 0                                       ; committed
	mov [SENDER(WAIT)], r8
	mov [SENDER(RSP)], rcx
	mov rcx, [SENDER(SMALL_LANDING)]
	mov [SENDER(RIP)], rcx
	mov qword [SENDER(SMALL_CALL)], SMALL_CALL_IPC
	mov [CPU(RSP0)], r11
	mov qword [DEST(WAIT)], NOT_WAITING
%endmacro
	WAIT
	mov ecx, eax
	and ecx, MESSAGE_IN_REGISTERS
	cmp ecx, SMALL_MESSAGE_IN_REGISTERS
	jbe .words
	mov rdx, [DEST(SMALL_UTCB)]
%assign n SMALL_MESSAGE_IN_REGISTERS + 1
%rep MESSAGE_IN_REGISTERS - SMALL_MESSAGE_IN_REGISTERS
	mov ecx, [r13 + 4 * n]
	mov [rdx + 4 * n], ecx
%assign n n + 1
%endrep
.words:	LEAVE_BY_SEGMENTS

.large:	WAIT
	mov byte [CPU(GDT_USER_CODE_ACCESS)], USER_CODE_PRESENT
	mov word [CPU(IO_BITMAP)], TSS_PORTS
	mov qword [CPU(CALL_MARK)], CALL_MARK
	mov rsi, r9
	movsxd rax, eax
	mov ebx, ebx
	mov ebp, ebp
	mov edi, edi
	mov r9d, [r13 + 4 * 3]
	mov r10d, [r13 + 4 * 4]
	mov r12d, [r13 + 4 * 5]
	mov r14d, [r13 + 4 * 7]
	mov r13d, [r13 + 4 * 6]
	xor r8d, r8d
	xor r15d, r15d
	mov rcx, [DEST(CR3)]
	cmp rcx, [CPU(LOADED_CR3)]
	je .loaded
	mov [CPU(LOADED_CR3)], rcx
	mov cr3, rcx
.loaded:xor ecx, ecx
	mov fs, ecx                                 ; of ring 1 they would be lost at an IRETQ, and with them the bases
	mov gs, ecx
	RESUME
