# SPDX-License-Identifier: BSD-2-Clause
# boot/gdb/pecan.gdb - for gdb in the build folder, while boot/run --gdb waits.
#
# Loads the symbols of kernel, sigma0 and root task where they are linked, connects, and runs
# to the kernel's first instruction. Programs may be linked at the same addresses:
# `symbols-of modules/bench` changes to another one.
set confirm off
set pagination off
set disassembly-flavor intel
set architecture i386:x86-64
file modules/kernel
add-symbol-file modules/sigma0
add-symbol-file modules/root

define symbols-of
	symbol-file
	file modules/kernel
	add-symbol-file $arg0
end
document symbols-of
symbols-of FILE: kernel and this program instead of sigma0 and root task.
end

target remote 127.0.0.1:1234
# The kernel is not in memory yet: a breakpoint of the processor, not one in the code.
thbreak kernel_entry
continue
