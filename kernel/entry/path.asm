; SPDX-License-Identifier: BSD-2-Clause
;
; entry/path.asm - the path of a message: what every instruction is for is in kernel/doc/life-of-an-ipc.md.
;
; Taken by an IPC whose partner waits for it, without typed items and without a timeout afterwards. First come guards,
; which change nothing; behind "committed", stores and the switch. A guard that fails counts why (enum path_miss) and
; goes to the door of C with every register as it came.
;
; In:  rax tag  rdi to  rsi from  rdx call word  rcx user RIP  rbx rbp r9 r10 r12 r13 r14 MR1-7; r8 r15 are untouched
; r11: the partner; rdx: the sender; both slot + TCB_CURRENT, so that hot fields have displacements of one byte.
;
; Three ideas keep it short. A thread number becomes an address by OR: whatever the user passed, it is a slot that can be
; read. `wait` says in one word whom the partner waits for; its own id means anybody. `priority` with `slow` above it, less
; the CPU's `floor` with the number of the CPU above that, has an upper half of 0 only if the partner is this CPU's, has
; no hazard, and nobody better is ready: a borrow makes that half odd, and `slow` is even.

%define DEST(field) r11 - TCB_CURRENT + TCB_ %+ field
%define SELF(field) rdx - TCB_CURRENT + TCB_ %+ field
%define CPU(field) cpu_page + CPU_ %+ field

; May this CPU switch to the partner? Else: %1. Loses rdx.
%macro CHECK_PARTNER 1
	mov rdx, [DEST(PRIORITY)]
	sub rdx, [CPU(FLOOR)]
	shr rdx, 32
	jnz %1
%endmacro

; Go on as the partner.
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

%macro LONG_MESSAGE 0
	test eax, TAG_NOT_LABEL & ~TAG_WORDS        ; typed items, propagation
	jnz miss_tag
%endmacro

; Of a long message, the words that do not travel in registers. Loses rcx, rsi, rdi.
%macro COPY_WORDS 1
%ifidn %1, long
	mov rsi, [SELF(UTCB_MAP)]
	mov rdi, [DEST(UTCB_MAP)]
	add rsi, 8 * (MESSAGE_IN_REGISTERS + 1)
	add rdi, 8 * (MESSAGE_IN_REGISTERS + 1)
	mov ecx, eax
	and ecx, TAG_WORDS
	sub ecx, MESSAGE_IN_REGISTERS
	rep movsq
%endif
%endmacro

; The sender, whose `wait` is stored, waits; the partner runs. %2 named: rsi holds the sender's id already.
%macro SWITCH 2
	mov [SELF(RIP)], rcx
	mov [SELF(RSP)], rsp
	mov [CPU(RSP0)], r11                        ; the partner is current: interrupts are pushed into its slot
	mov qword [DEST(WAIT)], NOT_WAITING
	COPY_WORDS %1
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

; The slot of the thread that `to` names, whatever the user passed; messages that are not short: %1.
%macro FIND_PARTNER 1
	rorx r11, rdi, 22
	or r11, TCB_SLOTS
	test eax, TAG_NOT_LABEL & ~MESSAGE_IN_REGISTERS
	jnz %1
%endmacro

; Call: the answer comes from whom the message went to. %1: short, or long for messages with more words than registers.
%macro CALL 1
	cmp [DEST(WAIT)], rdi                       ; does it wait for anybody?
	jne %%closed
%%waits:CHECK_PARTNER miss_of_call
	mov rdx, [CPU(RSP0)]
	mov [SELF(WAIT)], rdi                       ; committed
	SWITCH %1, unnamed

%%closed:                                           ; does it wait for me?
	cmp [DEST(ID)], rdi
	jne miss_partner
	mov rsi, [CPU(RSP0)]
	mov rsi, [rsi - TCB_CURRENT + TCB_OWN_ID]
	cmp [DEST(WAIT)], rsi
	je %%waits
	jmp miss_partner
%endmacro

; ReplyWait: the next message comes from anybody.
%macro REPLY_WAIT 1
	CHECK_PARTNER miss_of_reply_wait
	cmp [DEST(ID)], rdi
	jne miss_partner_of_reply_wait
	mov rdx, [CPU(RSP0)]
	mov rsi, [SELF(OPEN)]                       ; my id; 0: somebody is queued already, whom C lets in first
	cmp rsi, [DEST(WAIT)]                       ; does it wait for me?
	jne %%open
%%waits:mov [SELF(WAIT)], rsi                       ; committed
	SWITCH %1, named

%%open:	test rsi, rsi                               ; does it wait for anybody?
	jz miss_pending_of_reply_wait
	cmp [DEST(WAIT)], rdi
	je %%waits
	jmp miss_partner_of_reply_wait
%endmacro

; The next message comes from whom rsi names; or there is no receive phase.
%macro FROM 1
	cmp [DEST(ID)], rdi
	jne miss_partner
	mov rdx, [CPU(RSP0)]
	mov rdx, [SELF(OWN_ID)]
	cmp [DEST(WAIT)], rdx
	je %%waits
	cmp [DEST(WAIT)], rdi
	jne miss_partner_of_from
%%waits:CHECK_PARTNER miss_of_from
	mov rdx, [CPU(RSP0)]
	mov [SELF(RIP)], rcx                        ; of no meaning before it waits
	test rsi, rsi
	jz %%send
	cmp rsi, [SELF(OWN_ID)]                     ; as `wait`, that would mean anybody
	je miss_pending_of_from
	cmp qword [SELF(OPEN)], 0
	je miss_pending_of_from
	rorx rcx, rsi, 22
	or rcx, TCB_SLOTS
	cmp [rcx - TCB_CURRENT + TCB_ID], rsi       ; does that thread exist?
	mov rcx, [SELF(RIP)]
	jne miss_partner_of_from
	mov [SELF(WAIT)], rsi                       ; committed
	SWITCH %1, unnamed

%%send:	mov esi, [DEST(PRIORITY)]                   ; a better partner would run now: C's business
	cmp esi, [SELF(PRIORITY)]
	mov esi, 0
	ja miss_priority_of_FROM
	COPY_WORDS %1                               ; committed
	jmp made_ready
%endmacro

; Both go on, the partner later: its message waits where C would have put it, and it is queued behind its equals.
made_ready:
	mov rsi, [SELF(OWN_ID)]
	mov rcx, [DEST(CR3)]
	cmp rcx, [SELF(CR3)]
	cmove rsi, [SELF(UTCB)]                     ; the name of the sender in its own space
%macro STORE 1-*
%rep %0
	mov [DEST(%1)], %1
%rotate 1
%endrep
%endmacro
	STORE rax, rsi, rbx, rbp, r9, r10, r12, r13, r14
	mov qword [DEST(WAIT)], NOT_WAITING
	mov qword [DEST(VECTOR)], VECTOR_SYSCALL
	mov eax, [DEST(PRIORITY)]
	and eax, ~3                                 ; nobody better is ready
	mov [CPU(READY_FLOOR)], eax
	mov [CPU(FLOOR)], eax
	shr eax, 2
	bts qword [CPU(READY_USED)], rax
	shl eax, RING_SIZE_LOG2
	add rax, [CPU(READY)]
	lea rcx, [DEST(READY_LINK)]
	mov rsi, [rax + RING_PREV]
	mov [rcx + RING_NEXT], rax
	mov [rcx + RING_PREV], rsi
	mov [rsi + RING_NEXT], rcx
	mov [rax + RING_PREV], rcx
	mov rcx, [SELF(RIP)]
	xor eax, eax                                ; the tag of a message that was sent
	mov r11d, USER_RFLAGS
	o64 sysret

; The partner is of the same space: no other page table, and it sees the sender's local id.
same_space:
	mov rsi, [SELF(UTCB)]
	RESUME

	align 64
global path_entry
path_entry:                                         ; a call word that the path does not know leaves every register as it is
	cmp rdx, [CPU(WORD_CALL)]
	jne .not_call
	FIND_PARTNER .long_call
	CALL short
.not_call:
	cmp rdx, [CPU(WORD_REPLY_WAIT)]
	jne .from
	FIND_PARTNER .long_reply_wait
	REPLY_WAIT short
.from:	cmp rdx, [CPU(WORD_FROM)]
	jne miss_call_word
	FIND_PARTNER .long_from
	FROM short
.long_call:
	LONG_MESSAGE
	CALL long
.long_reply_wait:
	LONG_MESSAGE
	REPLY_WAIT long
.long_from:
	LONG_MESSAGE
	FROM long
