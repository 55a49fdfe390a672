# Builds the library and installs it, with its headers, for C and C++ programs:
#
#     cmake -DPREFIX=/usr/local -P c-header/install.cmake
#
# LIBDIR (default lib) is the folder for libraries within PREFIX; DESTDIR in the environment is put before every path. What is
# installed can be moved: no file of it contains the prefix.
#
# This is a script, which needs no compiler but cargo's. CMakeLists.txt beside it is for projects that build the library as a part
# of theirs. cargo-c does the same in general (see Cargo.toml), but compiling it takes longer than compiling the library.
cmake_minimum_required(VERSION 3.21)

if(NOT PREFIX)
    message(FATAL_ERROR "give the folder to install into: cmake -DPREFIX=/usr/local -P ${CMAKE_CURRENT_LIST_FILE}")
endif()
if(NOT LIBDIR)
    set(LIBDIR lib)
endif()
get_filename_component(PREFIX "${PREFIX}" ABSOLUTE)
set(SOURCE "${CMAKE_CURRENT_LIST_DIR}")
set(ROOT "$ENV{DESTDIR}${PREFIX}")
set(LIBRARIES "${ROOT}/${LIBDIR}")

include("${SOURCE}/cmake/library.cmake")
execute_process(
    COMMAND "${NBT_CARGO}" ${NBT_BUILD}
    WORKING_DIRECTORY "${SOURCE}"
    COMMAND_ERROR_IS_FATAL ANY)

file(COPY "${SOURCE}/include/netbird_tokens.h" "${SOURCE}/include/netbird_tokens.hpp" DESTINATION "${ROOT}/include")
file(COPY "${SOURCE}/../LICENSE-APACHE" "${SOURCE}/../LICENSE-MIT" DESTINATION "${ROOT}/share/licenses/netbird_tokens")
nbt_place_libraries("${LIBRARIES}" "${ROOT}/bin")
find_program(STRIP strip)
if(STRIP AND NOT CMAKE_HOST_APPLE AND NOT CMAKE_HOST_WIN32)
    # The archive contains Rust's standard library with its debugging information.
    execute_process(COMMAND "${STRIP}" --strip-debug "${LIBRARIES}/${NBT_STATIC}" COMMAND_ERROR_IS_FATAL ANY)
endif()

# From the folder of each file back to the prefix.
file(MAKE_DIRECTORY "${LIBRARIES}/pkgconfig")
file(RELATIVE_PATH FROM_PKGCONFIG "${LIBRARIES}/pkgconfig" "${ROOT}")
file(RELATIVE_PATH FROM_CMAKE "${LIBRARIES}/cmake/netbird_tokens" "${ROOT}")
list(JOIN NBT_SYSTEM_LIBRARIES " " SYSTEM_LIBRARIES_LINE)
configure_file("${SOURCE}/cmake/netbird_tokens.pc.in" "${LIBRARIES}/pkgconfig/netbird_tokens.pc" @ONLY)
configure_file(
    "${SOURCE}/cmake/netbird_tokens-config.cmake.in"
    "${LIBRARIES}/cmake/netbird_tokens/netbird_tokens-config.cmake" @ONLY)
include(CMakePackageConfigHelpers)
# A script has no compiler that CMake could ask for the size of a pointer. Projects with another size do not find the package.
set(CMAKE_SIZEOF_VOID_P 8)
if(NOT CMAKE_HOST_APPLE AND NOT CMAKE_HOST_WIN32)
    # The class of an ELF file: 1 is 32-bit.
    file(READ "${NBT_BUILT}/${NBT_BUILT_SHARED}" CLASS OFFSET 4 LIMIT 1 HEX)
    if(CLASS STREQUAL "01")
        set(CMAKE_SIZEOF_VOID_P 4)
    endif()
endif()
write_basic_package_version_file(
    "${LIBRARIES}/cmake/netbird_tokens/netbird_tokens-config-version.cmake"
    VERSION "${NBT_VERSION}" COMPATIBILITY ${NBT_COMPATIBILITY})
message(STATUS "netbird_tokens ${NBT_VERSION} is in ${ROOT}")
