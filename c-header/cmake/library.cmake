# What install.cmake and CMakeLists.txt both need to know: how cargo builds the library, and what its files are called.
#
# Sets NBT_CARGO, NBT_BUILD (its arguments), NBT_BUILT (the folder with what it makes), NBT_VERSION, NBT_ABI, NBT_COMPATIBILITY, NBT_SYSTEM_LIBRARIES and the names of files:
#   NBT_BUILT_SHARED, NBT_BUILT_STATIC   as cargo names them
#   NBT_SHARED, NBT_STATIC               as they are installed
#   NBT_ABI_NAME, NBT_LINK_NAME          links to NBT_SHARED; empty on Windows, which has none
#   NBT_RUNTIME_NAME                     the name by which a program finds the shared library at run time
#   NBT_BUILT_IMPORT, NBT_IMPORT         Windows: what a program links with
get_filename_component(NBT_SOURCE "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)

set(NBT_CARGO "$ENV{CARGO}")
if(NOT NBT_CARGO)
    set(NBT_CARGO cargo)
endif()
# Without the "rlib" of Cargo.toml, which is for the tests: a library that Rust crates could link keeps rustc from optimising the
# whole, and makes what is installed 3 % larger.
set(NBT_BUILD rustc --release --package netbird-tokens-c --lib --crate-type "cdylib,staticlib")
execute_process(
    COMMAND "${NBT_CARGO}" metadata --format-version 1 --no-deps --offline
    WORKING_DIRECTORY "${NBT_SOURCE}"
    OUTPUT_VARIABLE METADATA
    RESULT_VARIABLE FAILED)
if(FAILED)
    message(FATAL_ERROR "cargo does not start (${FAILED}): install Rust 1.88 or later, from https://rustup.rs or your distribution")
endif()
string(JSON NBT_BUILT GET "${METADATA}" target_directory)
string(APPEND NBT_BUILT "/release")
string(JSON COUNT LENGTH "${METADATA}" packages)
math(EXPR LAST "${COUNT} - 1")
foreach(INDEX RANGE ${LAST})
    string(JSON NAME GET "${METADATA}" packages ${INDEX} name)
    if(NAME STREQUAL "netbird-tokens-c")
        string(JSON NBT_VERSION GET "${METADATA}" packages ${INDEX} version)
    endif()
endforeach()

# The same rule as in build.rs: before 1.0 a new minor version may break the ABI.
if(NOT NBT_VERSION MATCHES "^([0-9]+)\\.([0-9]+)\\.")
    message(FATAL_ERROR "the version ${NBT_VERSION} does not look like 1.2.3")
endif()
set(NBT_ABI "${CMAKE_MATCH_1}")
set(NBT_COMPATIBILITY SameMajorVersion)
if(NBT_ABI EQUAL 0)
    set(NBT_ABI "0.${CMAKE_MATCH_2}")
    set(NBT_COMPATIBILITY SameMinorVersion)
endif()

# The system libraries are what `rustc --print native-static-libs` prints for the archive.
set(NBT_BUILT_STATIC libnetbird_tokens_c.a)
set(NBT_STATIC libnetbird_tokens.a)
if(CMAKE_HOST_WIN32)
    # Not run yet. The import library contains the name of the DLL, so cargo's name stays.
    set(NBT_BUILT_SHARED netbird_tokens_c.dll)
    set(NBT_BUILT_IMPORT netbird_tokens_c.dll.lib)
    set(NBT_BUILT_STATIC netbird_tokens_c.lib)
    set(NBT_SHARED netbird_tokens_c.dll)
    set(NBT_IMPORT netbird_tokens_c.dll.lib)
    set(NBT_STATIC netbird_tokens.lib)
    set(NBT_ABI_NAME "")
    set(NBT_LINK_NAME "")
    set(NBT_RUNTIME_NAME netbird_tokens_c.dll)
    set(NBT_SYSTEM_LIBRARIES bcrypt crypt32 dbghelp kernel32 ncrypt ntdll secur32 userenv ws2_32)
elseif(CMAKE_HOST_APPLE)
    # Not run yet.
    set(NBT_BUILT_SHARED libnetbird_tokens_c.dylib)
    set(NBT_SHARED "libnetbird_tokens.${NBT_VERSION}.dylib")
    set(NBT_ABI_NAME "libnetbird_tokens.${NBT_ABI}.dylib")
    set(NBT_LINK_NAME libnetbird_tokens.dylib)
    set(NBT_RUNTIME_NAME "@rpath/${NBT_ABI_NAME}")
    set(NBT_SYSTEM_LIBRARIES "-framework Security" "-framework CoreFoundation" "-framework SystemConfiguration" -liconv -lm)
else()
    set(NBT_BUILT_SHARED libnetbird_tokens_c.so)
    set(NBT_SHARED "libnetbird_tokens.so.${NBT_VERSION}")
    set(NBT_ABI_NAME "libnetbird_tokens.so.${NBT_ABI}")
    set(NBT_LINK_NAME libnetbird_tokens.so)
    set(NBT_RUNTIME_NAME "${NBT_ABI_NAME}")
    set(NBT_SYSTEM_LIBRARIES -lgcc_s -lutil -lrt -lpthread -lm -ldl)
endif()

# Copies a file. One that is the same stays, so that nothing is linked again; another is removed first, because writing into a
# library that a program has loaded would crash it.
function(nbt_copy FROM TO)
    file(SHA256 "${FROM}" NEW)
    set(OLD "")
    if(EXISTS "${TO}")
        file(SHA256 "${TO}" OLD)
    endif()
    if(NOT NEW STREQUAL OLD)
        file(REMOVE "${TO}")
        file(COPY_FILE "${FROM}" "${TO}")
    endif()
endfunction()

# Puts the libraries into a folder, under the names that they are installed with. On Windows the DLL goes beside the programs.
function(nbt_place_libraries LIBRARIES PROGRAMS)
    file(MAKE_DIRECTORY "${LIBRARIES}")
    nbt_copy("${NBT_BUILT}/${NBT_BUILT_STATIC}" "${LIBRARIES}/${NBT_STATIC}")
    if(NBT_IMPORT)
        file(MAKE_DIRECTORY "${PROGRAMS}")
        nbt_copy("${NBT_BUILT}/${NBT_BUILT_SHARED}" "${PROGRAMS}/${NBT_SHARED}")
        nbt_copy("${NBT_BUILT}/${NBT_BUILT_IMPORT}" "${LIBRARIES}/${NBT_IMPORT}")
    else()
        nbt_copy("${NBT_BUILT}/${NBT_BUILT_SHARED}" "${LIBRARIES}/${NBT_SHARED}")
        file(CREATE_LINK "${NBT_SHARED}" "${LIBRARIES}/${NBT_ABI_NAME}" SYMBOLIC)
        file(CREATE_LINK "${NBT_ABI_NAME}" "${LIBRARIES}/${NBT_LINK_NAME}" SYMBOLIC)
    endif()
endfunction()
