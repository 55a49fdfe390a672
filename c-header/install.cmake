# Builds the library and installs it, with its headers, for C and C++ programs:
#
#     cmake -DPREFIX=/usr/local -P c-header/install.cmake
#
# LIBDIR (default lib) is the folder for libraries within PREFIX; DESTDIR in the environment is put before every path. What is
# installed can be moved: no file of it contains the prefix.
#
# This is a script and not a CMake project, because cargo compiles everything. cargo-c does the same in general, but compiling it
# takes longer than compiling the library.
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

set(CARGO "$ENV{CARGO}")
if(NOT CARGO)
    set(CARGO cargo)
endif()
execute_process(
    COMMAND "${CARGO}" build --release --package netbird-tokens-c
    WORKING_DIRECTORY "${SOURCE}"
    COMMAND_ERROR_IS_FATAL ANY)
execute_process(
    COMMAND "${CARGO}" metadata --format-version 1 --no-deps --offline
    WORKING_DIRECTORY "${SOURCE}"
    OUTPUT_VARIABLE METADATA
    COMMAND_ERROR_IS_FATAL ANY)
string(JSON TARGET_FOLDER GET "${METADATA}" target_directory)
string(JSON COUNT LENGTH "${METADATA}" packages)
math(EXPR LAST "${COUNT} - 1")
foreach(INDEX RANGE ${LAST})
    string(JSON NAME GET "${METADATA}" packages ${INDEX} name)
    if(NAME STREQUAL "netbird-tokens-c")
        string(JSON VERSION GET "${METADATA}" packages ${INDEX} version)
    endif()
endforeach()
set(BUILT "${TARGET_FOLDER}/release")

# The same rule as in build.rs: before 1.0 a new minor version may break the ABI.
if(NOT VERSION MATCHES "^([0-9]+)\\.([0-9]+)\\.")
    message(FATAL_ERROR "the version ${VERSION} does not look like 1.2.3")
endif()
set(ABI "${CMAKE_MATCH_1}")
if(ABI EQUAL 0)
    set(ABI "0.${CMAKE_MATCH_2}")
endif()

# What rustc --print native-static-libs prints for the archive.
if(CMAKE_HOST_APPLE)
    set(SHARED_NAME "libnetbird_tokens.${VERSION}.dylib")
    set(ABI_NAME "libnetbird_tokens.${ABI}.dylib")
    set(LINK_NAME "libnetbird_tokens.dylib")
    set(BUILT_NAME "libnetbird_tokens_c.dylib")
    set(RUNTIME_NAME "@rpath/${ABI_NAME}")
    set(SYSTEM_LIBRARIES "-framework Security" "-framework CoreFoundation" "-framework SystemConfiguration" -liconv -lm)
else()
    set(SHARED_NAME "libnetbird_tokens.so.${VERSION}")
    set(ABI_NAME "libnetbird_tokens.so.${ABI}")
    set(LINK_NAME "libnetbird_tokens.so")
    set(BUILT_NAME "libnetbird_tokens_c.so")
    set(RUNTIME_NAME "${ABI_NAME}")
    set(SYSTEM_LIBRARIES -lgcc_s -lutil -lrt -lpthread -lm -ldl)
endif()

file(COPY "${SOURCE}/include/netbird_tokens.h" "${SOURCE}/include/netbird_tokens.hpp" DESTINATION "${ROOT}/include")
file(MAKE_DIRECTORY "${LIBRARIES}/pkgconfig")
file(COPY "${SOURCE}/../LICENSE-APACHE" "${SOURCE}/../LICENSE-MIT" DESTINATION "${ROOT}/share/licenses/netbird_tokens")
# Removed first: writing into a library that a program has loaded would crash it.
file(REMOVE "${LIBRARIES}/${SHARED_NAME}" "${LIBRARIES}/libnetbird_tokens.a")
file(COPY_FILE "${BUILT}/${BUILT_NAME}" "${LIBRARIES}/${SHARED_NAME}")
file(COPY_FILE "${BUILT}/libnetbird_tokens_c.a" "${LIBRARIES}/libnetbird_tokens.a")
find_program(STRIP strip)
if(STRIP AND NOT CMAKE_HOST_APPLE)
    # The archive contains Rust's standard library with its debugging information.
    execute_process(COMMAND "${STRIP}" --strip-debug "${LIBRARIES}/libnetbird_tokens.a" COMMAND_ERROR_IS_FATAL ANY)
endif()
file(CREATE_LINK "${SHARED_NAME}" "${LIBRARIES}/${ABI_NAME}" SYMBOLIC)
file(CREATE_LINK "${ABI_NAME}" "${LIBRARIES}/${LINK_NAME}" SYMBOLIC)

# From the folder of each file back to the prefix.
file(RELATIVE_PATH FROM_PKGCONFIG "${LIBRARIES}/pkgconfig" "${ROOT}")
file(RELATIVE_PATH FROM_CMAKE "${LIBRARIES}/cmake/netbird_tokens" "${ROOT}")
list(JOIN SYSTEM_LIBRARIES " " SYSTEM_LIBRARIES_LINE)
foreach(NAME netbird_tokens.pc netbird_tokens_static.pc)
    configure_file("${SOURCE}/cmake/${NAME}.in" "${LIBRARIES}/pkgconfig/${NAME}" @ONLY)
endforeach()
configure_file(
    "${SOURCE}/cmake/netbird_tokens-config.cmake.in"
    "${LIBRARIES}/cmake/netbird_tokens/netbird_tokens-config.cmake" @ONLY)
include(CMakePackageConfigHelpers)
if(VERSION MATCHES "^0\\.")
    set(COMPATIBILITY SameMinorVersion)
else()
    set(COMPATIBILITY SameMajorVersion)
endif()
# A script has no compiler that CMake could ask for the size of a pointer. Projects with another size do not find the package.
set(CMAKE_SIZEOF_VOID_P 8)
if(NOT CMAKE_HOST_APPLE)
    # The class of an ELF file: 1 is 32-bit.
    file(READ "${BUILT}/${BUILT_NAME}" CLASS OFFSET 4 LIMIT 1 HEX)
    if(CLASS STREQUAL "01")
        set(CMAKE_SIZEOF_VOID_P 4)
    endif()
endif()
write_basic_package_version_file(
    "${LIBRARIES}/cmake/netbird_tokens/netbird_tokens-config-version.cmake"
    VERSION "${VERSION}" COMPATIBILITY ${COMPATIBILITY})
message(STATUS "netbird_tokens ${VERSION} is in ${ROOT}")
