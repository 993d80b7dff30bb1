# SPDX-License-Identifier: BSD-2-Clause
# The compilers for everything in this tree. One variable chooses:
#   cmake -B build --toolchain toolchain.cmake -D PECAN_COMPILER=clang
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

set(PECAN_COMPILER gcc CACHE STRING "gcc or clang")
set_property(CACHE PECAN_COMPILER PROPERTY STRINGS gcc clang)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PECAN_COMPILER)

if(PECAN_COMPILER STREQUAL "gcc")
  set(CMAKE_C_COMPILER gcc)
  set(CMAKE_CXX_COMPILER g++)
elseif(PECAN_COMPILER STREQUAL "clang")
  set(CMAKE_C_COMPILER clang)
  set(CMAKE_CXX_COMPILER clang++)
else()
  message(FATAL_ERROR "PECAN_COMPILER is '${PECAN_COMPILER}'; it must be gcc or clang.")
endif()
set(CMAKE_ASM_NASM_COMPILER nasm)
