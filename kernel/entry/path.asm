; SPDX-License-Identifier: BSD-2-Clause
;
; entry/path.asm - the path of a message: what every instruction is for is in kernel/doc/life-of-an-ipc.md.
;
; Taken by an IPC that finds its partner waiting, brings no typed items and waits without a timeout afterwards. First all
; guards, which change nothing; behind "committed", stores and the switch. A guard that fails leaves to the door of C with
; every register as it came, and counts why (enum path_miss).
;
; In:   rax tag  rdi to  rsi from  rdx call word  rcx user RIP  rbx rbp r9 r10 r12-r14 MR1-7  r8 r15 untouched
; r11:  the partner; rdx: the sender; both slot + TCB_CURRENT, so that hot fields have displacements of one byte. Until its
;       own fields are needed rdx still is the call word, or a known one that a failing guard loads again.
;
; Three ideas keep it short. A thread number becomes an address by OR: whatever the user passed, it is a slot that can be read. `wait`
; says in one word whom the partner waits for: its own id means anybody. And `priority` with `slow` above it, less the
; CPU's `floor` with the number of the CPU above it, has an upper half of 0 only if the partner is this CPU's, has no hazards and
; nobody better is ready; a borrow makes it odd, and `slow` is even.

%define DEST(field) r11 - TCB_CURRENT + TCB_ %+ field
%define SELF(field) rdx - TCB_CURRENT + TCB_ %+ field
%define CPU(field) cpu_page + CPU_ %+ field
TAG_ALL   equ 0xffff                                ; what is not the label
TAG_SHORT equ 0x0007                                ; words that travel in registers
TAG_WORDS equ 0x003f

%macro COUNT_MISS 1
	inc qword [CPU(MISSES) + 8 * PATH_MISS_%1]
	jmp syscall_entry
%endmacro

; May this CPU switch to the partner? Else to %1. Loses rdx.
%macro CHECK_PARTNER 1
	mov rdx, [DEST(PRIORITY)]
	sub rdx, [CPU(FLOOR)]
	shr rdx, 32
	jnz %1
%endmacro

; Become the partner: its segment bases, its place, the flags of everybody behind a system call.
%macro RESUME 0
	mov rdx, [DEST(UTCB)]
	wrgsbase rdx
	mov rdx, [DEST(FS_BASE)]
	wrfsbase rdx
	mov rcx, [DEST(RIP)]                        ; canonical: C checks every RIP that it stores
	mov rsp, [DEST(RSP)]
	mov r11d, USER_RFLAGS
	o64 sysret
%endmacro

; The words that do not travel in registers. Loses rcx, rsi, rdi.
%macro COPY_WORDS 0
	mov rsi, [SELF(UTCB_MAP)]
	mov rdi, [DEST(UTCB_MAP)]
	add rsi, 8 * (MESSAGE_IN_REGISTERS + 1)
	add rdi, 8 * (MESSAGE_IN_REGISTERS + 1)
	mov ecx, eax
	and ecx, TAG_WORDS
	sub ecx, MESSAGE_IN_REGISTERS
	rep movsq
%endmacro

; Committed: the sender waits, the partner runs. %1: long or short. %2: does rsi hold the sender's id already?
%macro SWITCH 2
	mov [SELF(RIP)], rcx
	mov [SELF(RSP)], rsp
	mov [CPU(RSP0)], r11                        ; the partner is current, and interrupts push into its slot
	mov qword [DEST(WAIT)], NOT_WAITING
%ifidn %1, long
	COPY_WORDS
%endif
	mov rcx, [DEST(CR3)]
	cmp rcx, [CPU(LOADED_CR3)]
	je same_space
	mov [CPU(LOADED_CR3)], rcx
	mov cr3, rcx
%ifnidn %1-%2, short-named
	mov rsi, [SELF(OWN_ID)]
%endif
	RESUME
%endmacro

; All that begins with one kind of tag: messages in registers (short), or longer (long).
%macro PATH 1
	cmp rdx, [CPU(WORD_CALL)]
	jne %%not_call
	cmp [DEST(WAIT)], rdi                       ; does it wait for anybody?
	jne %%call_closed
%%call:
	CHECK_PARTNER miss_of_call
	; committed
	mov rdx, [CPU(RSP0)]
	mov [SELF(WAIT)], rdi                       ; the answer comes from whom the message went to
	SWITCH %1, unnamed

%%call_closed:                                      ; does it wait for me?
	cmp [DEST(ID)], rdi
	jne miss_partner
	mov rsi, [CPU(RSP0)]
	mov rsi, [rsi - TCB_CURRENT + TCB_OWN_ID]
	cmp [DEST(WAIT)], rsi
	je %%call
	jmp miss_partner

%%not_call:
	cmp rdx, [CPU(WORD_REPLY_WAIT)]
	jne %%other
	CHECK_PARTNER miss_of_reply_wait
	cmp [DEST(ID)], rdi
	jne miss_partner_of_reply_wait
	mov rdx, [CPU(RSP0)]
	mov rsi, [SELF(OPEN)]                       ; my id; or 0: somebody is queued already
	cmp rsi, [DEST(WAIT)]
	jne %%reply_open
%%reply_wait:
	; committed
	mov [SELF(WAIT)], rsi                       ; own id: waits for anybody
	SWITCH %1, named

%%reply_open:                                       ; does it wait for anybody, and nobody is queued?
	test rsi, rsi
	jz miss_pending_of_reply_wait
	cmp [DEST(WAIT)], rdi
	je %%reply_wait
	jmp miss_partner_of_reply_wait

%%other:                                            ; a receive phase that names a third thread, rsi
	cmp rdx, [CPU(WORD_FROM)]
	jne miss_call_word
	cmp [DEST(ID)], rdi
	jne miss_partner
	mov rdx, [CPU(RSP0)]
	cmp rsi, [SELF(OWN_ID)]                     ; as `wait`, that would mean anybody
	je miss_pending_of_from
	cmp qword [SELF(OPEN)], 0
	je miss_pending_of_from
	mov rdx, [SELF(OWN_ID)]
	cmp [DEST(WAIT)], rdx
	je %%from
	cmp [DEST(WAIT)], rdi
	jne miss_partner_of_from
%%from:
	CHECK_PARTNER miss_of_from
	mov rdx, [CPU(RSP0)]
	mov [SELF(RIP)], rcx                        ; of no meaning yet: what is stored there is read when it waits
	rorx rcx, rsi, 22
	or rcx, TCB_SLOTS
	cmp [rcx - TCB_CURRENT + TCB_ID], rsi       ; does the third thread exist?
	mov rcx, [SELF(RIP)]
	jne miss_partner_of_from
	; committed
	mov [SELF(WAIT)], rsi
	SWITCH %1, unnamed
%endmacro

global path_entry
	align 64
path_entry:
	rorx r11, rdi, 22
	or r11, TCB_SLOTS                           ; the slot of the thread number, whatever the rest
	test eax, TAG_ALL & ~TAG_SHORT
	jnz path_long
	PATH short

; The partner is of the same space: no other page table, and it sees the sender's local id.
same_space:
	mov rsi, [SELF(UTCB)]
	RESUME

path_long:
	test eax, TAG_ALL & ~TAG_WORDS              ; typed items, propagation
	jnz miss_tag
	PATH long

; Load the call word again that a guard has overwritten, and count.
miss_of_call:
	mov r11, [CPU(WORD_CALL)]
	jmp miss_switch
miss_of_from:
	mov r11, [CPU(WORD_FROM)]
	jmp miss_switch
miss_of_reply_wait:
	mov r11, [CPU(WORD_REPLY_WAIT)]
miss_switch:
	cmp edx, -1                                 ; nothing but the borrow
	mov rdx, r11
	je miss_priority
	COUNT_MISS HAZARD
miss_priority:
	COUNT_MISS PRIORITY
miss_pending_of_from:
	mov rdx, [CPU(WORD_FROM)]
	COUNT_MISS PENDING
miss_pending_of_reply_wait:
	mov rdx, [CPU(WORD_REPLY_WAIT)]
	COUNT_MISS PENDING
miss_partner_of_from:
	mov rdx, [CPU(WORD_FROM)]
	jmp miss_partner
miss_partner_of_reply_wait:
	mov rdx, [CPU(WORD_REPLY_WAIT)]
miss_partner:
	COUNT_MISS PARTNER
miss_call_word:
	COUNT_MISS CALL_WORD
miss_tag:
	COUNT_MISS TAG
