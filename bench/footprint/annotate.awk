# SPDX-License-Identifier: BSD-2-Clause
#
# annotate.awk - a trace with names: of functions and labels, and of the memory that is touched.
#
# Input: symbols, "ADDRESS NAME" in the order of addresses; an empty line; the plugin's trace. Addresses are compared as
# strings of 16 digits, because awk's numbers are too short for them. A CPU's code is a copy of the section .cpu of the
# kernel (kernel/doc/memory-map.md), and has the names of the original.

function padded(address) {
	return substr("0000000000000000", 1, 16 - length(address)) address
}

function number(hex, i, n) {
	for (i = 1; i <= length(hex); i++)
		n = n * 16 + index("123456789abcdef", substr(hex, i, 1))
	return n
}

function original(address) {
	return address ~ /^ffffff00....0...$/ ? substr(template, 1, 13) substr(address, 14) : address
}

# The symbol at or before the address, and the distance.
function name_of(address, low, high, middle) {
	low = 1
	high = symbols
	while (low < high) {
		middle = int((low + high + 1) / 2)
		if (start[middle] <= address)
			low = middle
		else
			high = middle - 1
	}
	return symbol[low] sprintf("+0x%x", number(substr(address, 5)) - number(substr(start[low], 5)))
}

function place(address) {
	if (address ~ /^ffffffff[c-f]/)
		return sprintf("thread 0x%x +0x%x", int((number(substr(address, 9)) - number("c0000000")) / 1024),
			number(substr(address, 14)) % 1024)
	if (address ~ /^ffffff00....0...$/)
		return "CPU's code, " name_of(original(address))
	if (address ~ /^ffffff00/)
		return sprintf("CPU's data +0x%x", number(substr(address, 13)) - 4096)
	if (address ~ /^00007ff0001/)
		return sprintf("UTCB +0x%x", number(substr(address, 14)) % 1024)
	if (address ~ /^ffffffff8/ || (address >= "0000000000400000" && address < "0000000001000000"))
		return name_of(address)
	return "-"
}

function instruction_text(i, text) {
	text = $3
	for (i = 4; i <= NF; i++)
		text = text " " $i
	return text
}

!in_trace && NF == 0 {
	in_trace = 1
	next
}

!in_trace && $2 == "cpu_text_template" {
	template = $1
	next
}

!in_trace {
	start[++symbols] = $1
	symbol[symbols] = $2
	next
}

$1 == "I" {
	address = padded($2)
	kernel = address ~ /^ffff/
	function_name = name_of(original(address))
	sub(/\+0x[0-9a-f]*$/, "", function_name)
	if (kernel != was_kernel || function_name != last_name)
		printf "%s %s:\n", kernel ? "kernel" : "user", function_name
	was_kernel = kernel
	last_name = function_name
	printf "%6d  %16s  %s\n", ++count, $2, instruction_text()
	total[(kernel ? "kernel " : "user ") function_name]++
	next
}

{
	what = $1 == "L" ? "load " : "store"
	printf "                          %s %s, %d bytes: %s\n", what, $2, $3, place(padded($2))
}

END {
	print "\ninstructions by function:"
	sort = "sort -rn"
	for (name in total)
		printf "%6d  %s\n", total[name], name | sort
}
